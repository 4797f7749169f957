# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence dispose`` and ``due``: destruction by order, and what is due for it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable, warn
from vestigo.errors import ExitCode
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session

PATH = click.Path(path_type=Path)


@click.command(
    "dispose",
    help=_(
        "Destroy the bytes and texts of EXHIBIT of CASE by order: a number (0002, R0001) or an id. "
        "Digests and the log stay. It cannot be undone."
    ),
)
@click.argument("case", type=PATH)
@click.argument("exhibit")
@click.option("--order", required=True, help=_("The reference of the order; it is logged."))
@click.option("--reason", default="", help=_("Why; it goes into the custody log."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def dispose(case: Path, exhibit: str, order: str, reason: str, as_json: bool) -> int:
    """Destroy it; exit code 4 where bundles or files in the case folder still hold it."""
    from vestigo.pipeline.disposing import dispose_exhibit

    with open_session(case) as session:
        done = dispose_exhibit(session, exhibit, order, reason)
    if as_json:
        emit_json(asdict(done))
    else:
        text = ngettext("{number} was destroyed by order {order}, with {n} record.",
                        "{number} was destroyed by order {order}, with {n} records.",
                        done.n_records)  # fmt: skip
        click.echo(printable(text.format(number=done.exhibit, order=done.order, n=done.n_records)))
        click.echo(_("The graph was emptied: make it again with “vestigo graph rebuild”."))
    for name in done.bundles:
        warn(_("The bundle {name} still holds it: destroy that folder and every copy that was "
               "handed over, as the order says.").format(name=name))  # fmt: skip
    for name in done.also_in:
        warn(_("The received item {number} still holds it: name it in an order of its own.").format(
            number=name))  # fmt: skip
    for name in done.noted_views:
        warn(_("The saved view “{name}” of the graph has notes of people: read whether they "
               "quote it.").format(name=name))  # fmt: skip
    return ExitCode.FINDINGS if done.bundles or done.also_in else ExitCode.DONE


@click.command("due", help=_("List what CASE may not keep any longer, by its authorizations."))
@click.argument("case", type=PATH)
@click.option("--days", type=click.IntRange(min=0), default=0,
              help=_("Also what falls due within so many days."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def due(case: Path, days: int, as_json: bool) -> int:
    """List it; exit code 4 where something is due."""
    from vestigo.pipeline.retention import what_is_due

    with open_session(case, write=False) as session:
        session.custody.append("access", reason="retention looked up")
        found = what_is_due(session, days)
    if as_json:
        emit_json({"due": [asdict(one) for one in found]})
    for one in () if as_json else found:
        text = _("{day}: authorization {reference}, {n} exhibits: {exhibits}")
        shown = text.format(day=one.retain_until, reference=one.reference,
                            n=len(one.exhibits), exhibits=" ".join(one.exhibits))  # fmt: skip
        click.echo(printable(shown))
    if not found and not as_json:
        click.echo(_("Nothing is due."))
    return ExitCode.FINDINGS if found else ExitCode.DONE
