# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a page came from: the signed descriptors of onion services."""

from vestigo.evidence.origin.archive import (
    ArchivedDescriptor,
    OriginFacts,
    archive_descriptor,
    archived_descriptors,
    verify_archived,
)
from vestigo.evidence.origin.descriptor import (
    OnionDescriptor,
    parse_descriptor,
    verify_descriptor,
)
from vestigo.evidence.origin.period import TimePeriod, find_period

__all__ = [
    "ArchivedDescriptor",
    "OnionDescriptor",
    "OriginFacts",
    "TimePeriod",
    "archive_descriptor",
    "archived_descriptors",
    "find_period",
    "parse_descriptor",
    "verify_archived",
    "verify_descriptor",
]
