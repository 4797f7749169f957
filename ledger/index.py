# SPDX-License-Identifier: AGPL-3.0-or-later
"""The transaction graph of a case as integers: what analysis walks on.

Transactions are numbered in chain order (a spender always after what it spends),
outputs in the order of their transactions, scripts by first appearance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ledger.classes import LEAST_OUTPUTS, Coin, TxView, classify
from ledger.parsing.digest import displayed, from_displayed
from vestigo.identifiers.bitcoin import address_of_script

if TYPE_CHECKING:
    from ledger.store import ChainStore

Integers = npt.NDArray[np.int64]
NONE = -1
STUB = 4  # as in ledger.store.columns, which needs this module


class Hashes(Sequence[bytes]):
    """Hashes of 32 bytes that stay in one array; ``find`` gives the place of one."""

    def __init__(self, rows: npt.NDArray[np.uint8]) -> None:
        self._rows = rows
        self._order: Integers | None = None
        self._keys: npt.NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, i: int) -> bytes: ...
    @overload
    def __getitem__(self, i: slice) -> list[bytes]: ...
    def __getitem__(self, i: int | slice) -> bytes | list[bytes]:
        if isinstance(i, slice):
            return [row.tobytes() for row in self._rows[i]]
        return bytes(self._rows[i])

    def rows(self, start: int, end: int) -> npt.NDArray[np.uint8]:
        """Return some of the hashes as rows of bytes."""
        return self._rows[start:end]

    def find(self, digest: bytes) -> int | None:
        """Return the place of a hash, or None."""
        return next(iter(self.find_all(digest)), None)

    def find_all(self, digest: bytes) -> list[int]:
        """Return every place of a hash."""
        if self._order is None or self._keys is None:
            keys = np.ascontiguousarray(self._rows[:, :8]).view("<u8").reshape(-1)
            self._order = np.argsort(keys, kind="stable")
            self._keys = keys[self._order]
        at = _places(self._keys, digest)
        return [int(i) for i in self._order[at] if self[int(i)] == digest]


class Scripts(Sequence[bytes]):
    """Output scripts by number, kept in one piece of memory."""

    def __init__(self, bounds: Integers, content: Any) -> None:
        self._bounds = bounds
        self._content = memoryview(content)

    def __len__(self) -> int:
        return len(self._bounds) - 1

    @overload
    def __getitem__(self, i: int) -> bytes: ...
    @overload
    def __getitem__(self, i: slice) -> list[bytes]: ...
    def __getitem__(self, i: int | slice) -> bytes | list[bytes]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        if not 0 <= i < len(self):
            raise IndexError(i)
        return bytes(self._content[self._bounds[i] : self._bounds[i + 1]])

    def rows_of_size(self, numbers: Integers, size: int) -> tuple[Any, npt.NDArray[np.uint8]]:
        """Return which of the scripts have ``size`` bytes, and those as rows of bytes."""
        begins = self._bounds[numbers]
        fits = self._bounds[numbers + 1] - begins == size
        content = np.frombuffer(self._content, dtype=np.uint8)
        return fits, content[begins[fits][:, None] + np.arange(size)]

    def first_bytes(self) -> npt.NDArray[np.uint8]:
        """Return the first byte of each script (0 for an empty one)."""
        content = np.append(np.frombuffer(self._content, dtype=np.uint8), np.uint8(0))
        found: npt.NDArray[np.uint8] = content[self._bounds[:-1]]
        found[np.diff(self._bounds) == 0] = 0
        return found


class ScriptNumbers:
    """The number of a script, found by the first 8 bytes of its SHA-256."""

    def __init__(self, scripts: Scripts, keys: npt.NDArray[np.uint64]) -> None:
        self._scripts = scripts
        self._unsorted = keys

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(self._unsorted, kind="stable")

    @cached_property
    def _keys(self) -> npt.NDArray[np.uint64]:
        return self._unsorted[self._order]

    def get(self, script: bytes) -> int | None:
        """Return the number of a script, or None where the chain lacks it."""
        at = _places(self._keys, hashlib.sha256(script).digest())
        return next((int(i) for i in self._order[at] if self._scripts[int(i)] == script), None)

    def by_sha256(self, digest: bytes) -> int | None:
        """Return the number of the script whose SHA-256 this is, or None."""
        at = _places(self._keys, digest)
        hashes = ((int(i), hashlib.sha256(self._scripts[int(i)]).digest()) for i in self._order[at])
        return next((i for i, found in hashes if found == digest), None)

    def __contains__(self, script: bytes) -> bool:
        return self.get(script) is not None

    def __getitem__(self, script: bytes) -> int:
        number = self.get(script)
        if number is None:
            raise KeyError(script.hex())
        return number

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._scripts)


def _places(keys: npt.NDArray[np.uint64], digest: bytes) -> slice:
    key = np.uint64(int.from_bytes(digest[:8], "little"))
    return slice(*(int(np.searchsorted(keys, key, side=side)) for side in ("left", "right")))


@dataclass(frozen=True, slots=True)
class ChainIndex:
    """Arrays over transactions, outputs, inputs and scripts.

    ``first_output`` and ``first_input`` have one entry more than transactions.
    ``spent_output`` is NONE for an input whose output is not in the store,
    ``spender`` NONE for an output that nothing in the store spends.
    The outputs to script s are ``paid[first_paid[s]:first_paid[s + 1]]``.
    """

    network: str
    txids: Hashes
    block_hashes: list[bytes]
    block: Integers
    seconds: Integers
    heights: Integers
    proof: Integers
    coinbase: npt.NDArray[np.bool_]
    first_output: Integers
    first_input: Integers
    value_sat: Integers
    script_of: Integers
    tx_of: Integers
    vout_of: Integers
    spent_output: Integers
    spender: Integers
    scripts: Scripts
    script_number: ScriptNumbers
    first_paid: Integers
    paid: Integers
    _classes: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls, store: ChainStore) -> ChainIndex:
        """Return the index over everything in the store."""
        return store.index

    def tx_number(self, txid: bytes) -> int | None:
        """Return the number of a transaction by its id (wire order), or None."""
        return self.txids.find(txid)

    def output_number(self, txid: str, vout: int) -> int | None:
        """Return the number of an output, or None where it is not in the store."""
        tx = self.tx_number(from_displayed(txid))
        outputs = () if tx is None else self.outputs(tx)
        return next((output for output in outputs if self.vout_of[output] == vout), None)

    def block_of(self, tx: int) -> int:
        """Return the number of the block of a transaction."""
        return int(self.block[tx])

    def is_stub(self, tx: int) -> bool:
        """Whether only some outputs of a transaction are known, by the word of a source."""
        return bool(self.proof[tx] == STUB)

    def height(self, tx: int) -> int | None:
        """Return the height of a transaction's block, or None where nothing tells it."""
        found = int(self.heights[tx])
        return None if found == NONE else found

    def reaches(self) -> int | None:
        """Return the height of the highest block, or None where one has no known height."""
        known = len(self.heights) and not (self.heights == NONE).any()
        return int(self.heights.max()) if known else None

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
        found: list[int] = self.paid[self.first_paid[script] : self.first_paid[script + 1]].tolist()
        return found

    def vout(self, output: int) -> int:
        """Return the index of an output in its transaction."""
        return int(self.vout_of[output])

    def coin(self, output: int) -> Coin:
        """Return value and script of an output."""
        return Coin(int(self.value_sat[output]), self.scripts[self.script_of[output]])

    def class_of(self, tx: int) -> str:
        """Return the name of a transaction's class, decided once."""
        if len(self.outputs(tx)) < LEAST_OUTPUTS:
            return "none"
        if tx not in self._classes:
            self._classes[tx] = classify(self.view(tx)).name
        return self._classes[tx]

    def view(self, tx: int) -> TxView:
        """Return what the class rules look at."""
        spent = self.spent_by(tx)
        return TxView(
            txid=self.txid(tx),
            inputs=None
            if NONE in spent or self.is_stub(tx)
            else tuple(self.coin(output) for output in spent),
            outputs=tuple(self.coin(output) for output in self.outputs(tx)),
            is_coinbase=bool(self.coinbase[tx]),
            height=self.height(tx) if self.network == "mainnet" else None,
        )
