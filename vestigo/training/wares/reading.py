# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading files of goods, which may come from other people.

A file is data: its texts hold a few named places (``{q}``) and nothing in it is run.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.training.behaviour import LANGUAGES, GoodsFile
from vestigo.training.wares.fields import Fields
from vestigo.training.wares.goods import GOODS_CLASSES, TRAPS, Form, Good, Wording
from vestigo.training.world import STATUSES, SubstanceClaim, TextPrice

PLACES = re.compile(r"\{(q|p|u|from|to|p:[A-Z]{3})\}")
MEASURES = {"mass": "grams", "units": "count", "volume": "ml"}
PER = ("package", "unit", "g", "ml", "postage")
MOST_GOODS = 2_000

_LONGEST_TITLE = 160
_ID = r"[a-z0-9][a-z0-9-]{0,39}"
_SUBSTANCE = r"[a-z0-9][a-z0-9_]{0,60}"
_NAME = r"\w[\w &'/-]{0,39}"


@lru_cache(maxsize=16)
def read_goods(files: tuple[GoodsFile, ...]) -> tuple[Good, ...]:
    """Return the goods of ``files`` in their order.

    Raises ``ConfigurationError`` E-TRA-016 for whatever is not as
    ``docs/formats/behaviour.md`` says, two goods of one id included.
    """
    goods: list[Good] = []
    for file in files:
        document = Fields(_document(file), file.name)
        entries = document.take_list("good", 1, MOST_GOODS)
        document.finish()
        goods += [_good(one, f"{file.name} [[good]] {n}") for n, one in enumerate(entries, 1)]
    seen: set[str] = set()
    for good in goods:
        if good.id in seen:
            raise _refused(_("Two goods have the same id."), good.id, _("Rename one of them."))
        seen.add(good.id)
    return tuple(goods)


def _document(file: GoodsFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.content.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        what = _("The file of goods is not valid TOML: {reason}").format(reason=error)
        raise _refused(what, file.name, _("Correct the file at the place named.")) from error


def _good(entry: Any, where: str) -> Good:
    fields = Fields(entry, where)
    options = fields.take_switch("options")
    good = Good(
        id=fields.take_text("id", _ID),
        language=fields.take_word("language", LANGUAGES),
        category=fields.take_words("category", _NAME, 1),
        goods_class=fields.take_word("goods_class", GOODS_CLASSES, "drug"),
        claims=_claims(fields, "substances"),
        traps=tuple(_known_trap(fields, one) for one in fields.take_list("traps")),
        titles=_wordings(fields, "titles"),
        texts=_wordings(fields, "texts"),
        forms=tuple(_form(one, f"{where} forms") for one in fields.take_list("forms", 1)),
        options=options,
    )
    fields.finish()
    _refuse_lost_quantity(good, fields)
    return good


def _known_trap(fields: Fields, name: Any) -> str:
    if name not in TRAPS:
        raise fields.wrong("traps", _("one of {allowed}").format(allowed=", ".join(TRAPS)))
    return str(name)


def _claims(fields: Fields, stated: str) -> tuple[SubstanceClaim, ...]:
    return tuple(
        SubstanceClaim(substance=name, status=status)
        for status in STATUSES
        for name in fields.take_words(stated if status == "stated" else status, _SUBSTANCE)
    )


def _wordings(fields: Fields, key: str) -> tuple[Wording, ...]:
    longest = _LONGEST_TITLE if key == "titles" else 2_000
    return tuple(
        read_wording(one, f"{fields.where} {key} {n}", longest)
        for n, one in enumerate(fields.take_list(key, 1), 1)
    )


def read_wording(given: Any, where: str, longest: int = 2_000) -> Wording:
    """Return a wording: a text alone, or a table with what is so about it."""
    fields = Fields({"text": given} if isinstance(given, str) else given, where)
    wording = Wording(
        text=fields.take_text("text", longest=longest),
        claims=_claims(fields, "stated"),
        purity=tuple(fields.number("purity", one) for one in fields.take_list("purity")),
        prices=tuple(_price(one, f"{where} prices") for one in fields.take_list("prices")),
    )
    fields.finish()
    if set(re.findall(r"[{}]", PLACES.sub("", wording.text))):
        raise fields.wrong("text", _("only the places {places} in braces").format(
            places="{q} {p} {u} {from} {to} {p:BRL}"))  # fmt: skip
    return wording


def _price(entry: Any, where: str) -> TextPrice:
    fields = Fields(entry, where)
    amount = fields.take_number("amount", needed=True)
    assert amount is not None
    price = TextPrice(
        amount=amount,
        currency=fields.take_text("currency", r"[A-Z]{3}"),
        per=fields.take_word("per", PER, "package"),
    )
    fields.finish()
    return price


def _form(entry: Any, where: str) -> Form:
    fields = Fields(entry, where)
    kind = fields.take_word("kind", (*MEASURES, "none"))
    eur = fields.take_number("eur", needed=True)
    assert eur is not None
    form = Form(
        label=fields.take_text("q", longest=40),
        kind=kind,
        grams=fields.take_number("grams", needed=kind == "mass"),
        count=fields.take_count("count"),
        dose_mg=fields.take_number("dose_mg"),
        ml=fields.take_number("ml", needed=kind == "volume"),
        eur=eur,
    )
    fields.finish()
    if kind == "units" and form.count is None:
        raise fields.wrong("count", _("a whole number above 0"))
    return form


def _refuse_lost_quantity(good: Good, fields: Fields) -> None:
    """Refuse a title without the quantity of its form, unless the text lists all forms."""
    labelled = not good.options and any(form.label for form in good.forms)
    for title in good.titles:
        if ("{q}" in title.text) != labelled:
            raise fields.wrong(
                "titles", _("{q} in each title, unless there are options or no labels")
            )


def _refused(what: str, where: str, remedy: str) -> ConfigurationError:
    return ConfigurationError("E-TRA-016", what, where=where, remedy=remedy)
