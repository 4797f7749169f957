# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page of the case report, for a reader without training in information technology."""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.evidence.bundle.documents.case_facts import CaseFacts
from vestigo.evidence.bundle.documents.checking import check_steps
from vestigo.evidence.report.blocks import (
    Block,
    box,
    bullets,
    heading,
    page_break,
    paragraph,
    steps,
    strong,
    tiles,
)
from vestigo.evidence.report.drawings import bars
from vestigo.evidence.report.writing import count, day, moment_in_words
from vestigo.i18n import _, ngettext

MOST_SUBSTANCES = 5
MOST_GIVERS = 3


def first_page(facts: CaseFacts) -> Iterator[Block]:
    """Yield the blocks of the first page."""
    yield heading(_("Case report"), 1)
    yield paragraph(strong(facts.title))
    yield paragraph(_what_this_is(facts))
    yield tiles(_figures(facts))
    yield box([paragraph(strong(_("What was found"))), bullets(_found(facts))])
    yield box([paragraph(strong(_("What it does not prove"))), bullets(_unproven())], warning=True)
    yield box([paragraph(strong(_("How to check it"))), steps([*check_steps(), _third_step()])])
    yield from _substances(facts)
    yield page_break()


def _what_this_is(facts: CaseFacts) -> str:
    words = _(
        "This report tells what {unit} collected on hidden markets of the internet in this case, "
        "and what was read from it. A program made it from the evidence; each statement names the "
        "exhibit or the payment it rests on. It shows the case as it stood on {moment}, after "
        "event {n} of the custody log."
    )
    at = moment_in_words(facts.at)
    return words.format(unit=facts.unit, moment=at, n=count(facts.checkpoint))


def _figures(facts: CaseFacts) -> Iterator[tuple[str, str]]:
    yield count(facts.n_captures), _("answers of servers archived")
    if facts.of("received_item"):
        yield count(len(facts.of("received_item"))), _("files handed over by others")
    yield count(len(facts.exhibits)), _("exhibits")
    yield count(len(keys_of_listings(facts))), _("offers")
    yield count(len(accounts(facts))), _("accounts that sell")
    yield count(len(facts.of("cash_out_point"))), _("candidates for a cash-out point")


def keys_of_listings(facts: CaseFacts) -> set[tuple[str, str]]:
    """Return (market, key) of each offer that was read, however often it was captured."""
    return {(body["market"], body["listing_key"]) for _id, body in facts.of("listing")}


def accounts(facts: CaseFacts) -> set[tuple[str, str]]:
    """Return (market, handle) of each account that sells."""
    return {(body["market"], body["handle"]) for _id, body in facts.of("vendor_account")}


def _found(facts: CaseFacts) -> Iterator[str]:
    yield _collected(facts)
    yield from _handed_over(facts)
    markets = {market for market, _key in keys_of_listings(facts) | accounts(facts)}
    offers = _("Offers read: {n}. Accounts that sell: {accounts}. Markets: {markets}.")
    yield offers.format(
        n=count(len(keys_of_listings(facts))),
        accounts=count(len(accounts(facts))),
        markets=count(len(markets)),
    )
    yield from _money(facts)
    yield _seen_share(facts)


def _substances(facts: CaseFacts) -> Iterator[Block]:
    named: dict[str, set[str]] = {}
    for _id, body in facts.of("mention"):
        named.setdefault(str(body["substance_name"]), set()).add(str(body["subject"]))
    listed = sorted(named.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_SUBSTANCES]
    if listed:
        counted = [(facts.seen(name, 60), len(offers)) for name, offers in listed]
        told = ", ".join(f"{name}: {count(n)}" for name, n in counted)
        caption = _("Substances named most often, and in how many texts")
        yield bars([(name, n, count(n)) for name, n in counted], caption, told)


def _collected(facts: CaseFacts) -> str:
    n = len(facts.authorizations)
    if facts.first_at is None or facts.last_at is None:
        return _("No page was collected.")
    if facts.first_at.date() == facts.last_at.date():
        words = ngettext(
            "Pages were collected on {start}, under {n} authorization.",
            "Pages were collected on {start}, under {n} authorizations.",
            n,
        )
        return words.format(start=day(facts.first_at.date()), n=count(n))
    words = ngettext(
        "Pages were collected between {start} and {end}, under {n} authorization.",
        "Pages were collected between {start} and {end}, under {n} authorizations.",
        n,
    )
    first, last = day(facts.first_at.date()), day(facts.last_at.date())
    return words.format(start=first, end=last, n=count(n))


def _handed_over(facts: CaseFacts) -> Iterator[str]:
    items = facts.of("received_item")
    if not items:
        return
    words = ngettext(
        "{n} file was handed over by others ({givers}); pages read out of such files: {pages}. "
        "The unit did not see them on the markets itself.",
        "{n} files were handed over by others ({givers}); pages read out of such files: {pages}. "
        "The unit did not see them on the markets itself.",
        len(items),
    )
    givers = "; ".join(
        sorted({facts.seen(body["from_whom"], 60) for _id, body in items})[:MOST_GIVERS]
    )
    yield words.format(n=count(len(items)), givers=givers, pages=count(facts.n_received))


def _money(facts: CaseFacts) -> Iterator[str]:
    traces, points = facts.of("trace"), facts.of("cash_out_point")
    if not traces:
        yield _("No payments were followed.")
        return
    starts = {body["start_address"] for _id, body in traces}
    words = ngettext(
        "Payments were followed from {n} address. {points} of the trails reach a service where "
        "coins may have become money: these are candidates, not facts.",
        "Payments were followed from {n} addresses. {points} of the trails reach a service where "
        "coins may have become money: these are candidates, not facts.",
        len(starts),
    )
    reached = {body["trace_id"] for _id, body in points}
    yield words.format(n=count(len(starts)), points=count(len(reached)))


def _seen_share(facts: CaseFacts) -> str:
    known = [one for one in facts.coverage if one.on_sale_estimate is not None]
    if not known:
        return _("How many offers were never seen is not known.")
    last = known[-1]
    words = _(
        "On the market “{market}” about {total} offers were on sale (95 % interval {low} to "
        "{high}); {unseen} of them were probably never seen. This is an estimate."
    )
    return words.format(
        market=last.market,
        total=count(last.on_sale_estimate or 0),
        low=count(last.on_sale_low or 0),
        high=count(last.on_sale_high or 0),
        unseen=count(last.unseen_estimate or 0),
    )


def _unproven() -> Iterator[str]:
    yield _("Who wrote a page or runs a market. An account’s name is not a person’s name.")
    yield _("That an offer was genuine, that goods were sent or that a payment was for them.")
    yield _("Whose account a payment reached: only the service there can tell.")
    yield _("That everything was seen, or that the unit’s own clock was right.")


def _third_step() -> str:
    return _(
        "Choose an exhibit of this report, open its sheet under {folder} and compare the words "
        "highlighted there with the archived page."
    ).format(folder="data/exhibits/")
