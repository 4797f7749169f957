# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log on a disk that is full or fails, and between many appenders at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from vestigo.clock import system_clock
from vestigo.errors import SourceUnreachable, UsageError
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.log_proofs import sound_tree
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.merkle import merkle_root
from vestigo.pipeline.custody_kills.rounds import KillRounds
from vestigo.pipeline.session import open_session
from vestigo.store import CaseFolder


def make_log(folder) -> CustodyLog:
    return CustodyLog(folder, actor="ana@lab", clock=system_clock)


def lines_of(log: CustodyLog) -> list[bytes]:
    return log.path.read_bytes().splitlines()


def sound(log: CustodyLog, n_events: int) -> None:
    """Assert that chain, tree and end of the log are right."""
    assert make_log(log.path.parent).verify().n_events == n_events
    assert log.torn_bytes() == 0
    assert log.tree().root(n_events) == merkle_root(lines_of(log))


# ------------------------------------------------------------ full disks


@pytest.fixture
def small_disk(mounted):
    """A tmpfs of 200 kB; skips where nothing may be mounted."""
    return mounted("200k")


@pytest.mark.parametrize("n_threads", [1, 4])
def test_a_full_disk_loses_no_acknowledged_event_and_the_log_goes_on(small_disk, n_threads):
    log, acknowledged, refused = make_log(small_disk / "custody"), set(), []

    def append() -> None:
        for n in range(2000):
            try:
                event = log.append("access", reason=f"{n} " + "x" * 400)
            except OSError as error:
                refused.append(error.errno)
                return
            acknowledged.add(event.sha256)

    threads = [threading.Thread(target=append) for _n in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(refused) == {28}
    assert len(refused) == n_threads
    assert acknowledged == {event.sha256 for event in log.events()}
    subprocess.run(["mount", "-o", "remount,size=2m", str(small_disk)], check=True)
    log.append("access", reason="there is space again")
    sound(log, len(acknowledged) + 1)


LIMITED = """
import resource, sys
from pathlib import Path
from vestigo.clock import system_clock
from vestigo.evidence.custody import CustodyLog
log = CustodyLog(Path(sys.argv[1]), actor="a", clock=system_clock)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    for n in range(1000):
        print(log.append("access", reason=str(n)).sha256, flush=True)
except OSError as error:
    print("stopped", error.errno, flush=True)
"""


def test_a_file_that_may_not_grow_stops_between_two_events(tmp_path):
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path / "custody")],
                          capture_output=True, text=True, timeout=120, check=True)  # fmt: skip
    *acknowledged, last = done.stdout.splitlines()
    assert last == "stopped 27"
    log = make_log(tmp_path / "custody")
    assert acknowledged == [event.sha256 for event in log.events()]
    log.append("access")
    sound(log, len(acknowledged) + 1)


def test_a_disk_that_fails_to_sync_acknowledges_nothing(tmp_path, monkeypatch):
    log = make_log(tmp_path)
    log.append("access", reason="before")
    real = os.fsync

    def failing(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output"):
        log.append("access", reason="lost")
    monkeypatch.setattr(os, "fsync", real)
    assert [event.reason for event in log.events()] == ["before"]
    log.append("access", reason="after")
    sound(log, 2)


def test_a_tree_that_cannot_be_written_does_not_cost_the_event(tmp_path, monkeypatch):
    log = make_log(tmp_path)
    log.append("access")

    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log._file.tree, "follow", full)
    log.append("access")
    monkeypatch.undo()
    log.append("access")
    sound(log, 3)


def test_proofs_without_a_tree_end_in_a_code(tmp_path, monkeypatch):
    log = make_log(tmp_path)
    log.append("access")
    root = log.tree().root(1)
    shutil.rmtree(tmp_path / "tree")
    monkeypatch.setattr(LogTree, "follow", lambda *_given: None)
    with pytest.raises(SourceUnreachable) as caught:
        sound_tree(log, 1, root)
    assert caught.value.code == "E-EVI-126"


# ------------------------------------------------------------ many at once


def test_many_threads_share_waits_and_every_event_is_there_once(tmp_path, monkeypatch):
    log, waits, real = make_log(tmp_path), [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (waits.append(1), real(descriptor)))
    found: list[str] = []

    def append(who: int) -> None:
        found.extend(log.append("access", reason=f"{who} {n}").sha256 for n in range(25))

    threads = [threading.Thread(target=append, args=(who,)) for who in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(event.sha256 for event in log.events())
    assert len(waits) < 400
    sound(log, 400)


def test_one_that_cannot_be_made_does_not_stop_the_others(tmp_path):
    """A clock that went back refuses one event; those beside it in the queue are written."""
    log, codes = make_log(tmp_path), []
    log.append("access")
    early = CustodyLog(tmp_path, actor="b", clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    early._file = log._file

    def append(one: CustodyLog) -> None:
        try:
            one.append("access")
        except UsageError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=append, args=(one,)) for one in [log, early] * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["E-EVI-002"] * 8
    sound(log, 9)


def test_several_events_are_written_all_or_none(tmp_path):
    log = make_log(tmp_path)
    made = log.append_all([{"action": "access", "reason": f"{n}"} for n in range(5)])
    assert [event.id for event in made] == [1, 2, 3, 4, 5]
    with pytest.raises(UsageError):
        log.append_all([{"action": "access"}, {"action": "forge"}])
    assert log.append_all([]) == []
    sound(log, 5)


def test_a_reader_who_follows_the_tree_needs_no_writer(tmp_path):
    log = make_log(tmp_path)
    log.append_all([{"action": "access", "reason": f"{n}"} for n in range(40)])
    root = log.tree().root(40)
    shutil.rmtree(tmp_path / "tree")
    assert make_log(tmp_path).tree().root(40) == root


# ------------------------------------------------------------ kills


def test_a_second_writer_is_refused_with_a_code_while_appends_wait(tmp_path):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        with pytest.raises(UsageError) as caught, open_session(folder.path):
            pass
        assert caught.value.code == "E-STO-001"
        with open_session(folder.path, write=False) as reader:
            reader.custody.append("access")
        session.custody.append("access")
        assert session.custody.verify().n_events == 2


def test_three_kills_lose_nothing(tmp_path):
    """A hundred in ``vestigo bench custody-kills``."""
    found = KillRounds(tmp_path, seed=7).run(3)
    assert found.n_rounds == 3
    assert found.n_acknowledged > 0
    assert not found.failed, found
