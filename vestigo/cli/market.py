# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo market``: read saved pages with a market profile, and check a profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import click

from crawler.market import MarketProfile, PageReading, load_profile
from crawler.market.asserting import Tally
from crawler.market.saved import SavedPage, read_saved, saved_pages
from vestigo.cli.output import emit_json, emit_jsonl, printable, progress, report_error, warn
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _, ngettext
from vestigo.identifiers.pgp import KeyUnreadable, read_key

MAX_SHOWN = 20


@dataclass
class _Run:
    """What a run over saved pages has met so far."""

    tally: Tally = field(default_factory=Tally)
    n_leftovers: int = 0
    findings: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int | None:
        return ExitCode.FINDINGS if self.findings else None


@click.group(help=_("Read pages of a market with its profile, and check profiles."))
def market() -> None:
    """Group of the market commands."""


@market.command("read", help=_("Read saved PAGES (files or folders) with PROFILE."))
@click.argument("profile")
@click.argument("pages", nargs=-1, required=True, type=click.Path())
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
@click.option("--full", is_flag=True, help=_("Add descriptions, profiles, keys and feedback."))
def read(profile: str, pages: tuple[str, ...], as_jsonl: bool, full: bool) -> int | None:
    """Read every page; findings (cut, unreadable, failed assertions) give exit code 4."""
    loaded = load_profile(profile)
    run = _Run()
    lines = _lines(loaded, pages, run, full=full)
    if as_jsonl:
        emit_jsonl(lines)
    else:
        for line in lines:
            click.echo(printable(_line_for_people(line)))
    _report(run)
    return run.exit_code


@market.command("check", help=_("Check PROFILE, and its assertions over saved PAGES."))
@click.argument("profile")
@click.argument("pages", nargs=-1, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def check(profile: str, pages: tuple[str, ...], as_json: bool) -> int | None:
    """Check a profile; with pages also what it gives on them."""
    loaded = load_profile(profile)
    run = _Run()
    for _line in _lines(loaded, pages, run, full=False):
        pass
    failed = run.tally.failures(loaded.assertions) if pages else []
    if as_json:
        emit_json(_checked(loaded, run, failed))
    else:
        _show_check(loaded, run, failed, with_pages=bool(pages))
    _report(run)
    return ExitCode.FINDINGS if failed or run.findings else None


def _lines(
    profile: MarketProfile, pages: tuple[str, ...], run: _Run, *, full: bool
) -> Iterator[dict[str, Any]]:
    """Yield one line a page and note in ``run`` what was met."""
    found = list(saved_pages(pages))
    with progress() as display:
        task = display.add_task(_("Reading pages"), total=len(found))
        for page in found:
            yield _line(profile, page, run, full=full)
            display.advance(task)


def _line(profile: MarketProfile, page: SavedPage, run: _Run, *, full: bool) -> dict[str, Any]:
    try:
        reading = read_saved(profile, page)
    except InputError as error:
        report_error(error)
        run.findings.append(f"{page.name}: {error.code}")
        reading = PageReading("other", False, "", failed_assertions=(f"file: {error.code}",))
    run.tally.add(reading)
    run.n_leftovers += len(reading.leftovers)
    run.examples += [f"{page.name}: {item}" for item in reading.leftovers]
    del run.examples[MAX_SHOWN:]
    if reading.truncated:
        run.findings.append(f"{page.name}: truncated")
    run.findings += [f"{page.name}: {item}" for item in reading.failed_assertions]
    line = _plain_line(page, reading)
    return {**line, **_full_line(reading)} if full else line


def _plain_line(page: SavedPage, reading: PageReading) -> dict[str, Any]:
    listing = reading.listing
    price = listing.price if listing else None
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


def _report(run: _Run) -> None:
    """Show findings and leftovers on stderr, a few of each."""
    for finding in run.findings[:MAX_SHOWN]:
        warn(printable(finding))
    if len(run.findings) > MAX_SHOWN:
        n_more = len(run.findings) - MAX_SHOWN
        warn(ngettext("… and {n} more finding", "… and {n} more findings", n_more).format(n=n_more))
    if run.n_leftovers:
        n = run.n_leftovers
        warn(ngettext("{n} leftover, e.g.:", "{n} leftovers, e.g.:", n).format(n=n))
        for example in run.examples:
            warn(printable(f"  {example}"))


def _checked(profile: MarketProfile, run: _Run, failed: list[str]) -> dict[str, Any]:
    return {
        "profile": profile.path,
        "market": profile.market,
        "digest": profile.digest,
        "kinds": dict(sorted(run.tally.kinds.items())),
        "counts": dict(sorted(run.tally.counts.items())),
        "n_vendor_accounts": len(run.tally.vendors),
        "n_leftovers": run.n_leftovers,
        "n_findings": len(run.findings),
        "failed_assertions": failed,
    }


def _show_check(profile: MarketProfile, run: _Run, failed: list[str], *, with_pages: bool) -> None:
    click.echo(printable(_("{title}: the profile is valid.").format(title=profile.title)))
    if not with_pages:
        return
    for kind, n in sorted(run.tally.kinds.items()):
        click.echo(f"  {kind}: {n}")
    n = len(run.tally.vendors)
    click.echo(ngettext("{n} vendor account", "{n} vendor accounts", n).format(n=n))
    for message in failed:
        click.echo(printable(_("An assertion failed: {message}").format(message=message)))
    if not failed:
        click.echo(_("All assertions hold."))
