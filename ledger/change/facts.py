# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the change rules look at: values, kinds of scripts, first sights, marks of wallets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from ledger.change.written import written_columns
from ledger.index import NONE, ChainIndex
from ledger.store import ChainStore
from vestigo.identifiers.bitcoin import script_kind

NEAR_TIP = 100  # a lock time so close below the block's height was set by the wallet
FEE_CLASSES = (2, 4, 6, 8, 10, 12, 16, 24, 48, 96)
WITNESS_SCALE = 4


class Marks(NamedTuple):
    """How a wallet writes: version, class of lock time, least sequence, kinds, order, fee rate.

    ``lock`` is none, tip, height or time; ``sorted`` whether inputs and outputs stand in
    the order of BIP 69 (None where there is nothing to order); ``fee`` the class of the
    fee rate (None where an input is not known).
    """

    version: int
    lock: str
    sequence: int
    kinds: frozenset[str]
    sorted: bool | None
    fee: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One transaction as the change rules see it; sequences run over its outputs.

    ``seen_before`` says whether a script stood on the chain before, ``known_payee``
    whether the payer paid it before, ``paid_again`` whether it is paid again within the
    waiting time; ``spenders`` are the marks of what spends each output (None: unspent).
    ``spendable`` is False for data outputs, on which no rule votes.
    """

    values_in: tuple[int, ...]
    scripts_in: tuple[bytes, ...]
    values_out: tuple[int, ...]
    scripts_out: tuple[bytes, ...]
    seen_before: tuple[bool, ...]
    known_payee: tuple[bool, ...]
    paid_again: tuple[bool, ...]
    marks: Marks
    spenders: tuple[Marks | None, ...]

    @property
    def fee_sat(self) -> int:
        """What goes to the miner."""
        return sum(self.values_in) - sum(self.values_out)

    @property
    def kinds_in(self) -> tuple[str, ...]:
        """The kinds of the scripts that are spent."""
        return tuple(script_kind(script) for script in self.scripts_in)

    @property
    def kinds_out(self) -> tuple[str, ...]:
        """The kinds of the scripts that are paid."""
        return tuple(script_kind(script) for script in self.scripts_out)

    @property
    def spendable(self) -> tuple[bool, ...]:
        """Whether each output carries value to somebody."""
        return tuple(kind != "op_return" for kind in self.kinds_out)


class FactsReader:
    """Reads the facts of transactions from the store and its index."""

    def __init__(self, store: ChainStore, index: ChainIndex, waiting_hours: int) -> None:
        self._index = index
        self._waiting = waiting_hours * 3600
        self._written = written_columns(store, index)
        self.marks = cache(self._marks)

    def of(self, tx: int) -> Facts | None:
        """Return the facts, or None for a coinbase or where an input is not in the store."""
        index = self._index
        spent = index.spent_by(tx)
        if not spent or bool(index.coinbase[tx]) or NONE in spent:
            return None
        outputs = index.outputs(tx)
        payers = {int(index.script_of[output]) for output in spent}
        before = self._paid_before(payers, tx)
        return Facts(
            values_in=tuple(int(index.value_sat[output]) for output in spent),
            scripts_in=tuple(index.coin(output).script for output in spent),
            values_out=tuple(int(index.value_sat[output]) for output in outputs),
            scripts_out=tuple(index.coin(output).script for output in outputs),
            seen_before=tuple(self._seen_before(output) for output in outputs),
            known_payee=tuple(int(index.script_of[output]) in before for output in outputs),
            paid_again=tuple(self._paid_again(output) for output in outputs),
            marks=self.marks(tx),
            spenders=tuple(self._spender(output) for output in outputs),
        )

    def _seen_before(self, output: int) -> bool:
        index = self._index
        return bool(index.paid[index.first_paid[index.script_of[output]]] < output)

    def _paid_again(self, output: int) -> bool:
        index = self._index
        end = int(index.seconds[index.tx_of[output]]) + self._waiting
        script = index.script_of[output]
        paid = index.paid[index.first_paid[script] : index.first_paid[script + 1]]
        later = paid[np.searchsorted(paid, output, side="right") :]
        return any(int(index.seconds[index.tx_of[other]]) <= end for other in later)

    def _paid_before(self, payers: set[int], tx: int) -> set[int]:
        """Return the scripts that the payer's input addresses paid before ``tx``."""
        index = self._index
        earlier = {
            int(index.spender[output])
            for script in payers
            for output in index.outputs_to(script)
            if NONE != int(index.spender[output]) < tx
        }
        return {int(index.script_of[o]) for other in earlier for o in index.outputs(other)}

    def _spender(self, output: int) -> Marks | None:
        tx = int(self._index.spender[output])
        return None if tx == NONE else self.marks(tx)

    def _marks(self, tx: int) -> Marks:
        index = self._index
        version, locktime, weight, sequence = (int(column[tx]) for column in self._written)
        spent, outputs = index.spent_by(tx), index.outputs(tx)
        known = [output for output in spent if output != NONE]
        fee = None
        if len(known) == len(spent) and not bool(index.coinbase[tx]):
            values = index.value_sat
            paid = sum(int(values[o]) for o in known) - sum(int(values[o]) for o in outputs)
            rate = paid * WITNESS_SCALE // max(weight, 1)
            fee = sum(rate >= step for step in FEE_CLASSES)
        return Marks(
            version=version,
            lock=_lock(locktime, int(index.heights[tx])),
            sequence=sequence,
            kinds=frozenset(script_kind(index.coin(output).script) for output in known),
            sorted=_is_sorted(index, known, outputs),
            fee=fee,
        )


def _lock(locktime: int, height: int) -> str:
    if not locktime:
        return "none"
    if locktime >= 500_000_000:  # noqa: PLR2004 - consensus: from here on it is a time
        return "time"
    return "tip" if 0 <= height - locktime <= NEAR_TIP else "height"


def _is_sorted(index: ChainIndex, spent: Sequence[int], outputs: Sequence[int]) -> bool | None:
    if len(spent) < 2 and len(outputs) < 2:  # noqa: PLR2004 - nothing to order
        return None
    ins = [(index.txids[int(index.tx_of[o])][::-1], index.vout(o)) for o in spent]
    if ins != sorted(ins):
        return False
    outs = [index.coin(output) for output in outputs]
    return outs == sorted(outs)
