# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl run`` names what it could not read, with the exhibit that shows it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vestigo.cli.crawl import crawl as group
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.session import open_session
from vestigo.records import Capture
from vestigo.store import CaseFolder

PROFILE = str(Path(__file__).parent / "market.toml")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture
def run(tmp_path, order, market):
    """Crawl the market into a new case; give (exit code, result)."""
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, order())

    def crawled(*more):
        words = ["run", str(folder.path), "--profile", PROFILE, "--start", market.uri, *more]
        result = CliRunner().invoke(group, words, standalone_mode=False)
        assert result.exception is None, result.exception
        return result

    crawled.folder = folder
    return crawled


def test_each_cause_has_an_exhibit_in_a_warc_file(run, market, html):
    market.answers |= {"/": html.category("/p/1", "/p/2")}
    market.answers["/p/1"] = OK + b"Content-Encoding: x-new\r\nContent-Length: 2\r\n\r\nhi"
    market.answers["/p/2"] = (
        OK + b"Content-Encoding: gzip,br,gzip,br,gzip\r\nContent-Length: 2\r\n\r\nhi"
    )
    result = run("--json")
    exhibits = {one["cause"]: one for one in json.loads(result.stdout)["exhibits"]}
    assert set(exhibits) == {"content-encoding:too-many", "content-encoding:x-new"}
    with open_session(run.folder.path) as session:
        captures = {one.capture_id: one for one in session.ledger.of_kind(Capture)}
    for one in exhibits.values():
        capture = captures[one["capture_id"]]
        assert (capture.uri, capture.warc_name) == (one["uri"], one["warc"])
        assert (run.folder.captures / one["warc"]).is_file()
    assert exhibits["content-encoding:too-many"]["n"] == 1


class Calendar:
    """Answers every day with the next two."""

    def __init__(self, html):
        self._html = html

    def get(self, target, _default):
        day = int(target.rpartition("/")[2]) if target.startswith("/c/") else 0
        return self._html.category(f"/c/{day + 1}", f"/c/{day + 2}")


def test_a_trap_is_told_with_the_page_that_named_the_last_address(run, market, html, tmp_path):
    market.answers = Calendar(html)
    bounded = tmp_path / "bounded.toml"
    text = Path(PROFILE).read_text()
    bounded.write_text(text.replace("[document]", "[bounds]\nleading = 12\n\n[document]"))
    result = run("--json", "--profile", str(bounded))
    document = json.loads(result.stdout)
    (one,) = document["exhibits"]
    assert document["refused"] == {"trap-endless": one["n"]}
    assert document["fetched"] <= 13
    with open_session(run.folder.path) as session:
        (capture,) = [c for c in session.ledger.of_kind(Capture)
                      if c.capture_id == one["capture_id"]]  # fmt: skip
    day = int(one["uri"].rpartition("/")[2])
    assert capture.uri.rpartition("/")[2] in {str(day - 1), str(day - 2)}
    assert (run.folder.captures / one["warc"]).is_file()


def test_the_exhibit_stands_in_the_text_too(run, market, html):
    market.answers["/"] = OK + b"Content-Encoding: x-new\r\nContent-Length: 2\r\n\r\nhi"
    text = run().stdout
    assert "content-encoding:x-new: 1" in text
    assert ".warc.gz@" in text


@pytest.mark.parametrize("warned", [True, False])
def test_a_profile_that_matches_nothing_is_warned_of(run, market, html, warned):
    market.answers["/"] = html.page("<p>what</p>") if warned else html.listing(1)
    result = run()
    assert ("is it the profile of this market?" in result.stderr) is warned
