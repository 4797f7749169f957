# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taint over the whole chain of a case, under any method, forward or backward.

Forward: where do the satoshi of the seeds go?  Backward: where do they come from?  Every
satoshi ends somewhere with a reason, so that what went in can be compared with what came
out (poison makes more of it and is the exception).
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.following import Questions, Stop
from ledger.index import NONE, ChainIndex
from ledger.taint.amounts import AMOUNT_METHODS
from ledger.taint.backward import back_amounts, back_ordered
from ledger.taint.ordered import ORDERED_METHODS, Coin, Segment, tainted_sat

METHODS = ("fifo", "lifo", "haircut", "seniority", "juniority", "tiho", "poison")
NOT_APPLICABLE = {"libr": "an account rule: outputs have no balance"}
FEE = Stop("fee")
TAINTED = 0  # the one origin of a sweep


@dataclass(frozen=True, slots=True)
class Limits:
    """``dust_sat``: less taint than this is not followed; ``most_hops`` transactions deep.

    ``through`` are transactions (numbers) that are entered although a stop stands there:
    the investigator's choice for that hop.
    """

    dust_sat: int
    most_hops: int
    through: frozenset[int] = frozenset()


@dataclass(slots=True)
class Swept:
    """Where taint ended: satoshi by output, with the reason; ``fee_sat`` went to miners."""

    method: str
    seed_sat: int
    ends: dict[int, tuple[int, Stop]] = field(default_factory=dict)
    fee_sat: int = 0
    n_outputs: int = 0
    n_transactions: int = 0

    @property
    def by_reason(self) -> dict[str, int]:
        """Tainted satoshi by the reason where they ended; the fee is one."""
        found: Counter[str] = Counter()
        for sat, stop in self.ends.values():
            found[stop.reason] += sat
        if self.fee_sat:
            found[FEE.reason] += self.fee_sat
        return dict(sorted(found.items()))

    @property
    def conserved(self) -> bool:
        """Whether exactly the seeds' satoshi ended somewhere (poison: never asked)."""
        return self.method == "poison" or sum(self.by_reason.values()) == self.seed_sat


def sweep(
    index: ChainIndex,
    seeds: Collection[int],
    method: str,
    questions: Questions,
    limits: Limits,
    *,
    backward: bool = False,
) -> Swept:
    """Follow the whole value of the outputs ``seeds`` to its ends."""
    walk = _Backward if backward else _Forward
    return walk(index, method, questions, limits).run(seeds)


class _Walk(ABC):
    """Carries coins over transactions in chain order (forward) or against it (backward)."""

    step = 1

    def __init__(
        self, index: ChainIndex, method: str, questions: Questions, limits: Limits
    ) -> None:
        self._index = index
        self._method = method
        self._questions = questions
        self._limits = limits
        self._coins: dict[int, Coin] = {}
        self._depth: dict[int, int] = {}
        self._queue: list[int] = []
        self._queued: set[int] = set()
        self._swept = Swept(method, 0)

    def run(self, seeds: Collection[int]) -> Swept:
        """Return where the seeds' satoshi ended."""
        self._seeds = set(seeds)
        values = self._index.value_sat
        self._swept.seed_sat = sum(int(values[seed]) for seed in self._seeds)
        for seed in sorted(self._seeds):
            self._queue_transaction(int(self._index.tx_of[seed]))
        while self._queue:
            self._visit(self.step * heapq.heappop(self._queue))
        return self._swept

    @abstractmethod
    def _visit(self, tx: int) -> None:
        """Carry what is marked over one transaction."""

    def _value(self, output: int) -> int:
        return int(self._index.value_sat[output])

    def _coin(self, output: int) -> Coin:
        """Return the marked coin of an output, clean where nothing marked it."""
        return self._coins.get(output, (Segment(self._value(output), None),))

    def _whole(self, output: int) -> Coin:
        return (Segment(self._value(output), TAINTED),)

    def _stop_before(self, tx: int) -> Stop | None:
        stop = self._questions.stops_before(tx)
        if stop is not None and stop.reason != "incomplete" and tx in self._limits.through:
            return None
        return stop

    def _end(self, output: int, stop: Stop) -> None:
        sat = tainted_sat(self._coins[output])
        if sat:
            self._swept.ends[output] = (sat, stop)

    def _deep(self, output: int, depth: int) -> Stop | None:
        """Return the stop of dust and depth, which hold in both directions."""
        self._depth[output] = depth
        sat = tainted_sat(self._coins[output])
        if sat < self._limits.dust_sat and output not in self._seeds:
            return Stop("dust", str(sat))
        if depth >= self._limits.most_hops:
            return Stop("hop_limit", str(self._limits.most_hops))
        return None

    def _queue_transaction(self, tx: int) -> None:
        if tx not in self._queued:
            self._queued.add(tx)
            heapq.heappush(self._queue, self.step * tx)


class _Forward(_Walk):
    def _visit(self, tx: int) -> None:
        index = self._index
        spent = index.spent_by(tx)
        marked = [output for output in spent if output in self._coins and self._open(output)]
        if marked:
            stop = self._stop_before(tx)
            if stop is None:
                self._carry(tx, spent)
                return
            for output in marked:
                self._end(output, stop)
        for output in index.outputs(tx):
            if output in self._seeds:
                self._arrive(output, self._whole(output), 0)

    def _open(self, output: int) -> bool:
        return output not in self._swept.ends and bool(tainted_sat(self._coins[output]))

    def _carry(self, tx: int, spent: list[int]) -> None:
        # a coin whose trail has ended goes on as clean
        coins = [
            self._coin(output) if output in self._coins and self._open(output)
            else (Segment(self._value(output), None),)
            for output in spent
        ]  # fmt: skip
        outputs = self._index.outputs(tx)
        parts, fee = _forward(self._method)(coins, [self._value(output) for output in outputs])
        self._swept.n_transactions += 1
        self._swept.fee_sat += fee
        depth = 1 + max(self._depth.get(output, 0) for output in spent)
        for output, coin in zip(outputs, parts, strict=True):
            seed = output in self._seeds
            if seed and self._method != "poison":
                # the seed's own satoshi count once, whatever came in
                self._swept.seed_sat -= tainted_sat(coin)
            self._arrive(output, self._whole(output) if seed else coin, 0 if seed else depth)

    def _arrive(self, output: int, coin: Coin, depth: int) -> None:
        if not tainted_sat(coin):
            return
        self._coins[output] = coin
        self._swept.n_outputs += 1
        stop = self._questions.stops_at(output) or self._deep(output, depth)
        if stop is None and self._index.spender[output] == NONE:
            stop = Stop("unspent")
        if stop is not None:
            self._end(output, stop)
        else:
            self._queue_transaction(int(self._index.spender[output]))


class _Backward(_Walk):
    step = -1

    def run(self, seeds: Collection[int]) -> Swept:
        """Return from where the seeds' satoshi came."""
        chosen = set(seeds)
        for seed in chosen:
            self._coins[seed] = self._whole(seed)
            self._depth[seed] = 0
        return super().run(chosen)

    def _visit(self, tx: int) -> None:
        index = self._index
        outputs = [o for o in index.outputs(tx) if o in self._coins and o not in self._swept.ends]
        spent = index.spent_by(tx)
        stop = Stop("coinbase", index.txid(tx)) if not spent or index.coinbase[tx] else None
        stop = stop or self._stop_before(tx)
        if stop is not None:
            for output in outputs:
                self._end(output, stop)
            return
        coins = [
            self._coin(o) if o in outputs else (Segment(self._value(o), None),)
            for o in index.outputs(tx)
        ]
        values_in = [self._value(output) for output in spent]
        parts = _backward(self._method, values_in, coins)
        self._swept.n_transactions += 1
        depth = 1 + max(self._depth[output] for output in outputs)
        for output, coin in zip(spent, parts, strict=True):
            self._reach(output, coin, depth)

    def _reach(self, output: int, coin: Coin, depth: int) -> None:
        if not tainted_sat(coin):
            return
        if output in self._seeds:
            self._swept.seed_sat -= tainted_sat(coin)
            return
        self._coins[output] = coin
        self._swept.n_outputs += 1
        stop = self._questions.stops_at(output) or self._deep(output, depth)
        if stop is not None:
            self._end(output, stop)
        else:
            self._queue_transaction(int(self._index.tx_of[output]))


Carried = tuple[Sequence[Coin], int]


def _forward(method: str) -> Callable[[Sequence[Coin], Sequence[int]], Carried]:
    """Return what takes coins and values of outputs to coins of outputs and tainted fee."""
    if method in ORDERED_METHODS:

        def ordered(coins: Sequence[Coin], values: Sequence[int]) -> Carried:
            spread = ORDERED_METHODS[method](coins, values)
            return spread.outputs, tainted_sat(spread.fee)

        return ordered

    def amounts(coins: Sequence[Coin], values: Sequence[int]) -> Carried:
        values_in = [sum(segment.sat for segment in coin) for coin in coins]
        taint = sum(tainted_sat(coin) for coin in coins)
        spread = AMOUNT_METHODS[method](values_in, taint, values)
        pairs = zip(values, spread.outputs, strict=True)
        return [_marked(value, sat) for value, sat in pairs], spread.fee

    return amounts


def _backward(method: str, values_in: Sequence[int], coins: Sequence[Coin]) -> Sequence[Coin]:
    if method in ORDERED_METHODS:
        return back_ordered(method, values_in, coins)
    sought = sum(tainted_sat(coin) for coin in coins)
    values_out = [sum(segment.sat for segment in coin) for coin in coins]
    parts = back_amounts(method, values_in, sought, values_out)
    return [_marked(value, sat) for value, sat in zip(values_in, parts, strict=True)]


def _marked(value: int, sat: int) -> Coin:
    return tuple(s for s in (Segment(sat, TAINTED), Segment(value - sat, None)) if s.sat)


def side_by_side(
    index: ChainIndex, seeds: Collection[int], questions: Questions, limits: Limits,
    methods: Sequence[str] = METHODS, *, backward: bool = False,
) -> Mapping[str, Swept]:  # fmt: skip
    """Return the sweep under each method, by its name."""
    return {
        method: sweep(index, seeds, method, questions, limits, backward=backward)
        for method in methods
    }
