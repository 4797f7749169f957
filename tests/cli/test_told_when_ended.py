# SPDX-License-Identifier: AGPL-3.0-or-later
"""A long command says which signal ended it, and how far it was; what is ignored stays so."""

import os
import signal
import subprocess
import sys

import pytest

from vestigo.cli.told_when_ended import told_when_ended

WORDS = [sys.executable, "-m", "vestigo", "bench", "imagery", "--planted", "3", "--json"]


def end_in_the_middle(number):
    with told_when_ended("bench x") as at:
        at("part 2: 7/9")
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_the_signal_and_the_place_are_told(number, capsys):
    before = signal.signal(number, signal.SIG_DFL)  # under nohup one of them is ignored
    try:
        with pytest.raises(SystemExit) as ended:
            end_in_the_middle(number)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert ended.value.code == 128 + number
    told = capsys.readouterr().err
    assert "bench x" in told
    assert f"{number.name} at: part 2: 7/9" in told


def test_a_signal_in_the_middle_of_a_write_is_told_too(monkeypatch, capfd):
    class Busy:
        def write(self, _text):
            raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")

    monkeypatch.setattr(sys, "stderr", Busy())
    with pytest.raises(SystemExit) as ended:
        end_in_the_middle(signal.SIGTERM)
    assert ended.value.code == 128 + signal.SIGTERM
    assert "SIGTERM at: part 2: 7/9" in capfd.readouterr().err


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with told_when_ended("bench x"):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_run_that_was_ended_after_a_crawl_tells_it_and_goes_on(tmp_path):
    """A crawl in the same process used to leave SIGTERM to the system: dead without a word."""
    words = [*WORDS, "--keep", str(tmp_path / "kept"), "--resume"]
    env = {**os.environ, "VESTIGO_LANG": "en"}
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=env) as running:  # fmt: skip
        for line in running.stderr:
            if line.startswith("screened: printing"):
                running.terminate()
                break
        rest = running.stderr.read()
        running.stdout.read()
    assert running.returncode == 128 + signal.SIGTERM
    assert "ended by SIGTERM at: screened: printing" in rest
