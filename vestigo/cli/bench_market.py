# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench market-learn``: learned and generic reading on invented layouts."""

from __future__ import annotations

import click

from vestigo.cli.market_table import table_lines
from vestigo.cli.output import emit_json
from vestigo.i18n import _
from vestigo.pipeline.market_layouts.measuring import BATCHES, FIELDS, measure_all


@click.command("market-learn", help=_("Measure the learning of profiles on invented layouts."))
@click.option("--seed", default=1, show_default=True, help=_("Seed of the invented pages."))
@click.option(
    "--pages", default=12, show_default=True, help=_("Pages that are read of each layout.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def market_learn(seed: int, pages: int, as_json: bool) -> None:
    """Measure each batch of layouts apart and print the shares."""
    measured = measure_all(seed, pages)
    if as_json:
        emit_json(measured)
        return
    rows = [
        (f"{part} {way}", *(str(measured[part][way]["fields"][name]) for name in FIELDS))
        for part in BATCHES
        for way in ("learned", "generic")
    ]
    for line in table_lines(("", *FIELDS), rows):
        click.echo(line)
