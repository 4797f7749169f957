# SPDX-License-Identifier: AGPL-3.0-or-later
"""WARC files of other makers: both checkers say what their makers say, our reader agrees."""

import gzip

import pytest
from warcio.archiveiterator import ArchiveIterator

from vestigo.evidence.warc.members import iter_members
from vestigo.evidence.warc.wire import read_response
from vestigo.pipeline.wire.checking import refused_by_jwarc, refused_by_warcio

pytestmark = pytest.mark.real

WARC = "evidence/warc"
GOOD = (
    "warcio/example.warc.gz", "warcio/example.warc", "warcio/example-iana.org-chunked.warc",
    "warcio/example-resource.warc.gz", "iipc/hello-world.warc", "iipc/hello-world.warc.gz",
)  # fmt: skip
BAD = ("warcio/example-digest.warc", "warcio/example-bad-non-chunked.warc.gz")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_accepted(real_data, name):
    assert refused_by_warcio([real_data / WARC / name]) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused(real_data, name):
    path = real_data / WARC / name
    assert refused_by_warcio([path]) == [path.name]


def test_jwarc_takes_and_refuses_as_its_maker_says(real_data, jwarc):
    assert refused_by_jwarc(jwarc, [real_data / WARC / "iipc/hello-world.warc.gz"]) == ""
    assert refused_by_jwarc(jwarc, [real_data / WARC / "warcio/example-digest.warc"])


@pytest.mark.parametrize("name", GOOD)
def test_our_reading_of_a_response_is_that_of_warcio(real_data, name):
    """The same block, read twice: transfer and content decoding give the same body."""
    path = real_data / WARC / name
    with path.open("rb") as stream, path.open("rb") as again:
        plain = ArchiveIterator(stream, no_record_parse=True)
        parsed = ArchiveIterator(again)
        for raw, record in zip(plain, parsed, strict=True):
            block = raw.raw_stream.read()
            body = record.content_stream().read()
            if record.rec_type == "response" and record.http_headers:
                assert read_response(block).body == body
                assert str(read_response(block).status) == record.http_headers.get_statuscode()


def test_a_file_of_another_maker_never_breaks_our_walk(real_data):
    """Our archive is WARC 1.1, a member a record: anything else ends the walk, quietly."""
    paths = [path for path in sorted((real_data / WARC).rglob("*")) if "arc" in path.suffix or
             path.suffix == ".gz"]  # fmt: skip
    assert len(paths) > 15
    for path in paths:
        with path.open("rb") as handle:
            assert all(m.start < m.end for m in iter_members(handle))


def test_a_member_that_inflates_without_end_is_no_record(tmp_path):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.1\r\n" + bytes(10_000_000)))
    with path.open("rb") as handle:
        assert list(iter_members(handle)) == []
