# SPDX-License-Identifier: AGPL-3.0-or-later
"""The quarantine: what screening caught, encrypted to one named person."""

from vestigo.evidence.quarantine.addresses import masked_address, named_by_digest
from vestigo.evidence.quarantine.catching import Catcher, Sighting
from vestigo.evidence.quarantine.items import Quarantine, QuarantineItem, item_id_of
from vestigo.evidence.quarantine.recipient import (
    Recipient,
    make_recipient_key,
    recipient_of,
    recipient_private_key,
    set_recipient,
)

__all__ = [
    "Catcher",
    "Quarantine",
    "QuarantineItem",
    "Recipient",
    "Sighting",
    "item_id_of",
    "make_recipient_key",
    "masked_address",
    "named_by_digest",
    "recipient_of",
    "recipient_private_key",
    "set_recipient",
]
