# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sections of a behaviour file and the behaviour that they make together."""

from __future__ import annotations

from dataclasses import dataclass, field

from vestigo.training.behaviour.keys import switch, text, weights, whole, words
from vestigo.training.behaviour.ledger import CashOutSection, LedgerSection
from vestigo.training.behaviour.market import MarketSection

LANGUAGES = ("en", "es", "pt", "fr", "de", "nl")
SHIPPED_GOODS = tuple(f"goods-{language}.toml" for language in LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSection:
    """``[world]``: languages, passes, goods."""

    title: str = text("Practice range", "What the world is called where it is described.")
    languages: tuple[tuple[str, int], ...] = weights(
        {"en": 5, "es": 4, "pt": 3, "fr": 3, "de": 3, "nl": 2}, LANGUAGES,
        "How many vendors speak which language, as weights.",
    )  # fmt: skip
    passes: int = whole(3, 1, 6, "How often the venues are looked at.")
    days_between_passes: int = whole(21, 1, 49, "Days from one pass to the next.")
    goods: tuple[str, ...] = words(
        SHIPPED_GOODS, 12,
        "Files of goods, each beside the behaviour file or one of those shipped.",
        r"goods[\w.-]{0,60}\.toml",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSection:
    """``[vendors]``: how many parties, and which of them have two accounts."""

    n: int = whole(40, 1, 200, "Parties that sell, impostors and the attacker included.")
    same_key: int = whole(3, 0, 50, "Parties on two markets with one key and a like handle.")
    new_key: int = whole(2, 0, 50, "Parties on two markets whose second account has a new key.")
    signed_transitions: int = whole(
        1, 0, 50, "How many of new_key state it, signed by the old key."
    )
    other_name: int = whole(3, 0, 50, "Parties on two markets under unlike handles.")
    other_name_with_key: int = whole(1, 0, 50, "How many of other_name kept their key.")
    impostors: int = whole(3, 0, 50, "Parties who copy text and handle of another market's vendor.")
    orders_least: int = whole(3, 1, 50, "The fewest sales of an account.")
    orders_most: int = whole(
        7, 1, 50, "The most sales of an account (mixing parties may need more)."
    )
    contacts_most: int = whole(2, 0, 4, "The most contacts on a profile.")
    attacker: bool = switch(
        "Whether one account and its listing attack whoever reads them.", default=True
    )

    @property
    def n_on_both(self) -> int:
        """Parties that sell on two markets."""
        return self.same_key + self.new_key + self.other_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSection:
    """``[listings]``: how many on the first pass and of which kinds."""

    n: int = whole(400, 1, 2_000, "Listings that are on sale on the first pass.")
    trap_percent: int = whole(45, 0, 100, "Listings whose wording trips readers up.")
    multi_option_percent: int = whole(12, 0, 100, "Listings with several options or a price table.")
    other_goods_percent: int = whole(15, 0, 100, "Listings of goods other than drugs.")
    holding_price_percent: int = whole(2, 0, 50, "Listings with an absurd price on the first pass.")
    direct_percent: int = whole(6, 0, 100, "Listings that also publish an address to pay to.")
    fiat_only_percent: int = whole(20, 0, 100, "Listings that show no price in bitcoin.")
    delisted: int = whole(8, 0, 50, "Listings that are linked on the first pass and already gone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnSection:
    """``[churn]``: what happens from one pass to the next, in percent of the listings."""

    new_percent: int = whole(8, 0, 50, "Listings that are new.")
    changed_percent: int = whole(10, 0, 50, "Listings whose price, text or shipping changes.")
    vanished_percent: int = whole(6, 0, 50, "Listings that are gone.")
    holding_percent: int = whole(3, 0, 50, "Listings that take on an absurd price.")


@dataclass(frozen=True, slots=True)
class GoodsFile:
    """A file of goods as it was read; worlds of other people bring their own."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Everything that is decided about a world before its seed is drawn.

    ``goods_files`` holds what the names in ``world.goods`` stand for.
    """

    name: str
    world: WorldSection = field(default_factory=WorldSection)
    markets: tuple[MarketSection, ...] = ()
    vendors: VendorSection = field(default_factory=VendorSection)
    listings: ListingSection = field(default_factory=ListingSection)
    churn: ChurnSection = field(default_factory=ChurnSection)
    cash_out: CashOutSection = field(default_factory=CashOutSection)
    ledger: LedgerSection = field(default_factory=LedgerSection)
    goods_files: tuple[GoodsFile, ...] = ()
