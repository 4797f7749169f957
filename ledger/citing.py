# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transaction records: whatever is cited keeps raw bytes, merkle branch and header."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.index import ChainIndex
from ledger.store import ChainStore
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.records import Transaction

PROVEN = ("block", "branch")


class Citations:
    """Hands out the record ids of cited transactions and remembers them."""

    def __init__(self, store: ChainStore, index: ChainIndex) -> None:
        self._store = store
        self._index = index
        self._records: dict[int, Transaction] = {}
        self._texts: dict[str, str] = {}

    def cite(self, tx: int) -> str:
        """Return the id of the record of a transaction (a number of the index)."""
        if tx not in self._records:
            self._records[tx] = self._record(tx)
        return self._records[tx].record_id

    def cite_all(self, txs: Iterable[int]) -> None:
        """Cite transactions in chain order: what they share of a block is made once."""
        for tx in sorted(set(txs)):
            self.cite(tx)

    def records(self) -> tuple[Transaction, ...]:
        """Return every cited transaction, in chain order."""
        return tuple(self._records[tx] for tx in sorted(self._records))

    def _shown(self, text: str) -> str:
        """Return the text that stands for all like it: transactions of a block share theirs."""
        return self._texts.setdefault(text, text)

    def _record(self, tx: int) -> Transaction:
        found = self._store.stored(tx)
        if found.proof not in PROVEN:
            raise InputError(
                "E-LED-074",
                _("Nothing proves that this transaction is in the chain."),
                where=found.txid,
                remedy=_("Fetch its block, or its merkle proof, from a node or an explorer."),
            )
        return Transaction(
            network=self._store.network,
            txid=found.txid,
            raw_hex=found.raw.hex(),
            block_hash=self._shown(found.block_hash),
            header_hex=self._shown(found.header.hex()),
            position=found.position,
            merkle_branch=found.merkle_branch,
            mined_at=found.mined_at,
        )
