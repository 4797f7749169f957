# SPDX-License-Identifier: AGPL-3.0-or-later
"""One part of the chain store: all new blocks of one file, there as a whole or not at all.

Everything is written into a staging folder; raw blocks are moved into place first,
then one rename of the part's folder makes it all visible.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.parsing import BlockScan, TxScan
from ledger.parsing.digest import displayed
from ledger.store.columns import TABLES
from vestigo.store.atomic import sync_folder

STAGING = ".staging"
ROWS_A_GROUP = 100_000
COMPRESSION = "zstd"


class PartWriter:
    """Collects blocks; ``commit`` makes them visible, leaving without it undoes all."""

    def __init__(self, chain_folder: Path, network: str) -> None:
        self._raw = chain_folder / "raw"
        self._parts = chain_folder / "parts" / network
        self._staging = chain_folder / STAGING
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._hashes: list[bytes] = []

    def __enter__(self) -> Self:
        discard_staging(self._staging)
        for folder in (self._raw, self._parts, self._staging / "raw", self._staging / "part"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        discard_staging(self._staging)

    def add(self, block: BlockScan, height: int | None, source_name: str) -> None:
        """Stage one block: its raw bytes and its rows."""
        header = block.header
        self._hashes.append(header.block_hash)
        (self._staging / "raw" / f"{block.block_hash}.blk").write_bytes(block.raw)
        digest = hashlib.sha256(block.raw).digest()
        self._rows["blocks"].append(
            (header.block_hash, header.previous, height, header.seconds, header.raw,
             len(block.transactions), digest, source_name)
        )  # fmt: skip
        for position, tx in enumerate(block.transactions):
            self._add_transaction(header.block_hash, position, tx)
        if len(self._rows["outputs"]) + len(self._rows["inputs"]) >= ROWS_A_GROUP:
            self._flush()

    def commit(self) -> None:
        """Make the staged blocks visible, durably, in one step."""
        if not self._hashes:
            return
        self._flush()
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        for staged in sorted((self._staging / "raw").iterdir()):
            _sync_file(staged)
            staged.replace(self._raw / staged.name)
        sync_folder(self._raw)
        for staged in (self._staging / "part").iterdir():
            _sync_file(staged)
        name = hashlib.sha256(b"".join(self._hashes)).hexdigest()[:32]
        (self._staging / "part").rename(self._parts / name)
        sync_folder(self._parts)

    def _add_transaction(self, block_hash: bytes, position: int, tx: TxScan) -> None:
        txid = tx.txid
        self._rows["transactions"].append(
            (txid, block_hash, position, tx.start, tx.end, tx.weight, tx.version, tx.locktime,
             tx.is_coinbase)
        )  # fmt: skip
        self._rows["inputs"] += [
            (txid, n, spent.prev_txid, spent.prev_vout, spent.sequence)
            for n, spent in enumerate(tx.inputs)
        ]
        self._rows["outputs"] += [(txid, n, *output) for n, output in enumerate(tx.outputs)]

    def _flush(self) -> None:
        for name, schema in TABLES.items():
            columns = list(zip(*self._rows[name], strict=True))
            arrays = [
                pa.array(column, type=field.type)
                for column, field in zip(columns, schema, strict=True)
            ] if columns else None  # fmt: skip
            if arrays is None:
                continue
            if name not in self._writers:
                target = self._staging / "part" / f"{name}.parquet"
                self._writers[name] = pq.ParquetWriter(target, schema, compression=COMPRESSION)
            self._writers[name].write_table(pa.Table.from_arrays(arrays, schema=schema))
            self._rows[name] = []


def discard_staging(staging: Path) -> None:
    """Remove what an interrupted run left behind (it was never visible)."""
    if staging.exists():
        shutil.rmtree(staging)


def raw_path(chain_folder: Path, block_hash: bytes) -> Path:
    """Return where the raw bytes of a block lie."""
    return chain_folder / "raw" / f"{displayed(block_hash)}.blk"


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
