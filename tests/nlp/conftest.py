# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an answer of ``vestigo nlp read`` must be: its form, and that its spans hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read

Answer = Mapping[str, Any]
KEYS = [
    "id", "language", "goods", "substances", "offers", "prices", "unit_prices", "purity_pct", "forms",
    "ships_from", "ships_to", "terms", "selectors", "unread", "spans", "flags",
]  # fmt: skip
FLAT = ("purity_pct", "forms", "ships_from", "ships_to", "terms")
GOODS = (
    "drug", "precursor", "medicine", "weapon", "document", "counterfeit_money", "hacking", "wildlife",
    "equipment", "other",
)  # fmt: skip
SELECTORS = (
    "pgp_fingerprint", "btc", "ltc", "xmr", "eth", "trx", "onion_v3", "onion_v2", "email", "phone", "telegram",
    "session", "wickr", "threema", "jabber", "signal", "matrix", "tox", "url",
)  # fmt: skip
CHECKED = ("btc", "ltc", "xmr", "trx", "onion_v3", "tox")
FLAGS = (
    "holding_price", "title_and_text_differ", "category_and_text_differ", "armour_repaired",
)  # fmt: skip
SCHEDULES = {"1961": "I II III IV", "1971": "I II III IV", "1988": "table_I table_II"}
OFFER = {"mass": ("grams",), "units": ("count",), "volume": ("ml",), "dose": ("dose_mg",)}
ALSO = {"mass": {"count"}, "units": {"dose_mg"}, "volume": {"count"}, "dose": set()}
PER = ("package", "unit", "g", "kg", "ml", "postage")
DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
COUNTRY = re.compile(r"[A-Z]{2}|WORLDWIDE")
SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
FIELD = re.compile(r"title|description|profile|ships_text|category\.(?:0|[1-9][0-9]*)")


def field_text(listing: Mapping[str, Any], name: str) -> str:
    """The text of a field as the answer names it."""
    if name.startswith("category."):
        return str(listing["category"][int(name.removeprefix("category."))])
    return str(listing[name])


def _decimal(text: object) -> Decimal:
    assert isinstance(text, str), text
    assert DECIMAL.fullmatch(text), text
    return Decimal(text)


def _keys(row: Answer, must: str, may: str = "") -> None:
    assert set(must.split()) <= set(row) <= set(must.split()) | set(may.split()), row


def _place(row: Answer, listing: Mapping[str, Any]) -> None:
    assert FIELD.fullmatch(row["field"]), row
    start, end = row["span"]
    assert type(start) is type(end) is int
    text = field_text(listing, row["field"])
    assert 0 <= start < end <= len(text), row
    cut = text[start:end]
    assert cut.strip() == cut, (row, cut)


def _substance(row: Answer, listing: Mapping[str, Any]) -> None:
    _keys(row, "id name status schedules field span term_source", "unii")
    assert SLUG.fullmatch(row["id"]), row
    assert row["name"]
    assert row["term_source"]
    assert re.fullmatch(r"[0-9A-Z]{10}", row.get("unii", "0123456789")), row
    assert row["status"] in ("stated", "implied", "declared", "mentioned", "negated")
    assert (row["status"] == "declared") == row["field"].startswith("category."), row
    assert row["schedules"]
    for one in row["schedules"]:
        _keys(one, "convention schedule state")
        assert one["state"]
        if one["convention"] == "none":
            assert one["schedule"] is None
            assert row["schedules"] == [one]
        else:
            assert one["schedule"] in (*SCHEDULES[one["convention"]].split(), "not_known")
    _place(row, listing)


def _offer(row: Answer, listing: Mapping[str, Any]) -> None:
    (needed,) = OFFER[row["kind"]]
    _keys(row, f"kind field span {needed}", " ".join(ALSO[row["kind"]]))
    for name in {"grams", "dose_mg", "ml"} & set(row):
        _decimal(row[name])
    if "count" in row:
        assert type(row["count"]) is int
        assert row["count"] > 0, row
    _place(row, listing)


def _price(row: Answer, listing: Mapping[str, Any]) -> None:
    _keys(row, "amount currency per field span")
    _decimal(row["amount"])
    assert row["currency"] is None or re.fullmatch("[A-Z]{3,5}", row["currency"]), row
    assert row["per"] in PER
    _place(row, listing)


def _unit_price(row: Answer) -> None:
    _keys(row, "amount currency per_unit", "rate_source")
    _decimal(row["amount"])
    assert row["currency"] is None or re.fullmatch("[A-Z]{3,5}", row["currency"]), row
    assert row["per_unit"] in ("g", "unit", "ml")


def _selector(row: Answer, listing: Mapping[str, Any]) -> None:
    _keys(row, "kind value checksum_ok field span")
    assert row["kind"] in SELECTORS
    assert row["value"]
    if row["kind"] in CHECKED:
        assert row["checksum_ok"] is True
    else:
        assert row["checksum_ok"] in ((True, None) if row["kind"] == "eth" else (None,))
    _place(row, listing)


def _flat(answer: Answer, listing: Mapping[str, Any]) -> None:
    for row in answer["spans"]:
        _keys(row, "of value field span")
        assert row["of"] in FLAT
        _place(row, listing)
    for of in FLAT:
        values = answer[of]
        assert all(type(value) is str for value in values)
        assert len(set(values)) == len(values), (of, values)
        assert {row["value"] for row in answer["spans"] if row["of"] == of} == set(values)
    for value in answer["purity_pct"]:
        assert 0 < _decimal(value) <= 100
    assert all(COUNTRY.fullmatch(code) for code in (*answer["ships_from"], *answer["ships_to"]))
    assert all(SLUG.fullmatch(value) for value in (*answer["forms"], *answer["terms"]))


def check(answer: Answer, listing: Mapping[str, Any]) -> None:
    """Raise ``AssertionError`` where ``answer`` is not what the contract says."""
    assert list(answer) == KEYS
    assert answer["id"] is None or type(answer["id"]) is str
    assert answer["language"] is None or re.fullmatch("[a-z]{2}", answer["language"])
    for row in answer["goods"]:
        _keys(row, "class source")
        assert row["class"] in GOODS
        assert row["source"] in ("declared", "stated")
    ids = [row["id"] for row in answer["substances"]]
    assert len(set(ids)) == len(ids), ids
    for name, one in (("substances", _substance), ("offers", _offer), ("prices", _price),
                      ("selectors", _selector)):  # fmt: skip
        for row in answer[name]:
            one(row, listing)
    for row in answer["unit_prices"]:
        _unit_price(row)
    for row in answer["unread"]:
        _keys(row, "reason", "field span")
        assert row["reason"]
    assert set(answer["flags"]) <= set(FLAGS)
    _flat(answer, listing)


@pytest.fixture(scope="session")
def strict() -> Callable[[Answer, Mapping[str, Any]], None]:
    """The check of one answer against its listing."""
    return check


@pytest.fixture(scope="session", name="field_text")
def _field_text() -> Callable[[Mapping[str, Any], str], str]:
    """Look up the text of a field."""
    return field_text


class Said(NamedTuple):
    """What a reading says, as plain values that a table of a test can hold.

    ``offers`` are (kind, grams or milligrams or millilitres, count), ``prices`` (amount,
    currency, per); amounts are texts, empty where there is none.
    """

    statuses: dict[str, str]
    offers: list[tuple[str, str, int | None]]
    prices: list[tuple[str, str | None, str]]
    purity: list[str]
    ships_from: list[str]
    ships_to: list[str]
    goods: set[str]


@pytest.fixture
def said() -> Callable[..., Said]:
    """Read a title and a description and return the values that they give."""
    return _said


def _said(title: str, description: str = "", **more: object) -> Said:
    reading = read(ListingText(title=title, description=description, **more))
    return Said(
        statuses={row.id: row.status for row in reading.substances},
        offers=[(o.kind, _plain(o.grams or o.dose_mg or o.ml), o.count) for o in reading.offers],
        prices=[(_plain(p.amount), p.currency, p.per) for p in reading.prices],
        purity=reading.values("purity_pct"),
        ships_from=reading.values("ships_from"),
        ships_to=reading.values("ships_to"),
        goods={g.goods_class for g in reading.goods},
    )


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount.normalize(), "f")
