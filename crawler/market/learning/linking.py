# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which addresses of a market lead to what, as far as its listing pages show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.market.guessing.judging import Judged
from crawler.market.words import market_words

MOST_PATTERNS = 12
LEAST_SEEN = 2
_NEVER = (
    "logout", "log-out", "signout", "sign-out", "leave", "order", "orders", "buy", "cart",
    "basket", "checkout", "purchase",
    "message", "messages", "inbox", "pm", "wallet", "deposit", "withdraw", "settings", "account",
    "profile/edit", "report", "dispute", "salir", "abmelden", "delete",
)  # fmt: skip
_PART = re.compile(r"[^/?&=]+|[/?&=]")


@dataclass(frozen=True, slots=True)
class LearnedLinks:
    """Patterns that are never followed, and (pattern, kind) of those that are."""

    never: tuple[str, ...]
    follow: tuple[tuple[str, str], ...]


def learned_links(pages: Sequence[Judged]) -> LearnedLinks:
    """Return what the links of the pages suggest; only relative addresses are looked at."""
    shapes: Counter[tuple[str, str]] = Counter()
    for page in pages:
        for href in set(page.sight.document.root.xpath("//a/@href")):
            target = str(href)
            if target.startswith("/") and not target.startswith("//") and not _is_never(target):
                kind = _kind(target)
                if kind:
                    shapes[(_pattern(target), kind)] += 1
    found = [shape for shape, n in shapes.most_common() if n >= LEAST_SEEN][:MOST_PATTERNS]
    never = rf"(?i)[/?&=](?:{'|'.join(re.escape(word) for word in _NEVER)})(?:[/?&=.-]|$)"
    return LearnedLinks((never,), tuple(sorted(found)))


def _is_never(target: str) -> bool:
    return any(part.lower() in _NEVER for part in re.split(r"[/?&=.]", target))


def _kind(target: str) -> str:
    parts = [part.lower() for part in re.split(r"[/?&=.]", target) if part]
    words = market_words()
    if any(part in words.lists["title.path"] for part in parts):
        return "listing"
    if any(part in words.lists["vendor.path"] for part in parts):
        return "vendor"
    return "category" if any(part in words.lists["category.path"] for part in parts) else ""


def _pattern(target: str) -> str:
    """Return a pattern for addresses of that form: what follows the telling word varies."""
    words = market_words()
    telling = words.lists["title.path"] | words.lists["vendor.path"] | words.lists["category.path"]
    shown, fixed = "^", True
    for part in _PART.findall(target):
        if part in "/?&=" or (fixed and not re.search(r"[0-9]", part)):
            shown += re.escape(part)
            fixed = fixed and part.lower().removesuffix(".php") not in telling
        else:
            shown += "[^/?&=]+"
    return f"{shown}$"
