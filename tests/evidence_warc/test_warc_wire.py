# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wire bytes are read the same way always, and what is wrong with them is named."""

import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.warc.decoding import decode_content
from vestigo.evidence.warc.wire import header_values, read_response

OK = b"HTTP/1.1 200 OK\r\n"


def test_headers_keep_case_order_and_repeats():
    wire = OK + b"X-b: 1\r\nx-A:2\r\nX-B:  3 \r\nContent-Length: 0\r\n\r\n"
    read = read_response(wire)
    assert read.headers == (
        (b"X-b", b"1"), (b"x-A", b"2"), (b"X-B", b"3"), (b"Content-Length", b"0"),
    )  # fmt: skip
    assert header_values(read.headers, b"x-b") == [b"1", b"3"]
    assert (read.framing, read.coding) == ((), ())


@pytest.mark.parametrize(
    ("content_type", "media_type", "charset"),
    [
        (b"text/html", "text/html", ""),
        (b'Text/HTML ; Charset="UTF-8"', "text/html", "utf-8"),
        (b"text/html; charset=windows-1251; x=y", "text/html", "windows-1251"),
        (b"nonsense", "", ""),
        (b"", "", ""),
    ],
)
def test_media_type_and_charset(content_type, media_type, charset):
    read = read_response(OK + b"Content-Type: " + content_type + b"\r\n\r\n")
    assert (read.media_type, read.charset) == (media_type, charset)


@pytest.mark.parametrize(
    ("wire", "body", "framing"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello", b"hello", ()),
        (OK + b"Content-Length: 9\r\n\r\nhello", b"hello", ("truncated-body",)),
        (OK + b"Content-Length: 2\r\n\r\nhello", b"he", ("trailing-bytes",)),
        (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhello", b"hello", ("bad-length",)),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhe", b"he", ()),
        (OK + b"Content-Length: -2\r\n\r\nhello", b"hello", ("bad-length",)),
        (OK + b"Content-Length: 9" + b"9" * 30 + b"\r\n\r\nhello", b"hello", ("bad-length",)),
        (OK + b"\r\nhello", b"hello", ()),
        (OK + b"X: 1", b"", ("truncated-head",)),
        (OK + b"no colon\r\nContent-Length: 1\r\n\r\nx", b"x", ("bad-header",)),
        (OK + b"Spa ce: 1\r\nContent-Length: 1\r\n\r\nx", b"x", ("bad-header",)),
        (OK + b"X: 1\r\n folded\r\nContent-Length: 1\r\n\r\nx", b"x", ("bad-header",)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", ()),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", b"", ("length-without-body",)),
        (b"HTTP/1.1 204 No Content\r\n\r\nx", b"", ("trailing-bytes",)),
        (b"HTTP/1.0 200 OK\r\n\r\nx", b"x", ()),
        (b"HTTP/1.1 200\r\n\r\nx", b"x", ()),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx", b"x",
         ("interim-response",)),
        (b"ICY 200 OK\r\n\r\nx", b"", ("bad-status-line",)),
        (b"<html>", b"", ("bad-status-line",)),
        (b"HTTP/1.1 999 Odd\r\n\r\n", b"", ("bad-status-line",)),
        (b"", b"", ("no-response",)),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\nx", b"x", ("transfer-coding",)),
    ],
)  # fmt: skip
def test_framing(wire, body, framing):
    read = read_response(wire)
    assert read.body == body
    assert read.framing == framing


@pytest.mark.parametrize(
    ("chunks", "body", "framing"),
    [
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello", ()),
        (b'5;ext="a"\r\nhello\r\n0;last\r\n\r\n', b"hello", ()),
        (b"5\nhello\n0\n\n", b"hello", ()),
        (b"5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", b"hello", ()),
        (b"5\r\nhello\r\n0\r\n\r\nmore", b"hello", ("trailing-bytes",)),
        (b"5\r\nhello\r\n0\r\n", b"hello", ("truncated-body",)),
        (b"5\r\nhel", b"hel", ("truncated-body",)),
        (b"5\r\nhelloXX0\r\n\r\n", b"hello", ("bad-chunk",)),
        (b"xyz\r\nhello\r\n0\r\n\r\n", b"", ("bad-chunk",)),
        (b"-5\r\nhello\r\n0\r\n\r\n", b"", ("bad-chunk",)),
        (b"FFFFFFFFFFFFFFFFF\r\n", b"", ("bad-chunk",)),
        (b"", b"", ("truncated-body",)),
    ],
)
def test_chunked(chunks, body, framing):
    read = read_response(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert read.body == body
    assert read.framing == framing


def test_length_beside_chunked_is_named():
    wire = OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
    assert read_response(wire).framing == ("length-and-chunked",)
    assert read_response(wire).body == b"x"


def test_head_request_has_no_body():
    wire = OK + b"Content-Length: 500\r\n\r\n"
    assert read_response(wire, "HEAD").framing == ("length-without-body",)
    assert read_response(wire, "HEAD").spoiled == ()
    assert read_response(wire, "GET").framing == ("truncated-body",)


RAW = zlib.compressobj(6, zlib.DEFLATED, -15)
RAW_DEFLATE = RAW.compress(b"page" * 99) + RAW.flush()


@pytest.mark.parametrize(
    ("content", "encodings", "body", "problems"),
    [
        (gzip.compress(b"page", mtime=0), [b"gzip"], b"page", ()),
        (gzip.compress(b"pa", mtime=0) + gzip.compress(b"ge", mtime=0), [b"x-gzip"], b"page", ()),
        (zlib.compress(b"page"), [b"deflate"], b"page", ()),
        (RAW_DEFLATE, [b"deflate"], b"page" * 99, ()),
        (brotli.compress(b"page"), [b"br"], b"page", ()),
        (gzip.compress(brotli.compress(b"page"), mtime=0), [b"br, gzip"], b"page", ()),
        (gzip.compress(brotli.compress(b"page"), mtime=0), [b"br", b"gzip"], b"page", ()),
        (b"page", [b"identity", b""], b"page", ()),
        (b"page", [b"zstd"], b"page", ("content-encoding:zstd",)),
        (b"page", [b"gzip"], b"", ("bad-coding",)),
        (gzip.compress(b"page", mtime=0) + b"junk", [b"gzip"], b"page", ("coding-trailing-bytes",)),
        (gzip.compress(b"page" * 99, mtime=0)[:-9], [b"gzip"], b"page" * 99, ("truncated-coding",)),
        (brotli.compress(b"page" * 99)[:-2], [b"br"], None, ("truncated-coding",)),
        (b"\xff\xff\xff", [b"br"], b"", ("bad-coding",)),
        (b"", [b"gzip"], b"", ()),
    ],
)
def test_content_codings(content, encodings, body, problems):
    decoded, found = decode_content(content, encodings)
    assert found == problems
    assert body is None or decoded == body


@pytest.mark.parametrize("compress", [gzip.compress, brotli.compress], ids=["gzip", "br"])
def test_a_decompression_bomb_stops_at_the_limit(monkeypatch, compress):
    monkeypatch.setattr("vestigo.evidence.warc.decoding.MAX_DECODED", 1000)
    coding = b"gzip" if compress is gzip.compress else b"br"
    decoded, problems = decode_content(compress(bytes(5_000_000)), [coding])
    assert len(decoded) == 1000
    assert problems


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(junk):
    for wire in (junk, OK + junk, OK + b"Transfer-Encoding: chunked\r\n\r\n" + junk):
        read = read_response(wire)
        assert 0 <= read.head_end <= len(wire)
        assert read.head_end <= read.tail_start <= len(wire)
        assert read == read_response(wire)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8))
def test_chunks_are_joined(pieces):
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    read = read_response(OK + b"Transfer-Encoding: chunked\r\n\r\n" + coded)
    assert (read.body, read.framing) == (b"".join(pieces), ())


def test_what_leaves_the_body_whole_does_not_spoil_it():
    harmless = OK + b"no colon\r\nContent-Length: 1\r\n\r\nx and more"
    assert read_response(harmless).framing == ("bad-header", "trailing-bytes")
    assert read_response(harmless).spoiled == ()
    cut = OK + b"no colon\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nx"
    assert read_response(cut).spoiled == ("truncated-body", "truncated-coding")
