# SPDX-License-Identifier: AGPL-3.0-or-later
"""Peel chains (``ledger.peel_chain.v1``): one input, a small payment, the change goes on.

A hop is taken only where two independent signals call one output change and the wallet
that spends it writes as before.  The reason of the stop is always stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ledger.analysis import Workbench
from ledger.change import Facts, Marks, votes_on
from ledger.following import Stop
from ledger.index import NONE

TWO = 2
FAN_OUT = 5
# signals of one group say nearly the same and count once
GROUPS = {
    "direct_reuse": "reuse", "script_type": "script", "spender_kinds": "script",
    "round_value": "value", "precision": "value", "round_fiat": "value",
    "optimal": "inputs", "optimal_fee": "inputs", "unnecessary_input": "inputs",
    "fresh": "fresh", "fresh_local": "fresh", "fresh_waiting": "fresh",
    "spender_version": "wallet", "spender_lock": "wallet", "spender_sequence": "wallet",
    "spender_order": "wallet", "spender_fee": "wallet", "rbf_pair": "rbf",
}  # fmt: skip


class Peel(NamedTuple):
    """One hop: what was peeled off, what went on, and the signals for it."""

    tx: int
    peeled: int
    change: int
    signals: tuple[str, ...]
    probability: Decimal


@dataclass(frozen=True, slots=True)
class PeelChain:
    """The hops in order, and why the chain stops."""

    hops: tuple[Peel, ...]
    stop: Stop


def peel_chain(bench: Workbench, start: int, most_hops: int) -> PeelChain:
    """Follow the chain that the output ``start`` enters."""
    hops: list[Peel] = []
    here = start
    questions = bench.questions([start])
    while True:
        stop = _stop_at(bench, here, len(hops), most_hops)
        tx = int(bench.index.spender[here])
        stop = stop or questions.stops_at(here) or questions.stops_before(tx)
        found = stop or _hop(bench, tx)
        if isinstance(found, Stop):
            return PeelChain(tuple(hops), found)
        hops.append(found)
        here = found.change


def _stop_at(bench: Workbench, here: int, n_hops: int, most_hops: int) -> Stop | None:
    if bench.index.spender[here] == NONE:
        return Stop("unspent")
    return Stop("hop_limit", str(most_hops)) if n_hops >= most_hops else None


def _hop(bench: Workbench, tx: int) -> Peel | Stop:
    """Return the hop through a transaction, or why it is none."""
    facts = bench.likelihood.reader.of(tx)
    txid = bench.index.txid(tx)
    if facts is None:
        return Stop("incomplete", txid)
    outputs = bench.index.outputs(tx)
    if len(outputs) >= FAN_OUT:
        return Stop("fan_out", txid)
    if len(outputs) != TWO:
        return Stop("not_peel", txid)
    signals = [_signals(facts, n) for n in range(TWO)]
    likely = [n for n in range(TWO) if len({GROUPS[name] for name in signals[n]}) >= TWO]
    if len(likely) != 1:
        return Stop("both_match" if likely else "none_match", txid)
    change = likely[0]
    spender = facts.spenders[change]
    if spender is not None and not _same_wallet(facts.marks, spender):
        return Stop("other_wallet", txid)
    chance = bench.likelihood.own.of(tx)[change].probability
    return Peel(tx, outputs[1 - change], outputs[change], tuple(signals[change]), chance)


def _signals(facts: Facts, n: int) -> list[str]:
    return [name for name, verdicts in votes_on(facts).items() if verdicts[n] > 0]


def _same_wallet(own: Marks, other: Marks) -> bool:
    return (own.version, own.sequence) == (other.version, other.sequence)
