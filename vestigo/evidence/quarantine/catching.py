# SPDX-License-Identifier: AGPL-3.0-or-later
"""What everything captured passes: the screen, and the quarantine behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from vestigo.clock import iso
from vestigo.evidence.quarantine.addresses import masked_address, named_by_digest
from vestigo.evidence.quarantine.items import Quarantine, QuarantineItem, item_id_of
from vestigo.evidence.quarantine.recipient import Recipient
from vestigo.evidence.screening import Screen, Verdict

OnItem = Callable[[QuarantineItem], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where and when a hit was seen; ``third`` says that the page is a third person's.

    ``blocks`` is all that was received, by name (``request``, ``response``, ``picture``).
    """

    uri: str
    host: str
    seen_at: datetime
    body: bytes
    blocks: Mapping[str, bytes]
    authorization_id: str = ""
    third: bool = False


@dataclass(frozen=True, slots=True)
class Catcher:
    """The screen of a case with its quarantine; ``recipient`` None drops what is caught.

    ``on_item`` hears of each item once it is durable (the custody log listens there).
    """

    screen: Screen
    quarantine: Quarantine
    recipient: Recipient | None
    on_item: OnItem

    def catch(self, verdict: Verdict, sighting: Sighting) -> QuarantineItem:
        """Put a hit into the quarantine, durably, and have it logged; return what may be told."""
        item = self.quarantine.put(_told(verdict, sighting), self.recipient, sighting.blocks)
        self.on_item(item)
        return item


def _told(verdict: Verdict, sighting: Sighting) -> QuarantineItem:
    match = verdict.match
    assert match is not None
    by_address = match.kind.startswith("never-")
    address = masked_address(sighting.uri, third=sighting.third)
    blocks = [sighting.blocks[name] for name in sorted(sighting.blocks)]
    moment = iso(sighting.seen_at)
    return QuarantineItem(
        item_id=item_id_of([sighting.uri.encode(), moment.encode(), *blocks]),
        cause="hit",
        at=moment,
        sha256=match.sha256 or hashlib.sha256(sighting.body).hexdigest(),
        n_bytes=len(sighting.body),
        address=named_by_digest(sighting.uri) if by_address else address,
        host=sighting.host,
        list_name=match.list_name,
        list_version=match.version,
        match_kind=match.kind,
        distance=match.distance,
        recipient="",
        kept="",
        authorization_id=sighting.authorization_id,
    )
