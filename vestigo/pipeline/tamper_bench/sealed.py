# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bundle in the hands of somebody who seals it again, with whatever key he has."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from vestigo.evidence.bundle.payload import BagFolder, Digests, manifest
from vestigo.evidence.bundle.seal import ALGORITHMS
from vestigo.evidence.keys import UnlockedKeys
from vestigo.evidence.merkle import leaf_hash, node_hash
from vestigo.evidence.merkle_proofs import consistency_proof, inclusion_proof, split
from vestigo.evidence.note import parse_note
from vestigo.evidence.tlog_files import SUFFIX, ConsistencyFile, InclusionFile

EVENTS, NOTE = "data/custody/events.jsonl", "seal/checkpoint.note"
PREVIOUS, CONSISTENCY = "data/custody/previous.note", "data/custody/consistency.txt"
STATEMENT, INFO = "seal/statement.json", "bag-info.txt"
LATE = ("seal/stamps/", "seal/witness/")
MANIFESTS = ("manifest-", "tagmanifest-")


@dataclass(frozen=True)
class Sealed:
    """A bundle, the anchors that came from elsewhere, and the keys of whoever seals."""

    path: Path
    anchors: Path
    keys: UnlockedKeys

    def file(self, name: str) -> Path:
        """Return the path of a file of the bundle."""
        return self.path / name

    def lines(self) -> list[bytes]:
        """Return the lines of the log."""
        return self.file(EVENTS).read_bytes().splitlines()

    def reseal(self) -> None:
        """Make manifests, statement and signatures again: what the holder of the key can do.

        Where the log is another one, the checkpoint and every proof are made again as well.
        """
        bag = self._bag()
        lines = self.lines()
        root = self.root(0, len(lines)) if lines else hashlib.sha256(b"").digest()
        note = self.keys.sign_checkpoint(len(lines), root)
        if self.file(NOTE).read_bytes() != note.encode():
            self._put(bag, NOTE, note.encode())
            self._prove(bag, lines, note)
        self._describe(bag, len(lines))
        for algorithm in ALGORITHMS:
            self._put(bag, f"manifest-{algorithm}.txt", manifest(bag.payload(), algorithm))
        statement = json.loads(self.file(STATEMENT).read_bytes())
        statement["checkpoint"] = {
            "origin": self.keys.origin, "size": len(lines), "root": root.hex(),
        }  # fmt: skip
        unstated = (STATEMENT, f"{STATEMENT}.p7s")
        statement["files"] = {
            name: digests.sha256 for name, digests in bag.tags().items()
            if name not in unstated and not name.startswith(LATE)
        }  # fmt: skip
        self.sign(bag, statement)
        self.list_tags(bag)

    def sign(self, bag: BagFolder, statement: dict[str, object]) -> None:
        """Write a statement and sign it."""
        content = json.dumps(statement, indent=0, sort_keys=True).encode() + b"\n"
        self._put(bag, STATEMENT, content)
        self._put(bag, f"{STATEMENT}.p7s", self.keys.sign_statement(content))

    def remanifest(self) -> None:
        """Make all four manifests again: whoever has no key at all can do that."""
        bag = self._bag()
        for algorithm in ALGORITHMS:
            self._put(bag, f"manifest-{algorithm}.txt", manifest(bag.payload(), algorithm))
        self.list_tags(bag)

    def list_tags(self, bag: BagFolder | None = None) -> None:
        """Make the tag manifests again, which nothing signs."""
        bag = bag or self._bag()
        tags = {name: digests for name, digests in bag.tags().items()
                if not name.startswith("tagmanifest-")}  # fmt: skip
        for algorithm in ALGORITHMS:
            self._put(bag, f"tagmanifest-{algorithm}.txt", manifest(tags, algorithm))

    def root(self, begin: int, end: int) -> bytes:
        """Return the root over the leaves ``begin`` to ``end`` of the log as it is now."""
        return _root([_leaf(line) for line in self.lines()[begin:end]])

    def _bag(self) -> BagFolder:
        bag = BagFolder(self.path)
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and not name.startswith(MANIFESTS):
                bag.files[name] = _digests(path)
        for path in self.path.glob("manifest-*.txt"):
            bag.files[path.name] = _digests(path)
        return bag

    def _prove(self, bag: BagFolder, lines: list[bytes], note: str) -> None:
        """Make the proof of each exhibit that has one again, over the log as it is now."""
        for name in sorted(bag.files):
            if name.endswith(SUFFIX):
                number = Path(name).stem
                marks = (b'"reason":"exhibit recorded"', f'"exhibit":"{number}"'.encode())
                index = next(n for n, line in enumerate(lines) if all(m in line for m in marks))
                steps = inclusion_proof(index, len(lines), self.root)
                proof = InclusionFile(index, tuple(steps), parse_note(note))
                self._put(bag, name, proof.written().encode())
        built = [json.loads(line) for line in lines if b'"reason":"bundle built"' in line]
        if built and PREVIOUS in bag.files:
            old = int(built[-1]["details"]["checkpoint"])
            steps = consistency_proof(old, len(lines), self.root)
            proof_from = ConsistencyFile(old, tuple(steps), parse_note(note))
            self._put(bag, CONSISTENCY, proof_from.written().encode())
            earlier = self.keys.sign_checkpoint(old, self.root(0, old))
            self._put(bag, PREVIOUS, earlier.encode())

    def _describe(self, bag: BagFolder, size: int) -> None:
        """Write size of the payload and of the log into ``bag-info.txt``."""
        payload = bag.payload().values()
        said = {"Payload-Oxum": f"{sum(one.n_bytes for one in payload)}.{len(payload)}",
                "Vestigo-Checkpoint": str(size)}  # fmt: skip
        rows = self.file(INFO).read_text("utf-8").splitlines()
        labels = [row.partition(": ")[0] for row in rows]
        rows = [f"{label}: {said[label]}" if label in said else row
                for label, row in zip(labels, rows, strict=True)]  # fmt: skip
        self._put(bag, INFO, "".join(f"{row}\n" for row in rows).encode())

    def _put(self, bag: BagFolder, name: str, content: bytes) -> None:
        bag.files[name] = Digests(
            len(content), hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest()
        )
        path = self.file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)


def _digests(path: Path) -> Digests:
    content = path.read_bytes()
    return Digests(
        len(content), hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest()
    )


def _leaf(line: bytes) -> bytes:
    """Return the leaf of a line, which a disclosed copy tells in the place of the event."""
    told = json.loads(line) if b'"withheld"' in line else {}
    return bytes.fromhex(told["leaf"]) if "leaf" in told else leaf_hash(line)


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node_hash(_root(leaves[:middle]), _root(leaves[middle:]))
