# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case``: make, show and authorize a case."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.case_keys import keys
from vestigo.cli.case_read import read
from vestigo.cli.case_report import report
from vestigo.cli.case_retract import retract_command
from vestigo.cli.case_screening import hash_sets, quarantine_key
from vestigo.cli.output import emit_json, printable
from vestigo.evidence.bundle.documents.wanted import documents_of_a_new_case
from vestigo.i18n import DOCUMENT_LANGUAGES, _, active_language
from vestigo.pipeline.authorizing import (
    read_authorization,
    read_retention,
    record_authorization,
)
from vestigo.pipeline.session import open_session
from vestigo.records import RECORD_TYPES, Authorization
from vestigo.store import CaseFolder


@click.group(help=_("Make, show and authorize a case."))
def case() -> None:
    """Group of the case commands."""


case.add_command(keys)
case.add_command(read)
case.add_command(report)
case.add_command(retract_command)
case.add_command(hash_sets)
case.add_command(quarantine_key)


@case.command("new", help=_("Make a new case folder at PATH."))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--title", required=True, help=_("The title of the case."))
@click.option("--unit", required=True, help=_("The unit that runs the case."))
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(DOCUMENT_LANGUAGES),
    help=_("A language of its sheets and reports; may be repeated."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def new(path: Path, title: str, unit: str, languages: tuple[str, ...], as_json: bool) -> None:
    """Make the folder and log its recognition."""
    documents = documents_of_a_new_case(languages or (active_language(),))
    folder = CaseFolder.create(path, title=title, unit=unit, settings=documents)
    with open_session(folder.path) as session:
        session.custody.append("recognition", reason="case created")
    if as_json:
        emit_json({"case": str(folder.path)})
    else:
        click.echo(_("The case was made at {path}.").format(path=folder.path))


@case.command("authorize", help=_("Record the authorization that FILE (TOML) describes."))
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def authorize(path: Path, file: Path, as_json: bool) -> None:
    """Record an authorization; it is never changed, only amended by a new one."""
    authorization, until = read_authorization(file), read_retention(file)
    with open_session(path) as session:
        record_authorization(session, authorization, until)
    if as_json:
        emit_json({"authorization": authorization.record_id, **authorization.body()})
    else:
        click.echo(_("Recorded as {id}.").format(id=authorization.record_id))


@case.command("show", help=_("Show what a case holds."))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def show(path: Path, as_json: bool) -> None:
    """Show title, authorizations and counts; looking is itself logged."""
    with open_session(path, write=False) as session:
        session.custody.append("access", reason="case show")
        description = session.folder.description()
        authorizations = [item.body() for item in session.ledger.of_kind(Authorization)]
        counts = dict.fromkeys(RECORD_TYPES, 0)
        for _id, kind in session.ledger.ids():
            counts[kind] += 1
    summary = {
        "title": description["title"],
        "unit": description["unit"],
        "authorizations": authorizations,
        "records": {kind: n for kind, n in counts.items() if n},
    }
    if as_json:
        emit_json(summary)
        return
    click.echo(printable(f"{summary['title']} — {summary['unit']}"))
    for item in authorizations:
        click.echo(printable(f"  {item['reference']}: {item['starts_at']} – {item['ends_at']}"))
    for kind, n in summary["records"].items():
        click.echo(f"  {kind}: {n}")
