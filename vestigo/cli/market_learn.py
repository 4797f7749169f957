# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo market learn``: a profile proposed from saved pages of a layout never seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from crawler.market.guessing.reading import FIELDS
from crawler.market.learning.apart import LearnedPage, learned_page
from crawler.market.learning.proposing import Proposal, learn_layout
from crawler.market.learning.writing import profile_text, shown_value
from crawler.market.loading import MARKET_NAME
from crawler.market.saved import is_asset, page_bytes, saved_pages
from vestigo.cli.market_table import table_lines
from vestigo.cli.output import emit_json, printable, progress, report_error, warn
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _

MOST_SHOWN = 6


@click.command("learn", help=_("Propose a profile from three or more saved PAGES of one market."))
@click.argument("pages", nargs=-1, required=True, type=click.Path())
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help=_("The profile to write (.toml)."),
)
@click.option("--name", default="", help=_("Short name of the market (default: that of the file)."))
@click.option("--force", is_flag=True, help=_("Write over a profile that is there."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def learn(
    pages: tuple[str, ...], output: Path, name: str, force: bool, as_json: bool
) -> int | None:
    """Learn, write the profile, and show what was found on each page."""
    _refuse_output(output, force=force)
    if name and not MARKET_NAME.fullmatch(name):
        raise click.UsageError(
            _("a name of letters, digits, “.”, “_” and “-” is expected, at most 64 characters")
        )
    read, n_unreadable = _read(pages)
    proposal = learn_layout(read)
    text = profile_text(proposal, name or _plain(output.stem))
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise _unwritable(output, error.strerror or str(error)) from error
    if as_json:
        emit_json(_found(proposal, output))
    else:
        _show(proposal, output)
    return ExitCode.FINDINGS if n_unreadable else None


def _refuse_output(output: Path, *, force: bool) -> None:
    if output.suffix != ".toml":
        raise _unwritable(output, _("the name of a profile ends in .toml"))
    if output.exists() and not force:
        raise _unwritable(output, _("it is there already; --force writes over it"))


def _unwritable(output: Path, reason: str) -> InputError:
    return InputError(
        "E-MAR-008",
        _("The profile cannot be written: {reason}.").format(reason=reason),
        where=str(output),
        remedy=_("Choose another file with -o."),
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.casefold()).strip("-")[:64].strip("-") or "market"


def _read(pages: tuple[str, ...]) -> tuple[list[LearnedPage], int]:
    found, n_unreadable = [], 0
    saved = list(saved_pages(pages))
    with progress() as display:
        task = display.add_task(_("Reading pages"), total=len(saved))
        for page in saved:
            display.advance(task)
            try:
                body = page_bytes(page)
            except InputError as error:
                report_error(error)
                n_unreadable += 1
                continue
            if not is_asset(page, body):
                found.append(learned_page(page.name, body))
    return found, n_unreadable


def _found(proposal: Proposal, output: Path) -> dict[str, Any]:
    return {
        "profile": str(output),
        "n_listings": len(proposal.listings),
        "set_apart": [
            {"page": page.name, "kind": page.kind, "reason": page.why}
            for page in proposal.pages
            if page not in proposal.listings
        ],
        "fields": {
            name: {
                "sure": one.sure,
                "by": one.place.kind,
                "source": one.place.source,
                "why": one.place.why,
                "values": {
                    page.name: shown_value(value)
                    for page, value in zip(proposal.listings, one.place.values, strict=False)
                },
            }
            for name, one in proposal.fields.items()
        },
        "not_found": [name for name in FIELDS if name not in proposal.fields],
    }


def _show(proposal: Proposal, output: Path) -> None:
    for line in _table(proposal):
        click.echo(line)
    for page in proposal.pages:
        if page not in proposal.listings:
            reason = page.why or page.kind
            warn(printable(_("set apart: {page} ({reason})").format(page=page.name, reason=reason)))
    click.echo(
        printable(
            _("Written: {path}. Read it through, then: vestigo market check {path} PAGES").format(
                path=output
            )
        )
    )


def _table(proposal: Proposal) -> list[str]:
    """Return a line a field with how it is found, then one for each of the first pages."""
    shown = list(proposal.listings)[:MOST_SHOWN]
    rows: list[tuple[str, str, str]] = []
    for name in FIELDS:
        one = proposal.fields.get(name)
        if one is None:
            rows.append((name, "–", _("not found")))
            continue
        source = f"“{one.place.source}”" if one.place.kind == "label" else one.place.source
        rows.append((name, f"{one.sure:.2f}", source))
        rows += [
            ("", "", f"  {Path(page.name).name}: {shown_value(value)}")
            for page, value in zip(shown, one.place.values, strict=False)
        ]
    return table_lines((_("field"), _("sure"), _("found by, and the values")), rows)
