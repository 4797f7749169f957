# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases that were begun before there were salts: they verify as before, and nothing leaks."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from vestigo.evidence import custody
from vestigo.store import RecordLedger
from vestigo.store.ledger import commitment_of, next_hash


def without_salts(path) -> None:
    """Make the ledger as a release before wrote it: no column, the chain over the ids."""
    connection = sqlite3.connect(path)
    triggers = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    saved = [row[0] for row in connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'")]  # fmt: skip
    for (name,) in triggers:
        if name.startswith("entries_"):
            connection.execute(f"DROP TRIGGER {name}")
    connection.execute("ALTER TABLE entries DROP COLUMN salt")
    link = "0" * 64
    rows = connection.execute("SELECT seq, record_id FROM entries ORDER BY seq").fetchall()
    for seq, record_id in rows:
        link = next_hash(link, commitment_of(record_id, ""))
        connection.execute("UPDATE entries SET entry_sha256 = ? WHERE seq = ?", (link, seq))
    for statement in saved:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_old_ledger_is_opened_verified_and_continued(tmp_path, small):
    world = small.make_world(tmp_path / "case")
    world.ledger.close()
    without_salts(world.folder.records)
    with RecordLedger(world.folder.records) as ledger:
        n = ledger.verify().n_entries
        assert {one.salt for one in ledger.chained()} == {""}
        capture = world.captures[0]
        again = small.market_records(world.captures)[-1]
        assert ledger.append([again, capture]) == 0
    with RecordLedger(world.folder.records) as ledger:
        more = small.market_records(world.captures)[0]
        ledger.append([replace(more, market="another")])
        assert ledger.verify().n_entries == n + 1
        assert [bool(one.salt) for one in ledger.chained()][-2:] == [False, True]


def test_what_was_logged_without_salts_is_not_withheld(tmp_path, small, run, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(custody.secrets, "token_hex", lambda _n: "")
        world = small.make_world(tmp_path / "case")
        world.build()
        world.ledger.close()
    words = ("--withhold", "0002", "--reason", "r", "-o", tmp_path / "copy", "--passphrase-stdin")
    code, _out, err = run("bundle", "disclose", world.folder.path, *words)
    assert (code, "E-EVI-213" in err) == (3, True), err
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("salt", ["", "ab" * 32])
def test_a_commitment_hides_the_id_only_with_a_salt(salt):
    assert (commitment_of("c" * 64, salt) == "c" * 64) is (salt == "")
