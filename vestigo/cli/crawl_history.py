# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl history``: how listings changed, when they were gone, when vendors were seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable
from vestigo.clock import iso
from vestigo.errors import UsageError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.history import (
    Holding,
    ListingHistory,
    VendorLife,
    Version,
    listing_histories,
    vendor_lives,
)
from vestigo.pipeline.session import open_session
from vestigo.records.codec import to_plain

BARS = "▁▂▃▄▅▆▇█"


@click.command(
    "history",
    help=_("Show how the listings of the case at PATH changed, or one LISTING (market/key)."),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("listing", default="")
@click.option("--market", default="", help=_("Only this market."))
@click.option("--vendors", is_flag=True, help=_("When each vendor was seen, instead of listings."))
@click.option("--changed", is_flag=True, help=_("Only listings that changed, are gone or held."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def history(
    path: Path, listing: str, market: str, vendors: bool, changed: bool, as_json: bool
) -> None:
    """Read the records; nothing is sent."""
    name, _slash, key = listing.partition("/")
    with open_session(path, write=False) as session:
        session.custody.append("access", reason="crawl history", details={"listing": listing})
        lives = vendor_lives(session.ledger, market) if vendors else []
        found = [] if vendors else listing_histories(session.ledger, name or market, key)
    if listing and not found:
        raise _no_listing(listing)
    if changed:
        found = [one for one in found if _moved(one)]
    if as_json:
        emit_json({"vendors": to_json(lives)} if vendors else {"listings": to_json(found)})
    elif vendors:
        _show_vendors(lives)
    elif listing:
        _show_one(found[0])
    else:
        _show_all(found)


def to_json(rows: Sequence[ListingHistory | VendorLife]) -> list[dict[str, Any]]:
    """Return rows as plain JSON values; a listing's state stands beside its fields."""
    plain = []
    for row in rows:
        document = {f.name: to_plain(getattr(row, f.name)) for f in dataclasses.fields(row)}
        if isinstance(row, ListingHistory):
            document["state"] = row.state
        plain.append(document)
    return plain


def _no_listing(listing: str) -> UsageError:
    return UsageError(
        "E-CRA-084",
        _("The case has no such listing."),
        where=listing,
        remedy=_("Name it as market/key, as “vestigo crawl history CASE” prints it."),
    )


def _moved(one: ListingHistory) -> bool:
    return one.state != "seen" or any(
        version.changed or version.holding for version in one.versions
    )


def _show_all(found: Sequence[ListingHistory]) -> None:
    if not found:
        click.echo(_("No listing was read in this case yet."))
    for one in found:
        first, last = one.versions[0], one.versions[-1]
        n = len(one.versions)
        seen = ngettext("{n} capture", "{n} captures", n).format(n=n)
        said = f"{one.market}/{one.key}  {_state(one)}  {iso(first.at)[:10]} – {iso(last.at)[:10]}"
        asked = "  ".join(one for one in (_price(last), _stock(last)) if one)
        click.echo(printable(f"{said}  {seen}  {_bars(one.versions)}  {asked}  {last.title}"))


def _show_one(one: ListingHistory) -> None:
    click.echo(printable(f"{one.market}/{one.key}  {one.vendor or ''}"))
    for version in one.versions:
        changed = ", ".join(_field(name) for name in version.changed)
        asked = "  ".join(one for one in (_price(version), _stock(version)) if one)
        click.echo(printable(f"{iso(version.at)}  {asked}  {version.title}  {changed}"))
        for reason in version.holding:
            click.echo(printable("    " + _holding(reason, version)))
        click.echo(f"    {version.capture_id}")
    if one.gone_at is not None:
        click.echo(_("{at}  gone: its address answers “not found”").format(at=iso(one.gone_at)))
        click.echo(f"    {one.gone_capture_id}")


def _show_vendors(lives: Sequence[VendorLife]) -> None:
    if not lives:
        click.echo(_("No vendor was read in this case yet."))
    for one in lives:
        said = _("{vendor}  seen {first} – {last}, market last seen {market}; feedback: {feedback}")
        line = said.format(
            vendor=f"{one.market}/{one.handle}",
            first=iso(one.first_seen_at)[:10],
            last=iso(one.last_seen_at)[:10],
            market=iso(one.market_seen_at)[:10],
            feedback=one.last_feedback_on or _("not known"),
        )
        click.echo(printable(line))


def _price(version: Version) -> str:
    if version.price_amount is None:
        return _("no price")
    return f"{version.price_amount:f} {version.price_currency or ''}".rstrip()


def _stock(version: Version) -> str:
    """Return how much was left, "" where the page did not say."""
    if version.stock_n:
        return ngettext("{n} left", "{n} left", version.stock_n).format(n=version.stock_n)
    return {
        None: "", "in-stock": _("in stock"), "sold-out": _("sold out"),
        "unlimited": _("no end of it"),
    }[version.stock_state]  # fmt: skip


def _bars(versions: Sequence[Version]) -> str:
    """Return the prices as bars, holding prices as a cross; "" where nothing can be compared."""
    shown = [v.price_amount for v in versions if v.price_amount and not v.holding]
    if len(versions) < 2 or not shown or len({v.price_currency for v in versions}) > 1:  # noqa: PLR2004
        return ""
    top = max(shown)
    return "".join(
        "✗" if v.holding else BARS[int((len(BARS) - 1) * (v.price_amount or 0) / top)]
        for v in versions
    )


def _state(one: ListingHistory) -> str:
    return {"seen": _("on sale"), "gone": _("gone"), "holding_price": _("holding price")}[one.state]


def _field(name: str) -> str:
    return {
        "price": _("price"), "stock": _("stock"), "title": _("title"),
        "description": _("description"),
        "vendor": _("vendor"), "category": _("category"), "ships_from": _("ships from"),
        "ships_to": _("ships to"),
    }[name]  # fmt: skip


def _holding(reason: Holding, version: Version) -> str:
    said = {
        "too-much-for-the-amount": _("probably a holding price: too much for what is offered"),
        "far-above-its-own": _(
            "probably a holding price: {times} times the price that it is meant to have "
            "({compared})"
        ),
        "far-above-the-market": _(
            "probably a holding price: {times} times the market's median price ({compared})"
        ),
        "far-above-the-usual": _(
            "probably a holding price: {times} times what this amount costs in its category "
            "({compared})"
        ),
    }[reason.reason]
    compared = f"{reason.compared or 0:f} {version.price_currency or ''}".rstrip()
    return said.format(times=reason.times, compared=compared)
