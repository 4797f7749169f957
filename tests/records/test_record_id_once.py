# SPDX-License-Identifier: AGPL-3.0-or-later
"""A record knows its id once it was asked; that changes neither what it is nor what it equals."""

import pickle
from dataclasses import replace

import pytest

from vestigo.records import Retraction, record_from_body
from vestigo.records.canonical import MAX_SAFE_INTEGER, canonical_json, content_id
from vestigo.records.codec import to_plain

TAKEN_BACK = record_from_body({
    "kind": "retraction", "schema": 1, "retracts": "ab" * 32, "reason": "wrong", "person": "ana",
    "retracted_at": "2026-01-02T03:04:05Z",
})  # fmt: skip


def test_an_id_that_is_known_is_that_of_the_body():
    assert isinstance(TAKEN_BACK, Retraction)
    assert TAKEN_BACK.record_id == TAKEN_BACK.record_id == content_id(TAKEN_BACK.body())


def test_what_is_made_of_a_record_does_not_keep_its_id():
    assert TAKEN_BACK.record_id
    other = replace(TAKEN_BACK, reason="late")
    assert other.record_id == content_id(other.body()) != TAKEN_BACK.record_id


def test_the_id_is_no_part_of_the_record():
    again = pickle.loads(pickle.dumps(TAKEN_BACK))
    fresh = record_from_body(TAKEN_BACK.body())
    assert TAKEN_BACK.record_id
    assert again == fresh == TAKEN_BACK
    assert hash(fresh) == hash(TAKEN_BACK)
    assert "_id" not in TAKEN_BACK.body()
    assert again.record_id == fresh.record_id == TAKEN_BACK.record_id


@pytest.mark.parametrize("reason", ["wrong", "pão “ü”", "a\tb\x7f\u2028", '"\\/', "\U0001f600"])
def test_the_bytes_of_a_record_are_the_canonical_json_of_its_body(reason):
    record = replace(TAKEN_BACK, reason=reason)
    assert record.canonical() == canonical_json(record.body())


def test_an_integer_that_json_readers_round_has_no_place():
    assert to_plain((MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER)) == [MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER]
    for value in (MAX_SAFE_INTEGER + 1, -MAX_SAFE_INTEGER - 1):
        with pytest.raises(ValueError, match="outside the range"):
            to_plain([value])
