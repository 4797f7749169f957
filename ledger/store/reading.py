# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the chain store: what the analysis and the bundle ask of it.

An address is looked up by its output script, so every spelling of it is found and
outputs without an address (bare public keys) are not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from ledger.parsing import TxScan, merkle_branch, scan_block, scan_transaction
from ledger.parsing.digest import displayed, from_displayed
from ledger.store.columns import TABLES
from ledger.store.part import raw_path
from vestigo.closing import Closing
from vestigo.identifiers.bitcoin import decode_address
from vestigo.records import Block


class Spend(NamedTuple):
    """The input that spends an output: its transaction (displayed) and index."""

    txid: str
    vin: int


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """A transaction with the proof of its block; hashes displayed, branch from the leaf up."""

    txid: str
    raw: bytes
    scan: TxScan
    block_hash: str
    header: bytes
    height: int | None
    position: int
    merkle_branch: tuple[str, ...]
    mined_at: datetime


class ChainStore(Closing):
    """The blocks of one network in a chain folder, read only."""

    def __init__(self, chain_folder: Path, network: str) -> None:
        self.folder = chain_folder
        self.network = network
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET threads TO 2; SET enable_progress_bar TO false")
        parts = sorted((chain_folder / "parts" / network).glob("*"))
        for name, schema in TABLES.items():
            self._view(name, schema, [str(part / f"{name}.parquet") for part in parts])

    def close(self) -> None:
        """Release the database."""
        self._connection.close()

    def _view(self, name: str, schema: Any, files: list[str]) -> None:
        if files:
            relation = self._connection.read_parquet(files)
        else:
            relation = self._connection.from_arrow(pa.Table.from_pylist([], schema=schema))
        relation.create_view(name)

    def query(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the tables of the chain store."""
        rows: list[tuple[Any, ...]] = self._connection.execute(sql, list(parameters)).fetchall()
        return rows

    def register(self, name: str, table: Any) -> None:
        """Make an Arrow table known to queries."""
        self._connection.register(name, table)

    def arrow(self, sql: str) -> Any:
        """Return the result of a query as an Arrow table."""
        return self._connection.sql(sql).to_arrow_table()

    def transactions_of(self, address: str) -> list[str]:
        """Return the txids that pay to or spend from an address, oldest block first.

        Raises ``InputError`` E-LED-001 or E-LED-002 for a text that is no address here.
        """
        script = decode_address(address, self.network).script
        rows = self.query(
            """
            WITH own AS (SELECT txid, n FROM outputs WHERE script = $1),
            touched AS (
                SELECT txid FROM own UNION
                SELECT i.txid FROM inputs i JOIN own o ON i.prev_txid = o.txid AND i.prev_vout = o.n
            )
            SELECT t.txid, min(b.seconds), min(t.position) FROM touched
            JOIN transactions t USING (txid) JOIN blocks b USING (block_hash)
            GROUP BY t.txid ORDER BY 2, 3, 1
            """,
            [script],
        )
        return [displayed(row[0]) for row in rows]

    def spender_of(self, txid: str, vout: int) -> Spend | None:
        """Return the input that spends output ``vout`` of ``txid``, or None (unspent here)."""
        rows = self.query(
            "SELECT txid, n FROM inputs WHERE prev_txid = $1 AND prev_vout = $2 ORDER BY 1, 2",
            [from_displayed(txid), vout],
        )
        return Spend(displayed(rows[0][0]), rows[0][1]) if rows else None

    def transaction(self, txid: str) -> StoredTransaction | None:
        """Return a transaction with its proof, or None when it is not in the store."""
        rows = self.query(
            """
            SELECT t.block_hash, t.position, t.start, t."end", b.header, b.height, b.seconds
            FROM transactions t JOIN blocks b USING (block_hash)
            WHERE t.txid = $1 ORDER BY b.seconds, t.block_hash LIMIT 1
            """,
            [from_displayed(txid)],
        )
        if not rows:
            return None
        block_hash, position, start, end, header, height, seconds = rows[0]
        raw = raw_path(self.folder, block_hash).read_bytes()[start:end]
        return StoredTransaction(
            txid=txid,
            raw=raw,
            scan=scan_transaction(raw, 0),
            block_hash=displayed(block_hash),
            header=header,
            height=height,
            position=position,
            merkle_branch=self._branch(block_hash, position),
            mined_at=datetime.fromtimestamp(seconds, UTC),
        )

    def known_scripts(self, scripts: Sequence[bytes]) -> list[bytes]:
        """Return those of ``scripts`` that some output on the chain has, sorted."""
        wanted = pa.table({"script": pa.array(scripts, type=pa.binary())})
        self._connection.register("wanted", wanted)
        rows = self.query("SELECT DISTINCT script FROM outputs SEMI JOIN wanted USING (script)")
        self._connection.unregister("wanted")
        return sorted(row[0] for row in rows)

    def heights(self) -> dict[bytes, int | None]:
        """Return the height (or None) of every block, by its hash in wire order."""
        return dict(self.query("SELECT block_hash, height FROM blocks"))

    def block_records(self, block_hashes: Sequence[bytes]) -> tuple[Block, ...]:
        """Return the records of some blocks (hashes in wire order), in the order given."""
        rows = self.query(
            """
            SELECT block_hash, height, header, seconds, n_transactions, raw_sha256, source_name
            FROM blocks WHERE list_contains($1::BLOB[], block_hash)
            """,
            [list(block_hashes)],
        )
        found = {row[0]: self._block_record(row) for row in rows}
        return tuple(found[block_hash] for block_hash in block_hashes)

    def _block_record(self, row: tuple[Any, ...]) -> Block:
        block_hash, height, header, seconds, n_transactions, raw_sha256, source_name = row
        return Block(
            network=self.network,
            block_hash=displayed(block_hash),
            height=height,
            header_hex=header.hex(),
            mined_at=datetime.fromtimestamp(seconds, UTC),
            n_transactions=n_transactions,
            raw_sha256=raw_sha256.hex(),
            source_name=source_name,
        )

    def raw_block(self, block_hash: str) -> bytes:
        """Return the bytes of a block by its displayed hash (checked by scanning)."""
        path = raw_path(self.folder, from_displayed(block_hash))
        return scan_block(path.read_bytes(), where=str(path)).raw

    def _branch(self, block_hash: bytes, position: int) -> tuple[str, ...]:
        rows = self.query(
            "SELECT txid FROM transactions WHERE block_hash = $1 ORDER BY position", [block_hash]
        )
        return tuple(displayed(node) for node in merkle_branch([row[0] for row in rows], position))
