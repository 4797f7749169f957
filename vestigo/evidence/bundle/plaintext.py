# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plain text of a captured page: derived, for reading, never the evidence itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from lxml import etree

RULE = "evidence.plain_text.v1"
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
    blanks_collapsed = _BLANKS.sub(" ", "".join(_pieces(root)))
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
