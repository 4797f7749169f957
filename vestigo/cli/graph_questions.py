# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked: the list of questions, and one of them explained with an example."""

from __future__ import annotations

from typing import Any

import click

from graph import catalogue
from vestigo.cli.output import emit_json
from vestigo.i18n import _, active_language
from vestigo.i18n import catalogue as messages

# What stands for a parameter in an example; invented.
EXAMPLES = {
    "vendor": "bazar/ana", "address": "bc1q…", "address_a": "bc1q…", "address_b": "bc1q…",
    "service": "exchange", "substance": "mdma", "listing": "bazar/17", "market": "bazar",
    "since": "2026-03-01", "before": "2026-06-01T12:00:00Z", "label": "VendorAccount",
    "key": "bazar/ana", "label_a": "VendorAccount", "key_a": "bazar/ana",
    "label_b": "VendorAccount", "key_b": "feria/anita", "text": "hachis marroqui",
    "cluster": "3f2a…", "record_id": "9c1d…", "exhibit": "b7e0…", "rule": "ledger.trace.v1",
}  # fmt: skip


def print_questions(as_json: bool) -> None:
    """Print every question of the catalogue, by group, with its parameters."""
    questions = [catalogue.query(name) for name in catalogue.names()]
    if as_json:
        emit_json([question_as_document(question) for question in questions])
        return
    translate = messages(active_language()).gettext
    for group, title in group_titles().items():
        click.echo(f"# {title}")
        for question in questions:
            if question.group == group:
                click.echo(f"{question.name}: {translate(question.title)}")
                for item in question.parameters:
                    click.echo(f"    {_parameter_line(item)}")


def print_question(name: str, as_json: bool) -> None:
    """Print one question: parameters, columns, order, and an example."""
    question = catalogue.query(name)
    if as_json:
        emit_json(question_as_document(question))
        return
    translate = messages(active_language()).gettext
    click.echo(f"{question.name}: {translate(question.title)}")
    click.echo(_("Parameters:"))
    for item in question.parameters:
        click.echo(f"    {_parameter_line(item)}")
    click.echo(_("Columns:"))
    for column in question.columns:
        click.echo(f"    {column.name} ({column.kind}): {translate(column.about)}")
    click.echo(_("Order: {order}").format(order=question.order))
    click.echo(_("Example: {command}").format(command=example(question)))


def example(question: catalogue.Query) -> str:
    """Return a command that asks ``question``, with what must be given."""
    words = ["vestigo", "graph", "query", "CASE", question.name]
    for item in question.parameters:
        if item.default is None:
            value = EXAMPLES[item.name]
            words += [
                "--param",
                f'"{item.name}={value}"' if " " in value else f"{item.name}={value}",
            ]
    return " ".join(words)


def group_titles() -> dict[str, str]:
    """Return what the groups of questions are called, in the language of the person."""
    titles = (
        _("Who shares what"),
        _("Who is who"),
        _("A vendor's life"),
        _("What is offered"),
        _("Where the money goes"),
        _("Ways and links"),
        _("What it rests on"),
        _("What the case holds"),
    )
    return dict(zip(catalogue.GROUPS, titles, strict=True))


def question_as_document(question: catalogue.Query) -> dict[str, Any]:
    """Return what the catalogue says of a question, for machines (never translated)."""
    return {
        "name": question.name,
        "title": question.title,
        "group": question.group,
        "parameters": [
            {"name": item.name, "type": item.kind, "default": item.default, "about": item.about}
            for item in question.parameters
        ],
        "columns": [
            {"name": item.name, "type": item.kind, "about": item.about} for item in question.columns
        ],
        "order": question.order,
        "example": example(question),
    }


def _parameter_line(item: catalogue.Parameter) -> str:
    translate = messages(active_language()).gettext
    default = "" if item.default is None else f" [{_shown_default(item)}]"
    return f"{item.name} ({item.kind}){default}: {translate(item.about)}"


def _shown_default(item: catalogue.Parameter) -> str:
    return "-" if item.default in ("", catalogue.MAX_INTEGER) else str(item.default)
