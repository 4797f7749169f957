# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clear-signed messages: what counts is what a known key signed, and nothing else."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.identifiers.pgp import KeyUnreadable
from vestigo.identifiers.pgp_message import (
    SignatureInvalid,
    find_messages,
    verified_text,
    verify_message,
)
from vestigo.training.openpgp import clear_signed, make_vendor_key

MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2024, 10, 8, 9, 30, tzinfo=UTC)
TEXT = "Our addresses\n- first\n\nFrom here on  \n- last"


def key_of(letter):
    return make_vendor_key(letter * 32, "staff <staff@market.example>", MADE_AT)


MARKET, OTHER = key_of(b"m"), key_of(b"o")


def signed(secret=b"m", text=TEXT):
    return clear_signed(secret * 32, MADE_AT, SIGNED_AT, text).strip()


def test_what_was_signed_by_whom_and_when():
    found = verify_message(signed(), [OTHER.armoured, MARKET.armoured])
    assert found.text.split() == TEXT.split()
    assert found.fingerprint == MARKET.fingerprint
    assert found.signed_at == SIGNED_AT


def reason_of(block, *keys):
    with pytest.raises(SignatureInvalid) as caught:
        verify_message(block, [key.armoured for key in keys])
    return caught.value


def test_a_key_that_nobody_gave_is_named_and_not_believed():
    refused = reason_of(signed(b"o"), MARKET)
    assert (refused.reason, refused.fingerprint) == ("unknown-key", OTHER.fingerprint)
    assert reason_of(signed()).reason == "unknown-key"


@pytest.mark.parametrize(
    ("old", "new"),
    [("first", "fake"), ("Our", "Our own"), ("- first\n", ""), ("last", "last\nhttp://x/")],
)
def test_a_changed_text_is_a_bad_signature(old, new):
    assert old in signed()
    assert reason_of(signed().replace(old, new), MARKET).reason == "bad-signature"


def test_a_line_between_head_and_text_is_not_read_as_signed():
    sneaked = signed().replace("Hash: SHA256\n", "Hash: SHA256\nhttp://sneaked.example/\n", 1)
    with suppress(SignatureInvalid):
        assert "sneaked" not in verify_message(sneaked, [MARKET.armoured]).text


def body_of(block):
    return base64.b64decode("".join(block.split("\n\n")[-1].splitlines()[:-2]))


def test_a_newer_signature_of_a_stranger_lends_an_old_list_no_new_time():
    both = base64.b64encode(body_of(signed(b"o")) + body_of(signed())).decode()
    head = signed()[: signed().rindex("\n\n")]
    block = f"{head}\n\n{both}\n-----END PGP SIGNATURE-----"
    assert reason_of(block, MARKET).reason == "several-signatures"
    assert verified_text(block, [MARKET.armoured]).split() == TEXT.split()
    with pytest.raises(SignatureInvalid):
        verified_text(signed(b"o"), [MARKET.armoured])


def test_a_page_of_beginnings_is_read_in_one_pass():
    text = "-----BEGIN PGP SIGNED MESSAGE-----\n" * 200_000
    assert find_messages(text) == []
    assert find_messages(signed() + "\n" + text) == [(0, len(signed()))]


def test_what_stands_around_the_block_is_no_part_of_it():
    page = f"before\r\n{signed()}\nbehind {signed(b'o')}\n{signed(b'o')}"
    spans = find_messages(page)
    assert [page[start:end] for start, end in spans] == [signed(), signed(b"o")]


def test_a_message_with_the_line_ends_of_a_web_form_is_read():
    page = signed().replace("\n", "\r\n")
    ((start, end),) = find_messages(page)
    assert verify_message(page[start:end], [MARKET.armoured]).fingerprint == MARKET.fingerprint


@pytest.mark.parametrize("block", ["", "-----BEGIN PGP SIGNATURE-----", "text", "\0"])
def test_what_is_no_message_is_said_to_be_unreadable(block):
    with pytest.raises((SignatureInvalid, ValueError)):
        verify_message(block, [MARKET.armoured])


def test_a_key_that_is_none_is_said():
    with pytest.raises(KeyUnreadable):
        verify_message(signed(), ["no key"])


@given(st.integers(0, len(signed()) - 1), st.characters(codec="ascii"))
def test_no_change_of_a_letter_makes_another_text_signed(place, letter):
    block = signed()
    changed = block[:place] + letter + block[place + 1 :]
    try:
        found = verify_message(changed, [MARKET.armoured])
    except ValueError:
        return
    assert found.text.split() == TEXT.split()
