# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo market check``: a profile, and what it gives on saved pages, field by field."""

from __future__ import annotations

from typing import Any

import click

from crawler.market import MarketProfile, load_profile
from crawler.market.checking import FieldReport
from vestigo.cli.market_pages import (
    PagesRun,
    leftovers_of,
    read_pages,
    report_findings,
    report_nothing,
)
from vestigo.cli.market_table import table_lines
from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode
from vestigo.i18n import _, ngettext

MOST_LABELS = 15


@click.command("check", help=_("Check PROFILE, and what it gives on saved PAGES, by field."))
@click.argument("profile")
@click.argument("pages", nargs=-1, type=click.Path())
@click.option("--all", "everything", is_flag=True, help=_("Show every finding and leftover."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def check(profile: str, pages: tuple[str, ...], everything: bool, as_json: bool) -> int | None:
    """Check a profile; with pages also what it gives on them."""
    loaded = load_profile(profile)
    run = PagesRun()
    for _page in read_pages(loaded, pages, run, labels=True):
        pass
    failed = run.tally.failures(loaded.assertions) if pages else []
    if as_json:
        emit_json(_checked(loaded, run, failed))
    else:
        _show(loaded, run, failed, with_pages=bool(pages))
    report_findings(run, everything=everything)
    if pages:
        report_nothing(run)
    return ExitCode.FINDINGS if failed or run.findings or (pages and not run.n_pages) else None


def _checked(profile: MarketProfile, run: PagesRun, failed: list[str]) -> dict[str, Any]:
    return {
        "profile": profile.path,
        "market": profile.market,
        "digest": profile.digest,
        "kinds": dict(sorted(run.tally.kinds.items())),
        "counts": dict(sorted(run.tally.counts.items())),
        "n_vendor_accounts": len(run.tally.vendors),
        "fields": {name: _field(one) for name, one in run.report.rows()},
        "unused_labels": [
            {"label": label, "n_pages": n, "example": run.report.unused_examples[label]}
            for label, n in _unused(run)
        ],
        "n_leftovers": run.leftovers.total(),
        "leftovers": [
            {"leftover": text, "n_pages": n, "example": page} for text, n, page in leftovers_of(run)
        ],
        "n_findings": len(run.findings),
        "findings": run.findings,
        "failed_assertions": failed,
    }


def _field(one: FieldReport) -> dict[str, Any]:
    return {
        "n_pages": one.n_pages,
        "n_read": one.n_read,
        "n_distinct": len(one.values),
        "examples": one.examples,
        "n_failed": one.n_failed,
        "failed": one.failed,
    }


def _unused(run: PagesRun) -> list[tuple[str, int]]:
    return sorted(run.report.unused.items(), key=lambda item: (-item[1], item[0]))


def _show(profile: MarketProfile, run: PagesRun, failed: list[str], *, with_pages: bool) -> None:
    click.echo(printable(_("{title}: the profile is valid.").format(title=profile.title)))
    if not with_pages:
        return
    for kind, n in sorted(run.tally.kinds.items()):
        click.echo(f"  {kind}: {n}")
    n = len(run.tally.vendors)
    click.echo(ngettext("{n} vendor account", "{n} vendor accounts", n).format(n=n))
    for line in _table(run):
        click.echo(line)
    labels = ", ".join(f"{label} ({n})" for label, n in _unused(run)[:MOST_LABELS])
    if labels:
        click.echo(printable(_("Labels that no field uses: {labels}").format(labels=labels)))
    for message in failed:
        click.echo(printable(_("An assertion failed: {message}").format(message=message)))
    if not failed:
        click.echo(_("All assertions hold."))


def _table(run: PagesRun) -> list[str]:
    head = (_("field"), _("pages"), _("read"), _("values"), _("failed"), _("examples"))
    rows = [
        (
            name,
            *(str(n) for n in (one.n_pages, one.n_read, len(one.values), one.n_failed)),
            " · ".join(one.examples),
        )
        for name, one in run.report.rows()
    ]
    return table_lines(head, rows)
