# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of the record ledger; the database itself refuses to change the past.

``entries`` holds only digests, ids and the salts of their commitments (a ledger of an earlier
release has entries without).  Bodies lie in ``bodies``, keyed by the
record id (their own digest): the only rows that an order can destroy, and only
after a row in ``disposals`` names them.  They stand in the order in which they came, so that
many are written one behind the other (a ledger of an earlier release has them by digest).
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Integer, LargeBinary, MetaData, Table, Text, event

metadata = MetaData()

entries = Table(
    "entries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("record_id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False, index=True),
    Column("schema", Integer, nullable=False),
    Column("entry_sha256", Text, nullable=False),
    Column("salt", Text),
)
bodies = Table(
    "bodies",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
disposals = Table(
    "disposals",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("order_reference", Text, nullable=False),
    sqlite_with_rowid=False,
)

_REFUSALS = (
    (
        "CREATE TRIGGER {t}_no_update BEFORE UPDATE ON {t} "
        "BEGIN SELECT RAISE(ABORT, 'append-only: {t}'); END"
    ),
    (
        "CREATE TRIGGER {t}_no_delete BEFORE DELETE ON {t} {when}"
        "BEGIN SELECT RAISE(ABORT, 'append-only: {t}'); END"
    ),
    (
        "CREATE TRIGGER {t}_no_replace BEFORE INSERT ON {t} "
        "WHEN EXISTS (SELECT 1 FROM {t} WHERE {key} = NEW.{key}) "
        "BEGIN SELECT RAISE(ABORT, 'append-only: {t}'); END"
    ),
)
_ONLY_UNDISPOSED = "WHEN NOT EXISTS (SELECT 1 FROM disposals WHERE record_id = OLD.record_id) "

for _table, _key, _when in (
    (entries, "seq", ""),
    (bodies, "record_id", _ONLY_UNDISPOSED),
    (disposals, "record_id", ""),
):
    for _statement in _REFUSALS:
        _text = _statement.format(t=_table.name, key=_key, when=_when)
        event.listen(_table, "after_create", DDL(_text))  # type: ignore[no-untyped-call]  # not annotated upstream
