# SPDX-License-Identifier: AGPL-3.0-or-later
"""The four layouts: addresses, fields of the forms, and how numbers and dates are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from vestigo.training.stream import Stream
from vestigo.training.world import SAT, Market

_DIGITS_OF_THOUSAND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way to build the pages of a market.

    ``name`` is the folder of its templates; ``addresses`` its patterns in the order in
    which they are tried; ``fields`` the names of the fields user, password and code.
    ``shows_stock`` says that the page of a listing tells how much is left.
    """

    name: str
    addresses: Mapping[str, tuple[str, ...]]
    fields: tuple[str, str, str]
    day_form: str
    moment_form: str
    decimal: str
    thousands: str
    rating_form: str
    shows_stock: bool = False

    def bitcoin(self, value_sat: int) -> str:
        """Return satoshi as bitcoin with five or eight places."""
        places = 5 if value_sat % _DIGITS_OF_THOUSAND == 0 else 8
        return self._number(f"{Decimal(value_sat) / SAT:,.{places}f}")

    def fiat(self, amount: Decimal) -> str:
        """Return an amount of money with two places."""
        return self._number(f"{amount:,.2f}")

    def day(self, day: date) -> str:
        """Return a date."""
        return day.strftime(self.day_form)

    def moment(self, moment: datetime) -> str:
        """Return a date with its time (UTC)."""
        return moment.strftime(self.moment_form)

    def rating(self, rating: int) -> str:
        """Return a rating of 1 to 5."""
        return self.rating_form.format(
            n=rating, full="\N{BLACK STAR}" * rating, empty="\N{WHITE STAR}" * (5 - rating)
        )

    def _number(self, text: str) -> str:
        marks = {",": self.thousands, ".": self.decimal}
        return "".join(marks.get(character, character) for character in text)


TABLE = Layout(
    name="table",
    addresses={
        "home": ("/",),
        "login": ("/login",), "logout": ("/logout",),
        "queue": ("/queue",), "captcha": ("/captcha/{key}.png",),
        "style": ("/static/market.css",), "mirrors": ("/mirrors",),
        "listing": ("/listing/{key}",), "vendor": ("/vendor/{key}",),
        "category": ("/category/{key}", "/category/{key}?page={page}"),
        "search": ("/search", "/search?q={words}&page={page}"),
        "image": ("/image/{key}.png",), "avatar": ("/image/of/{key}.png",),
        "user": ("/user/{key}",), "order": ("/order/{key}",), "messages": ("/messages",),
    },
    fields=("user", "password", "code"),
    day_form="%Y-%m-%d",
    moment_form="%Y-%m-%d %H:%M",
    decimal=".",
    thousands="",
    rating_form="{n}/5",
)  # fmt: skip

CARDS = Layout(
    name="cards",
    addresses={
        "home": ("/",),
        "login": ("/account/sign-in",), "logout": ("/account/sign-out",),
        "queue": ("/waiting-room",), "captcha": ("/media/check/{key}.png",),
        "style": ("/assets/cards.css",), "mirrors": ("/links",),
        "listing": ("/offer/{key}",), "vendor": ("/seller/{key}",),
        "category": ("/browse/{key}", "/browse/{key}/{page}"),
        "search": ("/browse", "/find/{page}?for={words}"),
        "image": ("/media/{key}.png",), "avatar": ("/media/seller/{key}.png",),
        "user": ("/buyer/{key}",), "order": ("/checkout/{key}",), "messages": ("/account/inbox",),
    },
    fields=("name", "secret", "check"),
    day_form="%d/%m/%Y",
    moment_form="%d/%m/%Y %H:%M",
    decimal=".",
    thousands=",",
    rating_form="{full}{empty}",
    shows_stock=True,
)  # fmt: skip

FORUM = Layout(
    name="forum",
    addresses={
        "home": ("/",),
        "login": ("/login.php",), "logout": ("/logout.php",),
        "queue": ("/wait.php",), "captcha": ("/code.php?c={key}",),
        "style": ("/style.css",), "mirrors": ("/links.php",),
        "listing": ("/topic.php?t={key}",), "vendor": ("/member.php?u={key}",),
        "category": ("/forum.php?f={key}", "/forum.php?f={key}&start={start}"),
        "search": ("/search.php", "/search.php?keywords={words}&start={start}"),
        "image": ("/attachment.php?id={key}",), "avatar": ("/avatar.php?u={key}",),
        "user": ("/customer.php?c={key}",), "order": ("/deal.php?t={key}",),
        "messages": ("/inbox.php",),
    },
    fields=("username", "pass", "confirm"),
    day_form="%d.%m.%Y",
    moment_form="%d.%m.%Y, %H:%M",
    decimal=",",
    thousands=".",
    rating_form="+{n}",
)  # fmt: skip

MINIMAL = Layout(
    name="minimal",
    addresses={
        "login": ("/login",), "logout": ("/bye",),
        "queue": ("/wait",), "captcha": ("/code/{key}.png",),
        "style": ("/s.css",), "mirrors": ("/?mirrors",),
        "listing": ("/?i={key}",), "vendor": ("/?about={key}",),
        "category": ("/?c={key}", "/?c={key}&p={page}"),
        "search": ("/?all", "/?q={words}&p={page}"),
        "image": ("/p/{key}.png",), "avatar": ("/v/{key}.png",),
        "user": ("/?u={key}",), "order": ("/?buy={key}",), "messages": ("/?mail",),
        "home": ("/",),
    },
    fields=("u", "p", "c"),
    day_form="%Y/%m/%d",
    moment_form="%Y/%m/%d %H.%M",
    decimal=".",
    thousands=" ",
    rating_form="{n} of 5",
)  # fmt: skip

LAYOUTS = {one.name: one for one in (TABLE, CARDS, FORUM, MINIMAL)}


def layout_named(name: str, seed: int, market: str) -> Layout:
    """Return the layout of that name; ``drawn`` is one of the four by seed and market."""
    drawn = Stream(seed, "layout", market).pick(tuple(LAYOUTS.values()))
    return LAYOUTS.get(name, drawn)


def layout_of(market: Market, pass_no: int) -> str:
    """Return the name of the layout that a market shows on a pass, drawn ones resolved."""
    return layout_named(market.layout_at(pass_no), market.seed, market.key).name
