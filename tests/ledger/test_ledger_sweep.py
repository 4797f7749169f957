# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taint over a chain, side by side: every satoshi ends once, forward and backward."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.following import Questions, Stop
from ledger.index import NONE, ChainIndex
from ledger.ingest import ingest_file
from ledger.store import ChainStore
from ledger.sweep import METHODS, Limits, side_by_side, sweep
from vestigo.identifiers.bitcoin import decode_address

OPEN = Questions(lambda _o: None, lambda _t: None, lambda _t: False)
FREE = Limits(0, 10_000)


def load(chain, folder: Path) -> ChainIndex:
    ingest_file(folder / "c", chain.write(folder / "b.dat"), "regtest")
    with ChainStore(folder / "c", "regtest") as store:
        return ChainIndex.load(store)


def number(index: ChainIndex, chain, name: str) -> int:
    return index.script_number[decode_address(chain.address(name)).script]


def ends(swept, index, chain, names):
    by_script = {number(index, chain, name): name for name in names}
    return {by_script[int(index.script_of[o])]: sat for o, (sat, _s) in swept.ends.items()}


WORKED = {  # inputs 4 (clean), 6 (tainted); outputs 3, 5, 1; fee 1
    "fifo": ({"y": 4000, "z": 1000}, 1000), "lifo": ({"x": 3000, "y": 3000}, 0),
    "haircut": ({"x": 1800, "y": 3000, "z": 600}, 600), "seniority": ({"x": 3000, "y": 3000}, 0),
    "juniority": ({"y": 5000, "z": 1000}, 0), "tiho": ({"x": 1000, "y": 5000}, 0),
    "poison": ({"x": 3000, "y": 5000, "z": 1000}, 1000),
}  # fmt: skip


def test_the_worked_example_of_the_ledger_page(chain, tmp_path: Path):
    clean, dirty = chain.coin("clean", 4000), chain.coin("dirty", 6000)
    chain.step([clean, dirty], [("x", 3000), ("y", 5000), ("z", 1000)])
    index = load(chain, tmp_path)
    (seed,) = index.outputs_to(number(index, chain, "dirty"))
    found = side_by_side(index, [seed], OPEN, FREE)
    for method, (outputs, fee) in WORKED.items():
        assert ends(found[method], index, chain, "xyz") == outputs, method
        assert found[method].fee_sat == fee, method
        assert found[method].conserved


def test_back_from_an_output_the_ordered_methods_find_the_very_satoshi(chain, tmp_path: Path):
    clean, dirty = chain.coin("clean", 4000), chain.coin("dirty", 6000)
    chain.step([clean, dirty], [("x", 3000), ("y", 5000), ("z", 1000)])
    index = load(chain, tmp_path)
    (seed,) = index.outputs_to(number(index, chain, "y"))
    found = side_by_side(index, [seed], OPEN, FREE, backward=True)
    names = ("clean", "dirty")
    assert ends(found["fifo"], index, chain, names) == {"clean": 1000, "dirty": 4000}
    assert ends(found["lifo"], index, chain, names) == {"clean": 2000, "dirty": 3000}
    assert ends(found["haircut"], index, chain, names) == {"clean": 2000, "dirty": 3000}
    assert ends(found["poison"], index, chain, names) == {"clean": 4000, "dirty": 6000}
    assert all(one.conserved for one in found.values())


def test_a_mix_stops_the_sweep_unless_the_investigator_enters_it(chain, tmp_path: Path):
    first = chain.step([chain.coin("a", 10_000)], [("b", 9_000)])
    chain.step([(first, 0)], [("c", 8_000)])
    index = load(chain, tmp_path)
    (seed,) = index.outputs_to(number(index, chain, "a"))
    mix = int(index.spender[seed])
    asked = Questions(
        lambda _o: None, lambda tx: Stop("mix") if tx == mix else None, lambda _t: False
    )
    assert sweep(index, [seed], "fifo", asked, FREE).by_reason == {"mix": 10_000}
    entered = Limits(0, 10_000, frozenset({mix}))
    reasons = sweep(index, [seed], "fifo", asked, entered).by_reason
    assert reasons == {"fee": 2_000, "unspent": 8_000}


def test_dust_and_depth_stop_with_their_reason(chain, tmp_path: Path):
    first = chain.step([chain.coin("a", 10_000)], [("b", 300), ("c", 9_000)])
    chain.step([(first, 1)], [("d", 8_900)])
    index = load(chain, tmp_path)
    (seed,) = index.outputs_to(number(index, chain, "a"))
    assert sweep(index, [seed], "fifo", OPEN, Limits(546, 99)).by_reason == {
        "dust": 300, "fee": 800, "unspent": 8_900}  # fmt: skip
    assert sweep(index, [seed], "fifo", OPEN, Limits(0, 1)).by_reason == {
        "hop_limit": 9_300, "fee": 700}  # fmt: skip


plans = st.lists(
    st.tuples(st.lists(st.integers(0, 30), min_size=1, max_size=3),
              st.lists(st.integers(1, 900), min_size=1, max_size=3)),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans, st.sets(st.integers(0, 40), min_size=1, max_size=4))
def test_what_goes_in_comes_out_by_every_method(new_chain, tmp_path_factory, plan, chosen):
    chain = new_chain()
    free = [chain.coin(f"s{n}", 1_000 + 77 * n) for n in range(4)]
    for step, (spends, shares) in enumerate(plan):
        coins = list(dict.fromkeys(free[n % len(free)] for n in spends if free))
        if not coins:
            continue
        total = sum(chain.values[coin] for coin in coins)
        outputs = [total * share // (sum(shares) + 50) for share in shares]
        txid = chain.step(coins, [(f"o{step}-{n}", sat) for n, sat in enumerate(outputs)])
        free = [one for one in free if one not in coins]
        free += [(txid, n) for n in range(len(outputs))]
    index = load(chain, tmp_path_factory.mktemp("sweep"))
    n_outputs = len(index.value_sat)
    seeds = {n % n_outputs for n in chosen}
    for backward in (False, True):
        for method in METHODS:
            swept = sweep(index, seeds, method, OPEN, FREE, backward=backward)
            assert swept.conserved, (method, backward)
            again = sweep(index, sorted(seeds), method, OPEN, FREE, backward=backward)
            assert again.ends == swept.ends
            for output, (sat, _stop) in swept.ends.items():
                assert 0 < sat <= int(index.value_sat[output])
            if not backward:
                assert all(index.spender[output] == NONE for output in swept.ends)


@pytest.mark.parametrize("method", METHODS)
def test_a_seed_that_another_seed_reaches_counts_once(chain, tmp_path: Path, method: str):
    chain.step([chain.coin("a", 10_000)], [("b", 9_000)])
    index = load(chain, tmp_path)
    seeds = [index.outputs_to(number(index, chain, name))[0] for name in ("a", "b")]
    swept = sweep(index, seeds, method, OPEN, FREE)
    assert swept.by_reason == {"fee": 1_000, "unspent": 9_000}
    assert swept.conserved
