# SPDX-License-Identifier: AGPL-3.0-or-later
"""What readings add to a listing: language, class of goods, unit price, pictures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graph.projecting.collector import Draft, present, statement_of
from graph.projecting.lookups import Lookups
from graph.projecting.market import subject_of
from vestigo.records import Picture, TextReading, UnitPrice

HOLDING = "holding_price"
UNITS = ("g", "unit", "ml")


def project_reading(draft: Draft, ask: Lookups, reading: TextReading) -> dict[str, Any]:
    """Add language and class of goods to a listing, and whether its price means anything."""
    subject = subject_of(ask, reading.subject)
    if subject is None or subject.label != "Listing":
        return {}
    values = present(
        language=reading.language,
        goods_class=reading.goods[0] if reading.goods else None,
        status=HOLDING if HOLDING in reading.flags else None,
    )
    if values:
        draft.detail(subject, reading.subject, [reading.method.rule], **values)
        draft.claim(subject, statement_of(draft.record_id, reading, "captured"), reading.KIND)
    return {}


def project_unit_price(draft: Draft, ask: Lookups, price: UnitPrice) -> dict[str, Any]:
    """Add the price of a base unit: in euro where a rate is known, else as displayed."""
    subject = subject_of(ask, price.subject)
    if subject is None or subject.label != "Listing":
        return {}
    amount, currency = price.amount, price.currency
    if price.eur is not None:
        amount, currency = price.eur, "EUR"
    values = present(unit_price=format(amount, "f"), unit_price_currency=currency,
                     unit=price.per_unit)  # fmt: skip
    order = UNITS.index(price.per_unit) if price.per_unit in UNITS else len(UNITS)
    draft.detail(subject, price.subject, [str(order), currency or "~", _sortable(amount)], **values)
    draft.claim(subject, statement_of(draft.record_id, price, "captured"), price.KIND)
    return {}


def _sortable(amount: Decimal) -> str:
    """Return a text that sorts as the amount does (24 digits before the point)."""
    whole, _point, rest = format(amount, "f").partition(".")
    return f"{whole.zfill(24)}.{rest}"


def project_picture(draft: Draft, ask: Lookups, picture: Picture) -> dict[str, Any]:
    """Draw a picture: by its digest where its bytes were captured, else by its address."""
    subject = subject_of(ask, picture.subject)
    if subject is None:
        return {}
    statement = statement_of(draft.record_id, picture, "captured")
    captured = ask.facts(f"image:{picture.uri}")
    sha256, media_type, capture_id = picture.sha256, picture.media_type, ""
    if captured:
        _stamp, sha256, media_type, capture_id = min(captured)
    image = draft.node(
        "Image",
        sha256 or f"uri:{picture.uri}",
        name=picture.uri,
        uri=picture.uri,
        sha256=sha256 or None,
        media_type=media_type or None,
    )
    draft.edge("SHOWS", subject, image, statement)
    draft.claim(image, statement, picture.KIND)
    body = ask.standing(capture_id) if capture_id else None
    if body is not None:
        draft.claim(image, statement, picture.KIND, body.behind)
    return {}
