# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph export``: the graph, or a part of it, as a document or a picture."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from graph.drawing.scene import Caption
from graph.exporting.formats import FORMATS, PICTURES, export
from graph.exporting.overview import overview, refuse_crowd
from graph.exporting.selection import Selection, whole
from graph.model import NODES, NodeRef
from graph.store import GraphStore
from vestigo.cli.graph_target import Target, opened_store, server_options
from vestigo.cli.output import emit_json
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.store.atomic import write_atomically

_LABELS = click.Choice(sorted(NODES))


@click.command("export", help=_("Write the graph of CASE, or a part of it, to the file OUT."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS),
    help=_("What to write; the ending of OUT says it too."),
)  # fmt: skip
@click.option(
    "--around", multiple=True, metavar="KEY",
    help=_("Only what is near this node (key or Label:key); may be repeated."),
)  # fmt: skip
@click.option(
    "--hops", type=click.IntRange(0, 6), default=2, show_default=True,
    help=_("How far from the nodes of --around."),
)  # fmt: skip
@click.option("--only", multiple=True, type=_LABELS, help=_("Only nodes of this label."))
@click.option("--without", multiple=True, type=_LABELS, help=_("No nodes of this label."))
@click.option(
    "--most", type=click.IntRange(1, 2000), default=300, show_default=True,
    help=_("The most nodes that a picture may show."),
)  # fmt: skip
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def export_command(  # noqa: PLR0917  (click passes each by name)
    case: Path,
    out: Path,
    form: str | None,
    around: tuple[str, ...],
    hops: int,
    only: tuple[str, ...],
    without: tuple[str, ...],
    most: int,
    target: Target | None,
    as_json: bool,
) -> None:
    """Write one file; the same graph gives the same bytes."""
    form = form or _form_of(out)
    with open_session(case, write=False) as session:
        with opened_store(session, target, "export") as store:
            everything = whole(store)
            centres = tuple(everything.find(text) for text in around)
            part = _part(everything, centres, hops, only, without)
            if form in PICTURES:
                if not (centres or only or without):
                    part = overview(part)
                refuse_crowd(part, most)
            content = export(part, form, _caption(session, store, centres))
        digest = sha256(content).hexdigest()
        details = {"format": form, "n_nodes": str(len(part.nodes)), "around": " ".join(around)}
        session.custody.append(
            "export", object_sha256=digest, reason="graph exported", details=details
        )
        write_atomically(out, content)
    _say(out, form, part, len(content), digest, as_json)


def _form_of(out: Path) -> str:
    form = out.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise click.UsageError(
            _("Name the format with --format: {formats}.").format(formats=", ".join(FORMATS))
        )
    return form


def _part(
    everything: Selection,
    centres: tuple[NodeRef, ...],
    hops: int,
    only: tuple[str, ...],
    without: tuple[str, ...],
) -> Selection:
    """Return what the options choose; labels are left out before distances are counted."""
    left_out = {label for label in NODES if label in without or (only and label not in only)}
    kept = everything.without(left_out - {ref.label for ref in centres})
    part = kept.around(centres, hops) if centres else kept
    return part.only({ref for ref in part.nodes if ref in centres or ref.label not in left_out})


def _caption(session: CaseSession, store: GraphStore, centres: tuple[NodeRef, ...]) -> Caption:
    summary = store.summary() or {}
    source = _("after {n} entries of the record ledger · graph {digest}").format(
        n=summary.get("ledger_entries", "?"), digest=str(summary.get("canonical_sha256", ""))[:16]
    )
    return Caption(str(session.folder.description()["title"]), source, centres)


def _say(out: Path, form: str, part: Selection, n_bytes: int, digest: str, as_json: bool) -> None:
    if as_json:
        emit_json({
            "out": str(out), "format": form, "bytes": n_bytes, "sha256": digest,
            "nodes": len(part.nodes), "relationships": len(part.edges),
            "nodes_in_graph": part.n_nodes, "relationships_in_graph": part.n_edges,
        })  # fmt: skip
        return
    click.echo(_("Wrote {bytes} bytes to {path}.").format(bytes=n_bytes, path=out))
    if len(part.nodes) < part.n_nodes:
        shown = _("A part: {shown} of {all} nodes.")
        click.echo(shown.format(shown=len(part.nodes), all=part.n_nodes))
