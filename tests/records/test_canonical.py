# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical JSON: what RFC 8785 asks of values without floats."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.records import canonical_json, content_id

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_was_written_is_read_again(value):
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(0, 9), min_size=2))
def test_the_order_of_keys_does_not_matter(mapping):
    turned = dict(reversed(list(mapping.items())))
    assert content_id(turned) == content_id(mapping)


def test_keys_are_sorted_by_utf_16_units():
    # the example of RFC 8785, section 3.2.3, without its control characters
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys)))) == expected


def test_escapes_are_the_short_ones():
    assert canonical_json('\x0f\n"\\/é') == '"\\u000f\\n\\"\\\\/é"'.encode()


@pytest.mark.parametrize("value", [1.5, {"a": 0.1}, b"bytes", object(), {1, 2}])
def test_what_a_record_must_not_hold_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_integers_that_readers_would_round_are_refused():
    with pytest.raises(ValueError, match="outside the range"):
        canonical_json(2**53)
