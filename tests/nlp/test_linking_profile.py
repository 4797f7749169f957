# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines in: what is a profile, what is refused by name, what is never dropped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.linking import jsonl
from nlp.linking.jsonl import read_profiles
from nlp.linking.profile import MAX_TEXT, ProfileUnreadable, parse_profile
from vestigo.errors import InputError

WHOLE = {
    "id": "1", "market": "m", "handle": "h", "profile": "t", "pgp": "k",
    "contacts": [{"kind": "email", "value": "a@b.example"}], "listings": ["x"],
}  # fmt: skip


def test_a_whole_line():
    profile = parse_profile(json.dumps({**WHOLE, "surprise": [1]}))
    assert (profile.id, profile.market, profile.handle, profile.text) == ("1", "m", "h", "t")
    assert profile.contacts == (("email", "a@b.example"),)
    assert profile.listings == ("x",)


def test_what_is_absent_or_null_is_empty():
    profile = parse_profile('{"id": 7, "profile": null}')
    assert (profile.id, profile.text, profile.contacts) == ("7", "", ())


@pytest.mark.parametrize(
    "line",
    [
        "", "nothing", "[]", "{}", '{"id": ""}', '{"id": true}', '{"id": 1.5}', '{"id": ["a"]}',
        '{"id": "a", "handle": 1}', '{"id": "a", "listings": "t"}', '{"id": "a", "listings": [1]}',
        '{"id": "a", "contacts": {}}', '{"id": "a", "contacts": ["x"]}',
        '{"id": "a", "contacts": [{"kind": "email"}]}', "[" * 100_000,
        json.dumps({"id": "a" * 501}), json.dumps({"id": "a", "profile": "x" * (MAX_TEXT + 1)}),
        json.dumps({"id": "a", "contacts": [{"kind": "k", "value": "v"}] * 501}),
        json.dumps({"id": "a", "listings": ["x"] * 2001}),
    ],
)  # fmt: skip
def test_what_is_no_profile_is_refused(line):
    with pytest.raises(ProfileUnreadable):
        parse_profile(line)


def test_each_bad_line_is_named_by_its_number():
    problems = []
    lines = [b'{"id": "a"}', b"", b"oops", b'{"id": "a"}', b"\xff\xfe", b'{"id": "b"}']
    profiles = read_profiles(lines, problems.append)
    assert [profile.id for profile in profiles] == ["a", "b"]
    assert [(p.code, p.where) for p in problems] == [
        ("E-LNK-002", "line 3"), ("E-LNK-003", "line 4"), ("E-LNK-002", "line 5"),
    ]  # fmt: skip


def test_of_two_lines_with_one_id_the_first_is_kept():
    lines = [b'{"id": "a", "handle": "one"}', b'{"id": "a", "handle": "two"}']
    (profile,) = read_profiles(lines, lambda _problem: None)
    assert profile.handle == "one"


def test_a_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_LINE", 30)
    problems = []
    assert not read_profiles([json.dumps(WHOLE).encode()], problems.append)
    assert problems[0].code == "E-LNK-002"


def test_too_many_profiles_are_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_PROFILES", 2)
    lines = [json.dumps({"id": n}).encode() for n in range(3)]
    with pytest.raises(InputError) as caught:
        read_profiles(lines, lambda _problem: None)
    assert caught.value.code == "E-LNK-004"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_profile_or_a_named_problem(line):
    problems = []
    profiles = read_profiles([line], problems.append)
    assert len(profiles) + len(problems) == (1 if line.strip() else 0)
