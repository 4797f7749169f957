# SPDX-License-Identifier: AGPL-3.0-or-later
"""A damaged archive: what is whole is read, what is not is named, and nothing is made of it."""

import json
from pathlib import Path

import pytest

from vestigo.cli.case_read import read
from vestigo.cli.crawl import crawl
from vestigo.errors import ExitCode
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, CoverageEstimate, Listing
from vestigo.store import CaseFolder

PROFILE = str(Path(__file__).parent / "market.toml")


@pytest.fixture
def case(tmp_path, order, market, html):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, order())
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3")
    market.answers.update({f"/p/{n}": html.listing(n) for n in (1, 2, 3)})
    words = ["run", str(folder.path), "--profile", PROFILE, "--start", market.uri, "--json"]
    crawl.main(args=words, standalone_mode=False)
    return folder


def captured(case, target):
    with open_session(case.path, write=False) as session:
        return next(c for c in session.ledger.of_kind(Capture) if c.uri.endswith(target))


def damage(case, capture):
    path = case.captures / capture.warc_name
    content = bytearray(path.read_bytes())
    content[capture.warc_offset + 60] ^= 0x55
    path.write_bytes(content)


def reading(case, capsys):
    capsys.readouterr()
    words = [str(case.path), "--profile", PROFILE, "--json"]
    code = read.main(args=words, standalone_mode=False)
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_the_rest_is_read_and_the_damaged_capture_named(case, capsys):
    capture = captured(case, "/p/2")
    damage(case, capture)
    code, document, err = reading(case, capsys)
    assert code == ExitCode.VERIFICATION_FAILED
    assert list(document["damaged"]) == [capture.capture_id]
    assert document["damaged"][capture.capture_id].startswith("E-EVI-10")
    assert (document["captures"], document["records"]["listing"]) == (3, 2)
    assert "1 capture is damaged" in err
    with open_session(case.path, write=False) as session:
        assert {one.listing_key for one in session.ledger.of_kind(Listing)} == {"1", "3"}
        assert list(session.ledger.of_kind(CoverageEstimate)) == []


def test_read_again_from_a_whole_copy_everything_is_there(case, capsys):
    capture = captured(case, "/p/2")
    whole = (case.captures / capture.warc_name).read_bytes()
    damage(case, capture)
    reading(case, capsys)
    (case.captures / capture.warc_name).write_bytes(whole)
    code, document, _err = reading(case, capsys)
    assert (code, document["damaged"]) == (ExitCode.DONE, {})
    with open_session(case.path, write=False) as session:
        assert {one.listing_key for one in session.ledger.of_kind(Listing)} == {"1", "2", "3"}
        assert len(list(session.ledger.of_kind(CoverageEstimate))) == 1
