# SPDX-License-Identifier: AGPL-3.0-or-later
"""What commands on files of listings share: the FILES, their lines, ranked words with examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.output import printable
from vestigo.i18n import ngettext

if TYPE_CHECKING:
    from nlp.upkeep.unknown_words import SeenText

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
SHOWN = 50


def listings_of(files: Sequence[Path]) -> Iterator[SeenText]:
    """Yield the listings of files of lines as ``nlp read`` takes them, with ``vendor`` if given."""
    from nlp.upkeep.unknown_words import seen_lines

    for path in files:
        with path.open("rb") as handle:
            yield from seen_lines(line.decode("utf-8", "replace") for line in handle)


def show_words(
    words: Sequence[dict[str, Any]],
    named: Callable[[dict[str, Any]], str] = lambda row: str(row["words"]),
) -> None:
    """Print ranked words with the accounts and listings that use them, and one example each."""
    for row in words[:SHOWN]:
        click.echo(printable(f"{row['vendors']:>4} {row['listings']:>5}  {named(row)}"))
        for example in row["examples"][:1]:
            click.echo(printable(f"            {example}"))
    left = len(words) - SHOWN
    if left > 0:
        click.echo(ngettext("and {n} more (--json)", "and {n} more (--json)", left).format(n=left))
