# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph path``: the best ways between two things, hop by hop."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from graph.model import NodeRef
from graph.paths.asking import ANY_CASH_OUT, FOREVER, Asked, Limits
from graph.paths.endpoints import find_endpoint
from graph.paths.finding import Ways, find_ways
from graph.store import GraphStore
from vestigo.cli.graph_target import Target, opened_store, server_options, warn_when_old
from vestigo.cli.graph_ways import as_document, print_ways
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session


@click.command("path", help=_("Find the best ways from A to B in the graph of CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("a")
@click.argument("b")
@click.option("--k", default=5, show_default=True, help=_("At most so many ways."))
@click.option("--most-hops", default=20, show_default=True, help=_("Longest way to look for."))
@click.option("--min-sat", default=0, show_default=True, help=_("Smallest payment that counts."))
@click.option("--after", metavar="DATE", help=_("Only payments at this time or later (UTC)."))
@click.option("--before", metavar="DATE", help=_("Only payments before this time (UTC)."))
@click.option("--in-time-order", is_flag=True, help=_("No payment earlier than the one before."))
@click.option("--both-ways", is_flag=True, help=_("Follow money from payee to payer as well."))
@click.option("--facts-only", is_flag=True, help=_("Only what pages and the chain show."))
@click.option("--via", multiple=True, metavar="TYPE", help=_("Only this type; may be repeated."))
@click.option(
    "--through",
    multiple=True,
    nargs=2,
    metavar="X REASON",
    help=_("Go on at this mix or tagged address, for a reason that is logged."),
)
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def path(
    case: Path,
    a: str,
    b: str,
    target: Target | None,
    through: tuple[tuple[str, str], ...],
    as_json: bool,
    **given: Any,
) -> ExitCode:
    """Print the ways and what was cut; looking is itself logged."""
    with open_session(case, write=False) as session:
        with opened_store(session, target, "access") as store:
            asked = _asked(session, store, (a, b), through, given)
            ways = _found(store, asked)
            warn_when_old(session, store)
        _log(session, ways)
    if as_json:
        emit_json(as_document(ways))
    else:
        print_ways(ways)
    return ExitCode.DONE if ways.is_complete else ExitCode.FINDINGS


def _asked(
    session: CaseSession,
    store: GraphStore,
    ends: tuple[str, str],
    through: tuple[tuple[str, str], ...],
    given: dict[str, Any],
) -> Asked:
    settings = session.settings("graph")
    after, before = given["after"], given["before"]
    return Asked(
        source=find_endpoint(store, ends[0]),
        target=None if ends[1] == ANY_CASH_OUT else find_endpoint(store, ends[1]),
        k=given["k"],
        most_hops=given["most_hops"],
        minimum_sat=given["min_sat"],
        since=0 if after is None else _milliseconds("--after", after),
        until=FOREVER if before is None else _milliseconds("--before", before),
        in_time_order=given["in_time_order"],
        both_ways=given["both_ways"],
        facts_only=given["facts_only"],
        kinds=given["via"],
        through=dict(_passed(store, text, reason) for text, reason in through),
        limits=Limits(
            degree=settings["path_degree_limit"],
            links=settings["path_link_limit"],
            seconds=float(settings["query_timeout_seconds"]),
        ),
    )


def _passed(store: GraphStore, text: str, reason: str) -> tuple[NodeRef, str]:
    if not reason.strip():
        raise UsageError(
            "E-GRA-053",
            _("Going on where a way stops needs a reason."),
            where=text,
            remedy=_("Write --through X “why the money is still the same”."),
        )
    return find_endpoint(store, text), reason.strip()


def _found(store: GraphStore, asked: Asked) -> Ways:
    with progress() as shown:
        task = shown.add_task(_("Looking for ways"), total=None)
        return find_ways(store, asked, lambda n: shown.update(task, completed=n))


def _milliseconds(option: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            "E-GRA-052",
            _("“{text}” is no date.").format(text=text),
            where=option,
            remedy=_("Write 2026-03-01 or 2026-03-01T12:00:00Z."),
        ) from error
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int(known.timestamp() * 1000))


def _log(session: CaseSession, ways: Ways) -> None:
    asked = ways.asked
    target = ANY_CASH_OUT if asked.target is None else f"{asked.target.label}:{asked.target.key}"
    through = {f"through {node.label}:{node.key}": why for node, why in asked.through.items()}
    session.custody.append(
        "access",
        reason="graph path",
        details={
            "from": f"{asked.source.label}:{asked.source.key}",
            "to": target,
            "ways": str(len(ways.ways)),
            "complete": "yes" if ways.is_complete else "no",
            **through,
        },
    )
