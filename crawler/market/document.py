# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page as a tree whose texts still know where they stood in the source.

Document trees forget source positions.  So the source is read once for its *runs*
(text between mark-up), each run gets a mark with its number, and the marked copy
is what the parser sees.  A text taken from the tree is looked up by the marks and
read from the source itself: what the parser made of the characters never counts.
Marks are private-use characters; where a page contains them they are replaced in
the copy, so that a page cannot forge one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lxml import etree

from crawler.market.attributes import bound_attributes, mark_attributes
from crawler.market.charset import DecodedBody
from crawler.market.sourced import TextBuilder
from vestigo.records.text import SourcedText

Node: TypeAlias = Any  # an lxml element or a text node: lxml gives them no common type

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")

# atomic groups, since a possessive repeat of a group matches wrongly before Python 3.11.5
_ATTRIBUTES = r"""(?>(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["']))|["'])*)>"""
_TAG = rf"</?[A-Za-z][^\s/>]*+{_ATTRIBUTES}"
_RAW = "|".join(  # spelled out: a captured name inside a possessive repeat breaks re in 3.11
    rf"<{name}(?=[\s/>]){_ATTRIBUTES}.*?(?=</{name}[\s/>]|\Z)"
    for name in ("script", "style", "xmp", "iframe", "noembed", "noframes")
)
_ASIDE = r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+>|</(?![A-Za-z])[^>]*+>"
_FIELD = rf"(?P<field><(?P<name>textarea|title)(?=[\s/>]){_ATTRIBUTES})"
_TEXT = r"(?P<text>(?>(?:[^<]++|<(?![A-Za-z!?/]))+))"
_STEP = re.compile(
    rf"(?P<markup>(?>(?:\s++|{_RAW}|{_ASIDE}|(?!<(?:textarea|title)[\s/>]){_TAG})*))"
    rf"(?:{_FIELD}(?P<content>.*?)(?=</(?P=name)[\s/>]|\Z)|{_TEXT})?",
    re.IGNORECASE | re.DOTALL,
)
_UNPARSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ue000\ue001\ufffe\uffff]")
_EMPTY_TAG = re.compile(
    r"(<(?:a|abbr|b|div|em|font|h[1-6]|i|li|p|pre|s|section|small|span|strong|t[dhr]|u|ul)"
    r"(?:\s(?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*)?)/>",
    re.IGNORECASE,
)
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir", "div",
     "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
     "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre",
     "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "title",
     "tr", "ul"}
)  # fmt: skip
_BREAKING = BLOCKS | {"br"}
_KEEPS_SPACE = frozenset({"pre", "textarea"})


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page; ``runs`` are the [start, end) source characters of its texts.

    ``complete`` is False where the source ends inside a tag.  ``root`` is None where
    nothing could be parsed.  ``seen`` keeps what was made of the page once for several uses.
    """

    decoded: DecodedBody
    runs: Sequence[tuple[int, int]]
    root: Node
    complete: bool
    seen: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)

    def text_of(self, nodes: Sequence[Node], *, lines: bool = False) -> SourcedText:
        """Return the displayed text of ``nodes``, in the order given."""
        builder = TextBuilder(self.decoded, lines=lines)
        for node in nodes:
            self._add(builder, node)
            builder.blank()
        return builder.finish()

    def runs_below(self, node: Node) -> list[int]:
        """Return the numbers of the runs in an element, in document order."""
        return [int(number) for text in node.itertext() for number in _MARK.findall(text)]

    def plain_text(self) -> str:
        """Return the whole page's text as the selectors see it."""
        return _MARK.sub("", "".join(self.root.itertext()))

    def shown_text(self, node: Node) -> str:
        """Return the text of one element as the selectors see it."""
        return _MARK.sub("", "".join(node.itertext()))

    def run_text(self, number: int) -> SourcedText:
        """Return the displayed text of one run."""
        builder = TextBuilder(self.decoded, lines=False)
        builder.run(*self.runs[number])
        return builder.finish()

    def _add(self, builder: TextBuilder, node: Node) -> None:
        if isinstance(node, str):
            self._add_string(builder, node, keep_space=_keeps_space(node))
            return
        n_kept = sum(1 for _parent in node.iterancestors(*_KEEPS_SPACE))
        if not len(node) and node.tag not in _BREAKING:
            self._add_string(builder, node.text, keep_space=n_kept > 0)
            return
        for event, element in etree.iterwalk(node, events=("start", "end")):
            name = element.tag
            if event == "start":
                n_kept += name in _KEEPS_SPACE
                if name in BLOCKS:
                    builder.block_edge()
                self._add_string(builder, element.text, keep_space=n_kept > 0)
                continue
            n_kept -= name in _KEEPS_SPACE
            if name == "br":
                builder.line_break()
            elif name in BLOCKS:
                builder.block_edge()
            if element is not node:
                self._add_string(builder, element.tail, keep_space=n_kept > 0)

    def _add_string(self, builder: TextBuilder, text: str | None, *, keep_space: bool) -> None:
        if not text:
            return
        numbers = _MARK.findall(text)
        if not numbers:
            if text.isspace():
                builder.blank()
            return
        if text[0].isspace():
            builder.blank()
        for number in numbers:
            builder.run(*self.runs[int(number)], keep_space=keep_space)


def marked_run(number: int, text: str) -> str:
    """Return a text with the mark of its run, as a string of the tree has it."""
    return f"{_OPEN}{number}{_CLOSE}{text}"


def split_marks(text: str) -> Iterator[tuple[int | None, str]]:
    """Yield (number of the run, its characters) of a string of the tree, in order.

    Characters before the first mark belong to no run (white space between elements).
    """
    parts = _MARK.split(text)
    if parts[0]:
        yield None, parts[0]
    for number, piece in zip(parts[1::2], parts[2::2], strict=True):
        yield int(number), piece


def _keeps_space(text: Node) -> bool:
    parent = text.getparent() if hasattr(text, "getparent") else None
    return parent is not None and not text.is_tail and parent.tag in _KEEPS_SPACE


def parse_document(decoded: DecodedBody) -> Document:
    """Return the tree of a decoded page with marked texts; never raises for bad mark-up."""
    source = decoded.text
    runs: list[tuple[int, int]] = []
    copy: list[str] = []
    clean = _clean if _UNPARSABLE.search(source) else str
    for match in _steps(source):
        markup, field = match["markup"], match["field"]
        marked = bound_attributes(mark_attributes(markup, match.start("markup"), runs))
        copy.append(clean(marked + (field or "")))
        start, end = match.span("content" if field else "text")
        if end > start:
            copy.append(f"{_OPEN}{len(runs)}{_CLOSE}{_shown(source[start:end], clean)}")
            runs.append((start, end))
    complete = not source or match.end() == len(source)
    return Document(decoded, runs, _tree("".join(copy)), complete)


def _steps(source: str) -> Iterator[re.Match[str]]:
    """Yield mark-up with the text behind it, to the end or to a tag that never ends."""
    position = 0
    while position < len(source):
        match = _STEP.match(source, position)
        assert match is not None  # every part of the pattern may be empty
        yield match
        if match.end() == position:
            return
        position = match.end()


def _clean(text: str) -> str:
    return _UNPARSABLE.sub("\ufffd", text)


def _shown(source: str, clean: Callable[[str], str]) -> str:
    """Return a run for the copy: only for selectors that compare texts."""
    if "&" in source:
        return html.escape(_clean(html.unescape(source)), quote=False)
    return clean(source).replace("<", "&lt;").replace(">", "&gt;")


def _tree(copy: str) -> Node:
    if "/>" in copy:
        copy = _EMPTY_TAG.sub(r"\1>", copy)
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True
    )
    try:
        return etree.fromstring(copy.encode("utf-8"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
