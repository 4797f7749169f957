# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench selectors``: identifiers with a slip in them, and the keys of real vendors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command("selectors", help=_("Count identifiers with one slip that are read nevertheless."))
@click.option("--mutations", default=1_000_000, show_default=True, type=click.IntRange(1),
              help=_("So many for each kind of checksum."))  # fmt: skip
@click.option("--only", multiple=True, help=_("A kind of checksum; several may be given."))
@click.option("--seed", default=1, show_default=True, help=_("What the identifiers come from."))
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help=_("A folder with real vendors, whose keys are counted."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def selectors(
    mutations: int, only: tuple[str, ...], seed: int, data: Path | None, as_json: bool
) -> int:
    """Exit 3 where more pass than chance explains, or a real key is not read."""
    from vestigo.pipeline.selector_bench import measure, real_keys

    with progress() as display:
        task = display.add_task(_("Reading mutations"), total=None)
        found = measure(mutations=mutations, seed=seed, only=only,
                        on_thousand=lambda: display.advance(task))  # fmt: skip
    if data is not None:
        found["real_keys"] = real_keys(data)
        found["held"] = found["held"] and found["real_keys"]["held"]
    if as_json:
        emit_json(found)
    else:
        _show(found)
    return ExitCode.DONE if found["held"] else ExitCode.VERIFICATION_FAILED


def _show(found: dict[str, Any]) -> None:
    for name, row in found["families"].items():
        line = _("{name}: {accepted} of {n} mutations accepted, at most {limit} by chance")
        click.echo(line.format(name=name, accepted=row["false_accepts"], n=row["mutations"],
                               limit=row["limit"]))  # fmt: skip
    for name, row in found.get("real_keys", {}).get("files", {}).items():
        line = _("{name}: {read} of {keys} keys read, {repaired} with mended armour")
        click.echo(line.format(name=name, read=row["read"], keys=row["keys"],
                               repaired=row["armour_repaired"]))  # fmt: skip
