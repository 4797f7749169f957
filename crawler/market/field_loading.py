# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules of single fields, from the tables of a profile."""

from __future__ import annotations

import re

from crawler.market.forms import FORMS
from crawler.market.profile import DateRule, FieldRule, PriceRule
from crawler.market.selecting import (
    Select,
    SelectBetween,
    SelectLabel,
    compile_pattern,
    css_select,
    xpath_select,
)
from crawler.market.table import Table, wrong_form
from vestigo.i18n import _

NO_LIMIT = 1 << 30


def field_rules(
    table: Table, known: tuple[str, ...], *, strict: bool = False
) -> tuple[FieldRule, ...]:
    """Return the rules of ``fields`` (known names only) and ``also`` (any name)."""
    fields = table.table("fields")
    rules = [
        field_rule(fields.table(name), name, strict=strict) for name in known if fields.has(name)
    ]
    fields.done()
    also = table.named_tables("also")
    return (*rules, *(field_rule(item, f"also.{name}") for name, item in also.items()))


def field_rule(table: Table, name: str, *, strict: bool = False) -> FieldRule:
    """Return the rule of one text field."""
    rule = _open_field(table, name, ("value",), strict=strict)
    table.done()
    return rule


def _open_field(table: Table, name: str, groups: tuple[str, ...], *, strict: bool) -> FieldRule:
    pattern = None
    if table.has("pattern"):
        pattern = compile_pattern(table.text("pattern"), table.where, groups)
    return FieldRule(
        name=name,
        select=_select(table),
        pattern=pattern,
        many=table.flag("many"),
        joined=table.flag("joined"),
        lines=table.flag("lines"),
        required=table.flag("required"),
        strict=strict and not table.flag("lenient"),
        min_length=table.whole("min_length", 0),
        max_length=table.whole("max_length", NO_LIMIT),
        form=_form(table),
        or_guess=table.flag("or_guess"),
    )


def _form(table: Table) -> str:
    form = table.text("as", "")
    if form and form not in FORMS:
        reason = _("“as” is one of {names}").format(names=", ".join(FORMS))
        raise wrong_form(table.where, reason)
    return form


def price_rule(table: Table, name: str, *, strict: bool = False) -> PriceRule:
    """Return the rule of one price."""
    currency = table.text("currency", "")
    groups = ("amount",) if currency else ("amount", "currency")
    as_seen = table.text("as", "") == "money"
    if not as_seen:
        table.text("pattern")
    spelled = table.table("currencies")
    rule = PriceRule(
        field=_open_field(table, name, groups, strict=strict),
        currency=currency,
        currencies={sign: spelled.text(sign) for sign in spelled.names()},
        thousands=table.text("thousands", ""),
        decimal=table.text("decimal", "" if as_seen else "."),
        min=table.decimal("min"),
        max=table.decimal("max"),
    )
    table.done()
    return rule


def date_rule(table: Table, name: str, *, strict: bool = False) -> DateRule | None:
    """Return the rule of a date, None where the table has none."""
    if not table.has(name):
        return None
    inner = table.table(name)
    form = inner.text("form")
    rule = DateRule(field=_open_field(inner, name, ("value",), strict=strict), form=form)
    inner.done()
    return rule


def _select(table: Table) -> Select | SelectBetween | SelectLabel:
    """Return what one of ``css``, ``xpath``, ``label`` or ``after`` with ``before`` selects."""
    given = [key for key in ("css", "xpath", "after", "label") if table.has(key)]
    if len(given) != 1:
        raise wrong_form(table.where, _("a field has css, xpath, label, or after and before"))
    if given == ["label"]:
        return SelectLabel(table.texts("label"))
    if given == ["after"]:
        after = css_select(table.text("after"), table.where)
        return SelectBetween(after, css_select(table.text("before"), table.where))
    make = css_select if given == ["css"] else xpath_select
    return make(table.text(given[0]), table.where)


def selects(table: Table, key: str) -> tuple[Select, ...]:
    """Return the CSS selectors of a list."""
    return tuple(css_select(source, table.where) for source in table.texts(key))


def patterns(table: Table, key: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a list."""
    return tuple(compile_pattern(source, table.where) for source in table.texts(key))


def optional_pattern(table: Table, key: str) -> re.Pattern[str] | None:
    """Return a pattern, None where the table has none."""
    return compile_pattern(table.text(key), table.where) if table.has(key) else None
