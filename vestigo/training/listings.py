# SPDX-License-Identifier: AGPL-3.0-or-later
"""The listings of the range: every good once, plus delisted and hostile ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from vestigo.training.goods import goods, hostile, words
from vestigo.training.keyring import Keyring
from vestigo.training.rates import RangeRates, dollars
from vestigo.training.story import SAT, Listing, Offer, Vendor
from vestigo.training.stream import Stream
from vestigo.training.vendors import party

FIRST_DIRECT_ACCOUNT = 1
N_DELISTED = 3

_FIRST_POSTED_ON = date(2024, 8, 22)
_KEY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_FIVE_PLACES = Decimal("0.00001")
_DISPLAYS = ("btc", "both", "both", "both", "fiat")


def assigned_goods(seed: int, handles: list[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return which vendor sells what: goods go to vendors of their language in turn."""
    stream = Stream(seed, "assignment")
    assigned: dict[str, list[dict[str, Any]]] = {handle: [] for handle, _language in handles}
    for language in ("en", "es"):
        sellers = [handle for handle, spoken in handles if spoken == language]
        drawn = stream.shuffled([good for good in goods() if good["language"] == language])
        for number, good in enumerate(drawn):
            assigned[sellers[number % len(sellers)]].append(good)
    return assigned


def dearest(items: list[dict[str, Any]]) -> Decimal:
    """Return the highest price among goods whichever form is drawn (the lowest form counts)."""
    return max(
        max(Decimal(form["eur"]) for form in good["forms"])
        if good.get("options")
        else min(Decimal(form["eur"]) for form in good["forms"])
        for good in items
    )


def make_listings(
    seed: int,
    vendors: list[Vendor],
    assigned: dict[str, list[dict[str, Any]]],
    rates: RangeRates,
    keyring: Keyring,
) -> list[Listing]:
    """Return all listings in the order of posting."""
    made = []
    for vendor in vendors:
        if vendor.handle == hostile()["handle"]:
            made.append(_hostile_listing(seed, vendor, rates))
            continue
        for number, good in enumerate(assigned[vendor.handle]):
            made.append(_listing(seed, vendor, number, good, rates, keyring))
    made.extend(_delisted(seed, made))
    return sorted(made, key=lambda item: (item.posted_on, item.key))


def _listing(
    seed: int,
    vendor: Vendor,
    number: int,
    good: dict[str, Any],
    rates: RangeRates,
    keyring: Keyring,
) -> Listing:
    stream = Stream(seed, "listing", good["id"])
    posted_on = _FIRST_POSTED_ON + timedelta(days=stream.below(10))
    offers = _offers(stream, good, posted_on, rates)
    direct = _direct_address(vendor, number, keyring)
    sentences = [good["text"], *stream.sample(words()["descriptions"][vendor.language], 2)]
    fiat = stream.pick(("EUR", "EUR", "USD"))
    if len(offers) > 1:
        price = "eur" if fiat == "EUR" else "usd"
        sentences[1:1] = [f"{offer.label} = {getattr(offer, price)} {fiat}" for offer in offers]
    if direct is not None:
        sentences.append(words()["direct"][vendor.language].format(address=direct))
    vocabulary = words()["vendors"]
    return Listing(
        key=_key(stream),
        vendor=vendor.handle,
        language=vendor.language,
        title=good["title"].format(q=offers[0].label),
        description="\n".join(sentences),
        category=tuple(good["category"]),
        substances=tuple(good["substances"]),
        goods_class=good.get("goods_class", "drug"),
        offers=offers,
        display=stream.pick(_DISPLAYS),
        fiat=fiat,
        ships_from=vendor.ships_from,
        ships_to=stream.pick(vocabulary[f"ships_to_{vendor.language}"]),
        escrow=stream.chance(80),
        posted_on=posted_on,
        direct_address=direct,
    )


def _direct_address(vendor: Vendor, number: int, keyring: Keyring) -> str | None:
    """Return the address of a direct deal: one or two listings of some vendors have one."""
    n_direct = {"consolidate": 2, "direct": 1, "peel_to_last": 1}.get(vendor.behaviour, 0)
    if number >= n_direct:
        return None
    account = FIRST_DIRECT_ACCOUNT + number
    return keyring.account(party(vendor.handle), account, vendor.script_kind).address


def _offers(stream: Stream, good: dict[str, Any], on: date, rates: RangeRates) -> tuple[Offer, ...]:
    spread = Decimal(stream.between(92, 110)) / 100
    forms = good["forms"] if good.get("options") else [stream.pick(good["forms"])]
    return tuple(_offer(form, spread, on, rates) for form in forms)


def _offer(form: dict[str, Any], spread: Decimal, on: date, rates: RangeRates) -> Offer:
    eur = (Decimal(form["eur"]) * spread).quantize(Decimal(1))
    bitcoin = (eur / rates.eur(on)).quantize(_FIVE_PLACES)
    return Offer(
        label=form["q"],
        kind=form["kind"],
        grams=_decimal(form.get("grams")),
        count=form.get("count"),
        dose_mg=_decimal(form.get("dose_mg")),
        ml=_decimal(form.get("ml")),
        eur=eur,
        usd=dollars(eur),
        price_sat=int(bitcoin * SAT),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _key(stream: Stream) -> str:
    return "".join(stream.pick(_KEY_LETTERS) for _place in range(8))


def _delisted(seed: int, listings: list[Listing]) -> list[Listing]:
    """Return listings that category pages still link to although their page is gone."""
    stream = Stream(seed, "delisted")
    gone = []
    for item in stream.sample([one for one in listings if not one.is_hostile], N_DELISTED):
        fields = {name: getattr(item, name) for name in item.__slots__}
        fields |= {"key": _key(stream), "is_delisted": True, "direct_address": None}
        gone.append(Listing(**fields))
    return gone


def _hostile_listing(seed: int, vendor: Vendor, rates: RangeRates) -> Listing:
    stream = Stream(seed, "hostile")
    texts = hostile()
    posted_on = _FIRST_POSTED_ON
    form = {"q": "1g", "kind": "mass", "grams": "1", "eur": texts["eur"]}
    return Listing(
        key=_key(stream),
        vendor=vendor.handle,
        language="en",
        title=texts["title"],
        description=texts["description"].rstrip("\n"),
        category=tuple(texts["category"]),
        substances=(),
        goods_class="other",
        offers=(_offer(form, Decimal(1), posted_on, rates),),
        display="both",
        fiat="EUR",
        ships_from=vendor.ships_from,
        ships_to="Worldwide",
        escrow=True,
        posted_on=posted_on,
        direct_address=None,
        is_hostile=True,
    )
