# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph``: make the graph again, ask it, export it."""

from __future__ import annotations

from pathlib import Path

import click

from graph.rebuild import RebuildReport, rebuild
from vestigo.cli.graph_export import export_command
from vestigo.cli.graph_path import path
from vestigo.cli.graph_query import query, search
from vestigo.cli.graph_target import Target, opened_store, server_options
from vestigo.cli.output import emit_json, progress
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session


@click.group(help=_("Make the graph of a case, ask it, export it."))
def graph() -> None:
    """Group of the graph commands."""


@graph.command("rebuild", help=_("Make the graph of CASE again from its records."))
@click.argument("case", type=click.Path(path_type=Path))
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def rebuild_command(case: Path, target: Target | None, as_json: bool) -> None:
    """Project the records into the case folder, or into a server."""
    with open_session(case) as session:
        report = _rebuilt(session, target)
        _log(session, target, report)
    if as_json:
        emit_json(
            {
                "engine": report.engine,
                "records": report.n_records,
                "nodes": report.n_nodes,
                "relationships": report.n_relationships,
                "canonical_sha256": report.canonical_sha256,
            }
        )
        return
    click.echo(
        _("{nodes} nodes and {relationships} relationships from {records} records.").format(
            nodes=report.n_nodes, relationships=report.n_relationships, records=report.n_records
        )
    )
    click.echo(_("Digest of the graph: {digest}").format(digest=report.canonical_sha256))


def _rebuilt(session: CaseSession, target: Target | None) -> RebuildReport:
    with opened_store(session, target, "export") as store, progress() as shown:
        task = shown.add_task(_("Building the graph"), total=None)
        return rebuild(session.ledger, store, lambda n: shown.advance(task, n))


def _log(session: CaseSession, target: Target | None, report: RebuildReport) -> None:
    session.custody.append(
        "processing",
        object_sha256=report.canonical_sha256,
        reason="graph rebuilt",
        details={
            "engine": report.engine,
            "server": "" if target is None else target.address.uri,
            "n_records": str(report.n_records),
        },
    )


graph.add_command(path)
graph.add_command(query)
graph.add_command(search)
graph.add_command(export_command)
