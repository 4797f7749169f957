# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph query``: ask a named question, list them, or search words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from graph import catalogue
from vestigo.cli.graph_questions import print_question, print_questions
from vestigo.cli.graph_target import Target, opened_store, server_options, warn_when_old
from vestigo.cli.output import emit_json, emit_jsonl, printable
from vestigo.clock import iso
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.session import open_session

LAST_MOMENT = 253_402_300_799_999  # 9999-12-31, the last that the calendar of Python knows


@click.command("query", help=_("Ask the graph of CASE the question NAME."))
@click.argument("case", type=click.Path(path_type=Path), required=False)
@click.argument("name", required=False)
@click.option("--param", "given", multiple=True, metavar="KEY=VALUE", help=_("A parameter."))
@click.option("--list", "as_list", is_flag=True, help=_("List the questions and leave."))
@click.option("--about", metavar="NAME", help=_("Explain one question and leave."))
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
def query(
    case: Path | None,
    name: str | None,
    given: tuple[str, ...],
    as_list: bool,
    about: str | None,
    target: Target | None,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Print the rows of one named query; looking is itself logged."""
    if as_list:
        print_questions(as_json or as_jsonl)
    elif about is not None:
        print_question(about, as_json or as_jsonl)
    elif case is None or name is None:
        raise click.UsageError(_("Name a case and a question, or ask for the list (--list)."))
    else:
        _ask(case, name, dict(_pair(text) for text in given), target, (as_json, as_jsonl))


@click.command("search", help=_("Search the graph of CASE for the words TEXT."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("text")
@click.option("--limit", default="100", show_default=True, help=_("At most so many rows."))
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
def search(
    case: Path, text: str, limit: str, target: Target | None, as_json: bool, as_jsonl: bool
) -> None:
    """Print where all words occur: accents, case and punctuation do not count."""
    _ask(case, "search", {"text": text, "limit": limit}, target, (as_json, as_jsonl))


def _ask(
    case: Path,
    name: str,
    parameters: dict[str, str],
    target: Target | None,
    form: tuple[bool, bool],
) -> None:
    chosen = catalogue.query(name)
    with open_session(case, write=False) as session:
        if name == "neighbourhood":
            parameters.setdefault("limit", str(session.settings("graph")["neighbourhood_limit"]))
        chosen.arguments(parameters)
        with opened_store(session, target, "access") as store:
            rows = catalogue.run(store, name, **parameters)
            warn_when_old(session, store)
        session.custody.append(
            "access", reason="graph query", details={"query": name, **parameters}
        )
    _print_rows(chosen, rows, form)


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


def _print_rows(
    chosen: catalogue.Query, rows: list[dict[str, Any]], form: tuple[bool, bool]
) -> None:
    as_json, as_jsonl = form
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
    if key == "at" or key.endswith("_at"):
        in_calendar = isinstance(value, int) and 0 <= value <= LAST_MOMENT
        return iso(datetime.fromtimestamp(value // 1000, UTC)) if in_calendar else str(value)
    if isinstance(value, list):
        return " > ".join(str(item) for item in value) or "-"
    return str(value)
