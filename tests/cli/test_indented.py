# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents of ``--json`` are what the standard library writes of their plain form."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.cli.indented import indented

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=30,
)


@dataclass(frozen=True)
class Pair:
    second: Decimal
    first: tuple[str, ...]


@given(plain)
def test_a_document_is_what_json_writes(value):
    assert indented(value) == json.dumps(value, ensure_ascii=False, indent=2)


def test_records_keep_the_order_of_their_fields():
    found = indented({"one": Pair(Decimal("1.50"), ("é",)), "at": datetime(2026, 1, 2, tzinfo=UTC)})
    expected = {"one": {"second": "1.50", "first": ["é"]}, "at": "2026-01-02T00:00:00Z"}
    assert found == json.dumps(expected, ensure_ascii=False, indent=2)


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": b"x"}, {"a": {1, 2}}])
def test_what_has_no_place_in_a_record_has_none_here(value):
    with pytest.raises(TypeError, match="no place in a record"):
        indented(value)


def test_an_integer_that_readers_would_round_is_refused():
    with pytest.raises(ValueError, match="outside the range"):
        indented([2**53])
