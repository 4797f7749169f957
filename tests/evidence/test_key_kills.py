# SPDX-License-Identifier: AGPL-3.0-or-later
"""A machine that dies at any write of a change of keys: start it again, and it goes on.

This file is also the program that dies: it forks for each write, the child ends itself
there as kill -9 would (half of a line in the log, a file not yet in its place).
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestigo.errors import VestigoError
from vestigo.evidence import keybox
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.key_case import add_operator, unlock_operator, verify_keys
from vestigo.evidence.key_change import change_passphrase, rotate_keys
from vestigo.evidence.keys import create_keys, unlock_keys
from vestigo.evidence.operator_passphrase import change_operator_passphrase
from vestigo.store import CaseFolder

OLD, NEW = "correct horse battery staple", "another horse in the pasture"
KILLED = 137
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVENTS = {"rotate": "keys rotated", "passphrase": "passphrase changed",
          "operator": "operator key added", "own": "operator passphrase changed"}  # fmt: skip


def case_at(path: Path) -> tuple[CaseFolder, CustodyLog, object]:
    log = path / "evidence/custody/events.jsonl"
    ticks = itertools.count(1000 * log.read_bytes().count(b"\n") if log.exists() else 1)

    def clock() -> datetime:
        return NOON + timedelta(seconds=next(ticks))

    folder = CaseFolder.open(path)
    return folder, CustodyLog(folder.custody, actor="ana@lab", clock=clock), clock


def act(path: Path, name: str) -> None:
    """Make one change of keys."""
    folder, custody, clock = case_at(path)
    if name == "rotate":
        rotate_keys(folder, custody, OLD, clock)
    elif name == "passphrase":
        change_passphrase(folder, custody, OLD, NEW)
    elif name == "own":
        change_operator_passphrase(folder, custody, "ana", OLD, NEW)
    else:
        add_operator(folder, custody, unlock_keys(folder, OLD), "ana", NEW, clock)


def die_at(write: int) -> None:
    """End this process right before the write with this number, in the middle of a line."""
    done = itertools.count(1)
    replace, pwrite = os.replace, os.pwrite

    def dying_replace(*paths, **more):
        if next(done) == write:
            os._exit(KILLED)
        return replace(*paths, **more)

    def dying_pwrite(descriptor, content, offset):
        if next(done) == write:
            pwrite(descriptor, bytes(content)[: len(content) // 2], offset)
            os._exit(KILLED)
        return pwrite(descriptor, content, offset)

    os.replace, os.pwrite = dying_replace, dying_pwrite


def killed_at(path: Path, name: str, write: int) -> bool:
    """Make the change in a child that dies; say whether it came so far."""
    child = os.fork()
    if child == 0:
        die_at(write)
        act(path, name)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def opening(folder: CaseFolder, passphrase: str) -> str:
    """Return "" where the passphrase opens the keys, else the code of the error."""
    try:
        unlock_keys(folder, passphrase)
    except VestigoError as error:
        return error.code
    return ""


def opens_own(path: Path) -> bool:
    """Say whether the new passphrase opens the box of the operator as a session would."""
    folder, custody, _clock = case_at(path)
    try:
        unlock_operator(folder, custody, unlock_keys(folder, OLD), "ana", NEW)
    except VestigoError as error:
        if error.code != "E-EVI-014":
            raise
        return False
    return True


def finished(path: Path, name: str) -> dict[str, object]:
    """Go on with the change that was cut off, where it needs that; return how it ended."""
    folder, custody, _clock = case_at(path)
    before = [opening(folder, OLD), opening(folder, NEW)]
    done = {"rotate": (folder.keys / "handover-0002.note").exists() and before[0] == "",
            "passphrase": before[1] == "", "operator": (folder.keys / "operator-ana.note").exists(), "own": False,
            }[name]  # fmt: skip
    if name == "own":
        done = opens_own(path)
    if not done:
        act(path, name)
    folder, custody, _clock = case_at(path)
    keys = unlock_keys(folder, NEW if name == "passphrase" else OLD)
    custody.verify()
    report = verify_keys(folder, custody)
    if name in ("operator", "own"):
        keys = unlock_operator(folder, custody, keys, "ana", NEW)
    told = sum(event.reason == EVENTS[name] for event in custody.events())
    return {"before": before, "keys": [keys.number, len(keys.all_seal_private_bytes())],
            "documents": keys.documents_key().hex(), "told": told, "old": opening(folder, OLD),
            "staged": sorted(p.name for p in folder.keys.glob("*.*.box")),
            "n": [report.n_keys, report.n_operators]}  # fmt: skip


def main(name: str, scratch: Path) -> None:
    """Cut the change at each of its writes; print one line of JSON for each."""
    keybox.WORK = 2**10
    folder = CaseFolder.create(scratch / "case", title="t", unit="Unit of tests")
    folder, custody, clock = case_at(folder.path)
    custody.append("recognition", reason="case created")
    made = create_keys(folder, OLD, clock)
    custody.append("processing", reason="keys made", details=made)
    if name == "own":
        add_operator(folder, custody, unlock_keys(folder, OLD), "ana", OLD, clock)
    documents = unlock_keys(folder, OLD).documents_key().hex()
    for write in itertools.count(1):
        copy = Path(tempfile.mkdtemp(dir=scratch)) / "case"
        shutil.copytree(folder.path, copy)
        if not killed_at(copy, name, write):
            break
        found = finished(copy, name)
        row = {"write": write, **found, "same": found["documents"] == documents}
        sys.stdout.write(f"{json.dumps(row)}\n")
        shutil.rmtree(copy.parent)


@pytest.mark.parametrize(
    ("name", "least", "numbers", "n"),
    [("rotate", 18, [2, 2], [2, 0]), ("passphrase", 6, [1, 1], [1, 0]),
     ("operator", 8, [1, 1], [1, 1]), ("own", 4, [1, 1], [1, 1])],
)  # fmt: skip
def test_a_change_that_was_killed_at_any_write_goes_on(tmp_path, name, least, numbers, n):
    done = subprocess.run(
        [sys.executable, "-W", "error", __file__, name, str(tmp_path)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["write"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= least
    for row in rows:
        assert (row["told"], row["keys"], row["n"]) == (1, numbers, n), row
        assert row["same"], "the key of kept documents has changed"
        assert row["staged"] == []
        assert row["old"] == ("E-EVI-014" if name == "passphrase" else "")
        # at each moment: the old passphrase, the new one, or a change that only has to go on
        assert "" in row["before"] or row["before"] == ["E-EVI-260"] * 2, row


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
