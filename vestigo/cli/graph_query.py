# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph query``: ask a named question, or list them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from graph import catalogue
from graph.store import GraphStore
from vestigo.cli.graph_target import Target, opened_store, server_options
from vestigo.cli.output import emit_json, emit_jsonl, printable, warn
from vestigo.clock import iso
from vestigo.errors import UsageError
from vestigo.i18n import _, active_language
from vestigo.i18n import catalogue as messages
from vestigo.pipeline.session import CaseSession, open_session

TIMES = ("at", "first_at", "last_at")


@click.command("query", help=_("Ask the graph of CASE the question NAME."))
@click.argument("case", type=click.Path(path_type=Path), required=False)
@click.argument("name", required=False)
@click.option("--param", "given", multiple=True, metavar="KEY=VALUE", help=_("A parameter."))
@click.option("--list", "as_list", is_flag=True, help=_("List the questions and leave."))
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
def query(
    case: Path | None,
    name: str | None,
    given: tuple[str, ...],
    as_list: bool,
    target: Target | None,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Print the rows of one named query; looking is itself logged."""
    if as_list:
        _print_list(as_json or as_jsonl)
        return
    if case is None or name is None:
        raise click.UsageError(_("Name a case and a question, or ask for the list (--list)."))
    chosen = catalogue.query(name)
    parameters = dict(_pair(text) for text in given)
    with open_session(case, write=False) as session:
        if name == "neighbourhood":
            parameters.setdefault("limit", str(session.settings("graph")["neighbourhood_limit"]))
        chosen.arguments(parameters)
        with opened_store(session, target, "access") as store:
            rows = catalogue.run(store, name, **parameters)
            _warn_when_old(session, store)
        session.custody.append(
            "access", reason="graph query", details={"query": name, **parameters}
        )
    _print_rows(chosen, rows, as_json, as_jsonl)


def _pair(text: str) -> tuple[str, str]:
    key, sep, value = text.partition("=")
    if not sep:
        raise UsageError(
            "E-GRA-005",
            _("The parameter “{name}” has no value.").format(name=key),
            where="--param",
            remedy=_("Write it as KEY=VALUE."),
        )
    return key, value


def _warn_when_old(session: CaseSession, store: GraphStore) -> None:
    summary = store.summary() or {}
    if summary.get("ledger_entries") != session.ledger.head().n_entries:
        warn(_("The graph is older than the records: make it again with “vestigo graph rebuild”."))


def _print_rows(
    chosen: catalogue.Query, rows: list[dict[str, Any]], as_json: bool, as_jsonl: bool
) -> None:
    if as_json:
        emit_json(rows)
    elif as_jsonl:
        emit_jsonl(rows)
    else:
        click.echo("  ".join(column.name for column in chosen.columns))
        for row in rows:
            click.echo("  ".join(printable(_shown(key, row[key])) for key in row))


def _shown(key: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if key in TIMES:
        return iso(datetime.fromtimestamp(value // 1000, UTC))
    if isinstance(value, list):
        return " > ".join(str(item) for item in value) or "-"
    return str(value)


def _print_list(as_json: bool) -> None:
    questions = [catalogue.query(name) for name in catalogue.names()]
    if as_json:
        emit_json(questions_as_documents(questions))
        return
    translate = messages(active_language()).gettext
    for question in questions:
        click.echo(f"{question.name}: {translate(question.title)}")
        for item in question.parameters:
            default = "" if item.default is None else f" [{item.default}]"
            click.echo(f"    {item.name}{default}: {translate(item.about)}")


def questions_as_documents(questions: list[catalogue.Query]) -> list[dict[str, Any]]:
    """Return what the catalogue says of each query, for machines (never translated)."""
    return [
        {
            "name": question.name,
            "title": question.title,
            "parameters": [
                {"name": item.name, "type": item.kind, "default": item.default}
                for item in question.parameters
            ],
            "columns": [{"name": item.name, "type": item.kind} for item in question.columns],
            "order": question.order,
        }
        for question in questions
    ]
