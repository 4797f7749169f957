# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes into the archive comes out of it, and strangers can read it."""

import hashlib
import json
import re
from datetime import timedelta

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from vestigo.errors import SourceUnreachable, VerificationError
from vestigo.evidence.warc import (
    iter_captures,
    iter_labelled,
    iter_sealed,
    open_sealed,
    read_exchange,
    segment_paths,
)
from vestigo.evidence.warc.sealed import commitment

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello"
WITH_COOKIE = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=t0ken; Path=/\r\nContent-Length: 2\r\n\r\nhi"


def raw_records(path):
    """Yield (headers, block) of every record as a stranger's library reads them."""
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            yield record.rec_headers, record.raw_stream.read()


def warcio_accepts(path, capsys):
    class Arguments:
        inputs = (str(path),)
        verbose = True

    checker = Checker(Arguments)
    checker.process_all()
    return checker.exit_value == 0 and "fail" not in capsys.readouterr().out


def test_an_exchange_comes_back_with_its_secrets_masked(open_archive, exchange, folder):
    archive = open_archive()
    capture = archive.write(exchange(WITH_COOKIE, label="7/1", account="avatar"))
    archive.close()
    back = read_exchange(folder, capture)
    assert back.response == WITH_COOKIE.replace(b"t0ken", b"xxxxx")
    assert back.request.endswith(b"Cookie: sid=xxxxxx\r\n\r\n")
    assert (back.status, back.body, back.label) == (200, b"hi", "7/1")
    assert capture.content_sha256 == hashlib.sha256(b"hi").hexdigest()
    assert (capture.status, capture.account, capture.n_body_bytes) == (200, "avatar", 2)
    assert (capture.request_method, capture.problem) == ("GET", "")
    assert list(iter_captures(folder)) == [capture]


def test_every_record_has_a_lower_case_sha256_and_warcio_accepts(
    open_archive, exchange, folder, capsys
):
    archive = open_archive()
    forms = [exchange(), exchange(CHUNKED), exchange(CUT, truncated="disconnect"), exchange(b"")]
    captures = [archive.write(form) for form in forms]
    archive.close()
    (path,) = segment_paths(folder)
    assert warcio_accepts(path, capsys)
    kinds = []
    for headers, block in raw_records(path):
        digest = headers.get_header("WARC-Block-Digest")
        assert digest == f"sha256:{hashlib.sha256(block).hexdigest()}"
        assert headers.get_header("WARC-Payload-Digest") is None
        kinds.append(headers.get_header("WARC-Type"))
    assert kinds == ["warcinfo", *(["response", "request", "metadata"] * 4)]
    assert [capture.problem for capture in captures] == ["", "", "truncated-body", "no-response"]


def test_a_flipped_byte_fails_the_stranger_check(open_archive, exchange, folder, capsys, tmp_path):
    archive = open_archive()
    capture = archive.write(exchange())
    archive.close()
    (path,) = segment_paths(folder)
    members = path.read_bytes()
    import zlib

    plain = zlib.decompressobj(31).decompress(members[capture.warc_offset :])
    forged = zlib.compressobj(6, zlib.DEFLATED, 31)
    content = forged.compress(plain.replace(b"hello", b"hullo")) + forged.flush()
    copy = tmp_path / "forged.warc.gz"
    copy.write_bytes(members[: capture.warc_offset] + content)
    assert not warcio_accepts(copy, capsys)


def test_rejected_and_cut_bytes_take_the_octet_stream_form(open_archive, exchange, folder):
    archive = open_archive()
    for form in (
        exchange(CUT, truncated="disconnect"),
        exchange(problem="rejected-by-parser"),
        exchange(CHUNKED),
    ):
        archive.write(form)
    archive.close()
    (path,) = segment_paths(folder)
    responses = [h for h, _b in raw_records(path) if h.get_header("WARC-Type") == "response"]
    http = "application/http;msgtype=response"
    types = [h.get_header("Content-Type") for h in responses]
    assert types == ["application/octet-stream", "application/octet-stream", http]
    assert [h.get_header("WARC-Truncated") for h in responses] == ["disconnect", None, None]


def test_the_capture_id_is_the_digest_of_the_uncompressed_response_record(
    open_archive, exchange, folder
):
    archive = open_archive()
    capture = archive.write(exchange())
    archive.close()
    import zlib

    (path,) = segment_paths(folder)
    record = zlib.decompressobj(31).decompress(path.read_bytes()[capture.warc_offset :])
    assert hashlib.sha256(record.removesuffix(b"\r\n\r\n")).hexdigest() == capture.capture_id
    assert record.startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")
    assert b"WARC-Date: 2026-01-31T12:00:00Z\r\n" in record


def test_one_page_captured_twice_is_two_captures_and_no_id_repeats(open_archive, exchange, folder):
    archive = open_archive()
    captures = [archive.write(exchange()) for _n in range(3)]
    archive.close()
    assert len({capture.capture_id for capture in captures}) == 3
    assert len({capture.content_sha256 for capture in captures}) == 1
    (path,) = segment_paths(folder)
    ids = [headers.get_header("WARC-Record-ID") for headers, _block in raw_records(path)]
    assert len(set(ids)) == len(ids) == 10
    version_4 = re.compile(r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]")
    assert all(version_4.match(record_id) for record_id in ids)


def test_the_metadata_record_names_masks_and_a_salted_commitment(
    open_archive, exchange, folder, sealed_folder, private_key
):
    archive = open_archive()
    capture = archive.write(exchange(WITH_COOKIE))
    archive.close()
    (path,) = segment_paths(folder)
    metadata = [
        json.loads(b) for h, b in raw_records(path) if h.get_header("WARC-Type") == "metadata"
    ]
    secrets = metadata[0]["secrets"]
    assert secrets["kept"] == "sealed"
    assert secrets["sealed_file"] == path.name.replace(".warc.gz", ".sealed.jsonl")
    (item,) = iter_sealed(sealed_folder / secrets["sealed_file"])
    opened = open_sealed(private_key.private_bytes_raw(), item)
    assert opened["response"].block == WITH_COOKIE
    assert b"sid=s3cret" in opened["request"].block
    for entry in secrets["masked"]:
        record = opened[entry["record"]]
        assert entry["hmac_sha256"] == commitment(record.salt, record.block)
        assert len(record.salt) == 32
        assert all(end > start for start, end in entry["ranges"])
    assert capture.capture_id == item["capture_id"]
    plain_digest = hashlib.sha256(WITH_COOKIE).hexdigest()
    everything = path.read_bytes() + b"".join(p.read_bytes() for p in sealed_folder.iterdir())
    assert plain_digest.encode() not in everything
    assert b"t0ken" not in everything


def test_two_captures_of_one_secret_have_different_commitments(open_archive, exchange, folder):
    archive = open_archive()
    for _n in range(2):
        archive.write(exchange())
    archive.close()
    (path,) = segment_paths(folder)
    found = [
        json.loads(b)["secrets"]["masked"][0]["hmac_sha256"]
        for h, b in raw_records(path) if h.get_header("WARC-Type") == "metadata"
    ]  # fmt: skip
    assert found[0] != found[1]


def test_without_a_key_secrets_are_dropped_and_that_is_said(
    open_archive, exchange, folder, sealed_folder
):
    archive = open_archive(seal_key=None)
    archive.write(exchange())
    archive.close()
    (path,) = segment_paths(folder)
    metadata = next(
        json.loads(b) for h, b in raw_records(path) if h.get_header("WARC-Type") == "metadata"
    )
    assert metadata["secrets"]["kept"] == "dropped"
    assert metadata["secrets"]["masked"][0]["hmac_sha256"] is None
    assert list(sealed_folder.iterdir()) == []


def test_segments_rotate_at_a_size_and_each_is_reported(open_archive, exchange, folder):
    closed = []
    archive = open_archive(segment_bytes=1, on_segment=closed.append)
    captures = [archive.write(exchange()) for _n in range(3)]
    archive.close()
    assert [segment.n_captures for segment in closed] == [1, 1, 1]
    for segment in closed:
        content = (folder / segment.name).read_bytes()
        assert segment.sha256 == hashlib.sha256(content).hexdigest()
        assert segment.n_bytes == len(content)
    assert list(iter_captures(folder)) == captures
    names = [segment.name for segment in closed]
    assert names == sorted(names)
    assert all(re.fullmatch(r"[A-Za-z0-9.\-]{1,120}", name) for name in names)


def test_captures_after_a_place(open_archive, exchange, folder):
    archive = open_archive(segment_bytes=2500)
    captures = [archive.write(exchange(label=str(n))) for n in range(6)]
    archive.close()
    assert len(segment_paths(folder)) > 1
    for n, capture in enumerate(captures):
        after = (capture.warc_name, capture.warc_offset)
        assert list(iter_captures(folder, after=after)) == captures[n + 1 :]
    assert [label for _capture, label in iter_labelled(folder)] == list("012345")


def test_captures_can_be_read_while_the_file_grows(open_archive, exchange, folder):
    archive = open_archive()
    capture = archive.write(exchange())
    assert list(iter_captures(folder)) == [capture]
    assert read_exchange(folder, capture).body == b"hello"


def test_durable_captures_are_reported_in_the_order_of_the_archive(open_archive, exchange, folder):
    seen = []
    archive = open_archive(on_capture=seen.append)
    futures = [archive.submit(exchange(label=str(n))) for n in range(100)]
    captures = [future.result() for future in futures]
    archive.close()
    assert seen == captures == list(iter_captures(folder))


def test_a_changed_capture_is_refused(open_archive, exchange, folder):
    import dataclasses

    archive = open_archive()
    first, second = archive.write(exchange()), archive.write(exchange())
    archive.close()
    moved = dataclasses.replace(first, warc_offset=second.warc_offset)
    with pytest.raises(VerificationError) as caught:
        read_exchange(folder, moved)
    assert caught.value.code == "E-EVI-102"
    nowhere = dataclasses.replace(first, warc_offset=first.warc_offset + 1)
    with pytest.raises(VerificationError) as caught:
        read_exchange(folder, nowhere)
    assert caught.value.code == "E-EVI-103"
    lied = dataclasses.replace(first, content_sha256="0" * 64)
    with pytest.raises(VerificationError) as caught:
        read_exchange(folder, lied)
    assert caught.value.code == "E-EVI-102"


@pytest.mark.parametrize("name", ["gone.warc.gz", "../captures/x", "/etc/passwd"])
def test_a_file_that_is_not_there_is_named(open_archive, exchange, folder, name):
    import dataclasses

    archive = open_archive()
    capture = dataclasses.replace(archive.write(exchange()), warc_name=name)
    with pytest.raises(VerificationError) as caught:
        read_exchange(folder, capture)
    assert caught.value.code == "E-EVI-105"


def test_no_line_of_a_record_can_be_smuggled_in_through_the_address(exchange):
    with pytest.raises(ValueError, match="printable ASCII"):
        exchange(uri="http://127.0.0.1/\r\nWARC-Type: warcinfo")
    with pytest.raises(ValueError, match="WARC-Truncated"):
        exchange(truncated="a while ago")


def test_the_date_is_when_the_capture_began(open_archive, exchange):
    from datetime import UTC, datetime

    began = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=5)
    capture = open_archive().write(exchange(began_at=began))
    assert capture.observed_at == began


def test_a_full_disk_gives_a_code_and_leaves_what_was_durable(
    open_archive, exchange, folder, monkeypatch
):
    archive = open_archive()
    kept = archive.write(exchange())
    real = __import__("os").write
    space = [500]

    def full(descriptor, content):
        if space[0] <= 0:
            raise OSError(28, "No space left on device")
        written = real(descriptor, content[: space[0]])
        space[0] -= written
        return written

    monkeypatch.setattr("vestigo.evidence.warc.segment.os.write", full)
    for _n in range(2):
        with pytest.raises(SourceUnreachable) as caught:
            archive.write(exchange())
        assert caught.value.code == "E-EVI-101"
    with pytest.raises(SourceUnreachable):
        archive.close()
    monkeypatch.undo()
    assert list(iter_captures(folder)) == [kept]
    again = open_archive()
    more = again.write(exchange())
    again.close()
    assert list(iter_captures(folder)) == [kept, more]
    assert not list(folder.glob("*.torn"))


def test_a_closed_archive_takes_nothing(open_archive, exchange):
    archive = open_archive()
    archive.close()
    archive.close()
    with pytest.raises(ValueError, match="closed"):
        archive.write(exchange())
