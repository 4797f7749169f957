# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo tag``: attribution files in and out of a case."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from ledger.tag_export import packs_of, packs_yaml
from ledger.tags import TagReading, read_tag_file
from vestigo.cli.output import emit_json, printable, problem_row, report_error
from vestigo.errors import ExitCode, VestigoError
from vestigo.i18n import _, ngettext
from vestigo.identifiers.bitcoin import NETWORKS
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Tag

CASE = click.argument("case", type=click.Path(path_type=Path))


@click.group(help=_("Import and export attribution tags."))
def tag() -> None:
    """Group of the tag commands."""


@tag.command("import", help=_("Take the tags of FILE (TagPack or address list) into CASE."))
@CASE
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--network",
    type=click.Choice(NETWORKS),
    help=_("Network of the Bitcoin addresses (default: that of the case)."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def import_tags(
    case: Path, files: tuple[Path, ...], network: str | None, as_json: bool
) -> ExitCode:
    """Import every tag that can be read; report every one that cannot."""
    problems: list[VestigoError] = []
    tags: list[Tag] = []
    n_new = 0
    with open_session(case) as session:
        name = network or str(session.settings("ledger")["network"])
        for path in files:
            try:
                reading = read_tag_file(path, name)
            except VestigoError as error:
                reading = TagReading((), (error,))
            n_new += _take_in(session, path, reading)
            tags += reading.tags
            problems += reading.problems
    for problem in problems:
        report_error(problem)
    currencies = Counter(item.currency for item in tags)
    summary = {
        "read": len(tags),
        "new": n_new,
        "currencies": dict(sorted(currencies.items())),
        "problems": [problem_row(problem) for problem in problems],
    }
    _print_import(summary, as_json)
    return ExitCode.FINDINGS if problems else ExitCode.DONE


def _take_in(session: CaseSession, path: Path, reading: TagReading) -> int:
    n_new = session.ledger.append(reading.tags)
    session.custody.append(
        "collection" if reading.tags else "fail",
        object_sha256=reading.tags[0].pack_sha256 if reading.tags else "",
        reason="tags imported",
        details={
            "file": path.name,
            "read": str(len(reading.tags)),
            "new": str(n_new),
            "problems": str(len(reading.problems)),
        },
    )
    return n_new


def _print_import(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit_json(summary)
        return
    n = summary["read"]
    click.echo(
        ngettext("{n} tag read, {new} new.", "{n} tags read, {new} new.", n).format(
            n=n, new=summary["new"]
        )
    )
    for currency, count in summary["currencies"].items():
        click.echo(printable(f"  {currency}: {count}"))
    n = len(summary["problems"])
    if n:
        click.echo(ngettext("{n} problem.", "{n} problems.", n).format(n=n))


@tag.command("export", help=_("Print the tags of CASE as TagPacks (YAML)."))
@CASE
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def export(case: Path, as_json: bool) -> None:
    """Print one TagPack for each pack that was imported."""
    with open_session(case, write=False) as session:
        session.custody.append("export", reason="tags exported")
        packs = packs_of(session.ledger.of_kind(Tag))
    if as_json:
        emit_json({"packs": packs})
    else:
        click.echo(packs_yaml(packs), nl=False)
