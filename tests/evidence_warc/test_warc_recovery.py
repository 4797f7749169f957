# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a crash nothing whole is lost, nothing torn is kept, and it is said."""

import os
import signal
import subprocess
import sys

import pytest

from vestigo.evidence.warc import describe_segment, iter_captures, iter_sealed, segment_paths
from vestigo.evidence.warc.segment import recover

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from vestigo.evidence.warc import Exchange, WarcArchive
folder, sealed = Path(sys.argv[1]), Path(sys.argv[2])
clock = lambda: datetime(2026, 1, 31, tzinfo=UTC)
archive = WarcArchive(folder, sealed, bytes(range(1, 33)), clock, "test")
n = 0
while True:
    n += 1
    capture = archive.write(Exchange(uri=f"http://127.0.0.1/{n}", method="GET", began_at=clock(),
        request=b"GET / HTTP/1.1\\r\\nCookie: a=b\\r\\n\\r\\n", authorization_id="a",
        response=b"HTTP/1.1 200 OK\\r\\n\\r\\n" + b"page %d " % n * 500))
    print(capture.capture_id, flush=True)
"""


@pytest.fixture
def open_segment(open_archive, exchange, folder):
    """A segment with three captures that was never closed, and its captures."""
    archive = open_archive()
    captures = [archive.write(exchange()) for _n in range(3)]
    (path,) = segment_paths(folder)
    copy = path.read_bytes()
    archive.close()
    closed = segment_paths(folder)[0]
    closed.unlink()
    path.write_bytes(copy)
    return path, captures


def test_a_whole_open_segment_is_closed(open_segment, open_archive, folder):
    path, captures = open_segment
    closed, events = [], []
    open_archive(on_segment=closed.append, on_event=lambda *event: events.append(event))
    assert [segment.n_captures for segment in closed] == [3]
    assert events == []
    assert not path.exists()
    assert list(iter_captures(folder)) == captures
    assert closed == [describe_segment(folder / closed[0].name)]


@pytest.mark.parametrize("n_lost", [1, 40, 700, 1100])
def test_a_torn_end_is_set_apart_and_reported(open_segment, open_archive, folder, n_lost):
    path, captures = open_segment
    content = path.read_bytes()
    path.write_bytes(content[:-n_lost])
    events = []
    open_archive(on_event=lambda *event: events.append(event)).close()
    left = list(iter_captures(folder))
    assert left == captures[:2]
    ((action, _reason, details),) = events
    assert action == "fail"
    torn = folder / f"{details['file']}.torn"
    whole = (folder / details["file"]).read_bytes()
    assert whole + torn.read_bytes() == content[:-n_lost]
    assert int(details["n_bytes"]) == torn.stat().st_size


def test_junk_behind_the_last_record_is_set_apart(open_segment, open_archive, folder):
    path, captures = open_segment
    with path.open("ab") as handle:
        handle.write(b"\0" * 4096)
    open_archive().close()
    assert list(iter_captures(folder)) == captures
    (torn,) = folder.glob("*.torn")
    assert torn.read_bytes() == b"\0" * 4096


def test_a_torn_line_of_a_sealed_file_is_set_apart(open_archive, exchange, sealed_folder):
    archive = open_archive()
    archive.write(exchange())
    archive.close()
    (path,) = sealed_folder.iterdir()
    with path.open("ab") as handle:
        handle.write(b'{"format":"vest')
    assert len(list(iter_sealed(path))) == 1
    events = []
    open_archive(on_event=lambda *event: events.append(event))
    assert path.read_bytes().endswith(b"\n")
    assert (sealed_folder / f"{path.name}.torn").read_bytes() == b'{"format":"vest'
    assert events[0][2]["file"] == path.name


def test_numbers_go_on_where_an_earlier_archive_stopped(open_archive, exchange, folder):
    for _n in range(3):
        archive = open_archive()
        archive.write(exchange())
        archive.close()
    assert [path.name[:11] for path in segment_paths(folder)] == [
        "crawl-00001", "crawl-00002", "crawl-00003",
    ]  # fmt: skip


def test_recovery_of_an_empty_open_file(folder):
    folder.mkdir()
    (folder / "crawl-00001-20260131T000000Z.warc.gz.open").write_bytes(b"")
    (found,) = recover(folder)
    assert (found.segment.n_captures, found.segment.n_bytes, found.n_torn) == (0, 0, 0)


def test_kill_9_loses_no_capture_that_was_handed_out(tmp_path):
    captures, sealed = tmp_path / "captures", tmp_path / "sealed"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(captures), str(sealed)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    printed = [process.stdout.readline().strip() for _n in range(25)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    printed += process.stdout.read().split()
    process.stdout.close()
    recover(captures)
    archived = [capture.capture_id for capture in iter_captures(captures)]
    handed_out = [line for line in printed if len(line) == 64]
    assert archived[: len(handed_out)] == handed_out
    sealed_ids = {item["capture_id"] for path in sealed.iterdir() for item in iter_sealed(path)}
    assert set(archived) <= sealed_ids
