# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered tables on the disk, read column by column as they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


class KeptTable:
    """One table; its file stays open, so that a newer index does not pull it away."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path, memory_map=True)
        self._columns: dict[str, Any] = {}

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return int(self._file.metadata.num_rows)

    def __getitem__(self, name: str) -> Any:
        """Return a column; ``KeyError`` where the table has none of that name."""
        if name not in self._columns:
            self._columns[name] = self._file.read(columns=[name])[name]
        return self._columns[name]

    def whole(self) -> Any:
        """Return all columns as one table."""
        return self._file.read()


def whole(table: Any) -> Any:
    """Return a numbered table with all its columns, whether it was kept or just made."""
    return table.whole() if isinstance(table, KeptTable) else table
