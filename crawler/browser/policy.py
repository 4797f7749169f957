# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the browser may do with a page, and the page as it is handed to the browser.

The browser enforces a policy of ours (Content-Security-Policy) on top of the page's own:
no script, no frame, no picture but by what the authorization allows.  An
inline picture (``data:``) is never allowed as it stands: where pictures are authorised its
bytes are put behind an address of their own, so that it is screened like any other; in
whatever disguise this does not find, the policy blanks it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from vestigo.evidence.screening import Verdict
from vestigo.evidence.warc import WireResponse

INLINE_HOST = "inline-picture.invalid"
MOST_INLINE = 200
REDIRECTS = (301, 302, 303, 307, 308)
_INLINE = re.compile(
    rb"data:(image/(?:png|jpe?g|gif|webp|bmp|avif|x-icon))(?:;[a-z0-9=_-]{1,40}){0,3};base64,"
    rb"([A-Za-z0-9+/=%\s]+)",
    re.IGNORECASE,
)
_REWRITTEN = ("text/html", "text/css", "application/xhtml+xml", "image/svg+xml")
# uri, category, decoded body, media type -> the verdict of the screening
Judge = Callable[[str, str, bytes, str], Verdict]


@dataclass(frozen=True, slots=True)
class RenderPolicy:
    """What is allowed while a page is pictured."""

    scripts: bool
    pictures: bool

    @property
    def header(self) -> str:
        """The Content-Security-Policy that is laid over every page."""
        net = "http: https:"
        allowed = {
            "default-src": "'none'",
            "style-src": f"'unsafe-inline' {net}",
            "font-src": net,
            "img-src": net if self.pictures else "'none'",
            "script-src": f"'unsafe-inline' 'unsafe-eval' {net}" if self.scripts else "'none'",
            "connect-src": net if self.scripts else "'none'",
            "frame-src": "'none'",
            "form-action": "'none'",
            "worker-src": "'none'",
        }
        return "; ".join(f"{name} {value}" for name, value in allowed.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response as the browser gets it: decoded body, and of the headers what is needed.

    ``capture_id`` is the exchange that it was made from, "" for an inline picture.
    """

    status: int
    content_type: str
    body: bytes
    location: str = ""
    set_cookies: tuple[str, ...] = ()
    capture_id: str = ""

    @property
    def media_type(self) -> str:
        """The media type without its parameters, lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_picture(self) -> bool:
        """Whether this is a picture, sound or film: by what it says or how it begins."""
        kind = self.media_type.partition("/")[0]
        return kind in ("image", "video", "audio") or looks_like_picture(self.body)

    def headers(self, policy: RenderPolicy) -> list[tuple[str, str]]:
        """Return the headers for the browser; nothing that would send it elsewhere unasked."""
        found = [("Content-Security-Policy", policy.header), ("Cache-Control", "no-store")]
        found += [("Content-Type", self.content_type)] if self.content_type else []
        found += [("Location", self.location)] if self.location else []
        return found + [("Set-Cookie", value) for value in self.set_cookies]


def looks_like_picture(body: bytes) -> bool:
    """Say whether ``body`` begins like a raster picture, whatever its headers say."""
    starts = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"\0\0\1\0")
    riff = body[:4] == b"RIFF" and body[8:12] == b"WEBP"
    return body.startswith(starts) or riff or body[4:12] in (b"ftypavif", b"ftypheic")


def answer_of(wire: WireResponse, capture_id: str) -> Answer:
    """Return what the browser gets of a captured response."""
    values: dict[str, list[str]] = {}
    for name, value in wire.headers:
        text = value.decode("latin-1").strip()
        values.setdefault(name.decode("latin-1").lower(), []).append(_one_line(text))
    return Answer(
        status=wire.status or 502,
        content_type=(values.get("content-type") or [""])[0],
        body=wire.body,
        location=(values.get("location") or [""])[0],
        set_cookies=tuple(values.get("set-cookie", ())),
        capture_id=capture_id,
    )


def lift_inline(answer: Answer, uri: str) -> tuple[Answer, dict[str, Answer]]:
    """Put each inline picture behind an address; return the page and the pictures by address."""
    if answer.media_type not in _REWRITTEN and answer.content_type:
        return answer, {}
    scheme = urlsplit(uri).scheme
    found: dict[str, Answer] = {}

    def lift(match: re.Match[bytes]) -> bytes:
        content = _decoded(match[2])
        if content is None or len(found) >= MOST_INLINE:
            return match[0]
        address = f"{scheme}://{INLINE_HOST}/{hashlib.sha256(content).hexdigest()}"
        media_type = match[1].decode("ascii").lower()
        found[address] = Answer(status=200, content_type=media_type, body=content)
        return address.encode("ascii")

    body = _INLINE.sub(lift, answer.body)
    lifted = Answer(
        status=answer.status, content_type=answer.content_type, body=body,
        location=answer.location, set_cookies=answer.set_cookies, capture_id=answer.capture_id,
    )  # fmt: skip
    return lifted, found


def _decoded(written: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(unquote_to_bytes(written).split()), validate=True) or None
    except binascii.Error:
        return None


def _one_line(text: str) -> str:
    return "".join(c for c in text if c >= " " and c != "\x7f")
