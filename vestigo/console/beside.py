# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases of the console beside a case: made from its ledger, and made again when in doubt."""

from __future__ import annotations

import sqlite3
from pathlib import Path

WAIT_SECONDS = 30


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that writes in transactions of its own making."""
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA temp_store=MEMORY")  # nothing of a case outside of its folder
    return connection


def remove(path: Path) -> None:
    """Remove a database and the files that SQLite keeps with it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
