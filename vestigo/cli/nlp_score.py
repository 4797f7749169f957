# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp score`` and ``agreement``: how right the reading is, how firm the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, emit_jsonl, printable
from vestigo.i18n import _, ngettext

FIGURES = ("precision", "recall", "f1")
GIVEN = click.Path(path_type=Path, exists=True)


@click.command("score", help=_("Compare the reading with the annotated texts of GOLD."))
@click.argument("gold", nargs=-1, required=True, type=GIVEN)
@click.option("--errors", is_flag=True, help=_("List every difference."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def score(gold: tuple[Path, ...], errors: bool, as_json: bool) -> None:
    """Print precision, recall and F1 with intervals, of each field and language."""
    from nlp.scoring.score import score_files

    report = score_files(gold)
    if as_json:
        emit_json(report)
        return
    _say_texts(report["texts"])
    _table("all", report["fields"], FIGURES)
    _shares(report["shares"])
    for language, table in report["languages"].items():
        _table(language, table["fields"], FIGURES)
    _say_intervals(report["intervals"])
    for item in report["errors"] if errors else ():
        click.echo(printable(json.dumps(item, ensure_ascii=False)))


@click.command("agreement", help=_("Compare two annotations A and B of the same texts."))
@click.argument("a", type=GIVEN)
@click.argument("b", type=GIVEN)
@click.option("--conflicts", is_flag=True, help=_("Print only the conflicts, one JSON line each."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def agreement(a: Path, b: Path, conflicts: bool, as_json: bool) -> None:
    """Print F1 of the two annotations per field and language."""
    from nlp.scoring.agreement import agreement as compare

    report = compare([a], [b])
    if as_json:
        emit_json(report)
        return
    if conflicts:
        emit_jsonl(report["conflicts"])
        return
    _say_texts(report["texts"])
    for language, fields in {"all": report["fields"], **report["languages"]}.items():
        _table(language, fields, ("f1",))
    _say_intervals(report["intervals"])
    n = len(report["conflicts"])
    click.echo(
        ngettext(
            "{n} conflict (--conflicts lists it)", "{n} conflicts (--conflicts lists them)", n
        ).format(n=n)
    )


def _say_texts(n: int) -> None:
    click.echo(ngettext("{n} text", "{n} texts", n).format(n=n))


def _table(language: str, fields: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Print a row for each field by its machine name: it means the same in every language."""
    for field, row in fields.items():
        figures = "  ".join(f"{name} {_figure(row[name], row[name + '_95'])}" for name in names)
        counts = f"({row['right']}/{row['emitted']}/{row['expected']})"
        click.echo(printable(f"{language:<4} {field:<21} {figures}  {counts}"))


def _shares(shares: Mapping[str, Any]) -> None:
    for name, row in shares.items():
        figure = _figure(row["share"], row["share_95"])
        click.echo(f"     {name:<36} {figure}  ({row['count']}/{row['of']})")


def _figure(value: str | None, interval: list[str] | None) -> str:
    if value is None:
        return "-"
    return f"{value} [{'-'.join(interval)}]" if interval else value


def _say_intervals(kinds: Mapping[str, str]) -> None:
    click.echo("95 %: " + "; ".join(f"{name} {kind}" for name, kind in kinds.items()))
