# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking the fields of a profile off a page, and noting what nobody took.

Messages collected here go into records, so they are plain English and short; the
captured text in them is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from crawler.market.document import Document
from crawler.market.fields import Price
from crawler.market.guessing.sight import Sight, sight_of
from crawler.market.money import Money, amount_of
from crawler.market.profile import DateRule, FieldRule, PriceRule
from crawler.market.profile_words import GUESSED
from crawler.market.seeing import LABELLED, beside_label, by_label, money_at, texts_at
from crawler.market.selecting import Select, SelectLabel
from crawler.market.sourced import cut_text
from crawler.market.words import Words
from vestigo.records.text import SourcedText

QUOTE_LENGTH = 60
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Extraction:
    """The fields of one page so far; remembers which bytes were used and what failed."""

    def __init__(self, document: Document, n_bytes: int, words: Words | None = None) -> None:
        self.document = document
        self._words = words
        self.texts: dict[str, SourcedText] = {}
        self.failed: list[str] = []
        self.incomplete = False
        self._used = bytearray(n_bytes)

    @cached_property
    def sight(self) -> Sight:
        """Return the page with its lines, zones and labels (made when a field asks)."""
        return sight_of(self.document, self._words)

    def one(self, rule: FieldRule, context: Any, prefix: str = "") -> str | None:
        """Return the text of a field, None where it is absent; a required one is noted."""
        values = self.all(rule, context, prefix)
        return values[0] if values else None

    def all(self, rule: FieldRule, context: Any, prefix: str = "") -> tuple[str, ...]:
        """Return the texts of a field (several only where the rule says ``many``)."""
        name = prefix + rule.name
        found = self._read(rule, context, name)
        if not found and rule.required:
            self._refuse(rule, f"{name}: required, not found")
        for number, text in enumerate(found):
            self.texts[f"{name}.{number}" if rule.many else name] = text
            self._check_length(rule, text.text, name)
        return tuple(text.text for text in found)

    def price(self, rule: PriceRule, context: Any, prefix: str = "") -> Price | None:
        """Return a price as displayed, None where it is absent or no number."""
        name = prefix + rule.field.name
        if rule.field.form == "money":
            return self._price_seen(rule, context, name)
        match, text = self._matched(rule.field, context, name)
        if match is None or text is None:
            if rule.field.required:
                self._refuse(rule.field, f"{name}: required, not found")
            return None
        amount = _decimal(match["amount"], rule)
        if amount is None:
            self._refuse(rule.field, f"{name}: no number: {quoted(match['amount'])}")
            return None
        shown = rule.currency or match["currency"].strip()
        currency = rule.currencies.get(shown, shown)
        self.texts[name] = _span_of(text, match, ("amount", "currency"))
        return self._in_bounds(rule, name, amount, currency)

    def _price_seen(self, rule: PriceRule, context: Any, name: str) -> Price | None:
        """Return the amount beside a label or in an element, however it is spelled."""
        select = rule.field.select
        found: tuple[Money, SourcedText] | None = None
        if isinstance(select, SelectLabel):
            guess = by_label(self.sight, "price", select.labels)
            if guess is not None:
                found = guess.value, self.sight.view.sourced(guess.segments)
        else:
            found = money_at(self.sight, select.nodes(context), rule.decimal, rule.currency)
        if found is None and rule.field.or_guess:
            guess = by_label(self.sight, "price", (GUESSED,))
            found = (guess.value, self.sight.view.sourced(guess.segments)) if guess else None
        if found is None:
            if rule.field.required:
                self._refuse(rule.field, f"{name}: required, not found")
            return None
        money, text = found
        self._use(text)
        self.texts[name] = text
        amount = amount_of(money.shown, rule.decimal, money.currency)
        return self._in_bounds(rule, name, amount or money.amount, money.currency)

    def _in_bounds(self, rule: PriceRule, name: str, amount: Decimal, currency: str) -> Price:
        """Return the price; one outside of its bounds is reported."""
        if (rule.min is not None and amount < rule.min) or (
            rule.max is not None and amount > rule.max
        ):
            self.failed.append(f"{name}: {amount:f} {currency} is outside the expected range")
        return Price(amount, currency)

    def day(self, rule: DateRule, context: Any, prefix: str = "") -> date | None:
        """Return a date as displayed, None where it is absent or not of the rule's form."""
        value = self.one(rule.field, context, prefix)
        if value is None:
            return None
        try:
            return datetime.strptime(value, rule.form).date()  # noqa: DTZ007 - a date, no time
        except ValueError:
            self._refuse(rule.field, f"{prefix}{rule.field.name}: no date: {quoted(value)}")
            return None

    def take(self, nodes: Sequence[Any]) -> None:
        """Count the texts of ``nodes`` as understood."""
        for node in nodes:
            self._use(self.document.text_of([node]))

    def leftovers(self, regions: Iterable[Select], ignore: Sequence[re.Pattern[str]]) -> list[str]:
        """Return the displayed texts in ``regions`` that nobody used and nothing ignores."""
        found: list[str] = []
        for region in regions:
            for node in region.nodes(self.document.root):
                for number in self.document.runs_below(node):
                    rest = self._unused(number)
                    if rest and not any(pattern.fullmatch(rest) for pattern in ignore):
                        found.append(f"text: {quoted(rest)}")
        return list(dict.fromkeys(found))

    def require(self, must_have: Iterable[Select], whole: Iterable[Select]) -> None:
        """Refuse a page that lacks a part, or has texts in ``whole`` that nobody took."""
        root = self.document.root
        missing = [part.source for part in must_have if not part.matches(root)]
        unread = self.leftovers(whole, ())
        if missing or unread:
            self.incomplete = True
            self.failed += [f"page: {source} is not there" for source in missing]
            self.failed += [f"page: not understood: {item}" for item in unread]

    def _refuse(self, rule: FieldRule, message: str) -> None:
        """Note what failed; a strict field takes the whole page with it."""
        self.failed.append(message)
        self.incomplete = self.incomplete or rule.strict

    def _read(self, rule: FieldRule, context: Any, name: str) -> list[SourcedText]:
        values = []
        for text in self._texts(rule, context, name):
            if rule.pattern is None:
                self._use(text)
                values.append(text)
                continue
            match = self._match(rule, text, name)
            if match is not None and (match["value"] or "").strip():
                values.append(_stripped(text, *match.span("value")))
        return values

    def _matched(
        self, rule: FieldRule, context: Any, name: str
    ) -> tuple[re.Match[str] | None, SourcedText | None]:
        for text in self._texts(rule, context, name):
            match = self._match(rule, text, name)
            if match is not None:
                return match, text
        return None, None

    def _match(self, rule: FieldRule, text: SourcedText, name: str) -> re.Match[str] | None:
        assert rule.pattern is not None
        match = rule.pattern.fullmatch(text.text)
        if match is None:
            self._refuse(rule, f"{name}: not of the expected form: {quoted(text.text)}")
            return None
        self._use(text)
        return match

    def _texts(self, rule: FieldRule, context: Any, name: str) -> list[SourcedText]:
        found = self._texts_there(rule, context, name)
        if found or not rule.or_guess or rule.name not in LABELLED:
            return found
        return self._texts_beside(rule, SelectLabel((GUESSED,)))

    def _texts_there(self, rule: FieldRule, context: Any, name: str) -> list[SourcedText]:
        if isinstance(rule.select, SelectLabel):
            return self._texts_beside(rule, rule.select)
        nodes = rule.select.nodes(context)
        if rule.form:
            title = self.texts.get("title")
            return texts_at(self.sight, nodes, rule.form, title.text if title else "")
        if rule.joined:
            found = [self.document.text_of(nodes, lines=rule.lines)]
        else:
            found = [self.document.text_of([node], lines=rule.lines) for node in nodes]
        found = [text for text in found if text.text]
        if len(found) > 1 and not rule.many:
            self._refuse(rule, f"{name}: {len(found)} places, one expected")
            return []
        return found

    def _texts_beside(self, rule: FieldRule, select: SelectLabel) -> list[SourcedText]:
        view = self.sight.view
        if rule.name not in LABELLED:
            segments = beside_label(self.sight, select.labels)
            return [view.sourced(segments)] if segments else []
        guess = by_label(self.sight, rule.name, select.labels)
        if guess is None:
            return []
        if rule.name == "category":
            return [view.sourced([one]) for one in guess.segments]
        return [view.sourced(guess.segments)]

    def _check_length(self, rule: FieldRule, text: str, name: str) -> None:
        if not rule.min_length <= len(text) <= rule.max_length:
            self.failed.append(f"{name}: {len(text)} characters are outside the expected range")

    def _use(self, text: SourcedText) -> None:
        for piece in text.pieces:
            self._used[piece.byte_start : piece.byte_end] = b"\1" * (
                piece.byte_end - piece.byte_start
            )

    def _unused(self, number: int) -> str:
        start, end = self.document.runs[number]
        at = self.document.decoded.at
        if 0 not in self._used[at(start) : at(end)]:
            return ""
        text = self.document.run_text(number)
        parts = [
            text.text[piece.start : piece.end]
            for piece in text.pieces
            if 0 in self._used[piece.byte_start : piece.byte_end]
        ]
        return "".join(parts).strip()


def _stripped(text: SourcedText, start: int, end: int) -> SourcedText:
    value = text.text[start:end]
    start += len(value) - len(value.lstrip())
    return cut_text(text, start, start + len(value.strip()))


def quoted(text: str) -> str:
    """Return a captured text for a message: cut, in quotation marks."""
    return f"“{text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + '…'}”"


def _decimal(shown: str, rule: PriceRule) -> Decimal | None:
    plain = shown.replace(rule.thousands, "") if rule.thousands else shown
    plain = plain.replace(rule.decimal, ".")
    if not _AMOUNT.fullmatch(plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _span_of(text: SourcedText, match: re.Match[str], groups: Sequence[str]) -> SourcedText:
    """Return the part of ``text`` from the first to the last of the groups that matched."""
    spans = [match.span(name) for name in groups if name in match.re.groupindex]
    spans = [span for span in spans if span[0] >= 0]
    return cut_text(text, min(start for start, _end in spans), max(end for _start, end in spans))
