# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facets counted in columns give what counting row by row gives; what is made once is made once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.console.columns import Columns, Facet
from vestigo.console.index import CaseIndex
from vestigo.console.once import OncePerIndex

ROWS = st.lists(st.tuples(st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("xyz"))))


@given(ROWS, st.sampled_from("abcd"))
def test_counts_are_those_of_a_count_row_by_row(rows, chosen):
    facets = {"one": Facet.of(sorted(row[0]) for row in rows),
              "two": Facet.of(sorted(row[1]) for row in rows)}  # fmt: skip
    columns = Columns(rows, facets, {})
    among = columns.having([("one", chosen)], columns.all_rows())
    expected = Counter(name for row in rows if chosen in row[0] for name in row[1])
    assert columns.facet("two").counted(among) == dict(expected)


@given(st.lists(st.integers(0, 5)), st.booleans())
def test_equal_rows_stay_in_their_order_whichever_way_they_are_sorted(values, descending):
    rows = list(enumerate(values))
    columns = Columns(rows, {}, {})
    among = columns.where(lambda row: row[1] != 3)
    places = columns.ordered(among, "value", descending, lambda row: row[1])
    expected = sorted((r for r in rows if r[1] != 3), key=lambda r: r[1], reverse=descending)
    assert [rows[n] for n in places.tolist()] == expected


def test_many_who_ask_at_once_wait_for_one_that_makes_it():
    once, index, made = OncePerIndex(), CaseIndex(), []
    threads = [
        threading.Thread(target=lambda: once.get(index, "rows", lambda: made.append(1) or "x"))
        for _n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert once.get(CaseIndex(), "rows", lambda: "new") == "new"


def test_what_could_not_be_made_is_tried_again():
    once, index = OncePerIndex(), CaseIndex()
    with pytest.raises(ZeroDivisionError):
        once.get(index, "rows", lambda: 1 // 0)
    assert once.get(index, "rows", lambda: 2) == 2
