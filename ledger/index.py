# SPDX-License-Identifier: AGPL-3.0-or-later
"""The transaction graph of a case as integers: what analysis walks on.

Transactions are numbered in chain order (a spender always after what it spends),
outputs in the order of their transactions, scripts by their bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.classes import Coin, TxView
from ledger.parsing.digest import displayed
from ledger.store import ChainStore
from vestigo.identifiers.bitcoin import address_of_script

Integers = npt.NDArray[np.int64]
NONE = -1


@dataclass(frozen=True, slots=True)
class ChainIndex:
    """Arrays over transactions, outputs, inputs and scripts.

    ``first_output`` and ``first_input`` have one entry more than transactions.
    ``spent_output`` is NONE for an input whose output is not in the store,
    ``spender`` NONE for an output that nothing in the store spends.
    """

    network: str
    txids: list[bytes]
    seconds: Integers
    heights: Integers
    coinbase: npt.NDArray[np.bool_]
    first_output: Integers
    first_input: Integers
    value_sat: Integers
    script_of: Integers
    tx_of: Integers
    spent_output: Integers
    spender: Integers
    scripts: list[bytes]
    script_number: dict[bytes, int]
    outputs_of_script: Any

    @classmethod
    def load(cls, store: ChainStore) -> ChainIndex:
        """Return the index over everything in the store."""
        from ledger.index_loading import load_index

        return load_index(store)

    def txid(self, tx: int) -> str:
        """Return the displayed id of a transaction."""
        return displayed(self.txids[tx])

    def mined_at(self, tx: int) -> datetime:
        """Return the time of the block of a transaction."""
        return datetime.fromtimestamp(int(self.seconds[tx]), UTC)

    def address(self, script: int) -> str:
        """Return the address of a script, or ``script:HEX`` where it has none."""
        raw = self.scripts[script]
        return address_of_script(raw, self.network) or f"script:{raw.hex()}"

    def outputs(self, tx: int) -> range:
        """Return the numbers of a transaction's outputs, in index order."""
        return range(int(self.first_output[tx]), int(self.first_output[tx + 1]))

    def spent_by(self, tx: int) -> list[int]:
        """Return the numbers of the outputs that a transaction spends (NONE: not in the store)."""
        spent: list[int] = self.spent_output[
            self.first_input[tx] : self.first_input[tx + 1]
        ].tolist()
        return spent

    def outputs_to(self, script: int) -> list[int]:
        """Return the numbers of the outputs that pay to a script, in chain order."""
        found: list[int] = self.outputs_of_script[script]
        return found

    def vout(self, output: int) -> int:
        """Return the index of an output in its transaction."""
        return output - int(self.first_output[self.tx_of[output]])

    def coin(self, output: int) -> Coin:
        """Return value and script of an output."""
        return Coin(int(self.value_sat[output]), self.scripts[self.script_of[output]])

    def view(self, tx: int) -> TxView:
        """Return what the class rules look at."""
        spent = self.spent_by(tx)
        height = int(self.heights[tx])
        return TxView(
            txid=self.txid(tx),
            inputs=None if NONE in spent else tuple(self.coin(output) for output in spent),
            outputs=tuple(self.coin(output) for output in self.outputs(tx)),
            is_coinbase=bool(self.coinbase[tx]),
            height=None if height == NONE or self.network != "mainnet" else height,
        )
