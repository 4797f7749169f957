# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench page-kinds``: how well kinds of pages are told apart."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from vestigo.cli.output import emit_json
from vestigo.errors import ExitCode
from vestigo.i18n import _

AIM = Decimal("0.99")


@click.command("page-kinds", help=_("Compare kinds of pages with what was served."))
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1, 1000),
              help=_("So many worlds of the practice range."))  # fmt: skip
@click.option("--behaviour", default="full", show_default=True,
              help=_("Name or path of the behaviour of the worlds."))  # fmt: skip
@click.option("--saved", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help=_("A tar archive of the saved market of 2014."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def page_kinds(seeds: int, behaviour: str, saved: Path | None, as_json: bool) -> int:
    """Exit 3 where a matrix is below 99 % or a wall was taken for a listing or vendor."""
    from vestigo.pipeline.page_kinds import measure

    found = measure(seeds=range(1, seeds + 1), behaviour=behaviour, saved=saved)
    parts = {name: part.get("all", part) for name, part in found.items() if name != "saved"}
    parts |= {f"saved.{name}": part for name, part in found.get("saved", {}).items()}
    if as_json:
        emit_json(found)
    else:
        for name, part in parts.items():
            line = _("{name}: {share} of {n} pages right, {junk} walls taken for content")
            click.echo(line.format(name=name, share=part["share"], n=part["pages"],
                                   junk=part["junk"]))  # fmt: skip
    missed = any(Decimal(part["share"]) < AIM or part["junk"] for part in parts.values())
    return ExitCode.VERIFICATION_FAILED if missed else ExitCode.DONE
