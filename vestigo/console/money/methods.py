# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same start under every accounting method, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.accounting import locked_accounting
from ledger.sweep import METHODS, Limits, Swept, side_by_side
from vestigo.console.money.chain import Chains
from vestigo.records import Judgement

if TYPE_CHECKING:
    from ledger.analysis import Workbench

SERVICES = ("tagged_service", "deposit_candidate")


@dataclass(frozen=True, slots=True)
class MethodRow:
    """Where the coins of a start ended under one method, in satoshi.

    ``is_conserved`` says whether the ends add up to the start (``poison`` makes more of it).
    """

    method: str
    seed_sat: int
    n_transactions: int
    by_reason: tuple[tuple[str, int], ...]
    by_service: tuple[tuple[str, int], ...]
    is_conserved: bool
    is_locked: bool


def methods_of(chains: Chains, network: str, address: str) -> list[MethodRow]:
    """Return a row for each method; none where the chain has no output to the address.

    Raises ``InputError`` E-CON-040 where no chain of this network was ingested.
    """
    settings = chains.session.settings("ledger")
    locked = locked_accounting(chains.session.ledger.of_kind(Judgement))
    with chains.workbench(network) as bench:
        seeds = _seeds(bench, address)
        if not seeds:
            return []
        limits = Limits(int(settings["dust_sat"]), int(settings["max_hops"]))
        swept = side_by_side(bench.index, seeds, bench.questions(seeds), limits, METHODS)
    return [_row(method, one, locked) for method, one in swept.items()]


def _seeds(bench: Workbench, address: str) -> list[int]:
    script = bench.script(address)
    return sorted(set(bench.index.outputs_to(script))) if script is not None else []


def _row(method: str, swept: Swept, locked: str | None) -> MethodRow:
    services: Counter[str] = Counter()
    for sat, stop in swept.ends.values():
        if stop.reason in SERVICES:
            services[stop.detail] += sat
    return MethodRow(
        method, swept.seed_sat, swept.n_transactions, tuple(swept.by_reason.items()),
        tuple(sorted(services.items())), swept.conserved, method == locked,
    )  # fmt: skip
