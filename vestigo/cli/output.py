# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes where: results on stdout, progress and warnings on stderr.

Machine output (``--json``, ``--jsonl``) is UTF-8 JSON whose keys never change with
the language.  Captured text that is printed for a person goes through
``printable``: control, ANSI and bidirectional marks are shown escaped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vestigo.cli.indented import indented
from vestigo.errors import VestigoError
from vestigo.i18n import ngettext
from vestigo.records.codec import to_plain

LAST_LATIN_1 = 0xFF
SHOWN_DAMAGED = 20


def emit_json(value: Any) -> None:
    """Print one JSON document (records and dataclasses allowed)."""
    click.echo(indented(value))


def emit_jsonl(rows: Iterable[Any]) -> None:
    """Print one JSON document a line."""
    for row in rows:
        click.echo(json.dumps(_plain(row), ensure_ascii=False, separators=(",", ":")))


def warn(message: str) -> None:
    """Print a translated warning on stderr."""
    click.echo(message, err=True)


def show_damaged(damaged: Mapping[str, str]) -> None:
    """Name the captures whose archive is damaged, with the code of each, on stderr."""
    for capture_id, code in list(damaged.items())[:SHOWN_DAMAGED]:
        click.echo(f"  ! {code}: {capture_id}", err=True)
    message = ngettext("{n} capture is damaged and was not read: compare the archive with "
                       "“vestigo evidence verify”.",
                       "{n} captures are damaged and were not read: compare the archive with "
                       "“vestigo evidence verify”.", len(damaged))  # fmt: skip
    warn(message.format(n=len(damaged)))


def report_error(error: VestigoError) -> None:
    """Print an error on stderr; captured text in it is made harmless."""
    click.echo(printable(str(error)), err=True)


def problem_row(error: VestigoError) -> dict[str, str]:
    """Return an error for machine output: nothing in it changes with the language."""
    return {"code": error.code, "where": error.where}


def progress() -> Progress:
    """Return a progress display on stderr that is silent where stderr is no terminal."""
    console = Console(file=sys.stderr)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def printable(text: str) -> str:
    r"""Return ``text`` with every control, format and private mark escaped (``\u202e``)."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    point = ord(character)
    return f"\\x{point:02x}" if point <= LAST_LATIN_1 else f"\\u{point:04x}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return to_plain(value)
