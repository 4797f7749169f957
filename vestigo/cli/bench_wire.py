# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench wire``: the archive against what the server's socket saw."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json, progress, warn
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "wire",
    help=_("Crawl hostile responses and compare the archive with a tap on the server's socket."),
)
@click.option("--case", "names", multiple=True, help=_("Only this case."))
@click.option(
    "--jwarc", "jar", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("The jar of jwarc: every WARC file is validated with it as well."),
)  # fmt: skip
@click.option(
    "--keep", "folder", type=click.Path(path_type=Path, file_okay=False),
    help=_("Folder to leave the WARC files in (default: they are deleted)."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def wire(names: tuple[str, ...], jar: Path | None, folder: Path | None, as_json: bool) -> int:
    """Run the cases one after the other; exit 3 where one of them is not right."""
    from vestigo.pipeline.wire.benchmark import as_document, run_cases
    from vestigo.pipeline.wire.cases import wire_cases
    from vestigo.pipeline.wire.checking import has_warcio

    cases = [case for case in wire_cases() if not names or case.name in names]
    if not cases:
        raise click.UsageError(_("There is no case of this name."))
    if not has_warcio():
        warn(_("warcio is not installed: its check is left out."))
    if jar is None:
        warn(_("No --jwarc: its validation is left out."))
    with tempfile.TemporaryDirectory() as work, progress() as shown:
        task = shown.add_task(_("Crawling hostile responses"), total=len(cases))
        place = folder or Path(work)
        results = run_cases(cases, place, jar, lambda: shown.advance(task))
    document = as_document(results, jar)
    if as_json:
        emit_json(document)
    else:
        for row in document["cases"]:
            click.echo(f"{'=' if row['right'] else '#'} {row['kind']}: {row['name']}")
        click.echo(f"{document['n_right']}/{document['n_cases']}")
    whole = document["n_right"] == document["n_cases"]
    return ExitCode.DONE if whole else ExitCode.VERIFICATION_FAILED
