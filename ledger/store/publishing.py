# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables that become visible together, each written while the next is still being made."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.store.part import COMPRESSION, discard_staging
from vestigo.store.atomic import sync_file, sync_folder

_AT_ONCE = 250_000  # rows
_DIFFERENCES = "DELTA_BINARY_PACKED"  # faster than zstd, and smaller for numbers that grow


class Publication:
    """Writes tables into ``folder``, which is there with all of them or not at all."""

    def __init__(self, folder: Path, staging: Path) -> None:
        self._folder = folder
        self._staging = staging
        self._pool = ThreadPoolExecutor(1)
        self._written: list[Future[None]] = []

    def __enter__(self) -> Self:
        discard_staging(self._staging)
        self._staging.mkdir(parents=True, mode=0o700)
        return self

    def add(self, name: str, table: Any, schema: Any) -> None:
        """Begin to write a table, its columns as ``schema`` says."""
        target = self._staging / f"{name}.parquet"
        self._written.append(self._pool.submit(_write, target, table, schema))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._pool.shutdown(cancel_futures=kind is not None)
            if kind is None:
                self._show()
        finally:
            discard_staging(self._staging)

    def _show(self) -> None:
        for written in self._written:
            written.result()
        sync_folder(self._staging)
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        discard_staging(self._folder)
        self._staging.rename(self._folder)
        sync_folder(self._folder.parent)


def _write(target: Path, table: Any, schema: Any) -> None:
    """Write a table some rows at a time, so that few stand in memory in their full width."""
    packed = {field.name: _DIFFERENCES for field in schema if _is_number(field.type)}
    codecs = {
        field.name: "none" if field.name in packed or _is_hash(field.type) else COMPRESSION
        for field in schema
    }
    with pq.ParquetWriter(
        target, schema, compression=codecs, column_encoding=packed, use_dictionary=False,
        write_statistics=False,
    ) as writer:  # fmt: skip
        for start in range(0, table.num_rows, _AT_ONCE):
            writer.write_table(table.slice(start, _AT_ONCE).cast(schema))
    sync_file(target)


def _is_number(kind: Any) -> bool:
    return kind in (pa.int32(), pa.int64())


def _is_hash(kind: Any) -> bool:
    return bool(pa.types.is_fixed_size_binary(kind)) or kind == pa.uint64()
