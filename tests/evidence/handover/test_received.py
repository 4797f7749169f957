# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others hand over: compared, screened, kept, verified; and a colleague's WARC files."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.errors import UsageError
from vestigo.evidence.received import read_hash
from vestigo.evidence.received.foreign_warc import digest_agrees, iter_foreign
from vestigo.evidence.received.hashes import HEX_DIGITS
from vestigo.evidence.received.receipt import parse_receipt
from vestigo.evidence.stranger import verify
from vestigo.pipeline.receiving import file_item
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, ReceivedCapture, ReceivedItem
from vestigo.store.full_disk import disk_is_full

WALLETS = b"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n"
KILLED = """
import sys
from pathlib import Path
from vestigo.pipeline.receiving import file_item
from vestigo.pipeline.session import open_session
steps = 0
def count(frame, event, arg):
    global steps
    if event == "call" and "vestigo" in frame.f_code.co_filename:
        steps += 1
        if steps == int(sys.argv[3]):
            import os, signal
            os.kill(os.getpid(), signal.SIGKILL)
with open_session(Path(sys.argv[1])) as session:
    sys.setprofile(count)
    file_item(session, Path(sys.argv[2]), "Bo", "letter 1", [])
"""


def record(kind: str, block: bytes, *more: str, version: str = "1.0") -> bytes:
    head = (f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Date: 2026-02-01T10:00:00Z\r\n"
            f"Content-Length: {len(block)}\r\n")  # fmt: skip
    return (head + "".join(f"{line}\r\n" for line in more)).encode() + b"\r\n" + block + b"\r\n\r\n"


def colleague(small, *, version: str = "1.0", path: str = "/listing/77") -> bytes:
    """Return a WARC file with a request, a response and what nobody has to understand."""
    uri = f"WARC-Target-URI: http://m.test{path}"
    page = small.page("Handed &amp; over", "<p>from a colleague</p>")
    answer = small.response(
        page, "Content-Type: text/html", "Set-Cookie: sid=colleagues-own-cookie"
    )
    ask = f"GET {path} HTTP/1.1\r\nHost: m.test\r\n\r\n".encode()
    http = "Content-Type: application/http"
    return b"".join([
        record("warcinfo", b"software: x\r\n", version=version),
        record("request", ask, uri, http, "WARC-Record-ID: <urn:uuid:1>",
               "WARC-Concurrent-To: <urn:uuid:2>", version=version),
        record("response", answer, uri, http, "WARC-Record-ID: <urn:uuid:2>", version=version),
        record("revisit", b"", uri, version=version),
    ])  # fmt: skip


@pytest.fixture
def wallets(tmp_path):
    path = tmp_path / "wallets \u202e.txt"
    path.write_bytes(WALLETS)
    return path


def items(case) -> list[ReceivedItem]:
    with open_session(case.path, write=False) as session:
        return list(session.ledger.of_kind(ReceivedItem))


def test_a_file_with_its_hash_is_filed_logged_bundled_and_verified(case, run, wallets, small):
    digest = hashlib.sha256(WALLETS).hexdigest().upper()
    code, out, err = run("evidence", "add", case.path, wallets, "--from", "Police", "--act",
                         "seizure 12", "--hash", f"SHA-256: {digest}")  # fmt: skip
    assert code == 0, err
    assert f"sha256:{digest.lower()}" in out
    (item,) = items(case)
    assert (item.file_name, item.media_type) == ("wallets \\u202e.txt", "text/plain")
    kept = case.received / item.sha256
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with open_session(case.path, write=False) as session:
        event = next(e for e in session.custody.events() if e.action == "receipt")
    assert event.object_sha256 == item.record_id
    assert item.sha256 not in event.line().decode()
    assert run("evidence", "verify", case.path)[0] == 0
    assert "R0001" in run("evidence", "received", case.path)[1]
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    (bundle,) = case.bundles.iterdir()
    assert (bundle / "data/received/R0001/content").read_bytes() == WALLETS
    assert "Police" in (bundle / "data/received/R0001/sheet.es.txt").read_text()
    for verified in (small.run_py, small.run_sh):
        assert verified(bundle, case.anchors).returncode == 0


def test_no_hash_came_with_it_is_said(case, run, wallets):
    code, out, _err = run(
        "evidence", "add", case.path, wallets, "--from", "x", "--act", "y", "--json"
    )
    assert (code, json.loads(out)["hash"]) == (0, "no hash came with it")


def test_attack_another_file_than_the_hash_was_made_of(case, run, wallets):
    wrong = hashlib.sha512(WALLETS + b"x").hexdigest()
    code, _out, err = run("evidence", "add", case.path, wallets, "--from", "x", "--act", "y",
                          "--hash", f"sha512:{wrong}")  # fmt: skip
    assert (code, "E-EVI-191" in err) == (3, True)
    assert not items(case)
    assert not list(case.received.iterdir())
    with open_session(case.path, write=False) as session:
        assert [e.details["code"] for e in session.custody.events() if e.action == "fail"] == [
            "E-EVI-191"
        ]


@pytest.mark.parametrize("words", [
    ("--from", " ", "--act", "y"), ("--from", "x", "--act", ""),
    ("--from", "x", "--act", "y", "--hash", "sha256:12"),
    ("--from", "x", "--act", "y", "--hash", "crc32:12345678"),
])  # fmt: skip
def test_wrong_calls_have_their_codes(case, run, wallets, words):
    code, _out, err = run("evidence", "add", case.path, wallets, *words)
    assert (code, "E-EVI-19" in err) == (2, True)


def test_attack_no_plain_file(case, run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for name in ("pipe", "empty", "nowhere", "."):
        code, _out, err = run("evidence", "add", case.path, tmp_path / name, "--from", "x",
                              "--act", "y")  # fmt: skip
        assert (code, "E-EVI-19" in err) == (2, True), name


@given(name=st.sampled_from(sorted(HEX_DIGITS)), content=st.binary(max_size=40))
def test_every_hash_that_was_made_is_read(name, content):
    digest = hashlib.new(name, content, usedforsecurity=False).hexdigest()
    assert str(read_hash(f" {name.upper()} :{digest}")) == f"{name}:{digest}"
    with pytest.raises(UsageError):
        read_hash(f"{name}:{digest[1:]}")


@pytest.mark.parametrize("at", [150, 900, 2200, 4000])
def test_killed_while_filing_goes_on_and_nothing_is_twice(case, run, tmp_path, small, at):
    path = tmp_path / "a.warc"
    path.write_bytes(colleague(small))
    words = [sys.executable, "-c", KILLED, str(case.path), str(path), str(at)]
    done = subprocess.run(words, check=False, capture_output=True, timeout=120)
    assert done.returncode in (-signal.SIGKILL, 0), done.stderr
    for _again in range(2):
        assert run("evidence", "add", case.path, path, "--from", "Bo", "--act", "letter 1")[0] == 4
    assert run("evidence", "verify", case.path)[0] == 0
    with open_session(case.path, write=False) as session:
        assert len(list(session.ledger.of_kind(ReceivedItem))) == 1
        assert len(list(session.ledger.of_kind(ReceivedCapture))) == 1
        events = [e for e in session.custody.events() if e.action == "receipt"]
    assert len(events) == 1
    assert [path.name for path in case.received.iterdir()] == [items(case)[0].sha256]


def test_a_full_disk_leaves_nothing_and_is_said(case, wallets, monkeypatch):
    def full(*_given, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vestigo.evidence.received.staging.os.fsync", full)
    with open_session(case.path) as session, pytest.raises(OSError) as caught:
        file_item(session, wallets, "x", "y", [])
    assert disk_is_full(caught.value)
    assert not list(case.received.iterdir())
    assert not items(case)


def test_a_changed_and_a_missing_file_are_named(case, run, wallets):
    run("evidence", "add", case.path, wallets, "--from", "x", "--act", "y")
    kept = next(case.received.iterdir())
    kept.write_bytes(WALLETS + b"!")
    code, _out, err = run("evidence", "verify", case.path)
    assert (code, "E-EVI-194" in err) == (3, True)
    kept.unlink()
    code, _out, err = run("evidence", "verify", case.path)
    assert (code, "E-EVI-193" in err) == (3, True)
    code, _out, err = run("bundle", "build", case.path, "--passphrase-stdin")
    assert (code, "E-EVI-193" in err) == (3, True)


def test_what_a_list_names_is_not_filed(case, run, wallets, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text(hashlib.sha256(WALLETS).hexdigest() + "\n")
    box = tmp_path / "box"
    assert run("case", "quarantine-key", case.path, "--name", "Ana", "--new", box,
               "--passphrase-stdin")[0] == 0  # fmt: skip
    done = run("case", "hash-sets", case.path, "add", listed, "--name", "l", "--version", "1")
    assert done[0] == 0, done
    code, _out, err = run("evidence", "add", case.path, wallets, "--from", "x", "--act", "y")
    assert (code, "E-EVI-196" in err) == (3, True)
    assert not items(case)
    assert not list(case.received.iterdir())
    assert len(list(case.quarantine.glob("*.quarantined"))) == 1


@pytest.mark.parametrize(("version", "packed"), [("1.0", False), ("1.1", True)])
def test_a_colleagues_warc_becomes_captures_of_origin_received(
    case, run, tmp_path, small, gz, version, packed
):
    content = colleague(small, version=version)
    path = tmp_path / "theirs"
    path.write_bytes(gz(content) if packed else content)
    code, out, _err = run(
        "evidence", "add", case.path, path, "--from", "Bo", "--act", "l", "--json"
    )
    told = json.loads(out)["archive"]
    assert (code, told["n_captures"], told["not_understood"]) == (4, 1, {"not-read": 1})
    with open_session(case.path, write=False) as session:
        captures = list(session.ledger.of_kind(Capture))
        (tie,) = session.ledger.of_kind(ReceivedCapture)
    (mine,) = [one for one in captures if one.origin == "received"]
    assert (mine.uri, mine.status, mine.request_method) == ("http://m.test/listing/77", 200, "GET")
    assert content[tie.start : tie.end].startswith(b"HTTP/1.1 200 OK")
    assert run("evidence", "verify", case.path)[0] == 0
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    (bundle,) = case.bundles.iterdir()
    done = small.run_py(bundle, case.anchors)
    assert (done.returncode, "1 captures read out of them" in done.stdout) == (0, True), done.stdout


def test_the_sheet_of_an_exhibit_says_that_it_was_received(case, run, tmp_path, small):
    from vestigo.records import Selector

    path = tmp_path / "theirs.warc"
    path.write_bytes(colleague(small))
    run("evidence", "add", case.path, path, "--from", "Bo", "--act", "letter")
    with case.toml.open("a") as handle:
        handle.write('\n[settings.report]\nformat = "pdf"\nlanguages = ["en", "fr"]\n')
    with open_session(case.path) as session:
        (mine,) = [c for c in session.ledger.of_kind(Capture) if c.origin == "received"]
        body = small.page("Handed &amp; over", "<p>from a colleague</p>")
        session.ledger.append([
            Selector(subject="s", selector_kind="x", value="colleague", checksum_ok=None,
                     party="vendor", field="text", span=small.span(mine, body, b"colleague"),
                     **small.derived(mine))
        ])  # fmt: skip
    code, _out, err = run("bundle", "build", case.path, "--passphrase-stdin")
    assert code == 0, err
    (bundle,) = case.bundles.iterdir()
    sheet = (bundle / "data/exhibits/0007/sheet.en.txt").read_text()
    assert "read out of a WARC file that others handed over" in " ".join(sheet.split())
    pages = pypdf.PdfReader(bundle / "data/exhibits/0007/sheet.en.pdf").pages
    shown = " ".join(" ".join(page.extract_text() for page in pages).split())
    for said in ("Others handed over a file with this page", "The unit did not ask that server",
                 "It shows what the unit was handed", "Bo", "letter", "data/received/R0001"):  # fmt: skip
        assert said in shown, said
    for claim in ("asked a server", "sent to this unit", "Collected by"):
        assert claim not in shown, claim
    report = " ".join((bundle / "data/report/report.en.txt").read_text().split())
    assert "1 file was handed over by others (Bo); pages read out of such files: 1." in report
    assert "6 answers of servers archived" in report
    assert "What others handed over" in report
    assert small.run_py(bundle, case.anchors).returncode == 0


def test_case_read_reads_them_and_coverage_does_not_count_them(
    case, run, tmp_path, small, monkeypatch
):
    from vestigo.pipeline.coverage_records import PassesSeen
    from vestigo.pipeline.imagery.site import profile_in
    from vestigo.pipeline.reading import read_captures

    counted: list[Capture] = []
    monkeypatch.setattr(PassesSeen, "take", lambda _self, capture, *_more: counted.append(capture))
    path = tmp_path / "theirs.warc"
    path.write_bytes(colleague(small))
    run("evidence", "add", case.path, path, "--from", "Bo", "--act", "letter")
    with open_session(case.path) as session:
        report = read_captures(session, [profile_in(tmp_path)])
        assert (report.n_captures, report.damaged) == (7, {})
        (mine,) = [c for c in session.ledger.of_kind(Capture) if c.origin == "received"]
        pages = [body for _i, body in session.ledger.bodies_of("page")
                 if mine.record_id.encode() in body or mine.capture_id.encode() in body]  # fmt: skip
    assert pages
    assert [one.origin for one in counted] == ["crawled"] * 6


def cut(content: bytes) -> bytes:
    return content[:-60]


def other_length(content: bytes) -> bytes:
    return content.replace(b"Content-Length: 13", b"Content-Length: 99999999999")


HOSTILE = {
    "cut in the middle": (cut, True),
    "a length that lies": (other_length, True),
    "a length that is none": (
        lambda c: c.replace(b"Content-Length: 13", b"Content-Length: -1"),
        True,
    ),
    "no WARC behind the first line": (lambda c: b"WARC/1.0\r\n" + b"\x00" * 5000, True),
    "endless header": (lambda c: b"WARC/1.0\r\n" + b"a: b\r\n" * 5000, True),
    "one header line of a megabyte": (lambda c: b"WARC/1.0\r\nA: " + b"x" * (1 << 20), True),
    "a field twice": (lambda c: c.replace(b"WARC-Date", b"WARC-Type: x\r\nWARC-Date"), True),
    "another version": (lambda c: c.replace(b"WARC/1.0", b"WARC/9.9"), True),
    "an ANSI escape for an address": (lambda c: c.replace(b"m.test/", b"m.test/\x1b[31m"), True),
    "no date": (lambda c: c.replace(b"2026-02-01T10:00:00Z", b"yesterday"), True),
    "a file address": (lambda c: c.replace(b"http://m.test", b"file:///etc"), True),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_warc_files_are_told_of_and_never_break(case, run, tmp_path, small, gz, name):
    attack, told = HOSTILE[name]
    content = attack(colleague(small))
    for n, form in enumerate((content, gz(content))):
        path = tmp_path / f"hostile-{n}"
        path.write_bytes(form)
        code, out, err = run("evidence", "add", case.path, path, "--from", "x", "--act", "y")
        assert (code, "Not understood" in err) == (4, told), err
        assert "\x1b" not in out + err
    assert run("evidence", "verify", case.path)[0] == 0


def test_a_bomb_is_left_early(tmp_path, gz):
    path = tmp_path / "bomb"
    path.write_bytes(gz(b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\n" + bytes(200 << 20)))
    found = []
    assert list(iter_foreign(path, found.append)) == []
    assert {one.cause for one in found} & {"expands-too-much", "record-cut"}


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_version_line_are_survived(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}"
    path.write_bytes(b"WARC/1.1\r\n" + content)
    list(iter_foreign(path, lambda _finding: None))


def test_digests_of_either_spelling():
    content = b"abc"
    assert digest_agrees("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", content) is True
    assert digest_agrees("sha-256:" + hashlib.sha256(content).hexdigest(), content) is True
    assert digest_agrees("sha1:" + "A" * 32, content) is False
    assert digest_agrees("sha1:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", content) is True
    assert digest_agrees("sha1:AAAA", content) is None
    assert digest_agrees("crc:1", content) is None


VECTORS = {
    "warc/warcio/example.warc.gz": (1, {"not-read": 1}),
    "warc/warcio/example.warc": (1, {"not-read": 1}),
    "warc/warcio/example-bad-non-chunked.warc.gz": (1, {"digest-differs": 1}),
    "warc/warcio/example-iana.org-chunked.warc": (1, {}),
    "warc/warcio/example-resource.warc.gz": (0, {"not-read": 1}),
    "warc/warcio/example-wget-bad-target-uri.warc.gz": (1, {"not-read": 2}),
    "warc/warcio/post-test.warc.gz": (3, {}),
    "warc/iipc/hello-world.warc.gz": (1, {"not-read": 2}),
    "warc/iipc/20130729-heritrix-revisit-with-http-headers.warc.gz": (0, {"not-read": 1}),
    "wacz/py-wacz/example-collection-with-lists.warc": (18, {}),
    "wacz/py-wacz/example-iana.warc": (24, {"not-read": 34}),
    "wacz/py-wacz/example-warcinfo-metadata.warc": (1, {}),
}


@pytest.mark.real
@pytest.mark.parametrize("name", sorted(VECTORS))
def test_files_of_other_tools_are_read_or_told_of(real_data, name):
    from vestigo.evidence.received.foreign_exchange import iter_exchanges
    from vestigo.pipeline.receiving_archives import ImportReport

    report = ImportReport()
    path = Path(real_data) / "evidence" / name
    read = sum(1 for _one in iter_exchanges(iter_foreign(path, report.tell), report.tell))
    assert (read, dict(report.findings)) == VECTORS[name]


@pytest.mark.real
def test_real_warc_files_go_through_the_whole_way(real_data, case, run, small):
    names = ("warcio/example-iana.org-chunked.warc", "warcio/example-wget-bad-target-uri.warc.gz",
             "iipc/20141124-heritrix-server-not-modified.warc.gz", "warcio/example-digest.warc")  # fmt: skip
    for name in names:
        path = Path(real_data) / "evidence" / "warc" / name
        code, _out, err = run("evidence", "add", case.path, path, "--from", "x", "--act", "y")
        assert code in (0, 4), err
    assert run("evidence", "verify", case.path)[0] == 0
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    (bundle,) = case.bundles.iterdir()
    done = small.run_py(bundle, case.anchors)
    assert done.returncode == 0, done.stdout


def receipt_text(code: int = 0) -> str:
    lines = [
        f"{'ok':<11}  {name:<12}  fine" for name in (*verify.LAYER_A, *verify.LAYER_B, "spans")
    ]
    return "\n".join([*lines, "Every check", "statement sha256:" + "a" * 64, ""])


def test_a_receipt_of_the_next_bundle_is_shown(case, run, small, tmp_path):
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    (bundle,) = case.bundles.iterdir()
    path = tmp_path / "result.txt"
    path.write_text(small.run_py(bundle, None).stdout)
    code, out, _err = run("evidence", "receipt", case.path, path, "--from", "Expert", "--json")
    told = json.loads(out)
    assert (code, told["tool"], told["exit_code"], told["bundle"]) == (
        0,
        "verify.py",
        4,
        bundle.name,
    )
    path.write_text(small.run_sh(bundle, case.anchors).stdout)
    assert run("evidence", "receipt", case.path, path)[0] == 0
    code, out, _err = run("bundle", "verify", bundle, "--anchors", case.anchors, "--json")
    path.write_text(out)
    assert run("evidence", "receipt", case.path, path)[0] == 0
    with open_session(case.path, write=False) as session:
        events = [
            e for e in session.custody.events() if e.reason == "receiver's verification filed"
        ]
    assert [e.details["tool"] for e in events] == ["verify.py", "verify.sh", "vestigo"]
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    second = max(case.bundles.iterdir())
    sheet = (second / "data/received/R0001/sheet.en.txt").read_text()
    assert bundle.name in sheet
    assert "Expert" in (second / "data/received/index.csv").read_text()
    assert small.run_py(second, case.anchors).returncode == 0


REFUSED = {
    "no statement": lambda t: t.replace("statement sha256:", ""),
    "a line cut away": lambda t: t.replace(f"{'ok':<11}  {'custody':<12}  fine\n", ""),
    "an unknown check": lambda t: f"{'ok':<11}  {'everything':<12}  fine\n" + t,
    "two statements": lambda t: t + "statement sha256:" + "b" * 64 + "\n",
    "nothing": lambda _t: "",
    "binary": lambda _t: b"\xff\xfe\x00",
    "JSON of something": lambda _t: '{"a": 1}',
    "deep JSON": lambda _t: '{"findings":' + "[" * 100_000,
    "JSON that contradicts itself": lambda t: json.dumps(
        {"statement_sha256": "a" * 64, "exit_code": 0, "ok": True, "findings": [
            {"status": "FAILED", "check": "files", "detail": ""}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_attack_what_is_no_receipt_is_refused(case, run, tmp_path, name):
    made = REFUSED[name](receipt_text())
    path = tmp_path / "r"
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    code, _out, err = run("evidence", "receipt", case.path, path)
    assert (code, "E-EVI-198" in err) == (3, True), err
    assert not items(case)


def test_attack_a_receipt_of_another_case_is_refused(case, run, tmp_path):
    parse_receipt(receipt_text().encode())
    path = tmp_path / "r"
    path.write_text(receipt_text())
    code, _out, err = run("evidence", "receipt", case.path, path)
    assert (code, "E-EVI-199" in err) == (3, True)
    log = (case.path / "evidence" / "custody" / "events.jsonl").read_text("utf-8")
    assert '"action":"verify"' not in log
