# SPDX-License-Identifier: AGPL-3.0-or-later
"""One part of the chain store: all new blocks of one source, there as a whole or not at all.

Everything is written into a staging folder; one rename of the part's folder makes it
visible when it is on the disk.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.parsing.block import Header
from ledger.parsing.networks import NETWORK
from ledger.store.columns import PART_BLOCKS
from vestigo.store.atomic import sync_file, sync_folder

STAGING = ".staging"
RAW_NAME, BLOCKS_NAME = "blocks.dat", "blocks.parquet"
COMPRESSION = "zstd"
FRAME_BYTES = 8


class PartWriter:
    """Collects blocks; ``commit`` makes them visible, leaving without it undoes all."""

    def __init__(self, chain_folder: Path, network: str) -> None:
        self._parts = chain_folder / "parts" / network
        self._staging = chain_folder / STAGING
        self._magic = NETWORK[network].magic[0]
        self._rows: list[Sequence[Any]] = []
        self._files: list[str] = [RAW_NAME, BLOCKS_NAME]
        self._named: Sequence[bytes] = ()
        self._raw: IO[bytes] | None = None
        self._at = 0

    def __enter__(self) -> Self:
        discard_staging(self._staging)
        self._staging.mkdir(parents=True, mode=0o700)
        self._raw = (self._staging / RAW_NAME).open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._raw:
            self._raw.close()
        discard_staging(self._staging)

    def add(
        self, header: Header, raw: Any, n_transactions: int, height: int | None, source_name: str,
        sha256: bytes | None = None,
    ) -> None:  # fmt: skip
        """Stage one block: its raw bytes (of any buffer, digest known or not) and its row."""
        digest = sha256 or hashlib.sha256(raw).digest()
        assert self._raw is not None
        self._raw.write(self._magic + len(raw).to_bytes(4, "little"))
        self._raw.write(raw)
        self._rows.append(
            (header.block_hash, header.previous, height, header.seconds, header.raw,
             n_transactions, self._at + FRAME_BYTES, len(raw), digest, source_name)
        )  # fmt: skip
        self._at += FRAME_BYTES + len(raw)

    def add_table(self, name: str, table: Any, named: Sequence[bytes]) -> None:
        """Stage a further table of the part, which is named after ``named`` then."""
        pq.write_table(table, self._staging / name, compression=COMPRESSION)
        self._files.append(name)
        self._named = named

    def add_file(self, name: str, content: bytes) -> None:
        """Stage a further file of the part."""
        (self._staging / name).write_bytes(content)
        self._files.append(name)

    def commit(self) -> str | None:
        """Make all that was added visible at once; return the part's name (None: nothing new)."""
        if not self._rows:
            return None
        assert self._raw is not None
        self._raw.close()
        columns = list(zip(*self._rows, strict=True))
        arrays = [
            pa.array(column, type=field.type)
            for column, field in zip(columns, PART_BLOCKS, strict=True)
        ]
        table = pa.Table.from_arrays(arrays, schema=PART_BLOCKS)
        pq.write_table(table, self._staging / BLOCKS_NAME, compression=COMPRESSION)
        for name in self._files:
            sync_file(self._staging / name)
        sync_folder(self._staging)
        self._parts.mkdir(parents=True, exist_ok=True, mode=0o700)
        named = self._named or columns[0]
        name = hashlib.sha256(b"".join(named)).hexdigest()[:32]
        if not (self._parts / name).exists():
            self._staging.rename(self._parts / name)
            sync_folder(self._parts)
        return name


def discard_staging(staging: Path) -> None:
    """Remove what an interrupted run left behind (it was never visible)."""
    if staging.exists():
        shutil.rmtree(staging)
