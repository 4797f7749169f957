# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record ledger: the one truth of a case, append-only.

Entries form a hash chain: ``entry_sha256`` = SHA-256 of the previous entry hash,
a line feed, and the commitment of the record id: HMAC-SHA-256 under a salt of 256 random
bits, so that the chain gives nothing away of a record that is withheld.  Graph and reports
are projections of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select
from sqlalchemy.engine import ExceptionContext

from vestigo.closing import Closing
from vestigo.errors import VerificationError
from vestigo.i18n import _
from vestigo.records import Record, Retraction, WrittenRecord, record_from_body
from vestigo.store.otherwise import BY_RETRACTED, made_otherwise
from vestigo.store.schema import bodies, disposals, entries, metadata

R = TypeVar("R", bound=Record)
START = "0" * 64
PAGE = 500
BATCH = 2_000  # six values each: SQLite takes 32,766 at once
SALT_BYTES = 32
PAGE_BYTES, CACHE_KIB = 8192, 32 << 10  # what is written in disorder is digests: they fit
# as they are: SQLAlchemy spends more on a row of many than SQLite does
NEW_ENTRIES = "INSERT INTO entries (seq, record_id, kind, schema, entry_sha256, salt) VALUES "
KNOWN = "SELECT record_id FROM entries WHERE record_id IN (SELECT value FROM json_each(?))"
NEW_BODIES = "INSERT INTO bodies (record_id, body) VALUES "
# what SQLite answers when a file is no database, damaged, or has other tables than ours
DAMAGED = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
PRIMARY = 0xFF


class LedgerHead(NamedTuple):
    """How many entries there are and the hash of the last one."""

    n_entries: int
    entry_sha256: str


class ChainedId(NamedTuple):
    """What the chain is made of: record id, kind, and salt ("" in a ledger made before salts)."""

    record_id: str
    kind: str
    salt: str

    @property
    def commitment(self) -> str:
        """Return what stands in the chain for the record."""
        return commitment_of(self.record_id, self.salt)


class LedgerEntry(NamedTuple):
    """One entry: its place (from 1), record id, kind, and body; None where it was disposed of."""

    seq: int
    record_id: str
    kind: str
    body: bytes | None


class RecordLedger(Closing):
    """Appends and reads records.

    ``on_commit`` is called with the new head after each write transaction (the
    custody log listens there), ``before_commit`` with the same head just before it.
    Every method raises ``VerificationError`` E-STO-006 where the file is no record ledger.
    """

    def __init__(
        self,
        path: Path,
        on_commit: Callable[[LedgerHead], None] | None = None,
        before_commit: Callable[[LedgerHead], None] | None = None,
    ) -> None:
        self._engine = _engine(path)
        self._on_commit = on_commit
        self._before_commit = before_commit
        metadata.create_all(self._engine)
        _add_salts(self._engine)
        path.chmod(0o600)

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    def append(self, records: Iterable[Record | WrittenRecord]) -> int:
        """Append the records that are not there yet, in one transaction; return how many."""
        with self._engine.begin() as connection:
            head = _head(connection)
            before = head.n_entries
            waiting = iter(records)
            while batch := list(islice(waiting, BATCH)):
                head = _append_batch(connection, head, batch)
            if head.n_entries > before and self._before_commit:
                self._before_commit(head)
        if head.n_entries > before and self._on_commit:
            self._on_commit(head)
        return head.n_entries - before

    def head(self) -> LedgerHead:
        """Return the number of entries and the hash of the last one."""
        with self._engine.connect() as connection:
            return _head(connection)

    def get(self, record_id: str) -> Record | None:
        """Return the record, or None when it is unknown or its body was disposed of."""
        body = self.body_of(record_id)
        return None if body is None else record_from_body(json.loads(body))

    def ids(self, *, up_to: int | None = None) -> list[tuple[str, str]]:
        """Return ``(record_id, kind)`` in order of entry, up to ``up_to`` entries."""
        query = select(entries.c.record_id, entries.c.kind).order_by(entries.c.seq)
        if up_to is not None:
            query = query.where(entries.c.seq <= up_to)
        with self._engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def chained(self, *, up_to: int | None = None) -> list[ChainedId]:
        """Return what the chain is made of, in order of entry, up to ``up_to`` entries."""
        columns = (entries.c.record_id, entries.c.kind, entries.c.salt)
        query = select(*columns).order_by(entries.c.seq)
        if up_to is not None:
            query = query.where(entries.c.seq <= up_to)
        with self._engine.connect() as connection:
            rows = connection.execute(query)
            return [ChainedId(row[0], row[1], str(row[2] or "")) for row in rows]

    def entry_sha256(self, seq: int) -> str | None:
        """Return the chain hash of one entry (counted from 1), None where there is none."""
        with self._engine.connect() as connection:
            query = select(entries.c.entry_sha256).where(entries.c.seq == seq)
            return connection.execute(query).scalar()

    def entries(self, after: int, limit: int) -> list[LedgerEntry]:
        """Return at most ``limit`` entries after entry ``after``, in order."""
        query = (
            select(entries.c.seq, entries.c.record_id, entries.c.kind, bodies.c.body)
            .outerjoin(bodies, entries.c.record_id == bodies.c.record_id)
            .where(entries.c.seq > after)
            .order_by(entries.c.seq)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [LedgerEntry(*row) for row in connection.execute(query)]

    def body_of(self, record_id: str) -> bytes | None:
        """Return the canonical JSON of a record, None when it is unknown or disposed of."""
        with self._engine.connect() as connection:
            query = select(bodies.c.body).where(bodies.c.record_id == record_id)
            return connection.execute(query).scalar()

    def of_kind(
        self, cls: type[R], *, include_retracted: bool = False, up_to: int | None = None
    ) -> Iterator[R]:
        """Yield the records of one class in order of entry, retracted ones left out."""
        named = self.named_of_kind(cls, include_retracted=include_retracted, up_to=up_to)
        return (record for _id, record in named)

    def named_of_kind(
        self, cls: type[R], *, include_retracted: bool = False, up_to: int | None = None
    ) -> Iterator[tuple[str, R]]:
        """Yield ``(record_id, record)`` as ``of_kind`` does, without hashing each again."""
        gone = set() if include_retracted or cls is Retraction else self.retracted(up_to=up_to)
        for record_id, body in self._bodies(cls.KIND, up_to):
            if record_id not in gone:
                record = record_from_body(json.loads(body))
                assert isinstance(record, cls)
                yield record_id, record

    def bodies_of(self, kind: str, *, up_to: int | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield ``(record_id, canonical JSON)`` of one kind as stored, retracted ones included."""
        return self._bodies(kind, up_to)

    def derived_otherwise(
        self, prefix: str, settings: Iterable[str]
    ) -> Iterator[tuple[str, str, bytes]]:
        """Yield ``(record_id, kind, canonical JSON)`` of what rules of ``prefix`` made otherwise.

        That is: with none of ``settings`` (digests), and not retracted.  Indexes answer, so
        that the work grows with what is found and not with what the ledger holds.
        """
        index, query = made_otherwise(prefix)
        with self._engine.begin() as connection:
            connection.exec_driver_sql(BY_RETRACTED)
            connection.exec_driver_sql(index)
        for bounds in pairwise(["", *sorted(set(settings)), "~"]):
            with self._engine.connect() as connection:
                found = connection.exec_driver_sql(query, bounds).all()
            yield from ((row[0], row[1], row[2]) for row in found)

    def disposed(self) -> dict[str, str]:
        """Return the order that each record was destroyed by, by record id."""
        with self._engine.connect() as connection:
            query = select(disposals.c.record_id, disposals.c.order_reference)
            return {row[0]: row[1] for row in connection.execute(query)}

    def retracted(self, *, up_to: int | None = None) -> set[str]:
        """Return the ids of records that a retraction took back."""
        return {record.retracts for record in self.of_kind(Retraction, up_to=up_to)}

    def dispose(self, record_ids: Iterable[str], order_reference: str) -> None:
        """Destroy bodies by order; entries, digests and the chain stay."""
        with self._engine.begin() as connection:
            for record_id in record_ids:
                row = {"record_id": record_id, "order_reference": order_reference}
                connection.execute(insert(disposals).values(**row))
                connection.execute(bodies.delete().where(bodies.c.record_id == record_id))
        with self._engine.connect() as connection:  # the log of SQLite still holds the bodies
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def verify(self) -> LedgerHead:
        """Recompute every digest and the chain; return the head.

        Raises ``VerificationError`` E-STO-004 naming the first entry that is wrong.
        """
        last, n = START, 0
        joined = entries.outerjoin(bodies, entries.c.record_id == bodies.c.record_id)
        query = select(entries, bodies.c.body).select_from(joined).order_by(entries.c.seq)
        with self._engine.connect() as connection:
            gone = {row[0] for row in connection.execute(select(disposals.c.record_id))}
            for row in connection.execute(query):
                last, n = next_hash(last, commitment_of(row.record_id, str(row.salt or ""))), n + 1
                body = row.body if isinstance(row.body, bytes) else None
                digest = None if body is None else hashlib.sha256(body).hexdigest()
                body_right = digest == row.record_id if digest else row.record_id in gone
                if row.seq != n or row.entry_sha256 != last or not body_right:
                    raise VerificationError(
                        "E-STO-004",
                        _("The record ledger does not verify at entry {seq}.").format(seq=n),
                        where=str(row.record_id),
                        remedy=_("Restore the case from a copy that verifies."),
                    )
        return LedgerHead(n, last)

    def _bodies(self, kind: str, up_to: int | None) -> Iterator[tuple[str, bytes]]:
        last = 0
        while True:
            query = (
                select(entries.c.seq, bodies.c.record_id, bodies.c.body)
                .join(bodies, entries.c.record_id == bodies.c.record_id)
                .where(entries.c.kind == kind, entries.c.seq > last)
                .order_by(entries.c.seq)
                .limit(PAGE)
            )
            if up_to is not None:
                query = query.where(entries.c.seq <= up_to)
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
            for seq, record_id, body in rows:
                last = seq
                yield record_id, body
            if len(rows) < PAGE:
                return


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _pragmas(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA page_size={PAGE_BYTES}")  # of a new file; a body fits one
        cursor.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")  # nothing of a case outside of its folder
        cursor.close()

    @event.listens_for(engine, "handle_error")
    def _damaged(context: ExceptionContext) -> None:
        code = getattr(context.original_exception, "sqlite_errorcode", 0)
        if code & PRIMARY in DAMAGED:
            raise VerificationError(
                "E-STO-006",
                _("The record ledger is no database of Vestigo, or it is damaged."),
                where=str(path),
                remedy=_("Restore the case from a copy that verifies."),
            ) from context.original_exception

    return engine


def _head(connection: Connection) -> LedgerHead:
    n = connection.execute(select(func.max(entries.c.seq))).scalar() or 0
    query = select(entries.c.entry_sha256).where(entries.c.seq == n)
    return LedgerHead(n, connection.execute(query).scalar() or START)


def _append_batch(
    connection: Connection, head: LedgerHead, batch: Sequence[Record | WrittenRecord]
) -> LedgerHead:
    """Append the records of ``batch`` that are not there yet, in their order."""
    named = (one if isinstance(one, WrittenRecord) else one.written() for one in batch)
    by_id = {one.record_id: one for one in named}
    known = set(connection.exec_driver_sql(KNOWN, (json.dumps(list(by_id)),)).scalars())
    fresh = [one for name, one in by_id.items() if name not in known]
    if not fresh:
        return head
    rows = []
    salts = secrets.token_hex(SALT_BYTES * len(fresh))
    for n, one in enumerate(fresh):
        salt = salts[2 * SALT_BYTES * n : 2 * SALT_BYTES * (n + 1)]
        link = next_hash(head.entry_sha256, commitment_of(one.record_id, salt))
        head = LedgerHead(head.n_entries + 1, link)
        rows.append((head.n_entries, one.record_id, one.kind, one.schema, link, salt))
    _insert(connection, NEW_ENTRIES, rows)
    _insert(connection, NEW_BODIES, [(one.record_id, one.body) for one in fresh])
    return head


def _insert(connection: Connection, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows in one step, during which other threads run; there are few enough of them."""
    places = f"({','.join('?' * len(rows[0]))})"
    values = tuple(value for row in rows for value in row)
    connection.exec_driver_sql(into + ",".join([places] * len(rows)), values)


def commitment_of(record_id: str, salt: str) -> str:
    """Return what stands for a record in the chain; its id where there is no salt."""
    if not salt:
        return record_id
    return hmac.digest(salt.encode(), record_id.encode(), "sha256").hex()


def next_hash(last: str, commitment: str) -> str:
    """Return the chain hash of the entry behind ``last``."""
    return hashlib.sha256(f"{last}\n{commitment}".encode()).hexdigest()


def _add_salts(engine: Engine) -> None:
    """Give a ledger of an earlier release the column; what stands in it keeps its chain."""
    with engine.begin() as connection:
        names = {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(entries)")}
        if "salt" not in names:
            connection.exec_driver_sql("ALTER TABLE entries ADD COLUMN salt TEXT")
