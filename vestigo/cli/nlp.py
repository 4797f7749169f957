# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp``: read listings, measure the reading, show the lexicon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from vestigo.cli.nlp_lexicon import lexicon
from vestigo.cli.nlp_market import market
from vestigo.cli.nlp_score import agreement, score
from vestigo.cli.nlp_suggest import suggest
from vestigo.cli.output import progress, warn
from vestigo.cli.standard_input import standard_input, standard_output
from vestigo.errors import SourceUnreachable
from vestigo.i18n import _, ngettext


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
@click.option(
    "--terms",
    multiple=True,
    type=click.Path(path_type=Path),
    help=_("A file of your own terms, beside the lexicon; may be given several times."),
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64),
    help=_("So many processes share the lines; order and bytes stay the same."),
)  # fmt: skip
def read(
    files: tuple[Path, ...], rates: tuple[Path, ...], terms: tuple[Path, ...], workers: int
) -> None:
    """Print one line for each line, in the same order."""
    from nlp.lines.sharding import Rules, read_parcels

    n = 0
    answers = standard_output()
    display = progress()
    display.disable = display.disable or answers.isatty()  # answers run over the screen
    with display:
        total = None if display.disable else _n_lines(files)
        task = display.add_task(_("Reading listings"), total=total)
        for parcel in read_parcels(_lines(files), Rules(rates, terms), workers):
            _write(answers.buffer, parcel.output)
            n += len(parcel.unreadable)
            display.advance(task, parcel.n_lines)
    _write(answers.buffer, b"")
    if n:
        message = ngettext(
            "{n} line could not be read; its “unread” says why.",
            "{n} lines could not be read; their “unread” says why.",
            n,
        )
        warn(message.format(n=n))


def _write(out: BinaryIO, answers: bytes) -> None:
    """Write answers, or with none of them what waits; E-NLP-029 on a full disk."""
    try:
        out.write(answers)
        if not answers:
            out.flush()
    except OSError as error:
        from vestigo.store.full_disk import disk_is_full

        if not disk_is_full(error):
            raise
        raise SourceUnreachable(
            "E-NLP-029",
            _("The disk is full; the answers end before the last line."),
            remedy=_("Free some space, or write elsewhere, and read the lines again."),
        ) from error


def _lines(files: tuple[Path, ...]) -> Iterator[bytes]:
    """Yield the lines of files or standard input."""
    if not files:
        yield from standard_input().buffer
    for path in files:
        with path.open("rb") as handle:
            yield from handle


def _n_lines(files: tuple[Path, ...]) -> int | None:
    """Return how many lines files hold; what comes on standard input is not known."""
    return sum(1 for _line in _lines(files)) if files else None


nlp.add_command(score)
nlp.add_command(agreement)
nlp.add_command(market)
nlp.add_command(lexicon)
nlp.add_command(suggest)
