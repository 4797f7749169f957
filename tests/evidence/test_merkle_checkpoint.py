# SPDX-License-Identifier: AGPL-3.0-or-later
"""Merkle roots as RFC 6962 defines them, and checkpoints as signed notes."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.checkpoint import Checkpoint, parse_checkpoint
from vestigo.evidence.merkle import merkle_root
from vestigo.evidence.note import ED25519, Note, NoteKey, NoteSignature
from vestigo.evidence.stranger import verify


def by_definition(lines: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962, section 2.1."""
    if not lines:
        return hashlib.sha256(b"").digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\x00" + lines[0]).digest()
    k = 1
    while k * 2 < len(lines):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(lines[:k]) + by_definition(lines[k:])).digest()


@given(st.lists(st.binary(max_size=9), max_size=70))
def test_the_root_is_that_of_the_definition(lines):
    assert merkle_root(lines) == by_definition(lines)


def test_known_roots_of_the_certificate_transparency_tests():
    leaves = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
    assert (
        merkle_root(leaves[:1]).hex()
        == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert (
        merkle_root(leaves).hex()
        == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


def test_a_note_is_read_by_our_parser_and_by_the_strangers():
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    checkpoint = Checkpoint("vestigo/log/x", 12, b"r" * 32)
    named = NoteKey("vestigo/log/x", ED25519, public)
    line = NoteSignature(named.name, named.id, key.sign(checkpoint.text().encode()))
    note = Note(checkpoint.text(), (line,)).written()
    assert parse_checkpoint(note) == checkpoint
    text, size, root, signatures = verify.note_parts(note)
    assert (text, size, root) == (checkpoint.text(), 12, b"r" * 32)
    blob = base64.b64decode(signatures[0].split(" ")[2])
    assert blob[:4] == named.id
    key.public_key().verify(blob[4:], text.encode())


def test_the_verifier_key_has_the_form_of_signed_notes():
    name, hash_, encoded = NoteKey("a/b", ED25519, b"k" * 32).written().split("+", 2)
    assert name == "a/b"
    assert hash_ == hashlib.sha256(b"a/b\n\x01" + b"k" * 32).hexdigest()[:8]
    assert base64.b64decode(encoded) == b"\x01" + b"k" * 32


@pytest.mark.parametrize(
    "note", ["", "a\nb\nc\n\n", "a\n1\n", "a\n1\n!!\n\n— x y\n", "a\n-1\nAAAA\n\n"]
)
def test_what_is_no_checkpoint_is_refused(note):
    with pytest.raises(ValueError):
        parse_checkpoint(note)
