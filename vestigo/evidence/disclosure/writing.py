# SPDX-License-Identifier: AGPL-3.0-or-later
"""The payload of a disclosed copy: what remains, commitments for the rest, and a list of it."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.bundle.captures import Hole, add_captures
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.disclosure.closure import Withheld
from vestigo.evidence.disclosure.wish import Wish
from vestigo.evidence.quarantine.tombstone import FORMAT, fitted, group_length
from vestigo.evidence.warc.record import Place
from vestigo.i18n import _
from vestigo.records import Capture, canonical_json, record_from_body

LISTED = "data/custody/withheld.jsonl"
REASON = "withheld from this copy"
_TOKEN = re.compile(rb"[0-9a-f]{64}")


def add_remaining_captures(
    bag: BagFolder, view: CaseView, withheld: Withheld, commitments: Mapping[str, str]
) -> None:
    """Copy the WARC files; where a withheld page stood lies a tombstone of the same length."""
    holes: dict[str, list[Hole]] = {}
    for record_id in withheld.records:
        if withheld.bodies[record_id]["kind"] == Capture.KIND:
            capture = record_from_body(withheld.bodies[record_id])
            assert isinstance(capture, Capture)
            hole = _hole(view, capture, commitments[record_id])
            holes.setdefault(capture.warc_name, []).append(hole)
    add_captures(bag, view, {name: sorted(found) for name, found in holes.items()})


def _hole(view: CaseView, capture: Capture, commitment: str) -> Hole:
    n_bytes = group_length(view.folder.captures, capture)
    body = canonical_json({"format": FORMAT, "reason": REASON, "commitment": commitment})
    place = Place(capture.warc_name, capture.warc_offset)
    moment = view.events[-1].at  # not when the page was seen
    return capture.warc_offset, fitted(body, place, moment, commitment[:32], n_bytes)


def add_remaining_events(bag: BagFolder, whole: CaseView, withheld: Withheld) -> None:
    """Write the log; a withheld event is its two hashes, so that chain and tree still hold."""
    bag.add("data/custody/events.jsonl", _event_lines(whole, withheld))


def _event_lines(whole: CaseView, withheld: Withheld) -> Iterator[bytes]:
    for event in whole.events:
        line = event.line()
        if event.id in withheld.events:
            leaf = hashlib.sha256(b"\x00" + line).hexdigest()
            told = {"id": event.id, "leaf": leaf, "sha256": event.sha256, "withheld": True}
            line = canonical_json(told)
        yield line + b"\n"


def add_list_of_withheld(
    bag: BagFolder, whole: CaseView, withheld: Withheld, wish: Wish, commitments: Mapping[str, str]
) -> None:
    """Write what is left out: exhibits with the reason, records and events one by one."""
    rows: list[dict[str, object]] = [
        {"what": "copy", "reason": wish.reason, "person": wish.person,
         "fields": sorted(f"{kind}.{name}" for kind, name in wish.fields)},
    ]  # fmt: skip
    rows += [{"what": "exhibit", "number": one, "redacted": False}
             for one in sorted(withheld.exhibits)]  # fmt: skip
    rows += [{"what": "exhibit", "number": one, "redacted": True}
             for one in sorted(withheld.redacted)]  # fmt: skip
    for record_id, kind in whole.entries:
        if record_id in withheld.records:
            rows.append({"what": "record", "commitment": commitments[record_id], "kind": kind,
                         "redacted": withheld.records[record_id]})  # fmt: skip
    rows += [{"what": "event", "id": number} for number in sorted(withheld.events)]
    bag.add(LISTED, b"".join(canonical_json(row) + b"\n" for row in rows))


def refuse_leaks(root: Path, withheld: Withheld) -> None:
    """Look for every withheld digest and value in all that was written.

    Raises ``VerificationError`` E-EVI-212 naming the first file that would give one away.
    """
    hidden = {digest.encode("ascii") for digest in withheld.digests}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            content = _unpacked(path.read_bytes())
            told = not hidden.isdisjoint(_TOKEN.findall(content))
            if told or (name.startswith("data/") and withheld.values.stand_in_bytes(content)):
                raise _leaks(name)


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    plain, rest = [], content
    while rest:
        member = zlib.decompressobj(31)
        plain.append(member.decompress(rest))
        rest = member.unused_data
    return b"\n".join(plain)


def _leaks(name: str) -> VerificationError:
    return VerificationError(
        "E-EVI-212",
        _("The copy would still hold what is to be withheld."),
        where=name,
        remedy=_("Nothing was written. Withhold the exhibit that the file belongs to as well."),
    )
