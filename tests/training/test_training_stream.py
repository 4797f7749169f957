# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stream of numbers: pinned, independent of Python's own, uniform enough."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.training.stream import Stream


def test_the_first_block_is_what_the_format_says():
    expected = hashlib.sha256(b"vestigo.range.v1/7/a/1#1").digest()
    assert Stream(7, "a", 1).block() == expected


def test_numbers_are_pinned_so_that_no_release_changes_a_range():
    stream = Stream(1, "pinned")
    assert [stream.below(1000) for _n in range(6)] == [
        int.from_bytes(hashlib.sha256(b"vestigo.range.v1/1/pinned#%d" % n).digest()[:8], "big")
        % 1000
        for n in range(1, 7)
    ]


@given(st.integers(0, 2**31), st.integers(1, 2**32))
def test_a_number_is_below_its_limit(seed, limit):
    assert 0 <= Stream(seed, "x").below(limit) < limit


@given(st.integers(0, 99), st.integers(-50, 50), st.integers(0, 50))
def test_both_ends_belong_to_between(seed, low, width):
    assert low <= Stream(seed).between(low, low + width) <= low + width


@pytest.mark.parametrize("limit", [0, -1, 2**32 + 1])
def test_a_limit_that_cannot_be_drawn_from_is_refused(limit):
    with pytest.raises(ValueError, match="no limit"):
        Stream(1).below(limit)


@given(st.integers(0, 99), st.lists(st.integers(), max_size=30))
def test_shuffling_loses_nothing(seed, items):
    assert Counter(Stream(seed).shuffled(items)) == Counter(items)


@given(st.integers(0, 99), st.integers(0, 10))
def test_a_sample_holds_different_items(seed, n):
    sample = Stream(seed).sample(range(10), n)
    assert len(set(sample)) == len(sample) == n


def test_streams_of_other_names_or_seeds_are_others():
    draws = [
        Stream(1, "a").below(2**32), Stream(2, "a").below(2**32), Stream(1, "b").below(2**32),
        Stream(1, "a", "b").below(2**32),
    ]  # fmt: skip
    assert len(set(draws)) == len(draws)


def test_every_number_comes_about_equally_often():
    stream = Stream(3)
    counts = Counter(stream.below(6) for _n in range(6000))
    assert set(counts) == set(range(6))
    assert all(850 < n < 1150 for n in counts.values())


def test_a_chance_is_about_what_it_says():
    stream = Stream(4)
    assert 230 < sum(stream.chance(25) for _n in range(1000)) < 270
    assert not any(stream.chance(0) for _n in range(50))
    assert all(stream.chance(100) for _n in range(50))


def test_drawing_does_not_change_what_was_given():
    items = [3, 1, 2]
    Stream(5).shuffled(items)
    assert items == [3, 1, 2]
