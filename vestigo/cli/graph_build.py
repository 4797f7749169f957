# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph rebuild`` and ``update``: bring the graph up to the records."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import click

from graph.rebuild import RebuildReport, rebuild, update
from graph.store import GraphStore
from vestigo.cli.graph_target import Target, opened_store, server_options
from vestigo.cli.output import emit_json, progress
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session

Work = Callable[[GraphStore, Callable[[int], None]], RebuildReport]


@click.command("rebuild", help=_("Make the graph of CASE again from its records."))
@click.argument("case", type=click.Path(path_type=Path))
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def rebuild_command(case: Path, target: Target | None, as_json: bool) -> None:
    """Project the records into the case folder, or into a server."""
    with open_session(case) as session:
        path = _state_path(session, target)
        report = _worked(session, target, "graph rebuilt", lambda store, told: rebuild(
            session.ledger, store, told, state_path=path))  # fmt: skip
    _show(report, as_json, {})


@click.command("update", help=_("Bring the graph of CASE up to its records: write what changed."))
@click.argument("case", type=click.Path(path_type=Path))
@server_options
@click.option("--check", is_flag=True, help=_("Read the graph back first; repair what differs."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def update_command(case: Path, target: Target | None, check: bool, as_json: bool) -> None:
    """Project what is new, retracted or disposed of, and what depends on it."""
    with open_session(case) as session:
        path = _state_path(session, target)
        report = _worked(session, target, "graph updated", lambda store, told: update(
            session.ledger, store, told, state_path=path, check=check))  # fmt: skip
    _show(report, as_json, {
        "new_entries": report.n_new_entries, "written": report.n_written, "whole": report.whole,
    })  # fmt: skip


def _state_path(session: CaseSession, target: Target | None) -> Path | None:
    """Return where the state of a server's graph is kept; the embedded one has its own place."""
    if target is None:
        return None
    named = sha256(target.address.uri.encode("utf-8")).hexdigest()[:16]
    return session.folder.graph / f"server-{named}.state"


def _worked(session: CaseSession, target: Target | None, reason: str, work: Work) -> RebuildReport:
    with opened_store(session, target, "export") as store, progress() as shown:
        task = shown.add_task(_("Building the graph"), total=None)
        report = work(store, lambda n: shown.advance(task, n))
    session.custody.append(
        "processing",
        object_sha256=report.canonical_sha256,
        reason=reason,
        details={
            "engine": report.engine,
            "server": "" if target is None else target.address.uri,
            "n_records": str(report.n_records),
        },
    )
    return report


def _show(report: RebuildReport, as_json: bool, more: dict[str, int | bool]) -> None:
    if as_json:
        document = {
            "engine": report.engine,
            "records": report.n_records,
            "nodes": report.n_nodes,
            "relationships": report.n_relationships,
            "canonical_sha256": report.canonical_sha256,
        }
        emit_json({**document, **more})
        return
    click.echo(
        _("{nodes} nodes and {relationships} relationships from {records} records.").format(
            nodes=report.n_nodes, relationships=report.n_relationships, records=report.n_records
        )
    )
    if more:
        said = _("{new} new entries of the record ledger; {written} elements written.")
        click.echo(said.format(new=report.n_new_entries, written=report.n_written))
    click.echo(_("Digest of the graph: {digest}").format(digest=report.canonical_sha256))
