# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of contacts."""

from __future__ import annotations

import pytest

from vestigo.identifiers import contacts


def _tox(body: bytes) -> str:
    even = odd = 0
    for index, byte in enumerate(body):
        even, odd = (even, odd ^ byte) if index % 2 else (even ^ byte, odd)
    return (body + bytes((even, odd))).hex().upper()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("email", "A.b@Example.ORG", "A.b@example.org"),
        ("email", "a..b@example.org", None),
        ("email", "a@b", None),
        ("telegram", "@some_shop", "some_shop"),
        ("telegram", "abcd", None),
        ("telegram", "1shop", None),
        ("wickr", "@a.shop", "a.shop"),
        ("wickr", "ab", None),
        ("threema", "abcd2345", "ABCD2345"),
        ("threema", "*SUPPORT", "*SUPPORT"),
        ("threema", "ABC", None),
        ("signal", "someone.42", "someone.42"),
        ("signal", "someone", None),
        ("matrix", "@Shop:Matrix.example", "@shop:matrix.example"),
        ("matrix", "shop:matrix.example", None),
        ("session", "05" + "AB" * 32, "05" + "ab" * 32),
        ("session", "06" + "ab" * 32, None),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("phone", "0044 20 7946 0958", "+442079460958"),
        ("phone", "020 7946 0958", None),
        ("phone", "+0123456789", None),
        ("jabber", "shop@jabber.example", "shop@jabber.example"),
    ],
)
def test_forms(kind, text, value):
    assert contacts.CHECKS[kind](text) == value


def test_a_tox_id_has_a_checksum():
    good = _tox(bytes(range(36)))
    assert contacts.tox(good.lower()) == good
    assert contacts.tox("FF" + good[2:]) is None
    assert contacts.tox(good[:-2]) is None
