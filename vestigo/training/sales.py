# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who bought what, when it was paid, reviewed and released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from vestigo.training.behaviour import VendorSection
from vestigo.training.people.voices import Voice
from vestigo.training.rates import RangeRates
from vestigo.training.stream import Stream
from vestigo.training.timeline import LAST_ORDER_AT, STORY_BEGINS_AT
from vestigo.training.vocabulary import hostile, vocabulary
from vestigo.training.world import Listing, Order, Party, Vendor

MIX_REVENUE_SAT = 2_600_000
MIXES = ("whirlpool", "wasabi", "joinmarket")

_HOUR = 3600
_MINUTE = timedelta(minutes=1)


def buyer_names(n_buyers: int) -> list[str]:
    """Return the parties that buy."""
    return [f"buyer:{number:03d}" for number in range(n_buyers)]


@dataclass(frozen=True, slots=True)
class OnSale:
    """A listing as it was on sale from ``begins_at`` until ``ends_at``."""

    listing: Listing
    begins_at: datetime
    ends_at: datetime


class Sales:
    """Draws the orders of one world."""

    def __init__(
        self, seed: int, section: VendorSection, n_buyers: int, passes: Sequence[datetime],
        rates: RangeRates,
    ) -> None:  # fmt: skip
        self._seed = seed
        self._section = section
        self._buyers = buyer_names(n_buyers)
        self._passes = passes
        self._rates = rates

    def of_account(self, party: Party, vendor: Vendor, listings: Sequence[Listing]) -> list[Order]:
        """Return the orders of one account, without numbers.

        The first account of a party that mixes sells enough for the mix.
        """
        stream = Stream(self._seed, "orders", vendor.account)
        spans = [span for one in listings for span in self._spans(one)]
        if party.behaviour in MIXES and vendor.account == party.accounts[0]:
            drafts = self._dear_sales(stream, vendor, spans)
        else:
            drafts = self._usual_sales(stream, vendor, spans)
        for span in spans:
            if span.listing.direct_address and span.listing.first_pass == 1:
                drafts.append(self._order(stream, vendor, span, 0, is_direct=True))
        return drafts

    def _spans(self, listing: Listing) -> list[OnSale]:
        """Return when ``listing`` could be bought; nobody pays an absurd price."""
        posted = datetime.combine(listing.posted_on, time(), UTC) + timedelta(days=1)
        begins = max(STORY_BEGINS_AT, posted)
        found = []
        for pass_no in range(listing.first_pass, listing.last_pass + 1):
            shown = listing.at(pass_no)
            ends = min(self._passes[pass_no - 1], LAST_ORDER_AT)
            if ends - begins >= timedelta(days=1) and not shown.holding:
                found.append(OnSale(shown, begins, ends))
            begins = max(begins, self._passes[pass_no - 1])
        return found

    def _usual_sales(self, stream: Stream, vendor: Vendor, spans: list[OnSale]) -> list[Order]:
        if not spans:
            return []
        n = stream.between(self._section.orders_least, self._section.orders_most)
        drafts = []
        for _sale in range(1 if spans[0].listing.is_hostile else n):
            span = stream.pick(spans)
            drafts.append(self._order(stream, vendor, span, stream.below(len(span.listing.offers))))
        return drafts

    def _dear_sales(self, stream: Stream, vendor: Vendor, spans: list[OnSale]) -> list[Order]:
        """Return sales of the two dearest options in turn until the mix can be paid."""
        options = [(one, number) for one in spans for number in range(len(one.listing.offers))]
        options.sort(
            key=lambda pair: (-pair[0].listing.offers[pair[1]].price_sat, pair[0].listing.key)
        )
        drafts: list[Order] = []
        while sum(one.price_sat for one in drafts) < MIX_REVENUE_SAT:
            span, option = options[len(drafts) % min(2, len(options))]
            drafts.append(self._order(stream, vendor, span, option))
        return drafts

    def _order(
        self, stream: Stream, vendor: Vendor, span: OnSale, option: int, *, is_direct: bool = False
    ) -> Order:
        """Return one sale within ``span``; a direct deal is neither reviewed nor released."""
        listing = span.listing
        paid_at = (
            span.begins_at + stream.below((span.ends_at - span.begins_at) // _MINUTE) * _MINUTE
        )
        reviewed_at = paid_at + timedelta(seconds=stream.between(14 * _HOUR, 70 * _HOUR))
        released_at = reviewed_at + timedelta(seconds=stream.between(_HOUR // 4, 5 * _HOUR))
        return Order(
            number=0,
            market=vendor.market,
            buyer=stream.pick(self._buyers),
            vendor=vendor.handle,
            party=vendor.party,
            listing_key=listing.key,
            option=option,
            price_sat=price_at(listing, option, paid_at, self._rates),
            paid_at=paid_at,
            is_direct=is_direct,
            reviewed_at=None if is_direct else reviewed_at,
            released_at=None if is_direct else released_at,
            rating=0 if is_direct else stream.pick((5, 5, 5, 4, 4, 3, 2)),
            comment="" if is_direct else self._comment(stream, listing),
        )

    def _comment(self, stream: Stream, listing: Listing) -> str:
        if listing.is_hostile:
            return str(hostile()["comment"])
        language = stream.pick((listing.language, listing.language, "en"))
        buyer = Voice(self._seed, f"comment:{stream.below(1_000_000)}")
        return buyer.say(stream.pick(vocabulary(language).comments))


def price_at(listing: Listing, option: int, on: datetime, rates: RangeRates) -> int:
    """Return what an option costs in satoshi on that day.

    A listing that shows bitcoin keeps its bitcoin price; one that shows fiat only is
    converted at the rate of the day.
    """
    offer = listing.offers[option]
    if listing.display != "fiat":
        return offer.price_sat
    amount = offer.eur if listing.fiat == "EUR" else offer.usd
    return rates.sat_of(amount, listing.fiat, on.date())


def numbered(orders: Sequence[Order]) -> tuple[Order, ...]:
    """Return all orders with their numbers, in the order of payment."""
    drawn = sorted(orders, key=lambda one: (one.paid_at, one.market, one.listing_key, one.buyer))
    return tuple(replace(order, number=number) for number, order in enumerate(drawn))
