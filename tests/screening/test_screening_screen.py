# SPDX-License-Identifier: AGPL-3.0-or-later
"""The screen: what is known is found in any wrapping; what is text passes."""

import base64
import gzip
import io
import os
import signal
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.screening import Screen
from vestigo.evidence.screening.decoder import DecoderLimits, PictureDecoder
from vestigo.evidence.screening.lists import open_lists
from vestigo.evidence.screening.media import media_of
from vestigo.evidence.screening.terms import NeverTerms

HTML = b"<!doctype html><html><body>%s</body></html>"


def zipped(content):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", content)
    return written.getvalue()


WRAPPINGS = {
    "as it is": lambda c: c,
    "behind text": lambda c: b"hello " + c,
    "before text": lambda c: c + b" hello",
    "in a data address": lambda c: HTML % (b"data:;base64," + base64.b64encode(c)),
    "in capitals": lambda c: HTML % (b"DATA:IMAGE/PNG;BASE64," + base64.b64encode(c)),
    "bare in a script": lambda c: HTML % (b'x="' + base64.b64encode(c) + b'"'),
    "url-safe base64": lambda c: HTML % (b"data:image/png;base64," + base64.urlsafe_b64encode(c)),
    "percent-coded": lambda c: HTML % ("data:image/png," + "".join(f"%{b:02x}" for b in c)).encode(),
    "base64 percent-coded": lambda c: HTML
    % (b"data:image/png;base64," + base64.b64encode(c).replace(b"+", b"%2B").replace(b"=", b"%3D")),
    "gzip file": gzip.compress,
    "zip file": zipped,
    "a page in a data address": lambda c: HTML
    % (b"data:text/html;base64," + base64.b64encode(HTML % (b"data:image/png;base64," + base64.b64encode(c)))),
    "utf-16": lambda c: f'<img src="data:image/png;base64,{base64.b64encode(c).decode()}">'.encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_known_picture_in_any_wrapping_is_a_hit(screen, pictures, wrapping):
    verdict = screen.judge("http://x/", "", WRAPPINGS[wrapping](pictures(1).png), "text/html")
    assert verdict.outcome == "hit"
    assert (verdict.match.list_name, verdict.match.version) == ("invented", "7")


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_re_encoded_picture_in_any_wrapping_is_a_hit_by_its_looks(screen, pictures, wrapping):
    verdict = screen.judge("", "", WRAPPINGS[wrapping](pictures(1).jpeg), "text/html")
    assert (verdict.outcome, verdict.match.kind) == ("hit", "pdq")
    assert verdict.match.distance <= 31


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_another_picture_passes_where_pictures_are_allowed(screen, pictures, wrapping):
    assert screen.judge("", "", WRAPPINGS[wrapping](pictures(2).png), "text/html").passed


def test_a_page_without_a_picture_passes(screen):
    assert screen.judge("http://x/p/1", "Goods", HTML % b"<p>data: a, b</p>/9j/ R0lGOD", "").passed


@pytest.mark.parametrize("allowed", [False, True])
def test_a_picture_that_cannot_be_decoded_does_not_pass(listed, pictures, allowed):
    with Screen(pictures_allowed=allowed, lists=open_lists(listed())) as screen:
        verdict = screen.judge("", "", pictures(2).png[:900], "image/png")
    assert (verdict.outcome, verdict.why) == ("not-authorised", "not-screened")


def test_without_hashes_by_looks_nothing_is_decoded(listed, pictures):
    class Never(PictureDecoder):
        def hashes_of(self, content):
            raise AssertionError("decoded")

    with Screen(lists=open_lists(listed(pdq=False)), decoder=Never()) as screen:
        assert screen.judge("", "", pictures(1).png, "image/png").outcome == "hit"
        assert screen.judge("", "", pictures(2).png, "").why == "media-not-authorised"


def test_a_page_that_carries_too_much_does_not_pass(screen):
    many = b"".join(b'"data:,%09d%s"' % (n, b"x" * 20) for n in range(2100))
    assert screen.judge("", "", HTML % many, "text/html").why == "not-screened"


def test_a_page_in_a_page_in_a_page_without_end_does_not_pass(screen):
    page = b"<b>x</b>" * 4
    for _depth in range(6):
        page = b"<a href=data:text/html;base64," + base64.b64encode(page) + b">"
    assert screen.judge("", "", page, "text/html").why == "not-screened"


@pytest.mark.parametrize(
    ("address", "category"),
    [("http://x/zz-top-secret/1", ""), ("http://x/?q=ZZ+TOP+SECRET", ""), ("", "Zz  Top_Secret"),
     ("http://x/%7a%7A%20top%2520secret", ""), ("http://x/zztopsecret", ""),
     ("http://x/\uff5a\uff5a_top.secret", "")],
)  # fmt: skip
def test_a_term_in_any_spelling_is_a_hit(screen, address, category):
    verdict = screen.judge(address, category, b"", "")
    assert (verdict.outcome, verdict.match.kind) == ("hit", "never-term")


@pytest.mark.parametrize(
    "address", ["http://x/zz-top", "http://x/azztopsecretb", "http://x/secret"]
)
def test_a_term_is_a_whole_word(screen, address):
    assert screen.judge(address, "", b"", "").passed


def test_the_profiles_own_list_forbids_an_address(listed):
    with Screen(lists=open_lists(listed())) as screen:
        other = screen.variant(pictures_allowed=True, is_never=lambda uri: "/logout" in uri)
        verdict = other.judge("http://x/logout", "", b"", "")
    assert (verdict.outcome, verdict.why) == ("not-authorised", "never")


@given(st.text())
def test_any_text_can_be_folded(text):
    assert not NeverTerms("n", "1", ["zz impossible zz"]).match(text.replace("impossible", ""))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200))
def test_utf8_text_is_never_taken_for_a_picture(text):
    body = b"<html>" + text.encode()
    assert media_of(body) == ""


@pytest.mark.parametrize(
    "start",
    [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF1234WEBP", b"PK\x03\x04",
     b"%PDF-1.7", b"\x1f\x8b\x08", b"ID3\x04", b"wOF2", b"\0\0\0\x18ftypmp42", b"\n\n  \x89PNG\r\n\x1a\n",
     b"\xef\xbb\xbfGIF87a", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd", b"OggS", b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"],
)  # fmt: skip
def test_without_the_act_no_media_of_any_kind_passes(start):
    body = start + bytes(400)
    with Screen() as screen:
        for declared in ("text/html", "image/png", ""):
            assert screen.judge("", "", body, declared).why == "media-not-authorised"
        assert screen.judge("", "", b"<html>text</html>", "video/mp4").why == "media-not-authorised"


class TestDecoder:
    """The child that decodes: it may die, the parent may not."""

    def test_garbage_is_no_picture(self):
        with PictureDecoder() as decoder:
            for content in (
                b"x",
                b"\x89PNG\r\n\x1a\n" + os.urandom(500),
                b"\xff\xd8\xff" + bytes(99),
            ):
                assert decoder.hashes_of(content) is None

    def test_more_pixels_than_allowed(self, pictures):
        with PictureDecoder(DecoderLimits(pixels=112 * 144 - 1)) as decoder:
            assert decoder.hashes_of(pictures(1).png) is None

    def test_a_bomb_is_cut_off_and_the_next_picture_is_hashed(self, pictures):
        import zlib

        def chunk(kind, content):
            return (len(content).to_bytes(4, "big") + kind + content
                    + zlib.crc32(kind + content).to_bytes(4, "big"))  # fmt: skip

        side = 60_000
        head = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
        bomb += chunk(b"IDAT", zlib.compress(bytes(1 << 22))) + chunk(b"IEND", b"")
        with PictureDecoder(DecoderLimits(pixels=1 << 40)) as decoder:
            assert decoder.hashes_of(bomb) is None
            (found,) = decoder.hashes_of(pictures(1).png)
        assert found.bits == pictures(1).pdq

    def test_a_child_that_is_killed_is_started_again(self, pictures):
        with PictureDecoder() as decoder:
            decoder.hashes_of(pictures(1).png)
            os.kill(decoder._child.pid, signal.SIGKILL)
            decoder._child.wait()
            assert decoder.hashes_of(pictures(1).png) is None
            assert decoder.hashes_of(pictures(1).png)[0].bits == pictures(1).pdq
