# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a profile file (TOML) to a ``MarketProfile``; every key is checked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from crawler.market.asserting import COUNTED
from crawler.market.field_loading import (
    date_rule,
    field_rule,
    field_rules,
    optional_pattern,
    patterns,
    price_rule,
    selects,
)
from crawler.market.keeping import KEEPABLE, KeepRule
from crawler.market.profile import (
    Assertion,
    Bounds,
    CaptchaRule,
    FeedbackRule,
    KindRule,
    LinkRule,
    ListingRule,
    LoginRule,
    MarketProfile,
    Politeness,
    VendorRule,
)
from crawler.market.selecting import compile_pattern, css_select
from crawler.market.table import Table, wrong_form
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.records.market import PAGE_KINDS
from vestigo.settings import read_toml, section_digest

FORMAT = 1
MARKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
HTML_END = r"(?i)</html\s*>\s*(?:<!--[^>]*-->\s*)*\Z"
LISTING_FIELDS = ("title", "description", "vendor", "category", "ships_from", "ships_to")
VENDOR_FIELDS = ("handle", "profile")
FEEDBACK_FIELDS = ("text", "rating", "buyer", "vendor", "age")


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
    if path.suffix == ".toml":
        raise ConfigurationError(
            "E-MAR-001",
            _("The profile is not there."),
            where=str(name_or_path),
            remedy=_("Check the path, or make one: vestigo market learn PAGES -o FILE.toml"),
        )
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
        market=_market_name(top),
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
        captcha=_captcha(top.table("captcha")) if top.has("captcha") else None,
        assertions=tuple(_assertion(table) for table in top.tables("assertions")),
        keep=KeepRule(_names_by_kind(top.table("collect")), _names_by_kind(top.table("never"))),
        bounds=_bounds(top.table("bounds")),
    )
    for table in (politeness, document, links):
        table.done()
    return profile


def _market_name(top: Table) -> str:
    """Return the name of the market: files of the crawl bear it, so it is no path."""
    name = top.text("market")
    if not MARKET_NAME.fullmatch(name):
        raise wrong_form(
            f"{top.where} market",
            _("a name of letters, digits, “.”, “_” and “-” is expected, at most 64 characters"),
        )
    return name


def _bounds(table: Table) -> Bounds:
    usual = Bounds()
    bounds = Bounds(
        depth=table.whole("depth", usual.depth),
        repeats=table.whole("repeats", usual.repeats),
        variants=table.whole("variants", usual.variants),
        pages=table.whole("pages", usual.pages),
        leading=table.whole("leading", usual.leading),
        per_listing=table.whole("per_listing", usual.per_listing),
    )
    table.done()
    return bounds


def _kind(table: Table) -> KindRule:
    rule = KindRule(
        kind=_page_kind(table),
        status=table.wholes("status"),
        uri=optional_pattern(table, "uri"),
        has=selects(table, "has"),
        lacks=selects(table, "lacks"),
        text=optional_pattern(table, "text"),
        seems=table.flag("seems"),
        unless_orders=table.flag("unless_orders"),
    )
    table.done()
    return rule


def _names_by_kind(table: Table) -> dict[str, frozenset[str]]:
    """Return names of fields by kind of page, both checked."""
    found = {}
    for kind in table.names():
        if kind not in PAGE_KINDS:
            raise _unknown_name(kind, PAGE_KINDS, table.where)
        names = table.texts(kind)
        for name in names:
            if name not in KEEPABLE:
                raise _unknown_name(name, KEEPABLE, f"{table.where} {kind}")
        found[kind] = frozenset(names)
    return found


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
    stock = table.table("stock") if table.has("stock") else None
    rule = ListingRule(
        must_have=selects(table, "must_have"),
        whole=selects(table, "whole"),
        regions=selects(table, "regions"),
        ignore=patterns(table, "ignore"),
        key_uri=compile_pattern(table.text("key"), table.where, ["key"]),
        key_link=css_select(table.text("key_link"), table.where) if table.has("key_link") else None,
        fields=field_rules(table, LISTING_FIELDS, strict=True),
        prices=tuple(
            price_rule(item, f"price.{n}", strict=True)
            for n, item in enumerate(table.tables("prices"))
        ),
        listed_on=date_rule(table, "listed_on", strict=True),
        feedback_count=field_rule(count, "feedback_count", strict=True) if count else None,
        pictures=selects(table, "pictures"),
        stock=field_rule(stock, "stock") if stock else None,
    )
    table.done()
    return rule


def _vendor(table: Table) -> VendorRule:
    rule = VendorRule(
        must_have=selects(table, "must_have"),
        whole=selects(table, "whole"),
        regions=selects(table, "regions"),
        ignore=patterns(table, "ignore"),
        fields=field_rules(table, VENDOR_FIELDS, strict=True),
        pgp=tuple(field_rule(item, f"pgp_place.{n}") for n, item in enumerate(table.tables("pgp"))),
        pictures=selects(table, "pictures"),
    )
    table.done()
    return rule


def _feedback(table: Table) -> FeedbackRule:
    rule = FeedbackRule(
        row=css_select(table.text("row"), table.where),
        fields=field_rules(table, FEEDBACK_FIELDS),
        price=price_rule(table.table("price"), "price") if table.has("price") else None,
        given_on=date_rule(table, "given_on"),
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


def _captcha(table: Table) -> CaptchaRule:
    rule = CaptchaRule(
        form=css_select(table.text("form"), table.where),
        picture=css_select(table.text("picture"), table.where),
        answer_field=table.text("answer_field"),
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
