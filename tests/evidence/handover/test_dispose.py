# SPDX-License-Identifier: AGPL-3.0-or-later
"""Destruction by order: bytes and texts go, digests and the log stay, a kill does no harm."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from vestigo.errors import UsageError
from vestigo.pipeline import disposing
from vestigo.pipeline.authorizing import read_authorization, read_retention
from vestigo.pipeline.disposing import dispose_exhibit
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization, Capture, Feedback, Listing, Retention

TEXT = b"Blue &amp; fine"
BUYER = b"b***r77"
KILLED = """
import sys
from pathlib import Path
from vestigo.pipeline import disposing
from vestigo.pipeline.session import open_session
steps = 0
def count(frame, event, arg):
    global steps
    if event == "call" and frame.f_code.co_filename.startswith(sys.argv[2]):
        steps += 1
        if steps == int(sys.argv[3]):
            import os, signal
            os.kill(os.getpid(), signal.SIGKILL)
with open_session(Path(sys.argv[1])) as session:
    sys.setprofile(count)
    disposing.dispose_exhibit(session, "0002", "Order 7", "killed")
"""


def holders(case, everything, text: bytes) -> list[str]:
    return [name for name, content in everything(case.path).items() if text in content]


def test_bytes_and_texts_are_gone_and_everything_still_verifies(case, run, everything):
    (case.graph / "left").write_bytes(TEXT)
    assert holders(case, everything, TEXT)
    code, out, err = run("evidence", "dispose", case.path, "0002", "--order", "Court 5 / 2026",
                         "--reason", "acquittal")  # fmt: skip
    assert (code, "Court 5 / 2026" in out) == (0, True), err
    assert holders(case, everything, TEXT) == []
    assert holders(case, everything, BUYER) == []
    assert run("evidence", "verify", case.path)[0] == 0
    with open_session(case.path, write=False) as session:
        assert [one.title for one in session.ledger.of_kind(Listing)] == ["Caf\u00e9"]
        assert not list(session.ledger.of_kind(Feedback))


def test_the_bundle_says_disposed_by_order_and_numbers_stay(case, run, small, stranger_of):
    run("evidence", "dispose", case.path, "0002", "--order", "Order 7")
    code, _out, err = run("bundle", "build", case.path, "--passphrase-stdin")
    assert code == 0, err
    (bundle,) = case.bundles.iterdir()
    assert sorted(p.name for p in (bundle / "data/exhibits").iterdir()) == ["0003", "index.csv"]
    done = stranger_of(bundle, case.anchors)
    assert (done.returncode, "disposed of by order" in done.stdout) == (0, True), done.stdout


@pytest.fixture
def stranger_of(small):
    return small.run_py


def test_older_bundles_that_hold_it_are_listed(case, run):
    run("bundle", "build", case.path, "--passphrase-stdin")
    code, out, err = run("evidence", "dispose", case.path, "0002", "--order", "Order 7", "--json")
    (name,) = json.loads(out)["bundles"]
    assert (code, name) == (4, next(case.bundles.iterdir()).name)
    assert name in err
    code, out, err = run("bundle", "build", case.path, "--passphrase-stdin")
    assert code == 0
    with open_session(case.path) as session:
        found = dispose_exhibit(session, "0003", "Order 8", "")
    assert len(found.bundles) == 2


def test_no_order_no_exhibit_no_second_time(case, run):
    assert run("evidence", "dispose", case.path, "0002", "--order", "  ")[0] == 2
    code, _out, err = run("evidence", "dispose", case.path, "0999", "--order", "x")
    assert (code, "E-EVI-200" in err) == (2, True)
    assert run("evidence", "dispose", case.path, "0002", "--order", "x")[0] == 0
    code, _out, err = run("evidence", "dispose", case.path, "0002", "--order", "x")
    assert (code, "E-EVI-200" in err) == (2, True)


@pytest.mark.parametrize("at", [8, 14, 20])
def test_a_kill_in_the_middle_goes_on(case, run, everything, at):
    source = str(Path(disposing.__file__).parents[1])
    words = [sys.executable, "-c", KILLED, str(case.path), source, str(at * at)]
    done = subprocess.run(words, check=False, capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with open_session(case.path, write=False) as session:
        begun = any(e.reason == disposing.BEGUN for e in session.custody.events())
    code, _out, err = run("evidence", "verify", case.path)
    assert (code, err[:9]) == ((2, "E-EVI-202") if begun else (0, ""))
    assert ("dispose CASE 0002 --order 'Order 7'" in err) is begun
    code, _out, err = run("evidence", "dispose", case.path, "0002", "--order", "Order 7")
    assert code == 0, err
    assert holders(case, everything, TEXT) == []
    assert run("evidence", "verify", case.path)[0] == 0
    with open_session(case.path, write=False) as session:
        assert sum(e.reason == disposing.DONE for e in session.custody.events()) == 1


def test_killed_when_the_records_are_gone_already(case, run, monkeypatch):
    def killed(_session):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, open_session(case.path) as session:
        patch.setattr(disposing, "_purge_projections", killed)
        with pytest.raises(KeyboardInterrupt):
            dispose_exhibit(session, "0002", "Order 7", "")
    assert run("evidence", "verify", case.path)[2].startswith("E-EVI-202: ")
    assert run("evidence", "dispose", case.path, "0002", "--order", "Order 7")[0] == 0
    assert run("evidence", "verify", case.path)[0] == 0


def test_a_file_that_is_still_written_is_not_touched(case):
    with open_session(case.path) as session:
        capture = next(session.ledger.of_kind(Capture))
        (case.captures / capture.warc_name).rename(case.captures / f"{capture.warc_name}.open")
        with pytest.raises(UsageError, match="E-SCR-018"):
            dispose_exhibit(session, "0001", "x", "")


def test_retention_in_the_order_lists_what_is_due(case, run, tmp_path):
    with open_session(case.path) as session:
        (order,) = session.ledger.of_kind(Authorization)
        day = datetime.now(UTC).date() + timedelta(days=10)
        session.ledger.append(
            [Retention(authorization_id=order.record_id, retain_until=day, reference="R-1")]
        )
    assert run("evidence", "due", case.path)[0] == 0
    code, out, _err = run("evidence", "due", case.path, "--days", "10", "--json")
    (found,) = json.loads(out)["due"]
    assert (code, found["exhibits"]) == (4, [f"{n:04d}" for n in range(1, 7)])
    for number in found["exhibits"]:
        run("evidence", "dispose", case.path, number, "--order", "x")
    assert run("evidence", "due", case.path, "--days", "10")[0] == 0


ORDER = """
issuing_body = "c"
reference = "r"
legal_basis = "b"
authorization_kind = "k"
persons = ["p"]
hosts = ["m.test"]
acts = ["view"]
data_classes = ["listing"]
starts_at = 2026-01-01T00:00:00Z
ends_at = 2026-02-01T00:00:00Z
"""


def test_the_order_names_the_day_and_authorize_files_it(case, run, tmp_path):
    path = tmp_path / "order.toml"
    path.write_text(ORDER + "retain_until = 2027-01-31\n")
    assert read_authorization(path).reference == "r"
    assert read_retention(path) == date(2027, 1, 31)
    assert run("case", "authorize", case.path, path)[0] == 0
    with open_session(case.path, write=False) as session:
        assert [one.retain_until for one in session.ledger.of_kind(Retention)] == [
            date(2027, 1, 31)
        ]
    path.write_text(ORDER + 'retain_until = "soon"\n')
    code, _out, err = run("case", "authorize", case.path, path)
    assert (code, "E-CFG-004" in err) == (5, True)


def test_a_received_file_goes_with_what_was_read_out_of_it(case, run, tmp_path, everything, small):
    answer = small.response(small.page("Theirs alone"), "Content-Type: text/html")
    head = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://m.test/e\r\n"
            f"WARC-Date: 2026-02-01T10:00:00Z\r\nContent-Type: application/http\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n")  # fmt: skip
    path = tmp_path / "theirs.warc"
    path.write_bytes(head.encode() + answer + b"\r\n\r\n")
    run("evidence", "add", case.path, path, "--from", "Bo", "--act", "l")
    code, _out, err = run("evidence", "dispose", case.path, "R0001", "--order", "Order 9")
    assert code == 0, err
    assert holders(case, everything, b"Theirs alone") == []
    assert "R0001" in run("evidence", "received", case.path)[1]
    assert run("evidence", "verify", case.path)[0] == 0
    code, _out, err = run("bundle", "build", case.path, "--passphrase-stdin")
    assert code == 0, err
    (bundle,) = case.bundles.iterdir()
    assert small.run_py(bundle, case.anchors).returncode == 0


def test_what_lies_in_the_quarantine_is_destroyed_too(case, run, tmp_path):
    box = tmp_path / "box"
    run("case", "quarantine-key", case.path, "--name", "Ana", "--new", box, "--passphrase-stdin")
    run("evidence", "quarantine", case.path, exhibit_id(case, "0002"), "--reason", "seen")
    (path,) = case.quarantine.glob("*.quarantined")
    size = path.stat().st_size
    code, _out, err = run("evidence", "dispose", case.path, path.name.partition(".")[0],
                          "--order", "Order 1")  # fmt: skip
    assert code == 0, err
    assert path.stat().st_size < size / 2
    assert json.loads(path.read_text())["kept"] == "dropped"
    assert run("evidence", "verify", case.path)[0] == 0


def exhibit_id(case, number: str) -> str:
    with open_session(case.path, write=False) as session:
        return list(session.ledger.of_kind(Capture))[int(number) - 1].capture_id
