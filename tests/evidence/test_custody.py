# SPDX-License-Identifier: AGPL-3.0-or-later
"""The custody log: chain, durability, torn lines, clocks, many processes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.custody import ACTIONS, ZERO, CustodyLog
from vestigo.evidence.custody_event import parse_event

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Ticking:
    """A clock that moves on by a second a look."""

    def __init__(self, start: datetime = NOON) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def make_log(folder: Path, clock=None) -> CustodyLog:
    return CustodyLog(folder, actor="ana@lab", clock=clock or Ticking())


def filled(folder: Path, n: int = 5) -> CustodyLog:
    log = make_log(folder)
    for i in range(n):
        log.append("processing", reason=f"step {i}", object_sha256=f"{i:064x}")
    return log


def test_events_are_read_back_as_they_were_written(tmp_path):
    log = make_log(tmp_path)
    first = log.append("recognition", reason="case created", details={"a": "b"})
    second = log.append("access", exhibit="0001", authorization_id="f" * 64)
    assert list(log.events()) == [first, second]
    assert first.previous_sha256 == ZERO
    assert second.previous_sha256 == first.sha256
    assert log.head() == log.verify() == (2, second.sha256)
    assert [event.id for event in log.events(up_to=1)] == [1]


def test_an_empty_log_has_the_zero_head(tmp_path):
    log = make_log(tmp_path / "new")
    assert log.head() == log.verify() == (0, ZERO)
    assert list(log.events()) == []
    assert log.torn_bytes() == 0


def test_every_documented_action_is_accepted(tmp_path):
    log = make_log(tmp_path)
    for action in ACTIONS:
        log.append(action)
    assert log.verify().n_events == len(ACTIONS) == 19


def test_an_unknown_action_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        make_log(tmp_path).append("forge")
    assert caught.value.code == "E-EVI-001"


def test_a_clock_before_the_last_event_is_refused(tmp_path):
    filled(tmp_path)
    late = make_log(tmp_path, clock=lambda: NOON - timedelta(days=1))
    with pytest.raises(UsageError) as caught:
        late.append("access")
    assert caught.value.code == "E-EVI-002"
    assert late.verify().n_events == 5


def lines_of(log: CustodyLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("changed", [1, 2, 4])
def test_a_rewritten_event_is_named(tmp_path, changed):
    log = filled(tmp_path)
    lines = lines_of(log)
    lines[changed - 1] = lines[changed - 1].replace(b"step", b"stop")
    log.path.write_bytes(b"".join(lines))
    with pytest.raises(VerificationError, match=f"Event {changed} was rewritten") as caught:
        log.verify()
    assert caught.value.code == "E-EVI-107"


def test_an_event_whose_link_was_changed_is_the_rewritten_one(tmp_path):
    log = filled(tmp_path)
    lines = lines_of(log)
    lines[2] = lines[2].replace(json.loads(lines[2])["previous_sha256"].encode(), b"7" * 64)
    log.path.write_bytes(b"".join(lines))
    with pytest.raises(VerificationError, match="Event 3 was rewritten"):
        log.verify()


@pytest.mark.parametrize(
    ("order", "code", "said"),
    [
        ([0, 2, 1, 3, 4], "E-EVI-109", "event 3 stands where event 2 was"),
        ([0, 1, 1, 2, 3, 4], "E-EVI-110", "Event 2 was replayed: it stands again where event 3"),
        ([0, 2, 3, 4], "E-EVI-108", "Event 2 was dropped"),
        ([0, 4], "E-EVI-108", "Events 2 to 4 were dropped"),
        ([1, 2, 3, 4], "E-EVI-108", "Event 1 was dropped"),
        ([0, 1, 2, 3], "E-EVI-106", "Event 5 was cut off"),
        ([0], "E-EVI-106", "Events 2 to 5 were cut off"),
    ],
)
def test_reordered_replayed_dropped_and_cut_events_are_named(tmp_path, order, code, said):
    log = filled(tmp_path)
    lines = lines_of(log)
    log.path.write_bytes(b"".join(lines[i] for i in order))
    with pytest.raises(VerificationError, match=said) as caught:
        make_log(tmp_path).verify()
    assert caught.value.code == code


def test_another_event_with_the_number_of_an_earlier_one_is_named(tmp_path):
    log = filled(tmp_path)
    lines = lines_of(log)
    lines.insert(3, lines[1].replace(b"step 1", b"stop 1"))
    log.path.write_bytes(b"".join(lines))
    with pytest.raises(VerificationError, match="Another event 2 was put in where event 4 was"):
        log.verify()


def test_a_log_that_was_written_anew_as_a_whole_is_not_the_one_of_its_tree(tmp_path):
    log = filled(tmp_path / "a")
    other = make_log(tmp_path / "b")
    other.append("processing", reason="step 0", object_sha256=f"{0:064x}")
    for i in range(1, 5):
        other.append("processing", reason=f"stop {i}", object_sha256=f"{i:064x}")
    mine, theirs = lines_of(log), lines_of(other)
    chained, last = [mine[0]], hashlib.sha256(mine[0][:-1]).hexdigest()
    for line in theirs[1:]:
        event = parse_event(line[:-1])
        chained.append(dataclasses.replace(event, previous_sha256=last).line() + b"\n")
        last = hashlib.sha256(chained[-1][:-1]).hexdigest()
    log.path.write_bytes(b"".join(chained))
    with pytest.raises(VerificationError, match="rewritten from event 2 on") as caught:
        make_log(tmp_path / "a").verify()
    assert caught.value.code == "E-EVI-111"


def test_nothing_is_written_behind_a_log_that_lacks_an_event(tmp_path):
    log = filled(tmp_path)
    log.path.write_bytes(b"".join(line for n, line in enumerate(lines_of(log)) if n != 2))
    with pytest.raises(VerificationError, match="Event 3 was dropped") as caught:
        make_log(tmp_path).append("access")
    assert caught.value.code == "E-EVI-108"
    assert len(lines_of(log)) == 4


def test_nothing_is_written_behind_a_log_that_was_cut(tmp_path):
    log = filled(tmp_path)
    log.path.write_bytes(b"".join(lines_of(log)[:3]))
    with pytest.raises(VerificationError) as caught:
        make_log(tmp_path).append("access")
    assert caught.value.code == "E-EVI-106"
    assert len(lines_of(log)) == 3


def test_a_line_that_is_not_canonical_is_no_event(tmp_path):
    log = filled(tmp_path)
    lines = lines_of(log)
    lines[0] = json.dumps(json.loads(lines[0])).encode() + b"\n"
    log.path.write_bytes(b"".join(lines))
    with pytest.raises(VerificationError, match="Line 1") as caught:
        log.verify()
    assert caught.value.code == "E-EVI-003"


@pytest.mark.parametrize(
    "line", [b"[]", b"{}", b"nonsense", b'{"schema":1}', b"\xff\xfe", b'{"schema":1,"at":3}']
)
def test_junk_is_no_event(line):
    with pytest.raises(ValueError):
        parse_event(line)


@pytest.mark.parametrize("cut", [1, 2, 50, 200])
def test_a_torn_last_line_is_set_apart_and_logged(tmp_path, cut):
    log = filled(tmp_path)
    content = log.path.read_bytes()
    log.path.write_bytes(content[:-cut])
    shutil.rmtree(tmp_path / "tree")  # the event that the crash cut was not acknowledged
    after = make_log(tmp_path, clock=Ticking(NOON + timedelta(hours=1)))
    assert after.torn_bytes() > 0
    assert after.verify().n_events == 4
    after.append("access")
    events = list(after.events())
    assert [event.action for event in events[-2:]] == ["fail", "access"]
    torn = tmp_path / events[-2].details["file"]
    assert content.endswith(torn.read_bytes() + content[len(content) - cut :])
    assert after.verify().n_events == 6
    assert after.torn_bytes() == 0


def test_a_last_line_that_was_tampered_with_stops_writing(tmp_path):
    log = filled(tmp_path)
    log.path.write_bytes(log.path.read_bytes()[:-5] + b"\xff\xff}}\n")
    with pytest.raises(VerificationError) as caught:
        make_log(tmp_path).append("access")
    assert caught.value.code == "E-EVI-003"


def test_lone_surrogates_from_hostile_text_do_not_stop_the_log(tmp_path):
    event = make_log(tmp_path).append("fail", reason="bad \udcff name", details={"u": "\ud800"})
    assert event.reason == "bad \\udcff name"
    assert make_log(tmp_path).verify().n_events == 1


def test_a_long_event_is_found_again_at_the_end(tmp_path):
    make_log(tmp_path).append("processing", reason="x" * 200_000)
    clock = Ticking(NOON + timedelta(hours=1))
    make_log(tmp_path, clock=clock).append("access")
    assert make_log(tmp_path).verify().n_events == 2


def test_a_full_disk_leaves_nothing_of_the_event(tmp_path, monkeypatch):
    log = filled(tmp_path)
    before = log.path.read_bytes()
    real = os.pwrite

    def full(descriptor, content, offset):
        real(descriptor, content[:10], offset)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        log.append("access")
    monkeypatch.undo()
    assert log.path.read_bytes() == before
    log.append("access")
    assert log.verify().n_events == 6


def test_the_machine_id_differs_between_cases_and_holds_in_one(tmp_path):
    one = make_log(tmp_path / "a").append("access")
    again = make_log(tmp_path / "a", clock=Ticking(NOON + timedelta(hours=1))).append("access")
    other = make_log(tmp_path / "b").append("access")
    assert one.machine_id == again.machine_id != other.machine_id
    assert len(one.machine_id) == 32


def test_the_log_is_readable_by_its_owner_only(tmp_path):
    log = filled(tmp_path)
    assert log.path.stat().st_mode & 0o777 == 0o600


APPENDER = """
import sys
from pathlib import Path
from vestigo.clock import system_clock
from vestigo.evidence.custody import CustodyLog
log = CustodyLog(Path(sys.argv[1]), actor=sys.argv[2], clock=system_clock)
for i in range(int(sys.argv[3])):
    event = log.append("access", reason=str(i))
    print(event.id, event.sha256, flush=True)
"""


def start(folder: Path, name: str, n: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(folder), name, str(n)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_appends_of_several_processes_are_serialised(tmp_path):
    workers = [start(tmp_path, f"worker{i}", 20) for i in range(3)]
    acknowledged = [line for w in workers for line in w.communicate()[0].splitlines()]
    assert len(acknowledged) == 60
    log = make_log(tmp_path)
    assert log.verify().n_events == 60
    assert {f"{event.id} {event.sha256}" for event in log.events()} == set(acknowledged)


def test_kill_9_loses_no_acknowledged_event_and_leaves_no_partial_one(tmp_path):
    acknowledged: list[str] = []
    for round_ in range(4):
        worker = start(tmp_path, f"round{round_}", 100_000)
        acknowledged += [worker.stdout.readline().strip() for _ in range(15 + 7 * round_)]
        os.kill(worker.pid, signal.SIGKILL)
        acknowledged += [line for line in worker.communicate()[0].splitlines() if len(line) > 66]
    log = make_log(tmp_path, clock=lambda: datetime.fromtimestamp(time.time(), UTC))
    log.append("access")
    log.verify()
    present = {f"{event.id} {event.sha256}" for event in log.events()}
    assert set(acknowledged) - present == set()
