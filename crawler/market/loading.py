# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a profile file (TOML) to a ``MarketProfile``; every key is checked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from crawler.market.asserting import COUNTED
from crawler.market.profile import (
    Assertion,
    DateRule,
    FeedbackRule,
    FieldRule,
    KindRule,
    LinkRule,
    ListingRule,
    LoginRule,
    MarketProfile,
    Politeness,
    PriceRule,
    VendorRule,
)
from crawler.market.selecting import (
    Select,
    SelectBetween,
    compile_pattern,
    css_select,
    xpath_select,
)
from crawler.market.table import Table, wrong_form
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.records.market import PAGE_KINDS
from vestigo.settings import read_toml, section_digest

FORMAT = 1
HTML_END = r"</html\s*>\s*(?:<!--[^>]*-->\s*)*\Z"
LISTING_FIELDS = ("title", "description", "vendor", "category", "ships_from", "ships_to")
VENDOR_FIELDS = ("handle", "profile")
FEEDBACK_FIELDS = ("text", "rating", "buyer", "vendor", "age")
NO_LIMIT = 1 << 30


def load_profile(name_or_path: str | Path) -> MarketProfile:
    """Return the profile of that name under ``config/markets`` or at that path.

    Raises ``ConfigurationError``: E-MAR-001 (not there), E-MAR-002 (selector),
    E-MAR-003 (pattern), E-MAR-004 (form), E-CFG-002 (not TOML), E-CFG-003 (unknown key).
    """
    path = _profile_path(name_or_path)
    content = read_toml(path)
    top = Table(content, path.name)
    if top.whole("format") != FORMAT:
        reason = _("this release reads format {n}").format(n=FORMAT)
        raise wrong_form(path.name, reason)
    profile = _profile(top, str(path), section_digest(content))
    top.done()
    return profile


def profile_names() -> list[str]:
    """Return the names of the shipped profiles."""
    return sorted(path.stem for path in (config_root() / "markets").glob("*.toml"))


def _profile_path(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.is_file():
        return path
    shipped = config_root() / "markets" / f"{path.name}.toml"
    if path.name == str(name_or_path) and shipped.is_file():
        return shipped
    names = profile_names()
    near = difflib.get_close_matches(path.stem, names, n=1, cutoff=0.0)
    raise ConfigurationError(
        "E-MAR-001",
        _("There is no market profile of that name; the nearest one is “{near}”.").format(
            near=near[0] if near else "-"
        ),
        where=str(name_or_path),
        remedy=_("Give the name of a shipped profile or the path of a .toml file."),
    )


def _profile(top: Table, path: str, digest: str) -> MarketProfile:
    politeness, document, links = top.table("politeness"), top.table("document"), top.table("links")
    profile = MarketProfile(
        path=path,
        digest=digest,
        market=top.text("market"),
        title=top.text("title"),
        start=top.texts("start") or ("/",),
        hosts=top.texts("hosts"),
        politeness=Politeness(
            concurrency=politeness.whole("concurrency", 1),
            delay_seconds=politeness.decimal("delay_seconds") or Decimal(0),
        ),
        end=compile_pattern(document.text("end", HTML_END), document.where),
        kinds=tuple(_kind(table) for table in top.tables("kinds")),
        never=tuple(compile_pattern(item, links.where) for item in links.texts("never")),
        follow=tuple(_link(table) for table in links.tables("follow")),
        listing=_listing(top.table("listing")),
        vendor=_vendor(top.table("vendor")),
        feedback=_feedback(top.table("feedback")) if top.has("feedback") else None,
        login=_login(top.table("login")) if top.has("login") else None,
        assertions=tuple(_assertion(table) for table in top.tables("assertions")),
    )
    for table in (politeness, document, links):
        table.done()
    return profile


def _kind(table: Table) -> KindRule:
    rule = KindRule(
        kind=_page_kind(table),
        status=table.wholes("status"),
        uri=_optional_pattern(table, "uri"),
        has=_selects(table, "has"),
        lacks=_selects(table, "lacks"),
        text=_optional_pattern(table, "text"),
    )
    table.done()
    return rule


def _link(table: Table) -> LinkRule:
    pattern = compile_pattern(table.text("pattern"), table.where)
    rule = LinkRule(pattern=pattern, kind=_page_kind(table))
    table.done()
    return rule


def _page_kind(table: Table) -> str:
    kind = table.text("kind")
    if kind not in PAGE_KINDS:
        raise _unknown_name(kind, PAGE_KINDS, table.where)
    return kind


def _listing(table: Table) -> ListingRule:
    count = table.table("feedback_count") if table.has("feedback_count") else None
    rule = ListingRule(
        must_have=_selects(table, "must_have"),
        whole=_selects(table, "whole"),
        regions=_selects(table, "regions"),
        ignore=_patterns(table, "ignore"),
        key_uri=compile_pattern(table.text("key"), table.where, ["key"]),
        key_link=css_select(table.text("key_link"), table.where) if table.has("key_link") else None,
        fields=_fields(table, LISTING_FIELDS, strict=True),
        prices=tuple(
            _price(item, f"price.{n}", strict=True) for n, item in enumerate(table.tables("prices"))
        ),
        listed_on=_date(table, "listed_on", strict=True),
        feedback_count=_field(count, "feedback_count", strict=True) if count else None,
    )
    table.done()
    return rule


def _vendor(table: Table) -> VendorRule:
    rule = VendorRule(
        must_have=_selects(table, "must_have"),
        whole=_selects(table, "whole"),
        regions=_selects(table, "regions"),
        ignore=_patterns(table, "ignore"),
        fields=_fields(table, VENDOR_FIELDS, strict=True),
        pgp=tuple(_field(item, f"pgp_place.{n}") for n, item in enumerate(table.tables("pgp"))),
    )
    table.done()
    return rule


def _feedback(table: Table) -> FeedbackRule:
    rule = FeedbackRule(
        row=css_select(table.text("row"), table.where),
        fields=_fields(table, FEEDBACK_FIELDS),
        price=_price(table.table("price"), "price") if table.has("price") else None,
        given_on=_date(table, "given_on"),
        listing_link=css_select(table.text("listing_link"), table.where)
        if table.has("listing_link")
        else None,
        none=css_select(table.text("none"), table.where) if table.has("none") else None,
    )
    table.done()
    return rule


def _login(table: Table) -> LoginRule:
    rule = LoginRule(
        path=table.text("path"),
        form=css_select(table.text("form"), table.where),
        user_field=table.text("user_field"),
        password_field=table.text("password_field"),
        succeeded=css_select(table.text("succeeded"), table.where),
        failed=css_select(table.text("failed"), table.where),
    )
    table.done()
    return rule


def _assertion(table: Table) -> Assertion:
    rule = Assertion(
        count=_counted(table.text("count"), table.where),
        share_of=_counted(table.text("share_of", "pages"), table.where)
        if table.has("share_of")
        else "",
        min=table.decimal("min"),
        max=table.decimal("max"),
    )
    table.done()
    return rule


def _counted(name: str, where: str) -> str:
    if name not in COUNTED:
        raise _unknown_name(name, COUNTED, where)
    return name


def _unknown_name(name: str, known: Sequence[str], where: str) -> ConfigurationError:
    return ConfigurationError(
        "E-MAR-004",
        _("“{name}” is not known here; the nearest name is “{near}”.").format(
            name=name, near=difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
        ),
        where=where,
        remedy=_("See docs/formats/market-profile.md."),
    )


def _fields(table: Table, known: tuple[str, ...], *, strict: bool = False) -> tuple[FieldRule, ...]:
    """Return the rules of ``fields`` (known names only) and ``also`` (any name)."""
    fields = table.table("fields")
    rules = [_field(fields.table(name), name, strict=strict) for name in known if fields.has(name)]
    fields.done()
    also = table.named_tables("also")
    return (*rules, *(_field(item, f"also.{name}") for name, item in also.items()))


def _field(table: Table, name: str, *, strict: bool = False) -> FieldRule:
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
        strict=strict,
        min_length=table.whole("min_length", 0),
        max_length=table.whole("max_length", NO_LIMIT),
    )


def _price(table: Table, name: str, *, strict: bool = False) -> PriceRule:
    currency = table.text("currency", "")
    groups = ("amount",) if currency else ("amount", "currency")
    table.text("pattern")
    rule = PriceRule(
        field=_open_field(table, name, groups, strict=strict),
        currency=currency,
        thousands=table.text("thousands", ""),
        decimal=table.text("decimal", "."),
        min=table.decimal("min"),
        max=table.decimal("max"),
    )
    table.done()
    return rule


def _date(table: Table, name: str, *, strict: bool = False) -> DateRule | None:
    if not table.has(name):
        return None
    inner = table.table(name)
    form = inner.text("form")
    rule = DateRule(field=_open_field(inner, name, ("value",), strict=strict), form=form)
    inner.done()
    return rule


def _select(table: Table) -> Select | SelectBetween:
    """Return what one of ``css``, ``xpath`` or the pair ``after`` and ``before`` selects."""
    given = [key for key in ("css", "xpath", "after") if table.has(key)]
    if len(given) != 1:
        raise wrong_form(table.where, _("a field has css, xpath, or after and before"))
    if given == ["after"]:
        after = css_select(table.text("after"), table.where)
        return SelectBetween(after, css_select(table.text("before"), table.where))
    make = css_select if given == ["css"] else xpath_select
    return make(table.text(given[0]), table.where)


def _selects(table: Table, key: str) -> tuple[Select, ...]:
    return tuple(css_select(source, table.where) for source in table.texts(key))


def _patterns(table: Table, key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(compile_pattern(source, table.where) for source in table.texts(key))


def _optional_pattern(table: Table, key: str) -> re.Pattern[str] | None:
    return compile_pattern(table.text(key), table.where) if table.has(key) else None
