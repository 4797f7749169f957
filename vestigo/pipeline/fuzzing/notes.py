# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notes, keys and proofs of the custody log."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from vestigo.evidence.checkpoint import parse_checkpoint
from vestigo.evidence.note import Note, NoteKey, NoteSignature, parse_key, parse_note
from vestigo.evidence.stranger import verify
from vestigo.evidence.tlog_files import (
    PROOF_HEAD,
    ConsistencyFile,
    InclusionFile,
    parse_consistency,
    parse_inclusion,
)
from vestigo.pipeline.fuzzing.agreeing import agree

_ROOT = hashlib.sha256(b"root").digest()
_TEXT = f"invented.example/log\n7\n{base64.b64encode(_ROOT).decode('ascii')}\n"


def run(data: bytes, _folder: Path) -> None:
    """Read ``data`` as a checkpoint note, a key, and a proof of either kind."""
    text = data.decode("utf-8", "surrogateescape")
    if text.isprintable() or "\n" in text:
        _checkpoint(text)
        _proof(text)
        _key(text)


def _checkpoint(text: str) -> None:
    try:
        parse_note(text)
        found = parse_checkpoint(text)
    except ValueError:
        return
    theirs = verify.note_parts(text)
    agree("checkpoint", (found.size, found.root), (theirs[1], theirs[2]))
    for line in theirs[3][: verify.SHOWN]:
        verify.names(line, ("invented.example/log", verify.LOG_KEY, _ROOT))


def _proof(text: str) -> None:
    for parse, head in ((parse_inclusion, PROOF_HEAD), (parse_consistency, "")):
        try:
            found = parse(text)
        except ValueError:
            continue
        if isinstance(found, InclusionFile) and "\nextra " in text[: len(head) + 7]:
            continue  # a line that our bundles never hold: the verifier refuses it
        theirs = verify.proof_parts(text, head, found.note.written())
        number = found.index if isinstance(found, InclusionFile) else found.old
        agree("proof", (number, list(found.path)), theirs)
        agree("written", found.written(), text)
        verify.root_of_path(_ROOT, number, number + 5, list(found.path))
        verify.roots_of_proof(number, _ROOT, number + 5, list(found.path))


def _key(text: str) -> None:
    try:
        key = parse_key(text)
    except ValueError:
        return
    agree("key", key.written(), text.strip())


def seeds() -> list[bytes]:
    """Return a checkpoint, both kinds of proof and both kinds of key."""
    key = NoteKey("invented.example/log", 1, bytes(range(32)))
    witness = NoteKey("witness.example", 4, bytes(range(32, 64)))
    signatures = (
        NoteSignature(key.name, key.id, bytes(64)),
        NoteSignature(witness.name, witness.id, bytes(72)),
    )
    note = Note(_TEXT, signatures)
    path = tuple(hashlib.sha256(bytes([n])).digest() for n in range(3))
    texts = [
        note.written(),
        InclusionFile(4, path, note).written(),
        ConsistencyFile(3, path, note).written(),
        key.written(),
        witness.written(),
    ]
    return [text.encode("utf-8") for text in texts]
