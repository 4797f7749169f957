# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working folders: gone afterwards, and what a killed process left is gone at the next start."""

from __future__ import annotations

import fcntl
import os
import signal

import pytest

from vestigo.store.scratch import scratch_folder


def left_by_a_killed_process(parent) -> None:
    child = os.fork()
    if child == 0:
        with scratch_folder(parent, "out.unfinished") as path:
            (path / "withheld.txt").write_text("PIN 4711")
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_it_is_gone_afterwards_and_after_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), scratch_folder(tmp_path, "x") as path:
        (path / "no/file").write_text("1")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    left_by_a_killed_process(tmp_path)
    (left,) = tmp_path.iterdir()
    other = tmp_path / ".other.unfinished-abcdefgh"
    other.mkdir()
    target = tmp_path / "kept"
    target.mkdir()
    link = tmp_path / ".out.unfinished-abcdefgh"
    link.symlink_to(target)
    with scratch_folder(tmp_path, "out.unfinished") as path:
        assert not left.exists()
        assert sorted(tmp_path.iterdir()) == sorted([path, other, target, link])


def test_a_folder_of_a_living_process_stays(tmp_path):
    with scratch_folder(tmp_path, "x") as first, scratch_folder(tmp_path, "x") as second:
        assert first.is_dir()
        assert second.is_dir()


def test_a_folder_that_another_machine_holds_stays(tmp_path):
    held = tmp_path / ".x-abcdefgh"
    held.mkdir()
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with scratch_folder(tmp_path, "x"):
            assert held.is_dir()
    finally:
        os.close(descriptor)
    with scratch_folder(tmp_path, "x"):
        assert not held.exists()


def test_a_folder_that_got_its_name_stays(tmp_path):
    with scratch_folder(tmp_path, "x") as path:
        path.rename(tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
