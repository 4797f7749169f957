# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case report``: the report of a case, to be read before or without a bundle."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.errors import SourceUnreachable
from vestigo.i18n import DOCUMENT_LANGUAGES, _
from vestigo.pipeline.reporting import form_of, make_report
from vestigo.pipeline.session import open_session
from vestigo.store.atomic import write_atomically


@click.command(
    "report", help=_("Write the report of the case at PATH, as it stands now, to a file.")
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "out", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help=_("The file to write: .pdf for PDF/A, .txt for plain text."),
)  # fmt: skip
@click.option(
    "--language", type=click.Choice(DOCUMENT_LANGUAGES), default=None,
    help=_("The language of the report; without it the first one of the case."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def report(path: Path, out: Path, language: str | None, as_json: bool) -> None:
    """Make the report, log that it was made, and write it."""
    form = form_of(out)
    with open_session(path, write=False) as session:
        spoken, content = make_report(session, form, language or "")
    try:
        write_atomically(out, content)
    except OSError as error:
        raise SourceUnreachable(
            "E-EVI-175",
            _("The report cannot be written: {reason}").format(reason=error.strerror or error),
            where=str(out),
            remedy=_("Choose a folder that is there and that you may write to."),
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if as_json:
        emit_json({"report": str(out), "language": spoken, "form": form,
                   "n_bytes": len(content), "sha256": digest})  # fmt: skip
        return
    click.echo(printable(_("The report was written to {path}.").format(path=out)))
    click.echo(f"{digest}  {printable(out.name)}")
