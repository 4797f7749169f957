# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is what was archived what the server's socket saw?  Byte by byte, both ways.

Where a record was masked, the sealed original is compared with the socket, and the
ordinary record with the original at every place outside of the masked ranges.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.evidence.warc import iter_sealed, open_sealed
from vestigo.evidence.warc.masking import MASK
from vestigo.evidence.warc.members import Member, iter_members
from vestigo.evidence.warc.reader import segment_paths
from vestigo.pipeline.wire.tapped import Tap, Turn

Masks = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Original:
    """One archived exchange: the exact bytes, and the ordinary ones with their masks."""

    request: bytes
    response: bytes
    masked_request: bytes
    masked_response: bytes
    masks: Masks


@dataclass(frozen=True, slots=True)
class Compared:
    """How many exchanges there were at the socket and in the archive, and what was equal.

    ``first_difference`` names the direction and the offset, "" where there is none;
    ``n_sealed`` counts the records whose exact bytes came out of the sealed file.
    """

    n_at_socket: int
    n_archived: int
    sent_equal: bool
    received_equal: bool
    masked_equal: bool
    n_sealed: int
    first_difference: str

    @property
    def equal(self) -> bool:
        """Whether nothing differs and nothing is missing."""
        whole = self.n_at_socket == self.n_archived
        return whole and self.sent_equal and self.received_equal and self.masked_equal


def originals(captures: Path, sealed: Path, private_key: bytes) -> list[Original]:
    """Return every exchange of an archive in its order, secrets opened with ``private_key``."""
    items = {
        item["capture_id"]: open_sealed(private_key, item)
        for path in sorted(sealed.glob("*.sealed.jsonl"))
        for item in iter_sealed(path)
    }
    return [_original(*group, items) for group in _groups(captures)]


def compare(taps: Sequence[Tap], archived: Sequence[Original]) -> Compared:
    """Compare turn by turn: the exchanges of one connection follow each other."""
    turns = [turn for tap in taps for turn in tap.turns]
    pairs = list(zip(turns, archived, strict=False))
    sent = [_difference("request", bytes(turn.got), one.request) for turn, one in pairs]
    received = [_difference("response", bytes(turn.sent), one.response) for turn, one in pairs]
    unmasked = [difference for one in archived for difference in _outside(one)]
    found = [text for text in (*sent, *received, *unmasked) if text]
    return Compared(
        n_at_socket=len(turns),
        n_archived=len(archived),
        sent_equal=not any(sent) and _nothing_else_came(taps),
        received_equal=not any(received) and _nothing_else_went(taps),
        masked_equal=not any(unmasked),
        n_sealed=sum(len(one.masks) for one in archived),
        first_difference=found[0] if found else "",
    )


def _nothing_else_came(taps: Sequence[Tap]) -> bool:
    return all(bytes(tap.got) == b"".join(turn.got for turn in tap.turns) for tap in taps)


def _nothing_else_went(taps: Sequence[Tap]) -> bool:
    return all(bytes(tap.sent) == _sent(tap.turns) for tap in taps)


def _sent(turns: Sequence[Turn]) -> bytes:
    return b"".join(bytes(turn.sent) for turn in turns)


def _difference(name: str, at_socket: bytes, archived: bytes) -> str:
    if at_socket == archived:
        return ""
    pairs = enumerate(zip(at_socket, archived, strict=False))
    place = next((n for n, (one, other) in pairs if one != other), None)
    shorter = min(len(at_socket), len(archived))
    return f"{name}@{shorter if place is None else place}"


def _outside(one: Original) -> Iterator[str]:
    """Yield where the ordinary record differs from the masked form of the exact one."""
    for name, exact, ordinary in (
        ("request", one.request, one.masked_request),
        ("response", one.response, one.masked_response),
    ):
        expected = bytearray(exact)
        for start, end in one.masks.get(name, []):
            expected[start:end] = MASK * (end - start)
        yield _difference(f"masked {name}", bytes(expected), ordinary)


def _groups(captures: Path) -> Iterator[tuple[Member, Member, dict[str, Any]]]:
    for path in segment_paths(captures):
        with path.open("rb") as handle:
            kinds: dict[str, Member] = {}
            for member in iter_members(handle):
                kinds[member.kind] = member
                if member.kind == "metadata":
                    yield kinds["response"], kinds["request"], json.loads(member.block)


def _original(
    response: Member, request: Member, metadata: dict[str, Any], items: dict[str, Any]
) -> Original:
    exact = {"request": request.block, "response": response.block}
    masks: Masks = {}
    for entry in metadata["secrets"]["masked"]:
        name = entry["record"]
        masks[name] = [(start, end) for start, end in entry["ranges"]]
        exact[name] = items[metadata["capture_id"]][name].block
    return Original(exact["request"], exact["response"], request.block, response.block, masks)
