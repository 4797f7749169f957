# SPDX-License-Identifier: AGPL-3.0-or-later
"""Disclosed copies: a new bag with what remains, under the old checkpoint."""

from vestigo.evidence.disclosure.build import Disclosed, build_disclosed
from vestigo.evidence.disclosure.closure import Withheld, withheld_by
from vestigo.evidence.disclosure.partial import partial_view
from vestigo.evidence.disclosure.wish import FieldName, Wish, read_field

__all__ = [
    "Disclosed", "FieldName", "Wish", "Withheld", "build_disclosed", "partial_view",
    "read_field", "withheld_by",
]  # fmt: skip
