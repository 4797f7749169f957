# SPDX-License-Identifier: AGPL-3.0-or-later
"""An append beside the work that makes the records: all of it, in order, or nothing."""

import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from vestigo.records import Judgement
from vestigo.store import RecordLedger, streamed

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def judgement(n):
    return Judgement(
        subject=f"market/{n}", seen_record_id="", verdict="same", person="p", reason="r",
        judged_at=MOMENT,
    )  # fmt: skip


def stream(ledger, numbers, error=None):
    with streamed(ledger) as keep:
        for n in numbers:
            keep(judgement(n))
        if error:
            raise error


@pytest.fixture
def ledger(tmp_path):
    with RecordLedger(tmp_path / "records.sqlite") as found:
        yield found


def test_what_was_kept_stands_in_its_order_once_the_block_has_ended(ledger):
    records = [judgement(n) for n in range(4_500)]
    with streamed(ledger) as keep:
        for record in records:
            keep(record if int(record.subject[-1]) % 2 else record.written())
        assert ledger.head().n_entries == 0
    assert list(ledger.of_kind(Judgement)) == records
    assert ledger.verify().n_entries == 4_500


def test_a_block_that_raises_leaves_nothing(ledger):
    with pytest.raises(KeyError, match="lost"):
        stream(ledger, range(4_500), KeyError("lost"))
    assert ledger.head().n_entries == 0
    ledger.append([judgement(1)])
    assert ledger.verify().n_entries == 1


def test_what_the_writer_meets_is_told(ledger, tmp_path):
    ledger.append([judgement(0)])
    with sqlite3.connect(tmp_path / "records.sqlite") as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON bodies "
                           "BEGIN SELECT RAISE(ABORT, 'no room'); END")  # fmt: skip
    connection.close()
    with pytest.raises(IntegrityError, match="no room"):
        stream(ledger, range(1, 4_500))
    assert ledger.head().n_entries == 1


def test_a_ledger_that_somebody_else_writes_to_is_not_left_half_written(ledger, tmp_path):
    other = sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        stream(ledger, [1])
    other.execute("ROLLBACK")
    other.close()
    assert ledger.head().n_entries == 0


def test_heads_are_told_once(tmp_path):
    before, after = [], []
    with RecordLedger(tmp_path / "r.sqlite", after.append, before.append) as ledger:
        stream(ledger, range(4_500))
    assert before == after
    assert [head.n_entries for head in after] == [4_500]
