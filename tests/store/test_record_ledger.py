# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record ledger: append-only by the database itself, and checked."""

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from vestigo.errors import VerificationError
from vestigo.records import Judgement, Retraction
from vestigo.store import RecordLedger

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def judgement(n):
    return Judgement(
        subject=f"market/{n}", seen_record_id="", verdict="same", person="p", reason="r",
        judged_at=MOMENT,
    )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.sqlite"


def test_what_was_appended_is_read_in_order(path):
    records = [judgement(n) for n in range(1200)]
    with RecordLedger(path) as ledger:
        assert ledger.append(records) == 1200
        assert list(ledger.of_kind(Judgement)) == records
        assert ledger.get(records[7].record_id) == records[7]
        assert ledger.get("unknown") is None


def test_appending_twice_adds_nothing_and_reports_no_new_head(path):
    heads = []
    with RecordLedger(path, on_commit=heads.append) as ledger:
        assert ledger.append([judgement(1), judgement(2)]) == 2
        assert ledger.append([judgement(2), judgement(1)]) == 0
        assert ledger.head() == heads[0]
    assert len(heads) == 1


def test_a_failing_batch_leaves_nothing(path):
    def broken():
        yield judgement(1)
        raise RuntimeError

    with RecordLedger(path) as ledger:
        with pytest.raises(RuntimeError):
            ledger.append(broken())
        assert ledger.head().n_entries == 0


def test_retracted_records_are_left_out(path):
    first, second = judgement(1), judgement(2)
    retraction = Retraction(retracts=first.record_id, reason="r", person="p", retracted_at=MOMENT)
    with RecordLedger(path) as ledger:
        ledger.append([first, second, retraction])
        assert list(ledger.of_kind(Judgement)) == [second]
        assert list(ledger.of_kind(Judgement, include_retracted=True)) == [first, second]
        assert list(ledger.of_kind(Judgement, up_to=2)) == [first, second]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE entries SET kind = 'x'",
        "DELETE FROM entries",
        "UPDATE bodies SET body = x'00'",
        "DELETE FROM bodies",
        "INSERT OR REPLACE INTO entries SELECT seq, 'forged', kind, schema, entry_sha256, salt FROM entries",
        "REPLACE INTO bodies SELECT record_id, x'00' FROM bodies",
        "DELETE FROM disposals WHERE 1; UPDATE entries SET seq = 9",
    ],
)
def test_the_database_itself_refuses_to_change_the_past(path, attack):
    with RecordLedger(path) as ledger:
        ledger.append([judgement(1)])
    with (
        sqlite3.connect(path) as connection,
        pytest.raises(sqlite3.DatabaseError, match="append-only"),
    ):
        connection.executescript(attack)
    connection.close()


def test_disposal_destroys_the_body_and_nothing_else(path):
    records = [judgement(1), judgement(2)]
    with RecordLedger(path) as ledger:
        ledger.append(records)
        head = ledger.head()
        ledger.dispose([records[0].record_id], "order 1")
        assert ledger.get(records[0].record_id) is None
        assert ledger.verify() == head
    assert b"market/1" not in path.read_bytes()


def test_a_ledger_that_keeps_bodies_by_digest_goes_on(path):
    """An earlier release made the table without row numbers, on smaller pages."""
    RecordLedger(path).close()
    forge(path, "DROP TABLE bodies")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA page_size=4096")
        connection.execute(
            "CREATE TABLE bodies (record_id TEXT NOT NULL, body BLOB NOT NULL, "
            "PRIMARY KEY (record_id)) WITHOUT ROWID"
        )
    connection.execute("VACUUM")
    connection.close()
    records = [judgement(n) for n in range(20)]
    with RecordLedger(path) as ledger:
        assert ledger.append(records) == 20
        ledger.dispose([records[3].record_id], "order 1")
        assert list(ledger.of_kind(Judgement)) == records[:3] + records[4:]
        assert ledger.verify() == ledger.head()
    assert b"market/3" not in path.read_bytes()


def forge(path, statement):
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE bodies SET body = replace(body, 'same', 'diff')",
        "DELETE FROM entries WHERE seq = 2",
        "DELETE FROM bodies WHERE rowid_is_not_used = 1",
        "UPDATE entries SET entry_sha256 = 'f' WHERE seq = 1",
    ],
)
def test_whoever_owns_the_file_is_still_found_out(path, forgery):
    with RecordLedger(path) as ledger:
        ledger.append([judgement(1), judgement(2), judgement(3)])
    forge(path, forgery.replace("rowid_is_not_used = 1", "length(body) > 0"))
    with RecordLedger(path) as ledger, pytest.raises(VerificationError) as caught:
        ledger.verify()
    assert caught.value.code == "E-STO-004"


WRITER = """
import sys
from pathlib import Path
from datetime import datetime, UTC
from vestigo.records import Judgement
from vestigo.store import RecordLedger
ledger = RecordLedger(Path(sys.argv[1]))
n = ledger.head().n_entries
while True:
    n += 1
    ledger.append([Judgement(subject=f"s{n}", seen_record_id="", verdict="same", person="p",
                             reason="r", judged_at=datetime(2026, 1, 1, tzinfo=UTC))])
    print(n, flush=True)
"""


@pytest.mark.parametrize("round_", range(3))
def test_kill_9_loses_no_acknowledged_record(path, round_):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    acknowledged = 0
    for _line in range(5 + 3 * round_):
        acknowledged = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with RecordLedger(path) as ledger:
        assert ledger.verify().n_entries >= acknowledged


def opened_and_read(path):
    with RecordLedger(path) as ledger:
        ledger.append([judgement(9)])
        ledger.verify()


@pytest.mark.parametrize(
    "content",
    [b"this is no database " * 50, b"SQLite format 3\x00" + b"\xff" * 4080],
    ids=["text", "damaged head"],
)
def test_a_ledger_replaced_by_junk_has_its_code(path, content):
    path.write_bytes(content)
    with pytest.raises(VerificationError) as caught:
        opened_and_read(path)
    assert caught.value.code == "E-STO-006"
    assert caught.value.where == str(path)


def test_a_ledger_with_overwritten_pages_has_its_code(path):
    with RecordLedger(path) as ledger:
        ledger.append([judgement(n) for n in range(50)])
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    with pytest.raises(VerificationError) as caught:
        opened_and_read(path)
    assert caught.value.code == "E-STO-006"


def test_a_foreign_database_in_place_of_the_ledger_has_its_code(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE entries (mine TEXT)")
    connection.close()
    with pytest.raises(VerificationError) as caught:
        opened_and_read(path)
    assert caught.value.code == "E-STO-006"


def test_an_id_rewritten_to_other_letters_is_found_out(path):
    with RecordLedger(path) as ledger:
        ledger.append([judgement(1)])
    forge(path, "UPDATE entries SET record_id = 'ñ'")
    with RecordLedger(path) as ledger, pytest.raises(VerificationError) as caught:
        ledger.verify()
    assert caught.value.code == "E-STO-004"


def test_sorting_leaves_nothing_outside_of_the_case(path):
    with RecordLedger(path) as ledger, ledger._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == 2


def test_the_head_is_announced_before_the_write_and_told_after_it(path):
    told = []
    with RecordLedger(path, lambda h: told.append(("after", h)), lambda h: told.append(("before", h))) as ledger:  # fmt: skip
        ledger.append([judgement(1)])
        ledger.append([judgement(1)])
        head = ledger.head()
    assert told == [("before", head), ("after", head)]
