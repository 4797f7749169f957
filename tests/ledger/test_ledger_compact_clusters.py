# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clusters of compact lines: one row a script, nothing joined by what may be joint."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.compact import parse_line
from ledger.compact_clusters import CompactClusters
from vestigo.cli.app import run


def script(n: int) -> str:
    return "0014" + f"{n:040x}"


def line(txid: int, spent: list[tuple[int, int]], paid: list[tuple[int, int]]) -> str:
    vin = [["00" * 32, n, sat, script(who)] for n, (who, sat) in enumerate(spent)]
    vout = [[sat, script(who)] for who, sat in paid]
    return json.dumps({"txid": f"{txid:064x}", "time": 1, "vin": vin, "vout": vout})


def clusters(lines: list[str], without: tuple[str, ...] = ()) -> dict[str, int]:
    made = CompactClusters(without)
    for text in lines:
        made.add(parse_line(text, "test"))
    return {str(row["script_hex"]): int(row["cluster"] or 0) for row in made.rows("mainnet")}


def test_what_is_spent_together_is_one_cluster_and_a_transaction_can_be_left_out():
    lines = [line(1, [(1, 500), (2, 500)], [(3, 900)]), line(2, [(2, 5), (4, 5)], [(5, 9)])]
    found = clusters(lines)
    assert found[script(1)] == found[script(2)] == found[script(4)]
    assert len(set(found.values())) == 3
    apart = clusters(lines, (f"{2:064x}",))
    assert apart[script(1)] == apart[script(2)] != apart[script(4)]


@pytest.mark.parametrize(
    "paid",
    [
        [(11, 70_000), (12, 70_000), (13, 70_000), (14, 9_000)],  # three could have paid each
        [(11, 70_000), (12, 70_000), (13, 69_000)],  # two parties
    ],
)
def test_what_several_may_have_paid_joins_nothing(paid):
    found = clusters([line(1, [(1, 80_000), (2, 80_000), (3, 80_000)], paid)])
    assert len({found[script(n)] for n in (1, 2, 3)}) == 3


payments = st.lists(
    st.tuples(st.lists(st.integers(0, 20), min_size=1, max_size=3), st.integers(0, 20)), max_size=20
)


@given(payments)
def test_rows_are_the_partition_of_plain_union_find(plan):
    lines = [line(n, [(who, 10 + who) for who in spent], [(payee, n + 1)])
             for n, (spent, payee) in enumerate(plan)]  # fmt: skip
    parts = {n: {n} for n in range(21)}
    for spent, _payee in plan:
        joined = set().union(*(parts[who] for who in spent))
        parts.update(dict.fromkeys(joined, joined))
    found = clusters(lines)
    met = {who for spent, payee in plan for who in (*spent, payee)}
    assert set(found) == {script(who) for who in met}
    for one in met:
        for other in met:
            assert (found[script(one)] == found[script(other)]) is (other in parts[one])


def test_a_line_that_is_none_is_named_and_the_others_are_clustered(tmp_path, capsys):
    path = tmp_path / "lines.jsonl"
    path.write_text(line(1, [(1, 5), (2, 5)], [(3, 9)]) + "\n{broken\n")
    assert run(["ledger", "cluster", "--jsonl", str(path)]) == 4
    told = capsys.readouterr()
    rows = [json.loads(text) for text in told.out.splitlines()]
    assert [row["cluster"] for row in rows] == [0, 0, 1]
    assert rows[0]["address"].startswith("bc1q")
    assert "E-LED-020" in told.err


@pytest.mark.parametrize("words", [[], ["case"], ["case", "a", "b"]])
def test_without_lines_a_case_and_an_address_are_wanted(words, capsys):
    assert run(["ledger", "cluster", *words]) == 2
    assert "CASE" in capsys.readouterr().err
