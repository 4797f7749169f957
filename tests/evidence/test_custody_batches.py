# SPDX-License-Identifier: AGPL-3.0-or-later
"""Threads that append at once share one wait; a leader that is interrupted strands nobody."""

from __future__ import annotations

import os
import threading
import time

import pytest

from vestigo.clock import system_clock
from vestigo.evidence import custody_file
from vestigo.evidence.custody import CustodyLog

PATIENCE = 60


class SlowDisk:
    """Stands for ``os.fsync``: the first call waits until it is let go; calls are counted."""

    def __init__(self) -> None:
        self.n_calls = 0
        self.waiting, self.go = threading.Event(), threading.Event()
        self._real = os.fsync

    def __call__(self, descriptor: int) -> None:
        self.n_calls += 1
        self.waiting.set()
        assert self.go.wait(PATIENCE)
        self._real(descriptor)


def until(true) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def started(log: CustodyLog, n: int, ended: list) -> list[threading.Thread]:
    def append(k: int) -> None:
        try:
            ended.append(log.append("access", reason=f"thread {k}").id)
        except BaseException as error:  # noqa: BLE001 (the test looks at it)
            ended.append(type(error))

    threads = [threading.Thread(target=append, args=(k,)) for k in range(n)]
    for thread in threads:
        thread.start()
    return threads


@pytest.fixture
def busy(tmp_path, monkeypatch):
    """A log whose second event is on its way to the disk, the disk, and the threads so far."""
    log, disk, ended = CustodyLog(tmp_path, actor="ana@lab", clock=system_clock), SlowDisk(), []
    log.append("access", reason="the first")
    monkeypatch.setattr(custody_file.os, "fsync", disk)
    threads = started(log, 1, ended)
    assert disk.waiting.wait(PATIENCE)
    yield log, disk, threads, ended
    disk.go.set()
    for thread in threads:
        thread.join(PATIENCE)


def test_all_that_came_while_the_disk_was_busy_share_the_next_wait(busy):
    log, disk, threads, ended = busy
    threads += started(log, 9, ended)
    until(lambda: len(log._file._queue) == 9)
    before = disk.n_calls
    disk.go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(ended) == list(range(2, 12))
    assert disk.n_calls == before + 1
    assert log.verify().n_events == 11


def test_nobody_waits_for_a_leader_that_was_interrupted(busy, monkeypatch):
    log, disk, threads, ended = busy
    real = log._file._gathered

    def interrupted():
        monkeypatch.setattr(log._file, "_gathered", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(log._file, "_gathered", interrupted)
    threads += started(log, 4, ended)
    until(lambda: len(log._file._queue) == 4)
    disk.go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(map(str, ended)) == sorted(
        ["2", *map(str, (KeyboardInterrupt, *[InterruptedError] * 3))]
    )
    assert log.append("access", reason="goes on").id == 3


def test_one_alone_never_waits_for_others(tmp_path, monkeypatch):
    log = CustodyLog(tmp_path, actor="ana@lab", clock=system_clock)

    def waits(*_given) -> bool:
        raise AssertionError("waited")

    monkeypatch.setattr(log._file._queueing, "wait", waits)
    assert [log.append("access", reason="x").id for _n in range(5)] == [1, 2, 3, 4, 5]
