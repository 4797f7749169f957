# SPDX-License-Identifier: AGPL-3.0-or-later
"""OpenPGP keys: as they stand, with damaged armour, of version 3."""

from __future__ import annotations

import base64
import hashlib
import json
import lzma

import pytest
from pysequoia import Tsk

from vestigo.identifiers.pgp import KeyUnreadable, find_blocks, read_key

BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
END = "-----END PGP PUBLIC KEY BLOCK-----"


@pytest.fixture(scope="module")
def certificate():
    return Tsk.generate("Some One <some.one@mail.example>").extract_certificate()


@pytest.fixture(scope="module")
def armour(certificate):
    return str(certificate)


def test_a_key_as_it_stands(certificate, armour):
    key = read_key(armour)
    assert key.fingerprint == certificate.fingerprint.upper()
    assert key.user_ids == ("Some One <some.one@mail.example>",)
    assert (key.version, key.armour_repaired) == (4, False)


def _body(armour):
    lines = armour.strip().splitlines()
    start = lines.index("")
    return [line for line in lines[start + 1 : -1] if not line.startswith("=")]


DAMAGES = {
    "blanks instead of line breaks": lambda lines: f"{BEGIN} " + " ".join(lines) + f" {END}",
    "indented": lambda lines: "\n".join(["  " + line for line in [BEGIN, "", *lines, END]]),
    "wrong checksum": lambda lines: "\n".join([BEGIN, "", *lines, "=AAAA", END]),
    "no last line": lambda lines: "\n".join([BEGIN, "", *lines]),
    "headers without an empty line": lambda lines: "\n".join([BEGIN, "Version: GnuPG v1", "Comment: x", *lines, END]),
    "every line doubled apart": lambda lines: "\n\n".join([BEGIN, "", *lines, END]),
    "carriage returns": lambda lines: "\r".join([BEGIN, "", *lines, END]),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_armour_is_repaired(certificate, armour, damage):
    key = read_key(DAMAGES[damage](_body(armour)))
    assert key.fingerprint == certificate.fingerprint.upper()


def test_a_repair_is_said(armour):
    broken = _body(armour)
    lines = [broken[0][:20] + " . " + broken[0][20:], *broken[1:]]
    assert read_key("\n".join([BEGIN, "", *lines, END])).armour_repaired


def test_version_3_has_an_md5_fingerprint():
    modulus, exponent = bytes([0x80, *range(1, 64)]), b"\x11"
    body = bytes([3]) + bytes(6) + b"\x01" + b"\x02\x00" + modulus + b"\x00\x05" + exponent
    packet = bytes([0x99]) + len(body).to_bytes(2, "big") + body
    block = f"{BEGIN}\n\n{base64.b64encode(packet).decode()}\n{END}"
    key = read_key(block)
    assert key.version == 3
    assert key.fingerprint == hashlib.md5(modulus + exponent).hexdigest().upper()


@pytest.mark.parametrize(
    "block",
    [
        "",
        "no key",
        f"{BEGIN}\n{END}",
        f"{BEGIN} ALL THE **** IN BETWEEN {END}",
        f"{BEGIN}\n\nAAAA\n{END}",
    ],
)
def test_what_is_no_key_says_why(block):
    with pytest.raises(KeyUnreadable) as error:
        read_key(block)
    assert str(error.value)


def test_a_cut_version_3_key_is_refused():
    packet = bytes([0x99, 0, 20, 3]) + bytes(7) + b"\x02\x00" + bytes(10)
    block = f"{BEGIN}\n\n{base64.b64encode(packet).decode()}\n{END}"
    with pytest.raises(KeyUnreadable):
        read_key(block)


def test_blocks_are_found_with_and_without_an_end():
    text = f"hi {BEGIN} a {END} there {BEGIN} b"
    blocks = [text[a:b] for a, b in find_blocks(text)]
    assert blocks == [f"{BEGIN} a {END}", f"{BEGIN} b"]
    assert find_blocks("nothing") == []


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["agora-2014/open.vendors.jsonl.xz", "listings/dream-vendors-2016.jsonl.xz"]
)
def test_every_armoured_block_of_real_vendors_is_read_or_says_why(real_data, name):
    read = refused = 0
    with lzma.open(real_data / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            values = json.loads(line).values()
            text = "\n".join(value for value in values if isinstance(value, str))
            for start, end in find_blocks(text):
                try:
                    assert len(read_key(text[start:end]).fingerprint) in (32, 40, 64)
                    read += 1
                except KeyUnreadable:
                    refused += 1
    assert read >= 40
    assert refused <= 1
