# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger classify``: the class of each transaction of a JSON stream."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from ledger.classes import classify as class_of
from ledger.compact import parse_line
from vestigo.cli.output import emit_jsonl, report_error
from vestigo.cli.standard_input import standard_input
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _

_STDIN = Path("-")


@click.command("classify", help=_("Print the class of each transaction in FILE (or stdin)."))
@click.argument("files", nargs=-1, metavar="[FILE…]", type=click.Path(path_type=Path))
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
def classify(files: tuple[Path, ...], as_jsonl: bool) -> ExitCode:
    """Print one line for each line in, in the same order; a line that is none says so."""
    counts: Counter[str] = Counter()
    code = ExitCode.DONE
    for where, line in transaction_lines(files):
        try:
            verdict = class_of(view := parse_line(line, where))
        except InputError as error:
            report_error(error)
            code = ExitCode.FINDINGS
            row: dict[str, Any] = {"txid": None, "class": None, "rule": None, "features": {},
                                   "problem": error.code}  # fmt: skip
        else:
            counts[verdict.name] += 1
            row = {"txid": view.txid, "class": verdict.name, "rule": verdict.rule,
                   "features": verdict.features}  # fmt: skip
        if as_jsonl:
            emit_jsonl([row])
    if not as_jsonl:
        for name, n in sorted(counts.items()):
            click.echo(f"{name}: {n}")
    return code


def transaction_lines(files: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """Yield place and text of each transaction in the files; none, and ``-``, is standard input.

    Raises ``InputError`` E-LED-022 for a file that cannot be read.
    """
    for path in files or (_STDIN,):
        if path == _STDIN:
            yield from _numbered(standard_input(), "stdin")
            continue
        try:
            opener = lzma.open if path.suffix == ".xz" else open
            with opener(path, "rt", encoding="utf-8", errors="replace") as handle:
                yield from _numbered(handle, str(path))
        except (OSError, EOFError, lzma.LZMAError) as error:
            raise InputError(
                "E-LED-022",
                _("The file cannot be read: {reason}.").format(reason=error),
                where=str(path),
                remedy=_("Check the path and the permissions."),
            ) from error


def _numbered(handle: IO[str], name: str) -> Iterator[tuple[str, str]]:
    """Yield lines; a document that is spread over lines (Esplora) counts as one line."""
    first = handle.readline()
    if first.strip() in ("{", "["):
        whole = first + handle.read()
        yield from ((f"{name}:{n}", text) for n, text in enumerate(_documents(whole), start=1))
        return
    for number, line in enumerate(_chained(first, handle), start=1):
        if line.strip():
            yield f"{name}:{number}", line


def _chained(first: str, handle: IO[str]) -> Iterator[str]:
    yield first
    yield from handle


def _documents(text: str) -> list[str]:
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    return [json.dumps(item) for item in (value if isinstance(value, list) else [value])]
