# SPDX-License-Identifier: AGPL-3.0-or-later
"""The options of a whole listing: what the title says, completed by the description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.model import Offer
from nlp.offers.products import LABEL, same_product, share_a_word
from nlp.offers.segment_offers import same_option

LARGEST_CLAIM = Decimal("0.3")  # grams of active substance in one piece


def joined_offers(title: list[Offer], body: Sequence[tuple[Offer, bool]]) -> list[Offer]:
    """Join the title's offers with the description's: complete, never guess.

    A description that only repeats is dropped; one that names the claim per unit
    completes a bare count; a firm statement that differs stands beside (both).
    """
    said = [offer for offer, _firm in body]
    sure = [offer for offer, firm in body if firm]
    title = [o for o in title if not _meant_as_grams(o, sure)]
    kept = [o for o in _completed(title, said, sure) if not _told_apart(o, sure)]
    settled = bool(title) or any(firm for _offer, firm in body)
    for offer, firm in body:
        if any(
            (same_option(offer, other) or covers(other, offer))
            and same_product(offer.product, other.product)
            for other in kept
        ) or _said_by_another_name(offer, title):
            continue
        if firm or not settled:
            kept.append(offer)
    return _without_bare_doses(_with_shared_dose(kept, [*said, *title]))


def _meant_as_grams(offer: Offer, sure: Sequence[Offer]) -> bool:
    """Whether "x1 x2 x5" or "5er" of a title are the grams that the text prices."""
    bare = offer.kind == "units" and offer.dose_mg is None
    return bare and any(o.kind == "mass" and o.grams == offer.count for o in sure)


def _told_apart(offer: Offer, said: Sequence[Offer]) -> bool:
    """Whether the text has this option of several products that it tells apart by their words."""
    alike = [
        o
        for o in said
        if (same_option(o, offer) or covers(o, offer)) and same_product(o.product, offer.product)
    ]
    labels = {key for o in alike for key in o.product if key.startswith(LABEL)}
    return len(labels) > 1 and not any(key.startswith(LABEL) for key in offer.product)


def _said_by_another_name(offer: Offer, title: Sequence[Offer]) -> bool:
    """Whether the title has this option of another product, and its own product besides.

    A name that the lexicon does not know then stood between ("Melanotan 10 mg, MT2 10 mg").
    """
    if any(key.startswith(LABEL) for key in offer.product):
        return False
    alike = any(same_option(offer, other) for other in title)
    own = any(same_product(offer.product, other.product) for other in title)
    return alike and own


def _completed(title: list[Offer], body: Sequence[Offer], sure: Sequence[Offer]) -> list[Offer]:
    title = _boxed(_spread(title, sure or body), sure)
    out: list[Offer] = []
    for offer in title:
        if offer.kind not in ("units", "dose"):
            out.append(offer)
            continue
        beside = [o for o in title if same_product(o.product, offer.product)]
        about = [o for o in body if same_product(o.product, offer.product)]
        out.append(_complete(offer, about, alone=len(beside) == 1))
    return out


def _complete(offer: Offer, body: Sequence[Offer], *, alone: bool) -> Offer:
    """Return the offer with what the description says of the same product."""
    doses = {o.dose_mg for o in body if o.kind in ("dose", "units") and o.dose_mg is not None}
    counts = {o.count for o in body if o.kind == "units" and o.count is not None}
    pieces = {o.count: o for o in body if o.kind in ("mass", "volume") and o.count is not None}
    if offer.kind == "units" and offer.dose_mg is None and offer.count in pieces:
        return pieces[offer.count]
    if offer.kind == "units" and offer.dose_mg is None and len(doses) == 1:
        return replace(offer, dose_mg=next(iter(doses)))
    if offer.kind == "dose" and alone and len(counts) == 1 and len(doses) <= 1:
        return replace(offer, kind="units", count=next(iter(counts)))
    return offer


def _spread(title: list[Offer], body: Sequence[Offer]) -> list[Offer]:
    """Return the title's claims per unit with each of the counts that the text offers.

    "Red Tesla 200 mg, blue Punisher 240 mg" with "Tesla x10, Punisher x10 x50" below.
    """
    counts = [o for o in body if o.kind == "units" and o.dose_mg is None]
    claims = [_claim(o) if counts else o for o in title]
    doses = [o for o in claims if o.kind == "dose"]
    if not doses or not counts or len(counts) < sum(o.kind == "units" for o in body):
        return title
    if len(doses) == 1 and len(counts) < 2:  # noqa: PLR2004 - options
        return title
    known = [(count, _claims_of(count, doses)) for count in counts]
    if any(len(found) != 1 for _count, found in known):
        return title
    spread = [replace(count, dose_mg=found[0].dose_mg) for count, found in known]
    return [*(o for o in claims if o.kind != "dose"), *spread]


def _boxed(title: list[Offer], sure: Sequence[Offer]) -> list[Offer]:
    """Return the one box of a listing with each of the doses that the text prices.

    "Caixa com 28 cápsulas: 30mg ... 310 / 50mg ... 350".
    """
    counts = [o for o in title or sure if o.kind == "units" and o.dose_mg is None]
    doses = [o for o in sure if o.kind == "dose"]
    if len(counts) != 1 or len(title) > 1:
        return title
    inside = [dose for dose in doses if same_product(dose.product, counts[0].product)]
    if len(inside) < 2:  # noqa: PLR2004 - options
        return title
    return [replace(dose, kind="units", count=counts[0].count) for dose in inside]


def _claim(offer: Offer) -> Offer:
    """Return a small mass ("2C-B 20 mg") as what one piece holds, where the text counts them."""
    if offer.kind != "mass" or offer.count is not None or not offer.grams:
        return offer
    if offer.grams >= LARGEST_CLAIM:
        return offer
    return replace(offer, kind="dose", grams=None, dose_mg=offer.grams * 1000)


def _claims_of(count: Offer, doses: Sequence[Offer]) -> list[Offer]:
    """Return the doses of the title that may be those of a count."""
    named = [dose for dose in doses if share_a_word(dose.product, count.product)]
    about = named or [dose for dose in doses if same_product(dose.product, count.product)]
    return about[:1] if len({dose.dose_mg for dose in about}) == 1 else about


def _with_shared_dose(offers: list[Offer], body: Sequence[Offer]) -> list[Offer]:
    """Return the offers; the only dose of a product holds for all its counted options."""
    out: list[Offer] = []
    for offer in offers:
        bare = offer.kind == "units" and offer.dose_mg is None
        doses = {
            o.dose_mg
            for o in ((*offers, *body) if bare else ())
            if o.kind in ("units", "dose")
            and o.dose_mg is not None
            and same_product(o.product, offer.product)
        }
        out.append(replace(offer, dose_mg=next(iter(doses))) if len(doses) == 1 else offer)
    return _each_option_once(out)


def _each_option_once(offers: list[Offer]) -> list[Offer]:
    kept: list[Offer] = []
    for offer in offers:
        if not any(
            o.place != offer.place
            and same_option(o, offer)
            and o.place.field != offer.place.field
            and same_product(o.product, offer.product)
            for o in kept
        ):
            kept.append(offer)
    return kept


def covers(other: Offer, offer: Offer) -> bool:
    """Whether ``other`` already says what ``offer`` says less completely."""
    if other.kind == "units" and offer.kind == "dose":
        return offer.dose_mg == other.dose_mg
    if other.kind == "units" and offer.kind == "units":
        return offer.count == other.count and None in (offer.dose_mg, other.dose_mg)
    if other.kind in ("mass", "volume") and offer.kind == "units" and other.count is not None:
        return offer.count == other.count and offer.dose_mg is None
    if other.kind == offer.kind == "mass" and other.grams and offer.grams:
        total = other.grams * (other.count or 1)
        return abs(offer.grams * (offer.count or 1) - total) <= Decimal("0.03") * total
    return False


def _without_bare_doses(offers: list[Offer]) -> list[Offer]:
    """Return the offers without doses that counted units already name."""
    counted = [offer for offer in offers if offer.kind == "units"]
    return [
        o
        for o in offers
        if o.kind != "dose"
        or not any(o.dose_mg == u.dose_mg and same_product(o.product, u.product) for u in counted)
    ]
