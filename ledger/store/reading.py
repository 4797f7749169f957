# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the chain store: by transaction, by address, by spender, with proof."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ledger.index import NONE, ChainIndex
from ledger.parsing import TxScan, scan_block, scan_transaction
from ledger.parsing.block import HEADER_BYTES
from ledger.parsing.digest import HASH_BYTES, displayed, from_displayed
from ledger.scanning.branches import ShownTree
from ledger.scanning.columns import Bytes
from ledger.scanning.extracting import Extract
from ledger.store.building import (
    Part,
    build_index,
    index_folder,
    numbered_tables,
    parts_of,
    read_index,
    write_index,
)
from ledger.store.columns import PROOFS, WHOLE_BLOCK
from ledger.store.indexing import index_of
from ledger.store.kept import whole
from ledger.store.loose import branch_of
from ledger.store.part import RAW_NAME
from vestigo.closing import Closing
from vestigo.identifiers.bitcoin import decode_address
from vestigo.records import Block

_LOW_BITS = 0xFFFF
TREES = 128  # merkle trees that are kept: 64 bytes a transaction each


class Spend(NamedTuple):
    """The input that spends an output: its transaction (displayed) and index."""

    txid: str
    vin: int


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """A transaction with the proof of its block; hashes displayed, branch from the leaf up.

    ``proof`` is out of ``PROOFS``: ``block`` and ``branch`` prove it, of ``raw`` only the
    bytes are known to be those of its id.
    """

    txid: str
    raw: bytes
    block_hash: str
    header: bytes
    height: int | None
    position: int
    merkle_branch: tuple[str, ...]
    mined_at: datetime
    proof: str

    @property
    def scan(self) -> TxScan:
        """What the raw bytes say, read from them now."""
        return scan_transaction(self.raw, 0)


class _Places(NamedTuple):
    """Columns over the transactions: where each stands in its block, and what proves it."""

    position: Any
    start: Any
    end: Any
    proof: Any


class ChainStore(Closing):
    """The blocks of one network in a chain folder, read only.

    ``fresh`` are extracts of parts that were just written, so that nothing is read twice; they
    are taken out of it.
    With ``at_height`` it is the chain as it stood at that height: blocks above it, and those
    of which nothing tells the height, do not count.
    """

    def __init__(
        self,
        chain_folder: Path,
        network: str,
        fresh: MutableMapping[str, list[Extract]] | None = None,
        at_height: int | None = None,
    ) -> None:
        self.folder = chain_folder
        self.network = network
        self._parts = parts_of(chain_folder, network)
        self._fresh = {} if fresh is None else fresh
        self._at_height = at_height
        self._connection: Any = None
        self._opened = ExitStack()
        self._tree = lru_cache(TREES)(lambda block: ShownTree(self._leaf_rows(block)))
        self._header = lru_cache(TREES)(lambda block: self._raw(block, 0, HEADER_BYTES))

    @property
    def _whole(self) -> list[Part]:
        return [part for part in self._parts if part.loose is None]

    def close(self) -> None:
        """Release the database and the files."""
        self._opened.close()
        if self._connection:
            self._connection.close()

    @cached_property
    def tables(self) -> dict[str, Any]:
        """The numbered tables: those on the disk, or made now where these are of other parts."""
        if self._at_height is not None:
            return build_index(self._parts, self._fresh, self._at_height)
        found = read_index(index_folder(self.folder, self.network, self._parts))
        return found or build_index(self._parts, self._fresh)

    @cached_property
    def index(self) -> ChainIndex:
        """The chain as integers."""
        return index_of(self.tables, self.network)

    def publish(self) -> None:
        """Keep the numbered tables on the disk (the caller holds the lock of the store)."""
        folder = index_folder(self.folder, self.network, self._parts)
        if self._parts and not folder.is_dir():
            write_index(self.folder, folder, numbered_tables(self._parts, self._fresh))

    def query(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the numbered tables (DuckDB's SQL)."""
        import duckdb  # a tenth of a second that no other command needs

        if self._connection is None:
            self._connection = duckdb.connect(":memory:")
            self._connection.execute("SET threads TO 2; SET enable_progress_bar TO false")
            for name, table in self.tables.items():
                self._connection.register(name, whole(table))
        rows: list[tuple[Any, ...]] = self._connection.execute(sql, list(parameters)).fetchall()
        return rows

    def transactions_of(self, address: str) -> list[str]:
        """Return the txids that pay to or spend from an address, oldest block first.

        Raises ``InputError`` E-LED-001 or E-LED-002 for a text that is no address here.
        """
        index = self.index
        script = index.script_number.get(decode_address(address, self.network).script)
        if script is None:
            return []
        outputs = index.outputs_to(script)
        touched = {int(index.tx_of[output]) for output in outputs}
        touched |= {int(index.spender[output]) for output in outputs}
        return [index.txid(tx) for tx in sorted(touched - {NONE})]

    def spender_of(self, txid: str, vout: int) -> Spend | None:
        """Return the input that spends output ``vout`` of ``txid``, or None (unspent here)."""
        index = self.index
        output = index.output_number(txid, vout)
        spender = NONE if output is None else int(index.spender[output])
        if spender == NONE:
            return None
        return Spend(index.txid(spender), index.spent_by(spender).index(output or 0))

    def transaction(self, txid: str) -> StoredTransaction | None:
        """Return a transaction with its proof, or None when it is not in the store."""
        tx = self.index.tx_number(from_displayed(txid))
        return None if tx is None else self.stored(tx)

    def stored(self, tx: int) -> StoredTransaction:
        """Return the transaction of a number with its proof."""
        index, places = self.index, self._places
        block, proof = index.block_of(tx), int(places.proof[tx])
        position = int(places.position[tx])
        return StoredTransaction(
            txid=index.txid(tx),
            raw=self._raw_near(block, int(places.start[tx]), int(places.end[tx])),
            block_hash=displayed(index.block_hashes[block]),
            header=self._header(block),
            height=index.height(tx),
            position=position,
            merkle_branch=self._branch(block, position, proof),
            mined_at=index.mined_at(tx),
            proof=PROOFS[proof],
        )

    @cached_property
    def _places(self) -> _Places:
        columns = self.tables["transactions"]
        return _Places(*(columns[name].to_numpy() for name in _Places._fields))

    def known_scripts(self, scripts: Sequence[bytes]) -> list[bytes]:
        """Return those of ``scripts`` that some output on the chain has, sorted."""
        kept = self.tables["scripts"]
        digests = [hashlib.sha256(script).digest()[:8] for script in scripts]
        rows = _rows_with(kept["key"].to_numpy(), np.frombuffer(b"".join(digests), dtype="<u8"))
        return sorted(set(scripts).intersection(kept["bytes"].take(rows).to_pylist()))

    def heights(self) -> dict[bytes, int | None]:
        """Return the height (or None) of every block, by its hash in wire order."""
        known: dict[bytes, int | None] = {}
        for part in self._whole:
            columns = (part.blocks[name].to_pylist() for name in ("block_hash", "height"))
            known.update(zip(*columns, strict=True))
        return known

    def block_records(self, block_hashes: Sequence[bytes]) -> tuple[Block, ...]:
        """Return the records of some blocks (hashes in wire order), in the order given."""
        wanted, found = set(block_hashes), {}
        for part in self._whole:
            hashes = part.blocks["block_hash"].to_pylist()
            rows = [i for i, block_hash in enumerate(hashes) if block_hash in wanted]
            found.update({hashes[i]: self._record(part.blocks, i) for i in rows})
        return tuple(found[block_hash] for block_hash in block_hashes)

    def _record(self, blocks: Any, i: int) -> Block:
        row = {name: blocks[name][i].as_py() for name in blocks.column_names}
        return Block(
            network=self.network,
            block_hash=displayed(row["block_hash"]),
            height=row["height"],
            header_hex=row["header"].hex(),
            mined_at=datetime.fromtimestamp(row["seconds"], UTC),
            n_transactions=row["n_transactions"],
            raw_sha256=row["raw_sha256"].hex(),
            source_name=row["source_name"],
        )

    def raw_block(self, block_hash: str) -> bytes:
        """Return the bytes of a block by its displayed hash (checked by scanning)."""
        block = self.index.block_hashes.index(from_displayed(block_hash))
        return scan_block(self.raw_block_at(block), where=block_hash).raw

    def raw_block_at(self, block: int) -> bytes:
        """Return the bytes of the block of a number."""
        return self._raw(block, 0, self._spans[block][2])

    def _raw(self, block: int, start: int, end: int) -> bytes:
        """Return some bytes of a block; read, not mapped: what was read takes no memory then."""
        part, at, _size = self._spans[block]
        return os.pread(self._files[part].fileno(), end - start, at + start)

    def _raw_near(self, block: int, start: int, end: int) -> bytes:
        """Return what ``_raw`` does; a block that is asked twice in a row is read whole, once."""
        held, whole = self._held
        if held != block:
            self._held = (block, b"")
            return self._raw(block, start, end)
        if not whole:
            self._held = (block, whole := self.raw_block_at(block))
        return whole[start:end]

    @cached_property
    def _spans(self) -> list[tuple[str, int, int]]:
        """Part, place there and size of the raw bytes of each block."""
        columns = (self.tables["blocks"][name] for name in ("part", "raw_start", "raw_size"))
        return list(zip(*(column.to_pylist() for column in columns), strict=True))

    @cached_property
    def _files(self) -> dict[str, BinaryIO]:
        paths = {part.folder.name: part.folder / RAW_NAME for part in self._parts}
        return {name: self._opened.enter_context(path.open("rb")) for name, path in paths.items()}

    @property
    def raw_paths(self) -> list[Path]:
        """The files that hold the raw blocks (each reads as a ``blk`` file)."""
        return [part.folder / RAW_NAME for part in self._parts]

    def _branch(self, block: int, position: int, proof: int) -> tuple[str, ...]:
        if proof == WHOLE_BLOCK:
            return self._tree(block).branch(position)
        return tuple(displayed(node) for node in self._kept_branch(block))

    def _kept_branch(self, block: int) -> tuple[bytes, ...]:
        blocks = self.tables["blocks"]
        part = next(one for one in self._parts if one.folder.name == blocks["part"][block].as_py())
        row = part.blocks["raw_start"].to_pylist().index(blocks["raw_start"][block].as_py())
        return branch_of(part.loose["branch"][row].as_py())

    def leaves(self, block: int) -> list[bytes]:
        """Return all txids of a block (what a fork shares has its number in one block only)."""
        return [row.tobytes() for row in self._leaf_rows(block)]

    def _leaf_rows(self, block: int) -> Bytes:
        if self._last_leaves[0] != block:
            blocks = self.tables["blocks"]
            first, n = blocks["first_tx"][block].as_py(), blocks["n_transactions"][block].as_py()
            if (self.index.block[first : first + n] == block).sum() == n:
                leaves = self.index.txids.rows(first, first + n)
            else:
                scanned = scan_block(self.raw_block_at(block), where=str(block))
                ids = b"".join(tx.txid for tx in scanned.transactions)
                leaves = np.frombuffer(ids, dtype=np.uint8).reshape(-1, HASH_BYTES)
            self._last_leaves = (block, leaves)
        return self._last_leaves[1]

    _held: tuple[int, bytes] = (NONE, b"")
    _last_leaves: tuple[int, Bytes] = (NONE, np.empty((0, HASH_BYTES), dtype=np.uint8))


def _rows_with(keys: Any, wanted: Any) -> Any:
    """Return the rows that hold one of some keys; first by their lowest bits, as few are."""
    may = np.zeros(_LOW_BITS + 1, dtype=np.bool_)
    may[wanted & np.uint64(_LOW_BITS)] = True
    rows = np.flatnonzero(may[keys & np.uint64(_LOW_BITS)])
    return rows[np.isin(keys[rows], wanted)]
