# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was read from the markets: accounts, offers, prices over time, how much was seen."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vestigo.clock import parse_iso
from vestigo.evidence.bundle.documents.case_facts import CaseFacts
from vestigo.evidence.coverage_words import abstention_words
from vestigo.evidence.report.blocks import Block, Cell, heading, mono, note, paragraph, table
from vestigo.evidence.report.drawings import intervals, price_line
from vestigo.evidence.report.writing import count, day, instant, unknown
from vestigo.i18n import _, ngettext
from vestigo.records import CoverageEstimate

MOST_ROWS = 40
MOST_LINES = 4
TWICE = 2


def market_part(facts: CaseFacts) -> Iterator[Block]:
    """Yield accounts and offers with their exhibits, prices over time, and coverage."""
    yield heading(_("Accounts and offers"))
    yield from _accounts(facts)
    yield from _offers(facts)
    yield from _prices(facts)
    yield heading(_("How much was seen"))
    yield from coverage_blocks(facts)


def _accounts(facts: CaseFacts) -> Iterator[Block]:
    shown: dict[tuple[str, str], set[str]] = {}
    for _id, body in facts.of("vendor_account"):
        numbers = {facts.exhibit_of[i] for i in body["sources"] if i in facts.exhibit_of}
        shown.setdefault((body["market"], body["handle"]), set()).update(numbers)
    if not shown:
        return
    yield heading(_("Accounts that sell"), 3)
    rows = [
        (market, mono(facts.seen(handle)), _few(numbers))
        for (market, handle), numbers in sorted(shown.items())
    ]
    yield table((_("Market"), _("Account"), _("Exhibits")), (3, 5, 4), rows[:MOST_ROWS])
    yield from left_out(len(rows), "data/extraction/vendor_account.jsonl")


def _few(numbers: set[str], most: int = 4) -> str:
    return ", ".join(sorted(numbers)[:most]) + (" …" if len(numbers) > most else "") or "–"


def left_out(n: int, file: str, most: int = MOST_ROWS) -> Iterator[Block]:
    """Yield a note on how many rows of a table stand elsewhere, if any."""
    if n > most:
        words = ngettext("{n} more stands in {file}.", "{n} more stand in {file}.", n - most)
        yield note(words.format(n=count(n - most), file=file))


def _offers(facts: CaseFacts) -> Iterator[Block]:
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for _id, body in facts.of("listing"):
        key = (body["market"], body["listing_key"])
        if key not in last or body["observed_at"] >= last[key]["observed_at"]:
            last[key] = body
    if not last:
        return
    yield heading(_("Offers, as last captured"), 3)
    head = (_("Offer"), _("Account"), _("Price as shown"), _("Ships from"), _("Exhibits"))
    ordered = sorted(last.values(), key=lambda body: (facts.shown_in(body), body["listing_key"]))
    yield table(head, (8, 4, 4, 3, 2), (_offer(facts, body) for body in ordered[:MOST_ROWS]))
    yield from left_out(len(ordered), "data/exhibits/index.csv")


def _offer(facts: CaseFacts, body: dict[str, Any]) -> tuple[Cell, ...]:
    price = unknown()
    if body["price_amount"] is not None:
        price = f"{body['price_amount']} {body['price_currency'] or unknown()}"
    vendor = body["vendor_handle"]
    origin = body["ships_from"]
    return (
        facts.seen(body["title"]) or unknown(),
        facts.seen(vendor) if vendor else unknown(),
        facts.seen(price),
        facts.seen(origin) if origin else unknown(),
        facts.shown_in(body),
    )


def _prices(facts: CaseFacts) -> Iterator[Block]:
    series: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for _id, body in facts.of("listing"):
        if body["price_amount"] is not None and body["observed_at"] is not None:
            key = (body["market"], body["listing_key"], str(body["price_currency"]))
            series.setdefault(key, []).append(body)
    moved = [s for s in series.values() if len({body["price_amount"] for body in s}) >= TWICE]
    moved.sort(key=lambda s: (-len(s), s[0]["listing_key"]))
    if moved:
        yield heading(_("Prices over time"), 3)
        yield paragraph(_("Offers whose price differs between captures; each dot is a capture."))
    for one in moved[:MOST_LINES]:
        yield _line(facts, sorted(one, key=lambda body: str(body["observed_at"])))


def _line(facts: CaseFacts, captured: list[dict[str, Any]]) -> Block:
    last = captured[-1]
    points = [(parse_iso(b["observed_at"]), Decimal(b["price_amount"])) for b in captured]
    currency = str(last["price_currency"] or unknown())
    exhibits = ", ".join(sorted({facts.shown_in(body) for body in captured}))
    words = _("“{title}”: exhibits {exhibits}")
    caption = words.format(title=facts.seen(last["title"], 80), exhibits=exhibits)
    told = "; ".join(f"{day(at.date())}: {amount} {currency}" for at, amount in points)
    alternative = _("Line of the prices of one offer: {told}").format(told=told[:600])
    return price_line(points, currency, caption, alternative)


def coverage_blocks(facts: CaseFacts) -> Iterator[Block]:
    """Yield what each pass saw of a market, and the estimate of the rest as a drawing."""
    if not facts.coverage:
        yield paragraph(_("No pass of a crawl was read into records: not known."))
        return
    rows = [_counted(one) for one in facts.coverage]
    head = (_("Market, pass"), _("Pages known"), _("fetched"), _("not attempted"), _("failed"),
            _("refused"), _("Offers known"))  # fmt: skip
    yield table(head, (4, 2, 2, 3, 2, 2, 3), rows[-MOST_ROWS:])
    for one in facts.coverage[-MOST_ROWS:]:
        yield from _causes(one)
    drawn = [one for one in facts.coverage if one.on_sale_estimate is not None][-MOST_ROWS:]
    if drawn:
        caption = _(
            "Dark: offers that the pass saw on sale. Frame: the 95 % interval of all offers on "
            "sale; the stroke is the estimate. It says nothing of what no page in reach ever "
            "linked to."
        )
        yield intervals(
            [_bar(one) for one in drawn],
            caption,
            "; ".join(f"{_named(one)}: {_estimated(one)}" for one in drawn),
            _("HEURISTIC: computed, not observed. Rule {rule}.").format(rule=drawn[-1].method.rule),
        )
    for one in facts.coverage:
        if one.on_sale_estimate is None:
            words = _("{name}: no estimate, {reason}")
            yield note(words.format(name=_named(one), reason=abstention_words(one.abstained)))


def _named(one: CoverageEstimate) -> str:
    return _("{market}, pass {n}").format(market=one.market, n=one.pass_no)


def _counted(one: CoverageEstimate) -> tuple[str, ...]:
    failed, refused = (sum(c.n for c in each) for each in (one.pages_failed, one.pages_refused))
    numbers = (one.pages_known, one.pages_fetched, one.pages_waiting)
    pages = [unknown() if n is None else count(n) for n in numbers]
    return _named(one), *pages, count(failed), count(refused), count(one.listings_known)


def _causes(one: CoverageEstimate) -> Iterator[Block]:
    """Yield why pages did not come, as the crawl noted it, and what became of known offers."""
    causes = [f"{cause.name} {count(cause.n)}" for cause in (*one.pages_failed, *one.pages_refused)]
    if causes:
        words = _("{name}: pages that failed or were refused, by cause: {causes}.")
        yield note(words.format(name=_named(one), causes=", ".join(causes)))
    words = _(
        "{name}: of {known} known offers {on_sale} were shown as on sale and {gone} as gone; of "
        "{unresolved} the page did not come."
    )
    yield note(
        words.format(
            name=_named(one), known=count(one.listings_known), on_sale=count(one.listings_on_sale),
            gone=count(one.listings_gone), unresolved=count(one.listings_unresolved),
        )
    )  # fmt: skip


def _bar(one: CoverageEstimate) -> tuple[str, int, int, int, int, str]:
    low, middle, high = (one.on_sale_low or 0, one.on_sale_estimate or 0, one.on_sale_high or 0)
    return _named(one), one.listings_on_sale, low, middle, high, _estimated(one)


def _estimated(one: CoverageEstimate) -> str:
    words = _("{seen} seen on sale; estimate {n} ({low} to {high})")
    return words.format(
        seen=count(one.listings_on_sale),
        n=count(one.on_sale_estimate or 0),
        low=count(one.on_sale_low or 0),
        high=count(one.on_sale_high or 0),
    )


def when(text: str | None) -> str:
    """Return an instant of a record in figures, or that it is not known."""
    return instant(parse_iso(text) if text else None)
