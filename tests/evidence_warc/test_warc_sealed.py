# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealed items open with the private key only, and only unchanged."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vestigo.errors import VerificationError
from vestigo.evidence.warc.sealed import SealedRecord, commitment, new_salt, open_sealed, seal

CAPTURE_ID = "c" * 64


@pytest.fixture
def records():
    return {"request": SealedRecord(bytes(32), b"password=hunter2\r\n\x00\xff")}


@pytest.fixture
def item(private_key, records):
    line = seal(private_key.public_key().public_bytes_raw(), CAPTURE_ID, records)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return json.loads(line)


def test_the_private_key_opens(item, records, private_key):
    assert open_sealed(private_key.private_bytes_raw(), item) == records


def test_the_secret_does_not_show(item):
    assert "hunter2" not in json.dumps(item)


def test_another_key_does_not_open(item):
    other = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    with pytest.raises(VerificationError) as caught:
        open_sealed(other.private_bytes_raw(), item)
    assert caught.value.code == "E-EVI-104"


@pytest.mark.parametrize(
    "field", ["ciphertext", "wrapped_key", "nonce", "ephemeral_public_key", "capture_id", "format"]
)
def test_a_changed_field_does_not_open(item, private_key, field):
    value = item[field]
    changed = ("1" if value[0] != "1" else "2") + value[1:]
    with pytest.raises(VerificationError):
        open_sealed(private_key.private_bytes_raw(), {**item, field: changed})


@pytest.mark.parametrize("field", ["ciphertext", "wrapped_key", "capture_id"])
def test_a_missing_field_does_not_open(item, private_key, field):
    del item[field]
    with pytest.raises(VerificationError):
        open_sealed(private_key.private_bytes_raw(), item)


def test_an_item_moved_to_another_capture_does_not_open(item, private_key):
    with pytest.raises(VerificationError):
        open_sealed(private_key.private_bytes_raw(), {**item, "capture_id": "d" * 64})


def test_sealing_twice_gives_different_bytes(private_key, records):
    public = private_key.public_key().public_bytes_raw()
    assert seal(public, CAPTURE_ID, records) != seal(public, CAPTURE_ID, records)


def test_a_commitment_depends_on_salt_and_block():
    salt = new_salt()
    assert commitment(salt, b"a") == commitment(salt, b"a")
    assert len({commitment(salt, b"a"), commitment(salt, b"b"), commitment(new_salt(), b"a")}) == 3
