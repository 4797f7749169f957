# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp market``: what listings say beside what the market shows of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.output import emit_json, printable, progress, warn
from vestigo.cli.standard_input import standard_input
from vestigo.i18n import _, ngettext

if TYPE_CHECKING:
    from nlp.model import ListingText

LEAST_SHOWN = 5  # listings of a substance; ``--json`` has them all


@click.command("market", help=_("Compare what listings say with what the market shows."))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--rates",
    multiple=True,
    type=click.Path(path_type=Path),
    help=_("A file of exchange rates, to compare prices in other currencies."),
)
@click.option("--differences", is_flag=True, help=_("List every difference."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def market(
    files: tuple[Path, ...], rates: tuple[Path, ...], differences: bool, as_json: bool
) -> None:
    """Print how often text and market agree on class, substance and price."""
    from nlp.scoring.market import market_report
    from vestigo.rates import RateTable

    unreadable: list[str] = []
    table = RateTable.read(rates) if rates else None
    report = market_report(_shown(_texts(files, unreadable)), table)
    if as_json:
        emit_json(report)
    else:
        _say(report)
        for row in report["differences"] if differences else ():
            click.echo(printable(json.dumps(row, ensure_ascii=False)))
    if unreadable:
        n = len(unreadable)
        message = ngettext(
            "{n} line is no listing and was left out: {first}",
            "{n} lines are no listings and were left out; the first: {first}",
            n,
        )
        warn(message.format(n=n, first=unreadable[0]))


def _texts(files: tuple[Path, ...], unreadable: list[str]) -> Iterator[ListingText]:
    """Yield the listings of files or standard input; ``unreadable`` takes what is none."""
    from nlp.lines.listing_line import LineUnreadable, parse_line

    for name, lines in _sources(files):
        for number, line in enumerate(lines, 1):
            try:
                yield parse_line(line.decode("utf-8", "replace"))
            except LineUnreadable as error:
                unreadable.append(f"{name}:{number}: {error}")


def _sources(files: tuple[Path, ...]) -> Iterator[tuple[str, Iterable[bytes]]]:
    if not files:
        yield "-", standard_input().buffer
    for path in files:
        with path.open("rb") as handle:
            yield str(path), handle


def _shown(texts: Iterator[ListingText]) -> Iterator[ListingText]:
    """Pass the listings on, counted on standard error."""
    with progress() as display:
        task = display.add_task(_("Reading listings"), total=None)
        for text in texts:
            display.advance(task)
            yield text


def _say(report: Mapping[str, Any]) -> None:
    n = report["listings"]
    click.echo(ngettext("{n} listing", "{n} listings", n).format(n=n))
    _row("class", report["class"]["same"])
    _row("substance", report["substance"]["same"], report["substance"])
    _row("price", report["price"]["same"], report["price"])
    for name, row in report["substance"]["of_market"].items():
        if row["same"]["of"] + row["silent"] >= LEAST_SHOWN:
            _row(f"  {name}", row["same"], row)


def _row(name: str, same: Mapping[str, Any], verdicts: Mapping[str, Any] | None = None) -> None:
    """Print a share with its interval and counts, by machine names as ``nlp score`` does."""
    figure = f"{same['share']} [{'-'.join(same['share_95'])}]" if same["of"] else "-"
    counts = f"({same['count']}/{same['of']})"
    silent = f"  silent {verdicts['silent']}" if verdicts is not None else ""
    click.echo(printable(f"{name:<28} same {figure:<26} {counts}{silent}"))
