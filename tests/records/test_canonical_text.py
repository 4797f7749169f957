# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a record writes in one pass is the canonical JSON of its plain form."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.records import canonical_json, canonical_text
from vestigo.records.case import Retraction
from vestigo.records.codec import to_plain


class Word(StrEnum):
    ONE = "é\n"


class Number(IntEnum):
    SEVEN = 7


class Pair(NamedTuple):
    a: int
    b: str


@dataclass(frozen=True, slots=True)
class Inner:
    LATER: ClassVar[frozenset[str]] = frozenset({"late"})

    zeta: str
    alpha: int | None
    late: str | None = None


moments = st.datetimes(
    min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - zones are drawn
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3)), timezone(timedelta(minutes=345))]),
)  # fmt: skip
leaves = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False) | moments | st.dates()
    | st.sampled_from([Word.ONE, Number.SEVEN, Pair(1, "x")])
    | st.builds(Inner, st.text(), st.none() | st.integers(0, 9), st.none() | st.text())
)  # fmt: skip
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.lists(inner).map(tuple))


@given(values)
def test_the_text_is_the_canonical_json_of_the_plain_form(value):
    assert canonical_text(value).encode() == canonical_json(to_plain(value))


@pytest.mark.parametrize("value", [1.5, (0.1,), b"bytes", object(), {1, 2}, {"a": 1}])
def test_what_a_record_must_not_hold_has_no_text(value):
    with pytest.raises(TypeError, match="no place in a record"):
        canonical_text(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), (1, (2**60,))])
def test_an_integer_that_json_readers_round_has_no_text(value):
    with pytest.raises(ValueError, match="outside the range"):
        canonical_text(value)


def test_a_naive_time_has_no_text():
    with pytest.raises(ValueError, match="naive"):
        canonical_text(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_date_is_no_time():
    assert canonical_text((date(2026, 1, 2), Decimal("0.10"))) == '["2026-01-02","0.10"]'


def test_a_written_record_is_what_the_record_is():
    record = Retraction(
        retracts="ab" * 32, reason="wrong", person="ana",
        retracted_at=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    kept = record.written()
    assert kept == (record.record_id, "retraction", record.SCHEMA, record.canonical())
    assert kept.record() == record
