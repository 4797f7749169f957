# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the index keeps of a ledger, written beside the case so that a later start reads it.

Reading a large ledger takes most of a start: its bodies lie in the order of their digests.
The file holds the kept values alone (``light``), in order of entry, and the entry up to
which it goes.  It can be deleted and is made again; one of another ledger, of another
release, from before a disposal, or with a wrong digest is made anew.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

from vestigo.console import beside
from vestigo.console.light import LIGHT
from vestigo.store import RecordLedger
from vestigo.store.ledger import LedgerEntry

FORMAT = f"vestigo.kept.v2 {sorted((kind, *form.fields) for kind, form in LIGHT.items())}"
BATCH = 2_000
Columns = list[list[Any]]
_POSITION = (
    "CREATE TABLE position (format TEXT, seq INTEGER, entry_sha256 TEXT, n_disposed INTEGER)"
)
_KEPT = """
CREATE TABLE kept (kind TEXT, seq INTEGER, rows BLOB NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (kind, seq))
"""


class KeptRows:
    """The file at ``path`` with the kept values of ``ledger``; several processes may follow it.

    Each method raises ``sqlite3.Error`` where the file cannot be written or is damaged: then
    the ledger has to be read instead.
    """

    def __init__(self, path: Path, ledger: RecordLedger) -> None:
        self._path = path
        self._ledger = ledger

    def follow(self, n_entries: int) -> None:
        """Bring the file up to entry ``n_entries``."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        with closing(beside.connect(self._path)) as connection:
            self._refuse_another(connection)
            while self._put_next(connection, n_entries):
                pass

    def columns_of(self, kind: str, n_entries: int) -> Iterator[Columns]:
        """Yield the records of one kind up to an entry, in order of entry, some at once.

        A column holds their ids, each of the others one field that is kept.
        """
        with closing(beside.connect(self._path)) as connection:
            found = connection.execute(
                "SELECT rows, digest FROM kept WHERE kind = ? ORDER BY seq", (kind,)
            )
            for text, digest in found:
                if not isinstance(text, bytes) or _digest(text) != digest:
                    raise sqlite3.DatabaseError(f"{kind}: digest")
                seqs, *columns = json.loads(text)
                n = bisect_right(seqs, n_entries)
                yield columns if n == len(seqs) else [column[:n] for column in columns]

    def remove(self) -> None:
        """Remove the file: it is damaged, and made again at the next start."""
        beside.remove(self._path)

    def _put_next(self, connection: sqlite3.Connection, n_entries: int) -> bool:
        """Write the next entries; False where there are none."""
        connection.execute("BEGIN IMMEDIATE")
        (seq,) = connection.execute("SELECT seq FROM position").fetchone()
        left = n_entries - seq
        new = self._ledger.entries(seq, min(BATCH, left)) if left > 0 else []
        if new:
            self._put(connection, new)
        connection.execute("COMMIT")
        return bool(new)

    def _put(self, connection: sqlite3.Connection, new: list[LedgerEntry]) -> None:
        rows: dict[str, Columns] = defaultdict(list)
        for entry in new:
            if entry.body is not None and entry.kind in LIGHT:
                values = LIGHT[entry.kind].values(json.loads(entry.body))
                rows[entry.kind].append([entry.seq, entry.record_id, *values])
        seq = new[-1].seq
        for kind, found in rows.items():
            columns = list(zip(*found, strict=True))
            text = json.dumps(columns, separators=(",", ":")).encode("ascii")
            row = (kind, seq, text, _digest(text))
            connection.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", row)
        position = (seq, self._ledger.entry_sha256(seq))
        connection.execute("UPDATE position SET seq = ?, entry_sha256 = ?", position)

    def _refuse_another(self, connection: sqlite3.Connection) -> None:
        """Empty a file that does not belong to this ledger as it stands, or to this release."""
        connection.execute("BEGIN IMMEDIATE")
        n_disposed = len(self._ledger.disposed())
        if not self._is_ours(connection, n_disposed):
            for name in ("position", "kept"):
                connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute(_POSITION)
            connection.execute(_KEPT)
            connection.execute("INSERT INTO position VALUES (?, 0, '', ?)", (FORMAT, n_disposed))
        connection.execute("COMMIT")

    def _is_ours(self, connection: sqlite3.Connection, n_disposed: int) -> bool:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept'").fetchone():
            return False
        form, seq, digest, n = connection.execute("SELECT * FROM position").fetchone()
        same = (form, n) == (FORMAT, n_disposed)
        return same and (not seq or self._ledger.entry_sha256(seq) == digest)


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()
