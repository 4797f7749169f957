# SPDX-License-Identifier: AGPL-3.0-or-later
"""One JSON line of the contract to the texts of a listing; what is wrong in it is said.

A value of a wrong type is left out and named, the rest is read: a bad price does not
cost the title.  The reasons are ours, so that they do not change with the interpreter.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from nlp.model import GivenPrice, ListingText

TEXT_KEYS = ("title", "description", "profile", "ships_text")
KEYS = (*TEXT_KEYS, "id", "category", "language", "price", "listed_on")
PRICE_KEYS = ("amount", "currency")
BYTE_ORDER_MARK = "\ufeff"
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,3})?")
_CODE = re.compile(r"[A-Z]{3,5}")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)
LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9_-]{1,20})?")
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu "
    "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he "
    "hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr "
    "ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh "
    "si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug "
    "uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)  # ISO 639-1
ISO_639_1 = frozenset(_CODES.split())
# A price of less or more is no price that anybody asks, whatever the coin.
LEAST, MOST = Decimal("1e-12"), Decimal("1e15")


class LineUnreadable(ValueError):  # noqa: N818 - says what the line is
    """A line that is no listing; the text says why."""


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys stand there twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        if len(self) == len(pairs):
            self.repeated: list[str] = []
            return
        names = Counter(name for name, _value in pairs if name in (*KEYS, *PRICE_KEYS))
        self.repeated = sorted(name for name, n in names.items() if n > 1)


def decoded(line: str | bytes) -> tuple[str, tuple[str, ...]]:
    """Return a line as text, and what was wrong: bytes that are not UTF-8 are replaced."""
    if isinstance(line, str):
        return line, ()
    try:
        return line.decode("utf-8"), ()
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace"), ("not UTF-8: some bytes are read as U+FFFD",)


def parse_line(line: str) -> ListingText:
    """Return the listing in one line; raises ``LineUnreadable`` where any of it is wrong."""
    text, wrong = read_line(line)
    if wrong:
        raise LineUnreadable("; ".join(wrong))
    return text


def read_line(line: str) -> tuple[ListingText, tuple[str, ...]]:
    """Return the listing in one line and what of it could not be used.

    Unknown keys are ignored; of a key that stands twice the last value is read, as JSON
    readers do.  Raises ``LineUnreadable`` for a line that is no JSON object.
    """
    value = _parsed(line.removeprefix(BYTE_ORDER_MARK))
    repeated = [key for key in value.repeated if key in KEYS]
    wrong = [f"{key} stands twice: the last is read" for key in repeated]
    if isinstance(value.get("price"), _Object):
        again = [key for key in value["price"].repeated if key in PRICE_KEYS]
        wrong += [f"price.{key} stands twice: the last is read" for key in again]

    def take(key: str, reader: Callable[[Any], Any], empty: object) -> Any:
        if value.get(key) is None:
            return empty
        try:
            return reader(value[key])
        except LineUnreadable as error:
            wrong.append(f"{key} {error}")
            return empty

    texts = {key: take(key, _text, "") for key in TEXT_KEYS}
    listing = ListingText(
        id=take("id", _identity, None),
        category=take("category", _category, ()),
        language=take("language", _language, None),
        price=take("price", _price, None),
        listed_on=take("listed_on", _day, None),
        **texts,
    )
    return listing, tuple(wrong)


def _parsed(line: str) -> _Object:
    if not line.strip():
        raise LineUnreadable("empty line")
    try:
        value = json.loads(
            line, parse_float=_number, parse_int=_number, parse_constant=_constant,
            object_pairs_hook=_Object,
        )  # fmt: skip
    except RecursionError as error:
        raise LineUnreadable("not JSON: nested too deep") from error
    except ValueError as error:
        raise LineUnreadable("not JSON") from error
    if not isinstance(value, _Object):
        raise LineUnreadable("not a JSON object")
    return value


def _number(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:  # an exponent beyond what decimals can hold
        return Decimal("NaN")


def _constant(_name: str) -> Decimal:
    """Return what NaN and Infinity are, which some writers of JSON put into a price: no number."""
    return Decimal("NaN")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise LineUnreadable("is not a string")
    return value


def _identity(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    return _text(value)


def _category(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise LineUnreadable("is not a list of strings")
    return tuple(value)


def _language(value: object) -> str | None:
    """Return the language code of "es", "ES" and "es-MX"; "" says that nobody knows."""
    text = _text(value).strip().lower()
    found = LANGUAGE.fullmatch(text)
    if text and (not found or found[1] not in ISO_639_1):
        raise LineUnreadable("is not a code of two letters (ISO 639-1)")
    return found[1] if found else None


def _price(value: object) -> GivenPrice | None:
    if not isinstance(value, dict):
        raise LineUnreadable("is not an object")
    amount = value.get("amount")
    if amount is None:
        return None
    return GivenPrice(amount=_amount(amount), currency=_currency(value.get("currency")))


def _amount(value: object) -> Decimal:
    written = str(value).strip() if isinstance(value, str | Decimal) else ""
    if not _NUMBER.fullmatch(written):
        raise LineUnreadable("has no number as its amount")
    amount = Decimal(written)
    if amount and not LEAST <= amount <= MOST:
        raise LineUnreadable("has an amount that no price has")
    return amount


def _currency(value: object) -> str | None:
    if value is None or value == "":
        return None
    code = value.strip().upper() if isinstance(value, str) else ""
    if not _CODE.fullmatch(code):
        raise LineUnreadable("has a currency that is no code (ISO 4217 or a coin's)")
    return code


def _day(value: object) -> date:
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError as error:
        raise LineUnreadable("is not a date (YYYY-MM-DD)") from error
