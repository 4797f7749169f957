# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo link``: accounts that may be one party: leads with their weights."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from vestigo.cli.link_judge import export_command, judge, show
from vestigo.cli.output import emit_json, printable, report_error
from vestigo.cli.standard_input import standard_input
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session


@click.group(help=_("Compare vendor accounts: a lead, never an identity."))
def link() -> None:
    """Group of the linking commands."""


@link.command(
    "vendors",
    help=_("Compare the vendor accounts of CASE, or the profiles (JSON lines) on standard input."),
)
@click.argument("case", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON line a pair."))
def vendors(case: Path | None, as_json: bool, as_jsonl: bool) -> ExitCode:
    """Print candidate pairs; exit 4 where a line of the input could not be read."""
    if case is not None:
        return _vendors_of_case(case, as_json, as_jsonl)
    from nlp.linking.jsonl import pair_lines, read_profiles
    from nlp.linking.table import shipped_table

    problems: list[InputError] = []
    profiles = read_profiles(standard_input().buffer, problems.append)
    for problem in problems:
        report_error(problem)
    lines = pair_lines(profiles, shipped_table())
    if as_json:
        click.echo(json.dumps(list(lines), indent=2))
    else:
        for line in lines:
            _write(line)
        sys.stdout.buffer.flush()
    return ExitCode.FINDINGS if problems else ExitCode.DONE


def _write(line: dict[str, Any]) -> None:
    """Write one line of UTF-8; what is no Unicode character is escaped as in the input."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        raw = json.dumps(line, separators=(",", ":")).encode("ascii")
    sys.stdout.buffer.write(raw + b"\n")


def _vendors_of_case(case: Path, as_json: bool, as_jsonl: bool) -> ExitCode:
    from vestigo.pipeline.linking import link_vendors

    with open_session(case) as session:
        report = link_vendors(session)
    rows = [item.body() for item in report.links]
    if as_jsonl:
        for row in rows:
            _write(row)
    elif as_json:
        emit_json({"accounts": report.n_accounts, "new": report.n_new, "links": rows})
    else:
        _print(report.n_accounts, rows)
    return ExitCode.DONE


def _print(n_accounts: int, rows: list[dict[str, Any]]) -> None:
    n = len(rows)
    click.echo(
        ngettext(
            "{n} candidate pair among {accounts} accounts. A lead, not an identity.",
            "{n} candidate pairs among {accounts} accounts. Leads, not identities.",
            n,
        ).format(n=n, accounts=n_accounts)
    )
    bands = {"strong": _("strong"), "possible": _("possible"), "weak": _("weak")}
    for row in rows:
        said = ", ".join(
            f"{signal['name']} {signal['level']} {signal['weight']}"
            for signal in row["signals"]
            if signal["name"] != "prior" and Decimal(signal["weight"])
        )
        pair = f"{row['a']} | {row['b']}"
        click.echo(printable(f"{row['probability']}  {bands[row['band']]}  {pair}  {said}"))


link.add_command(judge)
link.add_command(show)
link.add_command(export_command)
