# SPDX-License-Identifier: AGPL-3.0-or-later
"""A frontier that can no longer be written ends the crawl; it never waits for ever."""

import errno
import shutil
import sqlite3
import subprocess
import sys

import pytest
from standing import PROFILE

from crawler import run
from crawler.frontier import Frontier, open_frontier
from crawler.frontier.file import coded
from vestigo.errors import ConfigurationError, ExitCode, SourceUnreachable, UsageError

FIT = 16  # pages of the database: room for the schema and a few rows


@pytest.fixture
def shop(market, html):
    market.answers["/"] = html.category("/c/0", "/c/1", "/p/900")
    for c in range(2):
        market.answers[f"/c/{c}"] = html.category(*(f"/p/{n}" for n in range(c * 9, c * 9 + 9)))
    for n in (*range(18), 900):
        market.answers[f"/p/{n}"] = html.listing(n)
    return 22


@pytest.mark.timeout(60)
def test_a_full_disk_below_the_frontier_ends_the_crawl(crawls, market, html, monkeypatch):
    market.answers["/"] = html.category(*(f"/p/{n}{'x' * 300}" for n in range(300)))

    def small(path, *, crawled_before):
        frontier = open_frontier(path, crawled_before=crawled_before)
        frontier._db.execute(f"PRAGMA max_page_count = {FIT}")
        return frontier

    monkeypatch.setattr(run, "open_frontier", small)
    with pytest.raises(SourceUnreachable) as caught:
        crawls.run()
    assert caught.value.code == "E-STO-005"
    monkeypatch.undo()
    report = crawls.run()
    assert market.asked["/"] == 1  # it was archived before the disk was full
    assert (report.n_reconciled, report.coverage.known) == (1, 301)


@pytest.mark.timeout(60)
def test_an_error_below_the_scheduler_ends_the_crawl(crawls, market, html, monkeypatch):
    market.answers["/"] = html.listing(1)

    def broken(*_values):
        raise ZeroDivisionError

    monkeypatch.setattr(Frontier, "lease", broken)
    with pytest.raises(ZeroDivisionError):
        crawls.run()


def _bytes_gone(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _another_header(path):
    path.write_bytes(b"not a database" + path.read_bytes()[14:])


def _zeros_inside(path):
    content = bytearray(path.read_bytes())
    content[4096 : 4 * 4096] = bytes(3 * 4096)
    path.write_bytes(content)


def _a_table_gone(path):
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE turns")
    db.close()


DAMAGES = [_bytes_gone, _another_header, _zeros_inside, _a_table_gone]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_frontier_is_set_aside_and_made_again(crawls, market, shop, damage):
    crawls.run()
    path = crawls.job().frontier_path
    damage(path)
    broken = path.read_bytes()
    asked = dict(market.asked)
    report = crawls.run()
    assert report.n_restored == report.coverage.fetched == shop
    assert report.coverage.waiting == 0
    assert dict(market.asked) == asked  # nothing was fetched again
    aside = path.with_name(f"{path.name}.damaged-1")
    assert aside.read_bytes() == broken
    assert [reason for _action, reason, _details in crawls.events if "frontier" in reason] == [
        "frontier lost, made again from the archive"
    ]
    assert crawls.run().n_restored == 0


@pytest.mark.parametrize("lose", ["unlink", "truncate"])
def test_a_frontier_that_is_gone_is_made_again(crawls, market, shop, lose):
    crawls.run()
    path = crawls.job().frontier_path
    path.unlink() if lose == "unlink" else path.write_bytes(b"")
    asked = dict(market.asked)
    report = crawls.run(crawled_before=True)
    assert (report.n_restored, dict(market.asked)) == (shop, asked)


def _flip(crawls, capture, offset):
    path = crawls.captures_folder / capture.warc_name
    content = bytearray(path.read_bytes())
    content[capture.warc_offset + offset] ^= 0x10
    path.write_bytes(content)


def test_a_bit_flipped_in_the_archive_is_told_while_a_frontier_is_made_again(crawls, market, shop):
    crawls.run()
    crawls.job().frontier_path.unlink()
    broken = crawls.captures[9]
    _flip(crawls, broken, 70)
    report = crawls.run(crawled_before=True)
    place = f"{broken.warc_name}@{broken.warc_offset}"
    assert report.damaged == (place,)
    assert (report.n_restored, report.coverage.fetched) == (9, shop)
    told = [d for _a, why, d in crawls.events if why == "E-EVI-103 the archive is damaged"]
    assert told == [{"where": place}]
    assert crawls.run().damaged == ()


def test_the_command_warns_of_it_and_ends_with_3(case, authorised, asked, market, shop):
    authorised()
    words = ("run", "--profile", PROFILE, "--start", market.uri)
    assert asked(*words)[0] == ExitCode.DONE
    (path,) = case.captures.glob("*.warc.gz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    (case.crawl_state / "tiny.sqlite").unlink()
    code, out, err = asked(*words)
    assert code == ExitCode.VERIFICATION_FAILED
    assert f"{shop} pages are known" in out
    assert f"! {path.name}@" in err
    assert "The archive is damaged at 1 place" in err


def test_an_unfinished_restoration_begins_again(crawls, market, shop, monkeypatch):
    crawls.run()
    path = crawls.job().frontier_path
    path.unlink()
    real, n = Frontier.take_up, []

    def killed(frontier, page):
        n.append(page)
        if len(n) == 7:
            raise KeyboardInterrupt
        return real(frontier, page)

    monkeypatch.setattr(Frontier, "take_up", killed)
    with pytest.raises(KeyboardInterrupt):
        crawls.run(crawled_before=True)
    monkeypatch.undo()
    asked = dict(market.asked)
    report = crawls.run(crawled_before=True)
    assert report.coverage.fetched == shop
    assert dict(market.asked) == asked


def test_leases_after_a_restoration_have_labels_of_their_own(crawls, market, shop, html):
    crawls.run()
    path = crawls.job().frontier_path
    first = sqlite3.connect(path).execute("SELECT max(seq) FROM pages").fetchone()[0]
    path.unlink()
    market.answers["/p/new"] = html.listing(1)
    crawls.run(crawled_before=True, seeds=(f"{market.uri}p/new",))
    db = sqlite3.connect(path)
    assert db.execute("SELECT min(seq) FROM pages").fetchone()[0] > first
    db.close()


def test_a_database_of_something_else_is_left_alone(crawls, market, html):
    market.answers["/"] = html.listing(1)
    path = crawls.job().frontier_path
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE diary (day TEXT)")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        crawls.run()
    assert caught.value.code == "E-CRA-061"
    assert path.read_bytes() == before
    assert not market.asked


def test_a_frontier_of_a_newer_version_is_left_alone(crawls, market, shop):
    crawls.run()
    path = crawls.job().frontier_path
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError) as caught:
        crawls.run()
    assert caught.value.code == "E-CRA-062"
    assert not list(path.parent.glob("*.damaged-*"))


FIRST_VERSION = """
CREATE TABLE pages (
    seq INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, hint TEXT NOT NULL, state TEXT NOT NULL,
    cause TEXT NOT NULL DEFAULT '', n_redirects INTEGER NOT NULL DEFAULT 0,
    n_attempts INTEGER NOT NULL DEFAULT 0, n_leases INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0, after_name TEXT NOT NULL DEFAULT '',
    after_offset INTEGER NOT NULL DEFAULT 0, capture_id TEXT NOT NULL DEFAULT '',
    page_kind TEXT NOT NULL DEFAULT '');
CREATE INDEX pages_by_state ON pages (state, seq);
INSERT INTO pages (uri, hint, state, page_kind) VALUES ('http://h/', '', 'done', 'category');
INSERT INTO pages (uri, hint, state, not_before) VALUES ('http://h/b', 'listing', 'queued', 50);
INSERT INTO pages (uri, hint, state) VALUES ('http://h/a', 'listing', 'queued');
"""


def test_a_frontier_of_the_first_version_goes_on(tmp_path):
    path = tmp_path / "f.sqlite"
    db = sqlite3.connect(path)
    db.executescript(FIRST_VERSION)
    db.close()
    frontier = Frontier(path, reading=True)
    assert frontier.coverage().known == 3
    frontier.close()
    frontier = Frontier(path)
    assert frontier.lease(10, ("", 0)).uri == "http://h/a"
    assert frontier.lease(10, ("", 0)) is None
    assert frontier.lease(60, ("", 0)).uri == "http://h/b"
    assert frontier.coverage().page_kinds == {"category": 1}
    frontier.close()


@pytest.mark.parametrize("content", ["nothing", "header"])
def test_a_crawl_killed_before_its_tables_were_made_shows_an_empty_frontier(tmp_path, content):
    path = tmp_path / "f.sqlite"
    path.touch()
    if content == "header":
        db = sqlite3.connect(path)
        db.execute("PRAGMA journal_mode=WAL")
        db.close()
        assert path.stat().st_size
    reader = Frontier(path, reading=True)
    assert (reader.coverage().known, reader.leased(), list(reader.listings())) == (0, [], [])
    reader.close()
    frontier = open_frontier(path, crawled_before=True)
    assert frontier.lost == "missing"
    frontier.close()


HOLD = """
import sys
from pathlib import Path
from crawler.frontier import Frontier
frontier = Frontier(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_and_readers_are_not(crawls, market, shop, tmp_path):
    crawls.run()
    path = crawls.job().frontier_path
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"open\n"
        try:
            with pytest.raises(UsageError) as caught:
                crawls.run()
            assert caught.value.code == "E-CRA-063"
            reader = Frontier(path, reading=True)
            assert reader.coverage().fetched == shop
            reader.close()
        finally:
            other.kill()
    assert crawls.run().coverage.fetched == shop  # the kernel freed the lock


def test_a_folder_that_cannot_be_written_has_a_code(tmp_path):
    (tmp_path / "f.sqlite").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        Frontier(tmp_path / "f.sqlite")
    assert (caught.value.code, caught.value.exit_code) == ("E-CRA-064", ExitCode.CONFIGURATION)
    shutil.rmtree(tmp_path / "f.sqlite")
    broken = coded(OSError(errno.EIO, "Input/output error"), tmp_path / "f.sqlite")
    assert (broken.code, broken.exit_code) == ("E-CRA-064", ExitCode.UNEXPECTED)
    full = coded(OSError(errno.ENOSPC, "No space left on device"), tmp_path / "f.sqlite")
    assert full.code == "E-STO-005"
