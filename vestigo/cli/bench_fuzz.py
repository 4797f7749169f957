# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench fuzz``: made-up bytes for the parsers that verification touches."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "fuzz", help=_("Feed made-up bytes to the parsers that verification touches, ours and theirs.")
)
@click.option("--only", default="", metavar="a,b", help=_("Only these parsers; else all of them."))
@click.option("--seconds", default=600, show_default=True, type=click.IntRange(1, 86_400),
              help=_("So long for each parser."))  # fmt: skip
@click.option("--corpus", type=click.Path(path_type=Path, file_okay=False),
              help=_("Begin with the inputs of this folder, and keep new ones there."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path, file_okay=False),
              help=_("Work in this folder; one in memory is quicker."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def fuzz(only: str, seconds: int, corpus: Path | None, work: Path | None, as_json: bool) -> int:
    """Fuzz and print how each ended; 3 where bytes were found that a parser cannot take."""
    from vestigo.pipeline.bench_choice import chosen_parts
    from vestigo.pipeline.fuzzing.running import document, fuzz_all, require_fuzzer
    from vestigo.pipeline.fuzzing.targets import TARGETS

    require_fuzzer()
    names = chosen_parts(only, TARGETS)
    with tempfile.TemporaryDirectory(dir=work) as folder, progress() as shown:
        task = shown.add_task(_("Fuzzing"), total=len(names))

        def started(name: str) -> None:
            shown.update(task, description=name, advance=0 if name == names[0] else 1)

        found = fuzz_all(names, seconds, Path(folder), corpus, started)
    said = document(found, seconds)
    if as_json:
        emit_json(said)
    else:
        for name, one in found.items():
            click.echo(_("{name}: {n} inputs, {edges} edges, {peak} MB at most, {end}").format(
                name=name, n=one.n_inputs, edges=one.n_edges, peak=one.peak_mb,
                end=_("nothing found") if not one.exit_code else _("A FINDING"),
            ))  # fmt: skip
            click.echo(printable(one.error), nl=bool(one.error))
    return ExitCode.DONE if said["met"] else ExitCode.VERIFICATION_FAILED
