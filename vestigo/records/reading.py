# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of what a listing or profile says: substances, offers, prices, selectors.

The vocabulary is that of ``vestigo nlp read``.  Every record cites the listing or
vendor account it was read from, and the span on the captured page.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from vestigo.records.base import Derived, register
from vestigo.records.text import Span

STATUSES = ("stated", "implied", "declared", "mentioned", "negated")
OFFER_KINDS = ("mass", "units", "volume", "dose")


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Derived):
    """A substance that was named, with the words that were seen."""

    KIND: ClassVar[str] = "mention"

    subject: str
    substance_id: str
    substance_name: str
    unii: str | None
    status: str
    term_source: str
    field: str
    span: Span


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Derived):
    """One option on offer; ``grams`` is that of one piece where ``count`` is given."""

    KIND: ClassVar[str] = "quantity"

    subject: str
    offer_kind: str
    grams: Decimal | None
    count: int | None
    dose_mg: Decimal | None
    ml: Decimal | None
    field: str
    span: Span


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class PriceQuote(Derived):
    """A price as displayed; ``per`` is package, unit, g, kg, ml or postage."""

    KIND: ClassVar[str] = "price_quote"

    subject: str
    amount: Decimal
    currency: str | None
    per: str
    field: str
    span: Span | None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice(Derived):
    """A price per base unit; converted prices name the rate and its date.

    ``amount`` is in ``currency``; ``eur`` and ``usd`` are conversions at the rate of
    the listing date, None where no rate is known.
    """

    KIND: ClassVar[str] = "unit_price"

    subject: str
    amount: Decimal
    currency: str | None
    per_unit: str
    usd: Decimal | None
    eur: Decimal | None
    rate_source: str | None
    rate_on: str | None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Selector(Derived):
    """An identifier that can be searched for: a key, an address, a handle.

    ``selector_kind`` as in ``vestigo nlp read`` (pgp_fingerprint, btc, onion_v3,
    email, …); ``checksum_ok`` is None where the kind has no checksum; ``party`` is
    ``vendor`` or ``third``.
    """

    KIND: ClassVar[str] = "selector"

    subject: str
    selector_kind: str
    value: str
    checksum_ok: bool | None
    party: str
    field: str
    span: Span | None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class TextReading(Derived):
    """What a listing or profile as a whole is: its language and the goods that it offers.

    ``language`` is an ISO 639-1 code, None where it cannot be told; ``goods`` are classes
    of goods, those that the market declares first; ``flags`` as in ``vestigo nlp read``
    (``holding_price``, ``title_and_text_differ`` and others).
    """

    KIND: ClassVar[str] = "text_reading"

    subject: str
    language: str | None
    goods: tuple[str, ...]
    flags: tuple[str, ...]


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Derived):
    """A picture that a listing or profile shows; its bytes are not fetched for it.

    ``uri`` is absolute (of a picture inside the page only ``data:`` and its media type);
    ``sha256`` and ``media_type`` are "" where the page alone does not tell them.
    """

    KIND: ClassVar[str] = "picture"

    subject: str
    uri: str
    sha256: str
    media_type: str
