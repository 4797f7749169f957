# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench tamper`` and ``vestigo bench bundles``: what the two verifiers catch."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _


@click.command(
    "tamper",
    help=_("Change invented bundles in every named way; both verifiers must say what is wrong."),
)
@click.option("--only", "names", multiple=True, help=_("Only the mutations of this name."))
@click.option("--list", "as_list", is_flag=True, help=_("List the mutations and leave."))
@click.option("--work", type=click.Path(path_type=Path, file_okay=False),
              help=_("Folder for everything that is written; else a temporary one."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def tamper(names: tuple[str, ...], as_list: bool, work: Path | None, as_json: bool) -> int:
    """Run; 3 where a mutation was not caught by exactly the checks that are named."""
    from vestigo.pipeline.tamper_bench.running import measure
    from vestigo.pipeline.tamper_bench.table import mutations

    known = {one.name: one for one in mutations()}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(
            "E-BEN-001",
            _("There is no measurement “{name}”.").format(name=unknown[0]),
            remedy=_("“vestigo bench tamper --list” names them."),
        )
    chosen = [known[name] for name in names] or list(known.values())
    if as_list:
        for one in chosen:
            checks = " ".join(sorted(one.layer_a | one.layer_b | one.unchecked))
            click.echo(f"{one.name}  ({one.attack.attacker}; {one.layers}: {checks})")
        return ExitCode.DONE
    with tempfile.TemporaryDirectory(dir=work) as folder, progress() as shown:
        task = shown.add_task(_("Tampering with bundles"), total=len(chosen))
        result = measure(chosen, Path(folder), lambda: shown.advance(task))
    if as_json:
        emit_json(result)
    else:
        _print(result)
    return ExitCode.DONE if result["met"] else ExitCode.VERIFICATION_FAILED


@click.command(
    "bundles",
    help=_("Build bundles of random invented cases; neither verifier may find a fault in one."),
)
@click.option("--cases", default=200, show_default=True, type=click.IntRange(1, 100_000),
              help=_("So many cases."))  # fmt: skip
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0),
              help=_("Seed of the first case."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path, file_okay=False),
              help=_("Folder for everything that is written; else a temporary one."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def bundles(cases: int, seed: int, work: Path | None, as_json: bool) -> int:
    """Run; 3 where a verifier raised a false alarm."""
    from vestigo.pipeline.tamper_bench.untouched import measure

    with tempfile.TemporaryDirectory(dir=work) as folder, progress() as shown:
        task = shown.add_task(_("Building bundles of random cases"), total=cases)
        result = measure(cases, seed, Path(folder), lambda: shown.advance(task))
    if as_json:
        emit_json(result)
    else:
        _print(result)
    return ExitCode.DONE if result["met"] else ExitCode.VERIFICATION_FAILED


def _print(result: dict[str, Any]) -> None:
    for name, value in result.items():
        if name != "table":
            click.echo(f"{name}: {value}")
    for row in result["table"]:
        if row["faults"]:
            click.echo(f"{row['name']}: {row['faults']}")
