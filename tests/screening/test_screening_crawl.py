# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screening on the way from the wire to the archive, attacks by name."""

import gzip
import hashlib
import json
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crawler.frontier import Frontier
from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.archive_check import verify_archive
from vestigo.evidence.quarantine import Quarantine, set_recipient
from vestigo.evidence.warc import iter_captures, read_exchange
from vestigo.evidence.warc.members import iter_members
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.imagery.site import profile_in
from vestigo.pipeline.invented_market import http_response, page_response
from vestigo.pipeline.quarantining import open_item, release_host
from vestigo.pipeline.screening import open_catcher
from vestigo.pipeline.session import open_session
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.records import ACTS, DATA_CLASSES, Authorization, Capture

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
LISTING = "<h1 class=listing>Offer</h1><p class=cat>%s</p><p class=price>1 BTC</p>"


@pytest.fixture
def market():
    server = TappedServer()
    yield server
    server.close()


@pytest.fixture
def crawl(folder, tmp_path, market):
    """Crawl the market into the case: returns the report."""
    profile = profile_in(tmp_path)
    text = folder.toml.read_text() + "[settings.crawl]\nattempts = 1\nretry_seconds = 0\n"
    folder.toml.write_text(text)

    def run(*, acts=("view", "search"), classes=DATA_CLASSES, start=""):
        with open_session(folder.path) as session:
            record_authorization(session, authorization(acts, classes))
            return crawl_into_case(session, crawl_job(session, profile, start or market.uri))

    return run


def authorization(acts, classes=DATA_CLASSES):
    now = datetime.now(UTC)
    return Authorization(
        issuing_body="c", reference="1", legal_basis="-", authorization_kind="w",
        order_sha256="", persons=("p",), hosts=("127.0.0.1",), accounts=(), acts=acts,
        data_classes=classes, starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip


def events_of(folder, action):
    with open_session(folder.path, write=False) as session:
        return [event for event in session.custody.events() if event.action == action]


def everything_in(folder):
    """Return all bytes of the case in the open, WARC records unpacked."""
    found = []
    for path in sorted(one for one in folder.path.rglob("*") if one.is_file()):
        if path.parent != folder.screening:
            found.append(path.read_bytes())
        if ".warc.gz" in path.name:
            with path.open("rb") as handle:
                found += [member.head + member.block for member in iter_members(handle)]
    return b"".join(found)


def links(*targets):
    return page_response("".join(f'<a href="{target}">x</a>' for target in targets))


ATTACKS = {
    "declared_as_text": lambda c: http_response(c, "text/html"),
    "without_a_type": lambda c: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(c), c),
    "compressed": lambda c: http_response(gzip.compress(c), "text/html", more="Content-Encoding: gzip\r\n"),
    "behind_text": lambda c: http_response(b"<html>hello</html>" + c, "text/html"),
    "behind_the_end": lambda c: http_response(b"<html>hello</html>", "text/html") + c,
    "with_an_error": lambda c: http_response(c, "text/html", status="503 No"),
    "body_of_a_redirect": lambda c: http_response(c, "text/html", status="302 F", more="Location: /\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_picture_that_comes_as_text_is_not_kept_in_the_open(
    crawl, folder, market, pictures, attack
):
    content = pictures(2).png
    market.answers["/"] = links("/q/a")
    market.answers["/q/a"] = ATTACKS[attack](content)
    market.close_after.add("/q/a")
    report = crawl()
    assert content[500:600] not in everything_in(folder)
    (event,) = events_of(folder, "redact")
    assert event.reason == "body withheld: media-not-authorised"
    assert event.details["address"] == f"{market.uri}q/a"
    assert report.paused == ""
    (capture,) = [one for one in iter_captures(folder.captures) if one.uri.endswith("/q/a")]
    archived = read_exchange(folder.captures, capture)
    assert archived.body == b""
    assert archived.response.startswith(b"HTTP/1.1 ")
    assert capture.problem.startswith("media-not-authorised")


def test_what_is_withheld_leaves_head_length_and_digest(crawl, folder, market, pictures):
    content = pictures(2).png
    market.answers["/"] = links("/q/a")
    market.answers["/q/a"] = http_response(content, "text/html")
    crawl()
    (path,) = folder.captures.glob("*.warc.gz")
    with path.open("rb") as handle:
        told = [json.loads(one.block)["withheld"] for one in iter_members(handle)
                if one.kind == "metadata"]  # fmt: skip
    assert told == [
        None,
        {"reason": "media-not-authorised", "media_type": "image/png", "n_bytes": len(content),
         "sha256": hashlib.sha256(content).hexdigest()},
    ]  # fmt: skip
    with open_session(folder.path, write=False) as session:
        captures = list(session.ledger.of_kind(Capture))
        verify_archive(folder.captures, captures, session.custody.events())


def test_with_the_act_a_picture_is_archived(crawl, folder, market, pictures):
    market.answers["/"] = links("/q/a.png")
    market.answers["/q/a.png"] = http_response(pictures(2).png, "image/png")
    crawl(acts=ACTS)
    assert pictures(2).png in everything_in(folder)


def test_a_hit_goes_into_the_quarantine_parks_the_host_and_calls_a_person(
    crawl, folder, market, pictures, listed
):
    content = pictures(1).png
    set_recipient(listed(), "Ana Perez", KEY.public_key().public_bytes_raw().hex())
    market.answers["/"] = links("/q/buyer/someone77?name=someone77", "/q/b")
    market.answers["/q/buyer/someone77?name=someone77"] = http_response(content, "text/html")
    market.answers["/q/b"] = page_response(LISTING % "x")
    report = crawl(acts=ACTS)
    assert report.paused == "E-SCR-012"
    assert content[500:600] not in everything_in(folder)
    (event,) = events_of(folder, "quarantine")
    assert event.object_sha256 == hashlib.sha256(content).hexdigest()
    assert (event.details["list"], event.details["list_version"]) == ("invented", "7")
    assert event.details["address"] == f"{market.uri}q/buyer/xxxxx?name=xxxxx"
    assert event.details["recipient"] == "Ana Perez"
    with closing(Frontier(folder.crawl_state / "planted.sqlite")) as frontier:
        assert frontier.coverage().refused == {"quarantined": 1}


def test_a_parked_host_is_asked_for_nothing_until_a_person_releases_it(
    crawl, folder, market, pictures, listed
):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    market.answers["/"] = http_response(pictures(1).png, "text/html")
    assert crawl(acts=ACTS).paused == "E-SCR-012"
    market.asked.clear()
    assert crawl(acts=ACTS).paused == "E-SCR-012"
    assert not market.asked
    with open_session(folder.path) as session:
        with pytest.raises(UsageError, match="E-SCR-017"):
            release_host(session, f"127.0.0.1:{market.port}", " ")
        assert len(release_host(session, f"127.0.0.1:{market.port}", "looked at by Ana")) == 1
    assert crawl(acts=ACTS).paused == ""


def test_only_the_recipient_opens_an_item_and_it_is_logged(
    crawl, folder, market, pictures, listed, tmp_path
):
    content = pictures(1).png
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    market.answers["/"] = http_response(content, "text/html")
    crawl(acts=ACTS)
    (item,) = Quarantine(folder).items()
    with open_session(folder.path) as session:
        other = X25519PrivateKey.generate().private_bytes_raw()
        with pytest.raises(Exception, match="E-EVI-104"):
            open_item(session, item.item_id, other, "why", "Eva", tmp_path / "out")
        with pytest.raises(UsageError, match="E-SCR-017"):
            open_item(session, item.item_id, KEY.private_bytes_raw(), "why", "", tmp_path / "out")
        assert not (tmp_path / "out").exists()
        written = open_item(
            session, item.item_id[:8], KEY.private_bytes_raw(), "court asked", "Eva", tmp_path / "out"
        )  # fmt: skip
    assert any(content in path.read_bytes() for path in written)
    event = events_of(folder, "access")[-1]
    assert event.reason == "quarantine opened: court asked"
    assert event.details["second_person"] == "Eva"


def test_where_the_order_says_drop_nothing_but_digests_is_left(
    crawl, folder, market, pictures, listed
):
    listed()
    folder.toml.write_text(folder.toml.read_text() + '[settings.screening]\non_hit = "drop"\n')
    market.answers["/"] = http_response(pictures(1).png, "text/html")
    assert crawl(acts=ACTS).paused == "E-SCR-012"
    (item,) = Quarantine(folder).items()
    assert item.kept == "dropped"
    with pytest.raises(UsageError, match="E-SCR-008"):
        Quarantine(folder).opened(item.item_id, KEY.private_bytes_raw())


def test_lists_without_anybody_to_receive_a_hit_send_nothing(crawl, listed, market):
    listed()
    with pytest.raises(ConfigurationError, match="E-SCR-011"):
        crawl()
    assert not market.asked


def test_a_damaged_list_sends_nothing(crawl, folder, listed, market):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    next(folder.screening.glob("*.hashes")).write_bytes(b"x")
    with pytest.raises(ConfigurationError, match="E-SCR-002"):
        crawl()
    assert not market.asked


@pytest.mark.parametrize("moment", ["before", "behind"])
def test_a_kill_around_detection_leaves_nothing_open_and_the_event_comes_at_the_next_start(
    crawl, folder, market, pictures, listed, tmp_path, moment
):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    market.answers["/"] = links("/q/hit")
    market.answers["/q/hit"] = http_response(pictures(1).png, "text/html")
    with open_session(folder.path) as session:
        record_authorization(session, authorization(ACTS))
    words = [sys.executable, str(Path(__file__).parent / "killed_crawl.py"), str(folder.path),
             str(tmp_path / "planted.toml"), market.uri, moment]  # fmt: skip
    ended = subprocess.run(words, check=False, capture_output=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert events_of(folder, "quarantine") == []
    assert pictures(1).png[500:600] not in everything_in(folder)
    with open_session(folder.path) as session:
        open_catcher(session).screen.close()
        open_catcher(session).screen.close()
    assert len(events_of(folder, "quarantine")) == (moment == "behind")
    assert crawl(acts=ACTS).paused == "E-SCR-012"
    assert pictures(1).png[500:600] not in everything_in(folder)
    assert len(events_of(folder, "quarantine")) == 1


def test_an_address_with_a_term_is_never_asked_for_nor_written_down(crawl, folder, market, listed):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    target = "/q/zz-top-secret/1"
    market.answers["/"] = links(target, "/q/x")
    market.answers["/q/x"] = page_response(
        LISTING % "x", status="302 Found", more=f"Location: {target}\r\n"
    )
    crawl(acts=ACTS)
    assert not market.asked[target]
    with closing(Frontier(folder.crawl_state / "planted.sqlite")) as frontier:
        assert frontier.coverage().refused == {"screened": 1}
    state = b"".join(path.read_bytes() for path in folder.crawl_state.iterdir())
    assert b"top-secret" not in state
    assert b"top-secret" not in (folder.custody / "events.jsonl").read_bytes()


def test_a_start_with_a_term_is_refused_and_not_repeated(crawl, folder, market, listed):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    with pytest.raises(UsageError, match="E-SCR-013") as caught:
        crawl(start=f"{market.uri}zz-top-secret")
    assert "top-secret" not in str(caught.value)
    assert not market.asked
    assert b"top-secret" not in (folder.custody / "events.jsonl").read_bytes()


def test_a_page_of_a_forbidden_category_is_a_hit_whose_address_is_a_digest(
    crawl, folder, market, listed
):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    market.answers["/"] = links("/q/listing/7")
    market.answers["/q/listing/7"] = page_response(LISTING % "ZZ Top Secret")
    assert crawl().paused == "E-SCR-012"
    (event,) = events_of(folder, "quarantine")
    assert event.details["match"] == "never-term"
    assert event.details["address"].startswith("withheld:")
    assert b"ZZ Top Secret" not in everything_in(folder)


def test_a_body_whose_coding_nobody_can_undo_is_not_kept_where_there_are_lists(
    crawl, folder, market, pictures, listed
):
    set_recipient(listed(), "Ana", KEY.public_key().public_bytes_raw().hex())
    market.answers["/"] = links("/q/a")
    market.answers["/q/a"] = http_response(
        b"QQ" + pictures(2).png[500:900], "text/html", more="Content-Encoding: secret\r\n"
    )
    crawl()
    assert pictures(2).png[600:700] not in everything_in(folder)
    assert events_of(folder, "redact")[0].reason == "body withheld: not-screened"
