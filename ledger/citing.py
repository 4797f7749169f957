# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transaction records: whatever is cited keeps raw bytes, merkle branch and header."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from ledger.index import ChainIndex
from ledger.store import ChainStore
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.records import Transaction, WrittenRecord

Keep = Callable[[WrittenRecord], object]
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


def keep_nothing(_record: WrittenRecord) -> None:
    """Let records go that nobody keeps."""


class Citations:
    """Hands out the record ids of cited transactions; ``keep`` gets each record once."""

    def __init__(self, store: ChainStore, index: ChainIndex, keep: Keep) -> None:
        self._store = store
        self._index = index
        self._keep = keep
        self._ids: dict[int, str] = {}
        self._form = lru_cache(FORMS)(self._form_of)

    def cite(self, tx: int) -> str:
        """Return the id of the record of a transaction (a number of the index)."""
        if tx not in self._ids:
            record = self._record(tx)
            self._keep(record)
            self._ids[tx] = record.record_id
        return self._ids[tx]

    def __len__(self) -> int:
        return len(self._ids)

    def cite_all(self, txs: Iterable[int]) -> None:
        """Cite transactions in chain order: what they share of a block is made once."""
        for tx in sorted(set(txs)):
            self.cite(tx)

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
