# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs as text: ``tlog-proof`` files and the requests that witnesses read (C2SP)."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vestigo.evidence.checkpoint import SIZE
from vestigo.evidence.merkle_proofs import HASH_BYTES, LONGEST
from vestigo.evidence.note import Note, parse_note

PROOF_HEAD = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
HASH = re.compile(r"[A-Za-z0-9+/]{43}=")
GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class InclusionFile:
    """A ``tlog-proof``: the index of a leaf (from 0), its path, the checkpoint it leads to."""

    index: int
    path: tuple[bytes, ...]
    note: Note

    def written(self) -> str:
        """Return the file."""
        head = f"{PROOF_HEAD}\nindex {self.index}\n"
        return head + hash_lines(self.path) + "\n" + self.note.written()


@dataclass(frozen=True, slots=True)
class ConsistencyFile:
    """An ``add-checkpoint`` request: the earlier size, the proof from it, the checkpoint."""

    old: int
    path: tuple[bytes, ...]
    note: Note

    def written(self) -> str:
        """Return the file."""
        return f"old {self.old}\n{hash_lines(self.path)}\n{self.note.written()}"


def parse_inclusion(text: str) -> InclusionFile:
    """Return a ``tlog-proof`` file, nothing verified; ``ValueError`` if it is none."""
    head, _feed, rest = text.partition("\n")
    if rest.startswith("extra "):  # not authenticated, and of no use to us
        rest = rest.partition("\n")[2]
    if head != PROOF_HEAD:
        raise ValueError("not a tlog-proof")
    return InclusionFile(*_parsed(rest, "index"))


def parse_consistency(text: str) -> ConsistencyFile:
    """Return an ``add-checkpoint`` request, nothing verified; ``ValueError`` if it is none."""
    return ConsistencyFile(*_parsed(text, "old"))


def hash_lines(hashes: Sequence[bytes]) -> str:
    """Return one base64 line a hash."""
    return "".join(base64.b64encode(one).decode("ascii") + "\n" for one in hashes)


def _parsed(text: str, word: str) -> tuple[int, tuple[bytes, ...], Note]:
    proof, gap, note = text.partition(GAP)
    head, *lines = proof.split("\n")
    name, _space, number = head.partition(" ")
    if not gap or name != word or not SIZE.fullmatch(number) or len(lines) > LONGEST:
        raise ValueError(f"not a proof with the line “{word}”")
    if not all(HASH.fullmatch(line) for line in lines):
        raise ValueError("a line of the proof is no hash")
    path = tuple(base64.b64decode(line, validate=True) for line in lines)
    if any(len(one) != HASH_BYTES for one in path) or hash_lines(path) != "".join(
        f"{line}\n" for line in lines
    ):
        raise ValueError("a line of the proof is no hash")
    return int(number), path, parse_note(note)
