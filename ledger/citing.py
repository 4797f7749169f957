# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transaction records: whatever is cited keeps raw bytes, merkle branch and header."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from ledger.index import ChainIndex
from ledger.store import ChainStore
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.records import Transaction, WrittenRecord

PROVEN = ("block", "branch")
# what stands in the form of a block's records, and the field of a transaction that goes there
PLACE = 2**53 - 1
OWN = {
    '"@raw"': '"%(raw)s"',
    '"@txid"': '"%(txid)s"',
    '["@branch"]': "%(branch)s",
    str(PLACE): "%(position)d",
}
FORMS = 128  # of blocks, that are kept


class Citations:
    """Hands out the record ids of cited transactions and keeps their records."""

    def __init__(self, store: ChainStore, index: ChainIndex) -> None:
        self._store = store
        self._index = index
        self._records: dict[int, WrittenRecord] = {}
        self._form = lru_cache(FORMS)(self._form_of)

    def cite(self, tx: int) -> str:
        """Return the id of the record of a transaction (a number of the index)."""
        if tx not in self._records:
            self._records[tx] = self._record(tx)
        return self._records[tx].record_id

    def cite_all(self, txs: Iterable[int]) -> None:
        """Cite transactions in chain order: what they share of a block is made once."""
        for tx in sorted(set(txs)):
            self.cite(tx)

    def records(self) -> tuple[WrittenRecord, ...]:
        """Return every cited transaction, in chain order."""
        return tuple(self._records[tx] for tx in sorted(self._records))

    def _record(self, tx: int) -> WrittenRecord:
        found = self._store.stored(tx)
        if found.proof not in PROVEN:
            raise InputError(
                "E-LED-074",
                _("Nothing proves that this transaction is in the chain."),
                where=found.txid,
                remedy=_("Fetch its block, or its merkle proof, from a node or an explorer."),
            )
        body = self._form(found.block_hash, found.header, found.mined_at) % {
            "raw": found.raw.hex(),
            "txid": found.txid,
            "branch": _listed(found.merkle_branch),
            "position": found.position,
        }
        return WrittenRecord.of(Transaction, body.encode())

    def _form_of(self, block_hash: str, header: bytes, mined_at: datetime) -> str:
        """Return the canonical JSON of a block's transactions but for what is their own."""
        shared = Transaction(
            network=self._store.network,
            txid="@txid",
            raw_hex="@raw",
            block_hash=block_hash,
            header_hex=header.hex(),
            position=PLACE,
            merkle_branch=("@branch",),
            mined_at=mined_at,
        )
        form = shared.canonical().decode().replace("%", "%%")
        for place, field in OWN.items():
            form = form.replace(place, field)
        return form


def _listed(hashes: Sequence[str]) -> str:
    """Return hex digests as a JSON list (no digit needs an escape)."""
    return '["' + '","'.join(hashes) + '"]' if hashes else "[]"
