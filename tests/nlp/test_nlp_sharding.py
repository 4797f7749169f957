# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many lines by several processes: the same bytes in the same order, and a clean end."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys

import pytest

from nlp.lines.sharding import LINES, Rules, read_parcels
from vestigo.errors import ConfigurationError, VestigoError

TITLES = ("1g MDMA 80 EUR", "5 g cocaína", "not json \xff", "100x 2mg Xanax", "½ oz weed")


def lines(n):
    for number in range(n):
        title = TITLES[number % len(TITLES)]
        text = title if "json" in title else json.dumps({"id": str(number), "title": title})
        yield text.encode("latin-1", "replace") + b"\n"


def test_two_processes_give_the_bytes_of_one():
    alone = list(read_parcels(lines(3 * LINES + 7), Rules()))
    shared = list(read_parcels(lines(3 * LINES + 7), Rules(), workers=2))
    assert b"".join(p.output for p in shared) == b"".join(p.output for p in alone)
    assert sum(p.n_lines for p in shared) == 3 * LINES + 7
    assert [u for p in shared for u in p.unreadable] == [u for p in alone for u in p.unreadable]


def test_a_wrong_file_is_said_before_any_line_is_read(tmp_path):
    rules = Rules(terms=(tmp_path / "absent.csv",))
    with pytest.raises(VestigoError) as caught:
        next(read_parcels(lines(1), rules, workers=2))
    assert caught.value.code == "E-NLP-004"


def test_a_killed_process_of_the_pool_is_an_error_with_a_code():
    parcels = read_parcels(lines(40 * LINES), Rules(), workers=2)
    next(parcels)
    worker = multiprocessing.active_children()[0]
    worker.kill()
    with pytest.raises(ConfigurationError) as caught:
        list(parcels)
    assert caught.value.code == "E-NLP-007"


def test_no_process_of_the_pool_outlives_a_killed_command(tmp_path):
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join(lines(40 * LINES)))
    words = [sys.executable, "-m", "vestigo", "nlp", "read", "--workers", "2", str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as command:
        assert command.stdout.readline()  # the pool works
        command.kill()
        command.stdout.read()  # ends only when the last process that holds the pipe has ended


def test_the_command_shares_lines_out(tmp_path):
    path = tmp_path / "l.jsonl"
    path.write_bytes(b"".join(lines(5)))
    words = [sys.executable, "-m", "vestigo", "nlp", "read", str(path)]
    alone, shared = (
        subprocess.run([*words, *more], capture_output=True, check=True, timeout=120)
        for more in ((), ("--workers", "2"))
    )
    assert alone.stdout == shared.stdout
    assert alone.stdout.count(b"\n") == 5
