# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's folder is fresh, private and gone afterwards, also after a kill."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.browser.launching import choose_isolation, find_chromium, find_playwright
from crawler.browser.scratch import fresh_scratch
from crawler.browser.watching import Watchdog, memory_mb
from vestigo.errors import ConfigurationError

SLEEPER = "import sys, time; held = bytearray(int(sys.argv[2]) << 20); print('up', flush=True); time.sleep(600)"


def sleeper(scratch, megabytes=1):
    """Start a process that passes for a browser of ``scratch``."""
    words = [sys.executable, "-c", SLEEPER, str(scratch.short / "profile"), str(megabytes)]
    process = subprocess.Popen(words, start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    scratch.pid_file.write_text(str(process.pid))
    return process


def test_folder_and_link_are_gone_afterwards(tmp_path):
    with fresh_scratch(tmp_path / "scratch") as scratch:
        assert scratch.folder.stat().st_mode & 0o777 == 0o700
        (scratch.short / "inside").write_text("x")
        assert (scratch.folder / "inside").exists()
    assert not scratch.short.is_symlink()
    assert not (tmp_path / "scratch").exists()


def test_what_a_killed_process_left_goes_at_the_next_start(tmp_path):
    program = (
        "import os, sys; from pathlib import Path; from crawler.browser.scratch import fresh_scratch\n"
        "with fresh_scratch(Path(sys.argv[1])) as s:\n"
        "    (s.folder / 'profile').mkdir(); print(s.short, flush=True); os.kill(os.getpid(), 9)"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "scratch")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    left = done.stdout.strip()
    assert done.returncode == -9
    assert Path(left).is_symlink()
    (folder,) = (tmp_path / "scratch").iterdir()
    with fresh_scratch(tmp_path / "scratch") as scratch:
        assert not folder.exists()
        assert not Path(left).is_symlink()
        assert scratch.folder != folder


def test_a_browser_that_was_left_running_is_ended_and_nobody_else(tmp_path):
    with fresh_scratch(tmp_path / "scratch") as scratch:
        process = sleeper(scratch)
        assert scratch.browser_group() == process.pid
        scratch.pid_file.write_text(str(os.getpid()))
        assert scratch.browser_group() is None, "a number that others have now"
        scratch.pid_file.write_text("no number")
        assert scratch.browser_group() is None
        scratch.pid_file.write_text(str(process.pid))
    assert process.wait(timeout=60) == -9
    process.stdout.close()


@pytest.mark.parametrize(("seconds", "limit", "why"), [(0, 4000, "deadline"), (300, 20, "memory")])
def test_a_browser_past_a_limit_is_killed(tmp_path, seconds, limit, why):
    with fresh_scratch(tmp_path / "scratch") as scratch:
        process = sleeper(scratch, megabytes=60)
        assert memory_mb(scratch) >= 60
        watchdog = Watchdog(scratch, limit)
        with watchdog.within(seconds):
            assert process.wait(timeout=120) == -9
        assert watchdog.reason == why
        process.stdout.close()


def test_what_is_not_installed_is_said_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(ConfigurationError) as caught:
        find_playwright()
    assert caught.value.code == "E-CRA-040"
    assert "vestigo[browser]" in caught.value.remedy
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("VESTIGO_CHROMIUM", "")
    for setting in ("", "/no/chromium"):
        with pytest.raises(ConfigurationError) as caught:
            find_chromium(setting)
        assert caught.value.code == "E-CRA-041"
    assert choose_isolation("auto") == "gate", "no unshare on the path"
    for setting in ("namespace", "nothing"):
        with pytest.raises(ConfigurationError) as caught:
            choose_isolation(setting)
        assert caught.value.code == "E-CRA-042"
