# SPDX-License-Identifier: AGPL-3.0-or-later
"""The market's pages as HTML; everything is escaped, marks as character references."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from vestigo.training.goods import words
from vestigo.training.rates import RangeRates
from vestigo.training.story import SAT, Listing, Offer, Story
from vestigo.training.stream import Stream
from vestigo.training.timeline import SEEN_AT

PAGES = Path(__file__).parent / "pages"


class Renderer:
    """Turns templates and a story into the bytes of a page."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._rates = RangeRates(story.seed)
        self._environment = Environment(
            loader=FileSystemLoader(PAGES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {
            "shown": shown,
            "lines": lines,
            "btc": btc,
            "moment": _moment,
            "masked": partial(masked, story.seed),
            "buyer_key": partial(buyer_key, story.seed),
            "title_of": self._title_of,
            "fiat_now": self._fiat_now,
            "fiat_asked": _fiat_asked,
        }

    def page(self, template: str, kind: str, **values: Any) -> bytes:
        """Return one page as UTF-8; ``kind`` becomes the class of its body."""
        common = {"market": self._story.market_name, "notice": self._story.notice}
        values = {"account": "", "query": "", **values}
        return self._environment.get_template(template).render(common, kind=kind, **values).encode()

    def _title_of(self, key: str) -> str:
        listing = self._story.listing(key)
        return listing.title if listing else key

    def _fiat_now(self, offer: Offer, listing: Listing) -> str:
        return f"{self._rates.fiat_of(offer.price_sat, listing.fiat, SEEN_AT.date()):f}"


def shown(text: str) -> Markup:
    """Return ``text`` escaped; control and format marks as character references."""
    return Markup("").join(_reference(character) for character in text)


def lines(text: str) -> Markup:
    """Return ``text`` like ``shown`` with a ``<br>`` at each line end."""
    return Markup("<br>\n").join(shown(line) for line in text.split("\n"))


def _reference(character: str) -> Markup:
    if unicodedata.category(character)[0] == "C" and character not in "\n\t":
        return Markup(f"&#x{ord(character):x};")  # noqa: S704  the text is a number of ours
    return escape(character)


def btc(value_sat: int) -> str:
    """Return satoshi as bitcoin with at least five places, as the market shows them."""
    places = 5 if value_sat % 1000 == 0 else 8
    return f"{Decimal(value_sat) / SAT:.{places}f}"


def masked(seed: int, buyer: str) -> str:
    """Return how the market shows a buyer's handle: first and last letter."""
    stream = Stream(seed, "mask", buyer)
    letters = words()["buyers"]["first"]
    return f"{stream.pick(letters)}***{stream.pick(letters)}"


def buyer_key(seed: int, buyer: str) -> str:
    """Return the key of a buyer's own page, which says nothing about the name."""
    return hashlib.sha256(f"vestigo.range.buyer/{seed}/{buyer}".encode()).hexdigest()[:10]


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _fiat_asked(offer: Offer, listing: Listing) -> str:
    amount = offer.eur if listing.fiat == "EUR" else offer.usd
    return f"{amount:.2f}"
