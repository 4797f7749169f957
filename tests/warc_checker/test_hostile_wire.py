# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is archived is what the server's socket saw, whatever it sends; strangers can read it."""

import dataclasses
import json

import pytest
from click.testing import CliRunner

from vestigo.cli.bench_wire import wire
from vestigo.errors import ConfigurationError
from vestigo.evidence.warc import segment_paths
from vestigo.pipeline.wire import checking
from vestigo.pipeline.wire.cases import wire_cases
from vestigo.pipeline.wire.comparing import Original, compare
from vestigo.pipeline.wire.tapped import Tap, Turn

CASES = {case.name: case for case in wire_cases()}
KINDS = {
    "chunked", "chunk extensions", "gzip", "br", "deflate", "duplicate headers", "folded headers",
    "latin-1 headers", "header line without a colon", "odd reason phrases", "HTTP/1.0", "1xx",
    "204/304", "wrong Content-Length", "truncation", "trailing garbage", "redirects",
    "huge headers", "slow drip", "keep-alive reuse", "query strings", "POST log-ins",
    "Domain cookies", "rejected",
}  # fmt: skip


def test_every_kind_of_the_list_has_its_cases():
    assert {case.kind for case in CASES.values()} >= KINDS
    assert len(CASES) == len(wire_cases()) >= 80


@pytest.mark.parametrize("name", CASES)
def test_both_directions_are_byte_equal_and_warcio_accepts(hostile, name):
    _folder, results = hostile
    one = results[name]
    assert one.compared.first_difference == ""
    assert one.compared.n_archived == one.case.n_exchanges
    assert one.right


def test_secret_bytes_were_compared_in_the_sealed_file(hostile):
    _folder, results = hostile
    sealed = {name: one.compared.n_sealed for name, one in results.items()}
    assert sealed["a log-in by POST"] == 4  # body, its answer and two cookies sent
    assert sealed["cookies with a Domain"] >= 5
    assert {"a cookie in a trailer", "a cut cookie", "a cookie in a folded header"} <= {
        name for name, n in sealed.items() if n
    }


def test_a_page_is_waited_for_though_the_parser_gave_it_up(hostile):
    _folder, results = hostile
    assert results["rejected, then a long pause"].fetched == 1


def test_what_a_browser_reads_is_read(hostile):
    _folder, results = hostile
    read = {name for name, one in results.items() if one.fetched == one.case.n_exchanges}
    assert read >= {
        "folded header", "header without a colon", "space before the colon", "trailers",
        "control characters in a header", "bare line feeds", "trailing garbage", "gzip in br",
        "early hints", "deflate without one", "HTTP/1.0", "a header of two hundred kilobytes",
    }  # fmt: skip


def test_jwarc_accepts_every_file(hostile, jwarc):
    folder, _results = hostile
    paths = sorted(folder.glob("*/captures/*.warc.gz"))
    assert len(paths) == len(CASES)
    assert checking.refused_by_jwarc(jwarc, paths) == ""


def test_the_checkers_refuse_a_changed_byte(hostile, jwarc, tmp_path):
    import gzip

    folder, _results = hostile
    (path,) = segment_paths(folder / "000" / "captures")
    forged = tmp_path / "forged.warc"
    forged.write_bytes(gzip.decompress(path.read_bytes()).replace(b"1 BTC", b"2 BTC"))
    assert checking.refused_by_warcio([forged]) == ["forged.warc"]
    assert checking.refused_by_jwarc(jwarc, [forged])


def test_a_checker_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        checking.refused_by_jwarc(tmp_path / "no.jar", [])
    assert caught.value.code == "E-BEN-020"


REQUEST, RESPONSE = b"GET / HTTP/1.1\r\nCookie: a=SECRET\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"


def archived(**fields):
    masked = REQUEST.replace(b"SECRET", b"xxxxxx")
    start = REQUEST.index(b"SECRET")
    whole = Original(REQUEST, RESPONSE, masked, RESPONSE, {"request": [(start, start + 6)]})
    return dataclasses.replace(whole, **fields)


def tapped(got=REQUEST, sent=RESPONSE, more=b""):
    return Tap(bytearray(got + more), bytearray(sent), [Turn(got, bytearray(sent))])


@pytest.mark.parametrize(
    ("taps", "exchanges", "difference"),
    [
        ([tapped()], [archived()], ""),
        ([tapped()], [archived(request=REQUEST[:-1])], f"request@{len(REQUEST) - 1}"),
        ([tapped()], [archived(response=b"X" + RESPONSE[1:])], "response@0"),
        ([tapped()], [archived(masked_request=REQUEST)], "masked request@26"),
        ([tapped()], [archived(masks={})], "masked request@26"),
        ([tapped()], [archived(masked_response=b"")], "masked response@0"),
        ([tapped()], [], ""),
        ([tapped(more=b"G")], [archived()], ""),
        ([tapped(), tapped()], [archived()], ""),
    ],
    ids=["equal", "cut request", "other byte", "not masked", "mask not named", "lost response",
         "not archived", "half a request more", "second exchange lost"],
)  # fmt: skip
def test_the_comparison_can_fail(taps, exchanges, difference):
    found = compare(taps, exchanges)
    assert found.first_difference == difference
    assert found.equal is (exchanges == [archived()] and taps == [tapped()])


def test_anybody_can_run_it():
    result = CliRunner().invoke(wire, ["--json", "--case", "gzip"], standalone_mode=False)
    document = json.loads(result.stdout)
    assert (document["n_cases"], document["n_right"]) == (1, 1)
    assert document["n_sent_equal"] == document["n_received_equal"] == 1
    assert result.return_value == 0


def test_a_case_that_there_is_not_is_a_usage_error():
    result = CliRunner().invoke(wire, ["--case", "no such"])
    assert result.exit_code == 2
