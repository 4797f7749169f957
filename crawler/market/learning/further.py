# SPDX-License-Identifier: AGPL-3.0-or-later
"""What else listing pages of one layout show: description, date, stock, rows of feedback.

None of it is voted on: a part is proposed where every page (or nearly every one) has it in
the same place and the same form, else it is a remark for the person who edits the profile.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.market.guessing.judging import Judged
from crawler.market.guessing.sight import Sight
from crawler.market.learning.choosing import compiled
from crawler.market.learning.places import selectors_of, weight_of
from crawler.market.seeing import NOT_THE_LISTING, beside_label
from crawler.market.stock import read_stock
from crawler.market.view import spell

DATE_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%d/%m/%y")
LEAST_SHARE = 0.6
LEAST_TEXT = 40
LEAST_ROWS = 2
MOST_SELECTORS = 16
_KEY = "BEGIN PGP PUBLIC KEY BLOCK"
_KEPT = frozenset({"pre", "textarea", "code"})
_MASKED = re.compile(r"\w[*•.]{2,}\w?")


@dataclass(slots=True)
class Part:
    """A part with its place: ``label`` or ``css``; ``sure`` False where a person has to look."""

    name: str
    label: str = ""
    css: str = ""
    form: str = ""
    sure: bool = True
    shown: str = ""
    inner: str = ""


def further_parts(pages: Sequence[Judged]) -> list[Part]:
    """Return what else the listing pages have in common, in a fixed order."""
    found = (
        _labelled(pages, "stock", "stock.label"),
        _dated(pages),
        _description(pages),
        _feedback(pages),
    )
    return [part for part in found if part is not None]


def vendor_parts(pages: Sequence[Judged]) -> list[Part]:
    """Return the parts of vendors' pages that all of them have: handle and armoured key."""
    if not pages:
        return []
    found = []
    for part in (_handle(pages), _armoured(pages)):
        if part is not None:
            part.sure = part.sure and len(pages) >= LEAST_ROWS
            found.append(part)
    return found


def _beside(sight: Sight, labels: Sequence[str]) -> str:
    segments = beside_label(sight, labels)
    return spell(segments)[0] if segments else ""


def _common_label(pages: Sequence[Judged], words: str) -> tuple[str, list[str]]:
    """Return the label of a list that most pages have, and its texts."""
    known = pages[0].sight.words.lists[words]
    counts = Counter(
        label
        for page in pages
        for label in {one.label for one in page.sight.labels if one.label in known and one.value}
    )
    if not counts:
        return "", []
    label = min(counts, key=lambda one: (-counts[one], one))
    shown = [text for page in pages if (text := _beside(page.sight, [label]))]
    return label, shown


def _labelled(pages: Sequence[Judged], name: str, words: str) -> Part | None:
    label, shown = _common_label(pages, words)
    understood = [text for text in shown if read_stock(text) is not None]
    if not understood:
        return None
    sure = len(understood) == len(shown) and len(shown) >= LEAST_SHARE * len(pages)
    return Part(name, label=label, sure=sure, shown=understood[0])


def _dated(pages: Sequence[Judged]) -> Part | None:
    """Return the date of the listing, sure where one form alone fits every text."""
    label, shown = _common_label(pages, "listed_on.label")
    forms = [form for form in DATE_FORMS if shown and all(_is_date(text, form) for text in shown)]
    if not forms:
        return None
    sure = len(forms) == 1 and len(shown) == len(pages)
    return Part("listed_on", label=label, form=forms[0], sure=sure, shown=shown[0])


def _is_date(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - a date, no time
    except ValueError:
        return False
    return True


def _description(pages: Sequence[Judged]) -> Part | None:
    """Return the place of the longest text of its own that every page has."""
    for source in _candidates(list(_texts(pages[0]))):
        found = [_only(page.sight, source) for page in pages]
        pairs = [(page.sight, one) for page, one in zip(pages, found, strict=True)]
        if any(one is None or not _is_text(sight, one) for sight, one in pairs):
            continue
        if max(sight.view.length[one] for sight, one in pairs) >= LEAST_TEXT:
            shown = spell(pages[0].sight.view.inside(found[0]))[0]
            return Part("description", css=source, shown=shown)
    return None


def _texts(page: Judged) -> Iterator[Any]:
    """Yield what is called or headed a description, the longest first."""
    sight = page.sight
    own = [
        element
        for element in sight.view.spans
        if "description" in sight.view.zones(element) and _is_text(sight, element)
    ]
    yield from sorted(own, key=lambda one: -sight.view.length[one])


def _is_text(sight: Sight, element: Any) -> bool:
    """Return whether an element is text of a listing, without labelled fields or forms."""
    if sight.view.zones(element) & (NOT_THE_LISTING | {"frame", "choice"}):
        return False
    inside = {one.number for one in sight.view.inside(element)}
    known = {"price", "vendor", "ships_from", "ships_to", "category", "title"}
    labelled = sum(
        one.strong and one.at.number in inside and bool(known & set(one.concepts))
        for one in sight.labels
    )
    return labelled < LEAST_ROWS and next(element.iter("form", "h1", "h2"), None) is None


def _candidates(elements: Sequence[Any]) -> list[str]:
    """Return selectors of elements, the best of each first."""
    found: dict[str, None] = {}
    for element in elements[:MOST_SELECTORS]:
        sources = [one for one in selectors_of(element) if ":nth-" not in one]
        found.update(dict.fromkeys(sorted(sources, key=lambda one: (-weight_of(one), one))))
    return list(found)[: MOST_SELECTORS * 4]


def _only(sight: Sight, source: str) -> Any:
    """Return the one element that a selector finds, None where it finds none or several."""
    select = compiled(source)
    nodes = select.nodes(sight.document.root) if select else []
    return nodes[0] if len(nodes) == 1 else None


def _feedback(pages: Sequence[Judged]) -> Part | None:
    """Return the rows of feedback and the place of their words in them."""
    counts: Counter[str] = Counter()
    for page in pages:
        group = _rows(page.sight)
        counts.update(set(_candidates(group[:1])))
    for source in sorted(counts, key=lambda one: (-counts[one], -weight_of(one), one)):
        rows = [row for page in pages for row in _matched(page.sight, source)]
        if counts[source] < LEAST_ROWS or len(rows) < LEAST_ROWS + 1:
            continue
        if any(not _is_feedback(page.sight, row) for page, row in rows_of(pages, source)):
            continue
        inner = _wordy(pages, source)
        page, row = next(rows_of(pages, source))
        shown = spell(page.sight.view.inside(row))[0]
        return Part("feedback", css=source, inner=inner, sure=bool(inner), shown=shown)
    return None


def rows_of(pages: Sequence[Judged], source: str) -> Iterator[tuple[Judged, Any]]:
    """Yield the pages with the elements that a selector finds on them."""
    return ((page, row) for page in pages for row in _matched(page.sight, source))


def _matched(sight: Sight, source: str) -> list[Any]:
    select = compiled(source)
    return select.nodes(sight.document.root) if select else []


def _is_feedback(sight: Sight, element: Any) -> bool:
    return "feedback" in sight.view.zones(element)


def _rows(sight: Sight) -> list[Any]:
    """Return the most siblings of one make that stand in feedback, without heads of tables."""
    groups: dict[Any, list[Any]] = {}
    for element in sight.view.spans:
        if _is_feedback(sight, element) and next(element.iter("th"), None) is None:
            key = (element.getparent(), element.tag, element.get("class"))
            groups.setdefault(key, []).append(element)
    several = [group for group in groups.values() if len(group) >= LEAST_ROWS]
    rows = [group for group in several if group[0].tag not in ("td", "th", "b", "i", "span", "br")]
    return max(rows, key=lambda group: sum(sight.view.length[one] for one in group), default=[])


def _wordy(pages: Sequence[Judged], source: str) -> str:
    """Return the part of the rows that holds most of their words: what was said, not who."""
    lengths: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    n_rows = 0
    for page, row in rows_of(pages, source):
        n_rows += 1
        for child in row:
            text = spell(page.sight.view.inside(child))[0]
            step = _step_in_row(row, child)
            if text and step and not _MASKED.search(text):
                lengths[step] += len(text)
                seen[step] += 1
    often = [step for step in lengths if seen[step] == n_rows]
    return max(often, key=lambda step: (lengths[step], step), default="")


def _step_in_row(row: Any, child: Any) -> str:
    """Return a selector of a child within its row: by its class, else by its place among cells."""
    tokens = (child.get("class") or "").split()
    if tokens and re.fullmatch(r"[A-Za-z_][\w-]*", tokens[0]):
        return f"{child.tag}.{tokens[0]}"
    alike = [one for one in row if one.tag == child.tag]
    return f"{child.tag}:nth-of-type({alike.index(child) + 1})"


def _handle(pages: Sequence[Judged]) -> Part | None:
    """Return where vendors' pages name the account: one place with another text on each."""
    first = pages[0].guessed.best["vendor"]
    if first is None:
        return None
    for source in _candidates([first.place]):
        found = [_only(page.sight, source) for page in pages]
        if all(one is not None for one in found):
            shown = [
                spell(page.sight.view.inside(one))[0]
                for page, one in zip(pages, found, strict=True)
            ]
            return Part("handle", css=source, shown=shown[0], sure=len(set(shown)) == len(shown))
    return None


def _armoured(pages: Sequence[Judged]) -> Part | None:
    """Return where vendors' pages show an armoured key."""
    places = Counter(
        source
        for page in pages
        for element in page.sight.document.root.iter("pre", "textarea", "code", "div", "p", "td")
        if (element.tag in _KEPT or not len(element))
        if _KEY in page.sight.document.shown_text(element)
        for source in [*_candidates([element]), element.tag]
    )
    if not places:
        return None
    source = max(places, key=lambda one: (places[one], weight_of(one), one))
    return Part("pgp", css=source, shown=_KEY)
