# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contact as it was found in a text."""

from __future__ import annotations

from typing import NamedTuple


class Contact(NamedTuple):
    """A contact of ``kind`` in [start, end) of the searched text."""

    kind: str
    value: str
    start: int
    end: int
