# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change rules: each votes by itself or abstains; peel chains say why they stop."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.change import RULES, Facts, Marks, votes_on
from ledger.change.replaced import read_replacements
from ledger.change.votes import is_uih2
from ledger.peeling import GROUPS
from vestigo.errors import InputError

P2WPKH, OTHER = b"\x00\x14" + b"\x01" * 20, b"\x00\x14" + b"\x02" * 20
P2PKH = b"\x76\xa9\x14" + b"\x03" * 20 + b"\x88\xac"
OWN = Marks(2, "tip", 0xFFFFFFFD, frozenset({"p2wpkh"}), None, 3)


def facts(**more) -> Facts:
    base = Facts(
        values_in=(100_000,), scripts_in=(b"\x00\x14" + b"\x09" * 20,),
        values_out=(33_333, 66_001), scripts_out=(P2WPKH, OTHER),
        seen_before=(False, False), known_payee=(False, False), paid_again=(False, False),
        marks=OWN, spenders=(None, None),
    )  # fmt: skip
    return replace(base, **more)


def spoke(name: str, given_facts: Facts):
    return votes_on(given_facts)[name]


def test_every_rule_abstains_where_nothing_tells():
    assert all(found == (0, 0) for found in votes_on(facts()).values() if found != (-1, -1))


@pytest.mark.parametrize(
    ("rule", "changes", "vote"),
    [
        ("direct_reuse", {"scripts_in": (OTHER,)}, (-1, 1)),
        ("script_type", {"scripts_out": (P2PKH, OTHER)}, (-1, 1)),
        ("script_type", {"scripts_in": (P2PKH, OTHER), "values_in": (1, 2)}, (0, 0)),
        ("round_value", {"values_out": (50_000, 49_013)}, (-1, 1)),
        ("round_value", {"values_out": (50_000, 40_000)}, (0, 0)),
        ("precision", {"values_out": (54_000, 45_123)}, (-1, 1)),
        ("precision", {"values_out": (54_300, 45_123)}, (0, 0)),
        ("optimal", {"values_in": (50_000, 60_000), "values_out": (70_000, 39_000)}, (-1, 1)),
        ("optimal", {"values_in": (50_000, 60_000), "values_out": (45_000, 39_000)}, (0, 0)),
        ("optimal_fee", {"values_in": (50_000, 60_000), "values_out": (70_000, 39_000)}, (-1, 1)),
        ("optimal_fee", {"values_in": (50_000, 60_000), "values_out": (59_000, 49_500)}, (0, 0)),
        ("unnecessary_input", {"values_in": (50_000, 60_000), "values_out": (70_000, 39_000)},
         (-1, 1)),
        ("unnecessary_input", {"values_in": (50_000, 60_000), "values_out": (58_000, 51_000)},
         (0, 0)),
        ("fresh", {"seen_before": (True, False)}, (-1, 1)),
        ("fresh", {"seen_before": (True, False), "scripts_in": (OTHER,)}, (0, 0)),
        ("fresh_local", {"known_payee": (True, False)}, (-1, 1)),
        ("fresh_waiting", {"paid_again": (True, False)}, (-1, 1)),
        ("spender_version", {"spenders": (OWN._replace(version=1), OWN)}, (-1, 1)),
        ("spender_lock", {"spenders": (OWN._replace(lock="none"), OWN)}, (-1, 1)),
        ("spender_sequence", {"spenders": (OWN, None)}, (1, 0)),
        ("spender_fee", {"spenders": (OWN._replace(fee=9), OWN)}, (-1, 1)),
        ("spender_kinds", {"spenders": (OWN, OWN)}, (0, 0)),
    ],
)  # fmt: skip
def test_a_rule_votes_as_published(rule: str, changes: dict, vote: tuple[int, ...]):
    assert spoke(rule, facts(**changes)) == vote


def test_an_input_that_was_not_needed_gives_no_verdict():
    unsafe = facts(values_in=(50_000, 60_000), values_out=(50_000, 55_000))
    assert is_uih2(unsafe)
    assert spoke("unnecessary_input", unsafe) == (0, 0)


def test_the_output_that_shrank_in_a_replacement_is_change():
    assert votes_on(facts(), shrunk=(False, True))["rbf_pair"] == (-1, 1)
    assert votes_on(facts(), shrunk=(True, True))["rbf_pair"] == (0, 0)


def test_a_round_sum_of_money_is_the_payment_with_the_noise_of_the_rate():
    price = Decimal(50_000)
    paid = facts(values_in=(1_000_000,), values_out=(200_100, 761_234))  # 100.05 of the currency
    assert votes_on(paid, fiat_prices=[price])["round_fiat"] == (-1, 1)
    assert votes_on(paid)["round_fiat"] == (0, 0)


values = st.lists(st.integers(0, 10**8), min_size=1, max_size=6)


@given(values, st.data())
def test_at_most_one_output_is_called_change_by_a_rule(values_out: list[int], data):
    n = len(values_out)
    flags = st.lists(st.booleans(), min_size=n, max_size=n).map(tuple)
    scripts = st.sampled_from([P2WPKH, OTHER, P2PKH])
    made = facts(
        values_in=(sum(values_out) + 5,), values_out=tuple(values_out),
        scripts_out=tuple(data.draw(st.lists(scripts, min_size=n, max_size=n))),
        seen_before=data.draw(flags), known_payee=data.draw(flags), paid_again=data.draw(flags),
        spenders=tuple(data.draw(st.lists(st.sampled_from([None, OWN]), min_size=n, max_size=n))),
    )  # fmt: skip
    for found in votes_on(made).values():
        assert len(found) == n
        assert found.count(1) <= 1
        assert set(found) <= {-1, 0, 1}


def test_every_rule_stands_in_a_group_of_signals():
    assert set(GROUPS) == {*RULES, "rbf_pair", "round_fiat"}


@pytest.mark.parametrize(
    "line",
    ["", "{}", "[1]", '{"txid": "00", "raw": "zz"}', '{"txid": "00", "raw": "0100"}', "\x00"],
)
def test_a_broken_mempool_line_is_named(tmp_path, line: str):
    path = tmp_path / "mempool.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError) as caught:
        read_replacements(path)
    assert caught.value.code == "E-LED-084"
    assert caught.value.where.endswith(":1")
