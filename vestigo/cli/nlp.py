# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp``: read listings, measure the reading, show the lexicon."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from vestigo.cli.nlp_score import agreement, score
from vestigo.cli.output import emit_json, printable, warn
from vestigo.cli.standard_input import standard_input
from vestigo.i18n import _, ngettext
from vestigo.rates import RateTable


@click.group(help=_("Read listings: substances, quantities, prices, identifiers."))
def nlp() -> None:
    """Group of the reading commands."""


@nlp.command("read", help=_("Read listings (JSON lines) from standard input or FILES."))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--jsonl",
    is_flag=True,
    expose_value=False,
    help=_("Print one JSON line for each line (the default)."),
)
@click.option(
    "--rates",
    multiple=True,
    type=click.Path(path_type=Path),
    help=_("A file of exchange rates, for unit prices in USD and EUR."),
)
def read(files: tuple[Path, ...], rates: tuple[Path, ...]) -> None:
    """Print one line for each line, in the same order."""
    from nlp.jsonl import read_lines

    table = RateTable.read(rates) if rates else None
    unreadable: list[str] = []
    for answer in read_lines(_lines(files), table, unreadable.append):
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()
    if unreadable:
        n = len(unreadable)
        message = ngettext(
            "{n} line could not be read; its “unread” says why.",
            "{n} lines could not be read; their “unread” says why.",
            n,
        )
        warn(message.format(n=n))


def _lines(files: tuple[Path, ...]) -> Iterator[str]:
    """Yield the lines of files or standard input; bytes that are not UTF-8 are replaced."""
    if not files:
        for line in standard_input().buffer:
            yield line.decode("utf-8", "replace")
    for path in files:
        with path.open("rb") as handle:
            for line in handle:
                yield line.decode("utf-8", "replace")


nlp.add_command(score)
nlp.add_command(agreement)


@nlp.command("lexicon", help=_("Show the lexicon, or what one WORD is in it."))
@click.argument("word", required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def lexicon(word: str | None, as_json: bool) -> None:
    """Print counts and digest, or the rows of one term."""
    from nlp.lexicon import shipped_lexicon
    from nlp.report import lexicon_rows, lexicon_summary

    known = shipped_lexicon()
    if word:
        _show_rows(lexicon_rows(known, word), as_json)
        return
    summary = lexicon_summary(known)
    if as_json:
        emit_json(summary)
        return
    click.echo(
        _("{terms} terms, {substances} substances, {schedules} schedule rows").format(**summary)
    )
    click.echo(_("SHA-256 of the lexicon files: {digest}").format(digest=summary["digest"]))
    for name, n in summary["sources"].items():
        click.echo(f"  {name}: {n}")


def _show_rows(rows: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        emit_json({"rows": rows})
        return
    for row in rows:
        click.echo(printable("  ".join(f"{key}={value}" for key, value in row.items())))
    if not rows:
        click.echo(_("The lexicon does not know this term."))
