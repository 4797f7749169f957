# SPDX-License-Identifier: AGPL-3.0-or-later
"""What our ledger says about the world."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.analysis import Workbench
from ledger.classes import classify
from ledger.index import NONE
from ledger.store import ChainStore
from vestigo.pipeline.crypttrace_bench.world import NETWORK, World
from vestigo.records import CashOutPoint
from vestigo.settings import default_settings


class Ours(NamedTuple):
    """Cash-outs, classes by txid, cluster by address, addresses of services.

    ``change`` gives for each (txid, address) whether the payer is judged to hold it still;
    ``payments`` the addresses that each transaction spends from and pays to.
    """

    cash_outs: tuple[CashOutPoint, ...]
    classes: dict[str, str]
    clusters: dict[str, set[str]]
    deposits: set[str]
    change: dict[tuple[str, str], bool]
    payments: dict[str, tuple[list[str], list[str]]]
    seconds: float


def our_findings(world: World) -> Ours:
    """Ask the ledger with its default settings."""
    begun = time.perf_counter()
    with ChainStore(world.chain, NETWORK) as store:
        bench = Workbench.over(store, world.tags, default_settings()["ledger"])
        for start in world.starts:
            bench.trace_from(start, ())
        cash_outs = bench.result().cash_outs
        seconds = time.perf_counter() - begun
        index = bench.index
        every = range(len(index.txids))
        scripts = {address: bench.script(address) for address in world.addresses}
        known = {address: script for address, script in scripts.items() if script is not None}
        unions = bench.clustering.unions
        return Ours(
            cash_outs,
            {index.txid(tx): classify(index.view(tx)).name for tx in every},
            {a: {index.address(s) for s in unions.members(number)} for a, number in known.items()},
            {a for a, number in known.items() if bench.statements.service_at(number)},
            dict(_judged(bench)),
            dict(_payments(bench)),
            seconds,
        )


def _judged(bench: Workbench) -> Iterator[tuple[tuple[str, str], bool]]:
    index, half = bench.index, Decimal("0.5")
    for output in range(len(index.value_sat)):
        address = index.address(int(index.script_of[output]))
        place = (index.txid(int(index.tx_of[output])), address)
        yield place, bench.likelihood.own_output(output) >= half


def _payments(bench: Workbench) -> Iterator[tuple[str, tuple[list[str], list[str]]]]:
    index = bench.index

    def addresses(outputs: Iterable[int]) -> list[str]:
        return [index.address(int(index.script_of[o])) for o in outputs if o != NONE]

    for tx in range(len(index.txids)):
        if not index.coinbase[tx]:
            yield index.txid(tx), (addresses(index.spent_by(tx)), addresses(index.outputs(tx)))
