# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state file of one graph: what each record contributed, and what was written where.

SQLite in the graph folder of the case; it can be deleted and is then made again.  Names
and texts are found by keyed 63-bit digests: the key is secret and made with the file, so
that no captured text can be built to collide.  ``elements`` holds the nodes, and for each
pair of nodes and each type one element for all their relationships; ``contributions``
counts how many records say the same about an element.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from graph.compact import compact_json as write_json
from graph.faults import cannot_store, second_writer
from graph.model import EDGES, NODES
from graph.projecting.collector import Place
from vestigo.errors import UsageError
from vestigo.store import writer_lock
from vestigo.store.full_disk import disk_is_full, full_disk

MEMORY = ":memory:"
CACHE_KIB = 64 * 1024
LOG_PAGES = 16 * 1024
MASK_63 = (1 << 63) - 1
CHUNK = 500

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0, stands INTEGER NOT NULL DEFAULT 0,
    behind TEXT NOT NULL DEFAULT '[]', passes TEXT NOT NULL DEFAULT '{}',
    made BLOB NOT NULL DEFAULT x'', declared TEXT NOT NULL DEFAULT '[]');
CREATE TABLE IF NOT EXISTS reads (
    cell INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (cell, rid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (
    cell INTEGER NOT NULL, fact TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (cell, fact, rid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS elements (
    id INTEGER PRIMARY KEY, shape INTEGER NOT NULL, place TEXT NOT NULL,
    alive INTEGER NOT NULL DEFAULT 0, dirty INTEGER NOT NULL DEFAULT 1,
    digests BLOB NOT NULL DEFAULT (zeroblob(32)));
CREATE INDEX IF NOT EXISTS elements_shape ON elements (shape, id);
CREATE INDEX IF NOT EXISTS elements_dirty ON elements (shape, id) WHERE dirty = 1;
CREATE TABLE IF NOT EXISTS contributions (
    element INTEGER NOT NULL, hash INTEGER NOT NULL, n INTEGER NOT NULL, said TEXT NOT NULL,
    PRIMARY KEY (element, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY) WITHOUT ROWID;
"""
TABLES = ("meta", "records", "reads", "facts", "elements", "contributions", "words")

# Nodes come before relationships, so that both ends are there when one is written.
SHAPES: tuple[tuple[str, ...], ...] = (
    *((label,) for label in sorted(NODES)),
    *((kind, a, b) for kind in sorted(EDGES) for a, b in sorted(EDGES[kind][0])),
)
NUMBERS = {shape: number for number, shape in enumerate(SHAPES)}
N_NODE_SHAPES = len(NODES)


class State:
    """One open state file; ``None`` keeps it in memory (nothing to update later)."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._held = ExitStack()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._held.enter_context(writer_lock(_lock_of(path)))
            self._open()
        except UsageError as error:
            raise second_writer(path or MEMORY) from error
        except OSError as error:
            if disk_is_full(error):
                raise full_disk() from error
            raise cannot_store(path or MEMORY, error) from error
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        try:
            self._connect()
        except sqlite3.Error as error:
            if disk_is_full(error):
                raise full_disk() from error
            # damaged, or no database at all: it holds nothing that cannot be made again
            self.renew()

    def _connect(self) -> None:
        self.db = sqlite3.connect(self.path or MEMORY, isolation_level=None)
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY",
            f"cache_size=-{CACHE_KIB}", f"wal_autocheckpoint={LOG_PAGES}",
        ):  # fmt: skip
            self.db.execute(f"PRAGMA {pragma}")
        with self.transaction():
            for statement in SCHEMA.split(";"):
                self.db.execute(statement)
        if self.path is not None:
            self.path.chmod(0o600)
        if self.get("rules") != rules_digest():
            self.reset()
        self.key = bytes.fromhex(self.get("key"))

    def renew(self) -> None:
        """Put an empty file in the place of this one."""
        self._forget()
        self._connect()

    def _forget(self) -> None:
        if getattr(self, "db", None) is not None:
            self.db.close()
        if self.path is not None:
            for name in (self.path.name, f"{self.path.name}-wal", f"{self.path.name}-shm"):
                (self.path.parent / name).unlink(missing_ok=True)

    def reset(self) -> None:
        """Forget everything; the file gets a new name and key."""
        with self.transaction():
            for table in TABLES:
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 (a name of the schema)
            self.put(
                rules=rules_digest(), key=secrets.token_hex(16),
                id=secrets.token_hex(16), seq=0, entry_sha256="", writing="",
                generation=0, published=0,
            )  # fmt: skip
            self.key = bytes.fromhex(self.get("key"))
            # all personas together: no record's own, made again when judgements of pairs change
            self.db.execute("INSERT INTO records (rid, id, kind) VALUES (0, '', 'personas')")
            self.db.execute("INSERT INTO reads VALUES (?, 0)", (self.digest("pairs"),))

    def close(self) -> None:
        """Fold the log into the file and let both go."""
        if getattr(self, "db", None) is not None:
            with suppress(sqlite3.Error):  # the next opening folds in what is left
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.db.close()
        self._held.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything or nothing; what is done survives a kill and a power cut."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")
        except sqlite3.Error as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if disk_is_full(error):
                raise full_disk() from error
            raise cannot_store(self.path or MEMORY, error) from error

    def get(self, name: str) -> str:
        """Return one value of the head of the file, "" where it is not set."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return "" if row is None else str(row[0])

    def put(self, **values: str | int) -> None:
        """Set values of the head of the file."""
        self.db.executemany(
            "INSERT INTO meta VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(name, str(value)) for name, value in values.items()],
        )

    def digest(self, text: str) -> int:
        """Return the keyed 63-bit digest of a text."""
        raw = hashlib.blake2b(text.encode("utf-8"), digest_size=8, key=self.key).digest()
        return int.from_bytes(raw, "big") & MASK_63

    def rows(self, query: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield rows of a query whose ``{}`` takes a list of values, a chunk at a time."""
        listed = list(values)
        for start in range(0, len(listed), CHUNK):
            chunk = listed[start : start + CHUNK]
            marks = ",".join("?" * len(chunk))
            yield from self.db.execute(query.replace("{}", marks), chunk)


def is_damaged(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, says that a database file is damaged."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return True
        error = error.__cause__
    return False


@cache
def rules_digest() -> str:
    """Return the digest of everything that decides what records say: the code itself.

    What other code made is made again, so that an update after a new release gives what
    a rebuild gives.
    """
    digest = hashlib.sha256()
    package = files("graph")
    sources = [package / name for name in ("folding.py", "model.py")]
    sources += sorted(
        (one for one in (package / "projecting").iterdir() if one.name.endswith(".py")),
        key=lambda one: one.name,
    )
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def place_text(place: Place) -> str:
    """Return the text that names an element."""
    return write_json(place)


def shape_of(place: Place) -> int:
    """Return the number of the kind of element: a label, or a type with the labels it joins."""
    if place[0] == "node":
        return NUMBERS[place[1],]
    return NUMBERS[place[1], place[2], place[4]]


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")
