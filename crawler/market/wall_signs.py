# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page shows that tells content from a wall: forms, headings, prose, refresh.

Prose is the text that is neither a link nor part of a menu: a market's navigation can
be long on a page that says nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.market.wall_words import comparable

_SKIPPED = frozenset(
    {"a", "script", "style", "noscript", "template", "option", "select", "nav", "footer",
     "textarea", "title", "button"}
)  # fmt: skip
_FRAMES = frozenset(
    {"footer", "foot", "bottom", "header", "head", "top", "topbar", "navbar", "nav", "navigation",
     "menu", "sidebar", "side", "ticker", "rates", "copyright", "breadcrumb", "breadcrumbs"}
)  # fmt: skip
_HEADINGS = "//title|//h1|//h2|//h3|//h4|//legend|//caption|//th[@colspan]|//strong|//b|//big"
_MOST_HEADING, _MOST_WORDS = 140, 20_000
_SEARCH_NAMES = re.compile(
    r"q|query|search\w*|find|for|s|keywords?|words?|term|suche|busca\w*|zoek"
)
_TEXT_TYPES = frozenset({"", "text", "email", "tel", "number"})
_COUNT = re.compile(r"[(\[] ?[0-9][0-9,.]* ?[)\]]")  # how much a category holds
_REFRESH = re.compile(
    r"\s*([0-9]{1,6})(?:\.[0-9]*)?\s*(?:[;,]\s*(?:url\s*=)?\s*(.*))?", re.IGNORECASE | re.DOTALL
)
_PRICE = re.compile(
    r"(?:[$€£₽฿]|\b(?:btc|xbt|xmr|usd|eur|gbp|rub|ltc|mbtc)\b)\s?[0-9]"
    r"|[0-9]\s?(?:[$€£₽฿]|(?:btc|xbt|xmr|usd|eur|gbp|rub|ltc|mbtc|руб|euro|евро)\b)"
)
_NO_PRICE = re.compile(
    r"(?:balance|wallet|saldo|solde|guthaben|баланс|escrow|cart|rate|kurs|taux|1 ?(?:btc|xmr))"
    r"[^.;|]{0,40}"
    r"|(?<![0-9])(?<![0-9] )\b(?:btc|xbt|xmr|ltc|eth)\b[ =:/]{0,4}[$€£]?[0-9][0-9.,]* ?"
    r"(?:usd|eur|gbp|[$€£])?"
)


@dataclass(frozen=True, slots=True)
class FormSigns:
    """One form (or the page, for fields outside of any): what a visitor fills in."""

    node: Any
    n_passwords: int
    texts: tuple[Any, ...]
    n_choices: int
    n_pictures: int
    is_search: bool
    has_textarea: bool
    words: str


@dataclass(frozen=True, slots=True)
class PageSigns:
    """The signs of one page; texts are comparable ones (``wall_words.comparable``)."""

    title: str
    headings: tuple[str, ...]
    prose: str
    n_pictures: int
    has_counts: bool
    n_links: int
    forms: tuple[FormSigns, ...]
    refresh: tuple[int, str] | None
    has_price: bool

    @property
    def head(self) -> tuple[str, ...]:
        """Title and headings."""
        return (self.title, *self.headings)


def page_signs(root: Any, uri: str, refresh: str = "") -> PageSigns:
    """Return the signs of a parsed page; ``refresh`` is the value of a Refresh header."""
    titles = [comparable("".join(node.itertext())) for node in root.xpath("//title")[:1]]
    headings = [comparable("".join(node.itertext())) for node in root.xpath(_HEADINGS)[:60]]
    prose, n_counts = _COUNT.subn("", comparable(" ".join(_prose(root))))
    return PageSigns(
        title=titles[0] if titles else "",
        headings=tuple(text for text in headings if 0 < len(text) <= _MOST_HEADING),
        prose=" ".join(prose.split()),
        n_pictures=len(root.xpath("//body//img | //body//svg")),
        has_counts=n_counts > 1,
        n_links=len(root.xpath("//a[@href]")),
        forms=tuple(_forms(root)),
        refresh=_refresh(root, uri, refresh),
        has_price=bool(_PRICE.search(_NO_PRICE.sub(" ", prose))),
    )


def refresh_of(value: str, uri: str) -> tuple[int, str] | None:
    """Return seconds and target ("" for the page itself) of a refresh, None for no such value."""
    match = _REFRESH.match(value)
    if match is None:
        return None
    target = (match[2] or "").strip().strip("'\"")
    try:
        same = not target or _place(urljoin(uri, target)) == _place(uri)
    except ValueError:
        same = False
    return int(match[1]), "" if same else target


def _place(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.path or "/", parts.query


def _refresh(root: Any, uri: str, header: str) -> tuple[int, str] | None:
    if header:
        return refresh_of(header, uri)
    for element in root.xpath("//meta[@http-equiv]"):
        if element.get("http-equiv", "").strip().lower() == "refresh":
            return refresh_of(element.get("content", ""), uri)
    return None


def _prose(root: Any) -> Iterator[str]:
    """Yield the texts outside of links and menus."""
    stack = [(root, False)]
    while stack:
        node, skipped = stack.pop()
        inner = skipped or not isinstance(node.tag, str) or _is_frame(node)
        if node.text and not inner:
            yield node.text
        if node.tail and not skipped:
            stack.append((_Tail(node.tail), False))
        stack.extend((child, inner) for child in reversed(node))


def _is_frame(node: Any) -> bool:
    """Whether an element is a link, a menu or the frame around what a page is about."""
    if node.tag in _SKIPPED:
        return True
    if node.tag == "body":
        return False
    names = f"{node.get('id') or ''} {node.get('class') or ''}".lower().split()
    return not _FRAMES.isdisjoint(names)


class _Tail(list[Any]):
    """A text that follows an element, in its turn."""

    tag, tail = "", None

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def get(self, _name: str) -> str:
        """Return "": a text has no attributes."""
        return ""


def _forms(root: Any) -> Iterator[FormSigns]:
    forms = root.xpath("//form")
    for form in forms:
        yield _form(form, list(form.iter("input", "textarea", "select")))
    loose = [
        one for one in root.iter("input", "textarea")
        if not any(parent.tag == "form" for parent in one.iterancestors())
    ]  # fmt: skip
    if loose:
        yield _form(root, loose)


def _form(node: Any, fields: list[Any]) -> FormSigns:
    kinds = [(one.get("type") or "").strip().lower() for one in fields]
    texts = [
        one for one, kind in zip(fields, kinds, strict=True)
        if one.tag == "input" and kind in _TEXT_TYPES
    ]  # fmt: skip
    names = [(one.get("name") or "").lower() for one in texts]
    is_get = (node.get("method") or "get").lower() == "get"
    searching = "search" in kinds or (
        len(texts) == 1 and is_get and bool(_SEARCH_NAMES.fullmatch(names[0]))
    )
    pictures = list(node.iter("img", "svg", "canvas", "object", "picture", "iframe"))
    painted = node.xpath(".//*[contains(@style, 'background') and contains(@style, 'url(')]")
    shown = " ".join([
        *node.itertext(), *(str(v) for one in [node, *fields, *pictures]
                            for v in one.attrib.values() if len(v) < _MOST_HEADING),
    ])  # fmt: skip
    return FormSigns(
        node=node,
        n_passwords=kinds.count("password"),
        texts=tuple(texts),
        n_choices=kinds.count("radio") + kinds.count("checkbox"),
        n_pictures=len(pictures) + len(painted) + kinds.count("image"),
        is_search=searching and not kinds.count("password"),
        has_textarea=any(one.tag == "textarea" for one in fields),
        words=comparable(shown[:_MOST_WORDS]),
    )
