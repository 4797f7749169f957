# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plain text of a captured page: derived, for reading, never the evidence itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from lxml import etree

RULE = "evidence.plain_text.v2"
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0]+")
BREAK = "\x00"


def plain_text(body: bytes, media_type: str, charset: str) -> str | None:
    """Return the text of an HTML or text body, or None for any other media type."""
    if media_type in ("text/html", "application/xhtml+xml"):
        return _html_text(body, _codec(charset))
    if media_type.startswith("text/"):
        return body.decode(_codec(charset), "replace")
    return None


def _codec(charset: str) -> str:
    try:
        return codecs.lookup(charset or "utf-8").name
    except LookupError:
        return "utf-8"


class _FlatReader(HTMLParser):
    """Reads a page as it runs, without a tree: libxml2 drops all that is nested too deep."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (as called)
        self._unseen += tag in _UNSEEN
        self.pieces += [BREAK] if tag in _BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self.pieces += [BREAK] if tag in _BLOCKS else []

    def handle_data(self, data: str) -> None:
        self.pieces += [] if self._unseen else [data]


def _flat_pieces(text: str) -> list[str]:
    reader = _FlatReader()
    reader.feed(text)
    reader.close()
    return reader.pieces


def _html_text(body: bytes, codec: str) -> str:
    text = body.decode(codec, "replace").replace("\x00", "\ufffd")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return ""
    too_deep = any("depth" in entry.message for entry in parser.error_log)
    pieces = _flat_pieces(text) if too_deep else _pieces(root)
    blanks_collapsed = _BLANKS.sub(" ", "".join(pieces))
    lines = (line.strip() for line in blanks_collapsed.split(BREAK))
    return "\n".join(line for line in lines if line) + "\n"


def _pieces(root: etree._Element) -> Iterator[str]:
    """Yield the texts in order, with a break (a mark that no parsed text holds) at each block."""
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            skipped += tag in _UNSEEN
            text = element.text
        else:
            skipped -= tag in _UNSEEN
            text = element.tail
        if tag in _BLOCKS:
            yield BREAK
        if text and not skipped:
            yield text
