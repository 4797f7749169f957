# SPDX-License-Identifier: AGPL-3.0-or-later
"""What makes the joins of a cluster doubtful, for all of its transactions at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ledger.index import NONE, ChainIndex
from vestigo.identifiers.bitcoin import script_kind

_OP_RETURN = 0x6A
TWO = 2
Flags = npt.NDArray[np.bool_]


class Risks(NamedTuple):
    """Of each transaction: an input was not needed; two outputs; inputs of unlike kinds there."""

    unsafe: Flags
    two_outputs: Flags
    kinds: Flags


class JoinRisks:
    """Looks at transactions that join; each whose inputs are all in the store."""

    def __init__(self, index: ChainIndex) -> None:
        self._index = index
        self._kinds: dict[int, str] = {}

    def of(self, transactions: Iterable[int]) -> Risks:
        """Return the risks of each transaction (numbers of the index)."""
        rows = np.fromiter(transactions, dtype=np.int64)
        two = self._n_spendable[rows] == TWO
        kinds = two.copy()
        kinds[two] = [self.of_unlike_kinds(tx) for tx in rows[two].tolist()]
        return Risks(self._unsafe[rows], two, kinds)

    def of_unlike_kinds(self, tx: int) -> bool:
        """Whether the known outputs that a transaction spends have scripts of two kinds."""
        spent = [output for output in self._index.spent_by(tx) if output != NONE]
        return len({self._kind(script) for script in self._index.script_of[spent].tolist()}) > 1

    def _kind(self, script: int) -> str:
        if script not in self._kinds:
            self._kinds[script] = script_kind(self._index.scripts[script])
        return self._kinds[script]

    @cached_property
    def _unsafe(self) -> Flags:
        """Whether an input was not needed for any single output, as ``votes.is_uih2``."""
        index = self._index
        found = np.zeros(len(index.txids), dtype=np.bool_)
        _mark_unsafe(
            index.first_input, index.spent_output, index.first_output, index.value_sat, found
        )
        return found

    @cached_property
    def _n_spendable(self) -> Any:
        index = self._index
        carries_data = (index.scripts.first_bytes() == _OP_RETURN)[index.script_of]
        data = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(carries_data)))
        n_data = data[index.first_output[1:]] - data[index.first_output[:-1]]
        return np.diff(index.first_output) - n_data


@njit(cache=True, nogil=True)
def _mark_unsafe(first_input: Any, spent: Any, first_output: Any, value: Any, found: Any) -> None:
    for tx in range(len(found)):
        inputs = range(first_input[tx], first_input[tx + 1])
        outputs = range(first_output[tx], first_output[tx + 1])
        if len(inputs) < TWO or len(outputs) < TWO:
            continue
        total, least, most, paid = 0, np.int64(2**62), 0, 0
        for i in inputs:
            if spent[i] == NONE:
                least = np.int64(-1)
                break
            total += value[spent[i]]
            least = min(least, value[spent[i]])
        for o in outputs:
            paid += value[o]
            most = max(most, value[o])
        found[tx] = least >= 0 and total - least >= most + total - paid
