# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo market``: read saved pages with a market profile, and check a profile."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click

from crawler.market import PageReading
from crawler.market.guessing.generic import UNPROFILED
from crawler.market.saved import SavedPage
from vestigo.cli.market_check import check
from vestigo.cli.market_learn import learn
from vestigo.cli.market_pages import (
    PagesRun,
    profile_and_pages,
    read_pages,
    report_findings,
    report_nothing,
)
from vestigo.cli.output import emit_jsonl, printable
from vestigo.i18n import _
from vestigo.identifiers.pgp import KeyUnreadable, read_key


@click.group(help=_("Read pages of a market with its profile, and check profiles."))
def market() -> None:
    """Group of the market commands."""


@market.command("read", help=_("Read saved PAGES (files or folders), with a PROFILE or without."))
@click.argument("pages", nargs=-1, required=True, metavar="[PROFILE] PAGES...")
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
@click.option("--full", is_flag=True, help=_("Add descriptions, profiles, keys and feedback."))
def read(pages: tuple[str, ...], as_jsonl: bool, full: bool) -> int | None:
    """Read every page; findings (cut, unreadable, failed assertions) give exit code 4."""
    profile, paths = profile_and_pages(pages)
    if not paths:
        raise click.UsageError(_("Give the pages to read."))
    run = PagesRun()
    found = read_pages(profile, paths, run)
    lines = (_line(page, reading, profile is None, full=full) for page, reading in found)
    if as_jsonl:
        emit_jsonl(lines)
    else:
        for line in lines:
            click.echo(printable(_line_for_people(line)))
    report_findings(run)
    report_nothing(run)
    return run.exit_code


market.add_command(check)
market.add_command(learn)


def _line(page: SavedPage, reading: PageReading, unprofiled: bool, *, full: bool) -> dict[str, Any]:
    line = _plain_line(page, reading)
    marked = {**line, UNPROFILED: True} if unprofiled else line
    return {**marked, **_full_line(reading)} if full else marked


def _plain_line(page: SavedPage, reading: PageReading) -> dict[str, Any]:
    listing = reading.listing
    price = listing.price if listing else None
    stock = listing.stock if listing else None
    vendor = reading.vendor.handle if reading.vendor else None
    return {
        "page": page.name,
        "kind": reading.kind,
        "truncated": reading.truncated,
        "key": (listing.key or None) if listing else None,
        "title": listing.title if listing else None,
        "vendor": listing.vendor if listing else vendor,
        "price": {"amount": price.amount, "currency": price.currency} if price else None,
        "category": list(listing.category) if listing else [],
        "ships_from": listing.ships_from if listing else None,
        "ships_to": listing.ships_to if listing else None,
        "feedback_count": listing.feedback_count if listing else None,
        "listed_on": listing.listed_on if listing else None,
        "stock": {"state": stock.state, "n": stock.n} if stock else None,
        "n_pgp_blocks": len(reading.vendor.pgp_blocks) if reading.vendor else None,
        "pgp_fingerprints": _fingerprints(reading),
        "charset": reading.charset,
        "n_links": len(reading.links),
        "leftovers": list(reading.leftovers),
        "failed_assertions": list(reading.failed_assertions),
    }


def _fingerprints(reading: PageReading) -> list[str]:
    """Return the fingerprints of the keys that can be read; the count of blocks tells the rest."""
    found = []
    for block in reading.vendor.pgp_blocks if reading.vendor else ():
        with suppress(KeyUnreadable):
            found.append(read_key(block).fingerprint)
    return found


def _full_line(reading: PageReading) -> dict[str, Any]:
    """Return the long texts; buyers are third persons and stay out."""
    return {
        "description": reading.listing.description if reading.listing else None,
        "profile": reading.vendor.profile_text if reading.vendor else None,
        "pgp_blocks": list(reading.vendor.pgp_blocks) if reading.vendor else [],
        "prices": [
            {"amount": price.amount, "currency": price.currency}
            for price in (reading.listing.prices if reading.listing else ())
        ],
        "feedback": [
            {
                "listing_key": row.listing_key or None,
                "rating": row.rating,
                "given_on": row.given_on,
                "age": row.age,
                "text": row.text,
                "price": {"amount": row.price.amount, "currency": row.price.currency}
                if row.price
                else None,
            }
            for row in reading.feedback
        ],
        "links": [{"uri": link.uri, "kind": link.page_kind_hint} for link in reading.links],
    }


def _line_for_people(line: dict[str, Any]) -> str:
    price = line["price"]
    shown = f"{price['amount']:f} {price['currency']}" if price else ""
    parts = [line["kind"], line["page"], line["title"] or "", line["vendor"] or "", shown]
    return "  ".join(part for part in parts if part)
