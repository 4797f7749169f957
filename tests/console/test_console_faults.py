# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says of faults from below: a full disk, a missing right, a nested request."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import subprocess
from contextlib import suppress
from datetime import timedelta

import pytest

from vestigo.cli.app import run
from vestigo.console.familiar import familiar
from vestigo.errors import ExitCode

PASSWORD = "a calm horse walks by the sea"
JSON = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json",
        "Content-Type": "application/json"}  # fmt: skip
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture
def on_small_disk(graphed_case, mounted, serve):
    """A console of a copy of the case on a disk of its own."""
    path = mounted("40m") / "case"
    shutil.copytree(graphed_case.path, path)
    with serve(type(graphed_case)(path, graphed_case.clock, graphed_case.ids)) as served:
        yield served


def fill(folder):
    """Fill a disk to its last page."""
    with (folder / "ballast").open("wb", buffering=0) as handle:
        for size in (65_536, 1):
            with suppress(OSError):
                while handle.write(b"\0" * size):
                    pass


def test_a_full_disk_is_said_with_what_to_do_and_nothing_is_lost(on_small_disk):
    disk = on_small_disk.case.path.parent
    decide = f"/cash-outs/{on_small_disk.case.ids['cash_out']}/decide"
    form = {"verdict": "confirmed", "reason": "the tag is right", "seen": ""}
    with on_small_disk.signed_in() as client:
        fill(disk)
        looks = (client.get("/listings", headers=SAME).status_code for _ in range(60))
        assert 503 in looks, "the last page of the log has room for a few looks"
        answers = [client.get("/listings", headers=SAME), client.get("/judge", headers=SAME),
                   client.post(decide, data=form, headers=SAME),
                   client.post("/graph/views/save", headers=JSON,
                               json={"name": "n", "body": {"nodes": []}})]  # fmt: skip
        (disk / "ballast").unlink()
        again = client.post(decide, data=form, headers=SAME)
        shown = client.get(decide.removesuffix("/decide"), headers=SAME)
    for answer in answers:
        assert answer.status_code == 503
        assert "E-STO-005" in answer.text
        assert "Have room made" in answer.text
        assert str(disk) not in answer.text, "no place on the machine"
    assert again.status_code == 303
    assert shown.text.count("the tag is right") == 1
    on_small_disk.desk.session.ledger.verify()
    on_small_disk.desk.session.custody.verify()


def test_a_case_on_a_read_only_disk_is_said_by_the_command_that_serves_it(
    made_case, mounted, capsys
):
    disk = mounted("40m")
    shutil.copytree(made_case.path, disk / "case")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert run(["console", "serve", str(disk / "case"), "--port", "0"]) == ExitCode.UNREACHABLE
    assert "E-STO-008" in capsys.readouterr().err


def test_a_missing_right_is_told_from_other_faults():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("PRAGMA query_only=ON")
        with pytest.raises(sqlite3.OperationalError) as read_only:
            connection.execute("CREATE TABLE t (a)")
        with pytest.raises(sqlite3.OperationalError) as wrong:
            connection.execute("nonsense")
    refused = [
        read_only.value,
        OSError(errno.EROFS, "x", "/where"),
        PermissionError(errno.EPERM, "x"),
    ]
    assert {familiar(one).code for one in refused} == {"E-STO-008"}
    assert all(not familiar(one).where for one in refused), "no place on the machine"
    assert [familiar(one) for one in (wrong.value, ValueError(), OSError(errno.EIO))] == [None] * 3


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000])
def test_a_request_that_is_nested_too_deep_is_refused_and_no_fault_of_ours(graphed, body):
    with graphed.signed_in() as client:
        answer = client.post("/graph/find", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (404, "E-CON-020")


@pytest.fixture
def turned_back(changing):
    """A console whose clock goes back an hour after an investigator signed in."""
    with changing.signed_in() as client:
        client.headers.update(SAME)
        changing.case.clock.now -= timedelta(hours=1)
        yield changing, client
        changing.case.clock.now += timedelta(hours=1)


def test_with_a_clock_that_went_back_nothing_is_done_that_could_not_be_logged(turned_back):
    served, client = turned_back
    ids, session = served.case.ids, served.desk.session
    head, n_events = session.ledger.head(), session.custody.head()
    before = served.desk.accounts.get("ana.investigator")
    acts = {
        f"/cash-outs/{ids['cash_out']}/decide": {"verdict": "confirmed", "reason": "x", "seen": ""},
        "/tags/retract": {"id": ids["tag"], "reason": "x"},
        "/people/password": {
            "old": PASSWORD,
            "new": "another long one",
            "again": "another long one",
        },
    }
    for path, form in acts.items():
        answer = client.post(path, data=form)
        assert (answer.status_code, "E-EVI-002" in answer.text) == (400, True)
    given = {"name": "n", "body": {"nodes": []}}
    assert client.post("/graph/views/save", json=given, headers=JSON).json()["code"] == "E-EVI-002"
    assert (session.ledger.head(), session.custody.head()) == (head, n_events)
    assert served.desk.accounts.get("ana.investigator") == before
    assert served.desk.views.all("ana.investigator") == []
