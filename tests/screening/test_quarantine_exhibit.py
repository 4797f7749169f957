# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person moves an exhibit into the quarantine: nothing of it is left, everything verifies."""

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from vestigo.cli.app import run as run_cli
from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.keys import create_keys
from vestigo.evidence.quarantine import Quarantine, set_recipient
from vestigo.evidence.quarantine.tombstone import build_tombstone
from vestigo.evidence.warc.members import iter_members
from vestigo.pipeline import quarantining
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.imagery.site import profile_in
from vestigo.pipeline.invented_market import page_response
from vestigo.pipeline.quarantining import quarantine_exhibit
from vestigo.pipeline.reading import read_captures
from vestigo.pipeline.session import open_session
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.records import (
    ACTS,
    CERTAIN,
    DATA_CLASSES,
    Authorization,
    Capture,
    Listing,
    Method,
    Screenshot,
)

PASSPHRASE = "correct horse battery staple"
KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRET = "Wonderfully recognisable offer"
LISTING = "<h1 class=listing>%s</h1><p class=cat>x</p><p class=price>1 BTC</p>"


@pytest.fixture
def case(folder, tmp_path):
    """A case with two listings, of which one is to go; its keys and its recipient."""
    create_keys(folder, PASSPHRASE)
    set_recipient(folder, "Ana", KEY.public_key().public_bytes_raw().hex())
    profile = profile_in(tmp_path)
    server = TappedServer()
    try:
        server.answers["/"] = page_response("<a href=/q/listing/1>a</a><a href=/q/listing/2>b</a>")
        server.answers["/q/listing/1"] = page_response(
            LISTING % SECRET, more="Set-Cookie: s=secret\r\n"
        )
        server.answers["/q/listing/2"] = page_response(LISTING % "Another offer")
        now = datetime.now(UTC)
        order = Authorization(
            issuing_body="c", reference="1", legal_basis="-", authorization_kind="w",
            order_sha256="", persons=("p",), hosts=("127.0.0.1",), accounts=(), acts=ACTS,
            data_classes=DATA_CLASSES, starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=1), amends=None,
        )  # fmt: skip
        with open_session(folder.path) as session:
            record_authorization(session, order)
            crawl_into_case(session, crawl_job(session, profile, server.uri))
            read_captures(session, [profile])
    finally:
        server.close()
    return folder


@pytest.fixture
def vestigo(monkeypatch, capsys):
    def run(*words, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = run_cli([str(word) for word in words])
        return code, capsys.readouterr()

    return run


def exhibit_of(folder):
    with open_session(folder.path, write=False) as session:
        (found,) = [one for one in session.ledger.of_kind(Capture) if one.uri.endswith("/1")]
    return found.capture_id


def in_the_open(folder, text):
    for path in sorted(one for one in folder.path.rglob("*") if one.is_file()):
        content = [path.read_bytes()]
        if ".warc.gz" in path.name:
            with path.open("rb") as handle:
                content += [member.block for member in iter_members(handle)]
        if any(text.encode() in one for one in content):
            return path.relative_to(folder.path).as_posix()
    return ""


def test_an_exhibit_goes_and_everything_still_verifies(case, vestigo, tmp_path):
    assert in_the_open(case, SECRET)
    n_sealed = sum(path.read_bytes().count(b"\n") for path in case.sealed.iterdir())
    code, printed = vestigo(
        "evidence", "quarantine", case.path, exhibit_of(case), "--reason", "seen"
    )
    assert (code, SECRET in printed.out) == (0, False)
    assert in_the_open(case, SECRET) == ""
    assert sum(path.read_bytes().count(b"\n") for path in case.sealed.iterdir()) == n_sealed - 1
    with open_session(case.path, write=False) as session:
        assert [one.title for one in session.ledger.of_kind(Listing)] == ["Another offer"]
    assert vestigo("evidence", "verify", case.path)[0] == 0
    code, printed = vestigo(
        "bundle", "build", case.path, "--passphrase-stdin", stdin=f"{PASSPHRASE}\n"
    )
    assert code == 0, printed
    (bundle,) = case.bundles.iterdir()
    words = [sys.executable, bundle / "verify.py", bundle, "--anchors", case.anchors]
    ended = subprocess.run(words, check=False, capture_output=True, timeout=120)
    assert ended.returncode in {0, 4}, ended.stdout + ended.stderr
    assert b"FAILED" not in ended.stdout
    assert in_the_open(case, SECRET) == ""


def test_warcio_accepts_the_tombstone(case, vestigo):
    assert (
        vestigo("evidence", "quarantine", case.path, exhibit_of(case), "--reason", "seen")[0] == 0
    )
    for path in case.captures.glob("*.warc.gz"):
        words = [sys.executable, "-m", "warcio.cli", "check", str(path)]
        ended = subprocess.run(words, check=False, capture_output=True, timeout=120)
        assert ended.returncode == 0, ended.stdout


def test_the_recipient_gets_the_very_bytes_back(case):
    (path,) = case.captures.glob("*.warc.gz")
    before = path.read_bytes()
    with open_session(case.path) as session:
        capture_id = exhibit_of(case)
        item = quarantine_exhibit(session, capture_id, "seen")
    blocks = Quarantine(case).opened(item.item_id, KEY.private_bytes_raw())
    assert blocks["warc"] in before
    assert len(path.read_bytes()) == len(before)
    assert capture_id.encode() in blocks["sealed"]


def test_pictures_of_the_page_go_along(case):
    capture_id = exhibit_of(case)
    case.derived.mkdir()
    (case.derived / "shot.png").write_bytes(SECRET.encode())
    with open_session(case.path) as session:
        shot = Screenshot(
            sources=(capture_id,), method=Method(rule="test.hand.v1", settings_sha256="0" * 64),
            confidence=CERTAIN, observed_at=datetime(2026, 1, 1, tzinfo=UTC), uri="http://x/",
            file_name="shot.png", sha256="0" * 64, n_bytes=1, width=1, height=1, viewport_width=1,
            viewport_height=1, cut=False, browser="b", rendered="archive", scripts=False,
            pictures=False, n_masked=0, missing=(), withheld=(),
        )  # fmt: skip
        session.ledger.append([shot])
        item = quarantine_exhibit(session, capture_id, "seen")
        assert list(session.ledger.of_kind(Screenshot)) == []
    assert in_the_open(case, SECRET) == ""
    blocks = Quarantine(case).opened(item.item_id, KEY.private_bytes_raw())
    assert blocks["shot.png"] == SECRET.encode()


@pytest.mark.parametrize("step", ["bury", "drop_sealed_line", "_take_back"])
def test_a_crash_on_the_way_is_gone_on_with(case, vestigo, monkeypatch, step):
    def crash(*_values):
        raise MemoryError

    capture_id = exhibit_of(case)
    with monkeypatch.context() as patched, open_session(case.path) as session:
        patched.setattr(quarantining, step, crash)
        with pytest.raises(MemoryError):
            quarantine_exhibit(session, capture_id, "seen")
    with open_session(case.path) as session:
        quarantine_exhibit(session, capture_id, "seen")
    assert in_the_open(case, SECRET) == ""
    assert vestigo("evidence", "verify", case.path)[0] == 0


def test_an_exhibit_needs_a_reason_a_recipient_and_to_be_there(case):
    with open_session(case.path) as session:
        for exhibit, reason, code in (
            ("0" * 64, "x", "E-SCR-016"),
            (exhibit_of(case), " ", "E-SCR-017"),
        ):
            with pytest.raises(UsageError, match=code):
                quarantine_exhibit(session, exhibit, reason)
        (case.keys / "quarantine.json").unlink()
        with pytest.raises(ConfigurationError, match="E-SCR-011"):
            quarantine_exhibit(session, exhibit_of(case), "x")
    assert in_the_open(case, SECRET)


def test_a_tombstone_put_by_hand_without_an_event_is_found_out(case, vestigo):
    with open_session(case.path) as session:
        (capture,) = [c for c in session.ledger.of_kind(Capture) if c.uri.endswith("/1")]
    (path,) = case.captures.glob("*.warc.gz")
    content = bytearray(path.read_bytes())
    buried = build_tombstone(capture, "ab" * 32, 700)
    content[capture.warc_offset : capture.warc_offset + 700] = buried
    path.write_bytes(content)
    assert vestigo("evidence", "verify", case.path)[0] == 3


@pytest.fixture(scope="session")
def capture():
    return Capture(
        capture_id="ab" * 32, uri="http://x/", request_method="GET", status=200, media_type="",
        charset="", content_sha256="", n_body_bytes=0, observed_at=datetime(2026, 1, 1, tzinfo=UTC),
        authorization_id="", account="", warc_name="crawl-00001-x.warc.gz", warc_offset=0,
        problem="",
    )  # fmt: skip


@given(
    n_bytes=st.one_of(st.integers(700, 140_000), st.sampled_from([39_999, 40_000, 65_536, 9 << 20]))
)
def test_a_tombstone_has_any_length(capture, n_bytes):
    tombstone = build_tombstone(capture, "cd" * 32, n_bytes)
    assert len(tombstone) == n_bytes
    (member,) = iter_members(io.BytesIO(tombstone))
    assert (member.kind, member.end) == ("resource", n_bytes)
