# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every fault of the lexicon or of a unit's own term files, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.lexicon.loading import (
    SUBSTANCE_COLUMNS,
    Term,
    file_rows,
    load_lexicon,
    read_sources,
    read_term,
    sources_file,
    term_files,
    term_rows,
)
from nlp.matching.term_keys import MAX_TERM_TOKENS, keys_of
from nlp.text.normalizing import normalize
from vestigo.errors import ConfigurationError, VestigoError
from vestigo.i18n import _

CODE = "E-NLP-008"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: its code, ``file:line`` and what it is."""

    code: str
    where: str
    what: str


def check(folder: Path, own: Sequence[Path]) -> list[Fault]:
    """Return every fault of ``own`` term files or, without any, of the lexicon in ``folder``.

    A row that says what another says already is a fault, too.
    """
    sources, faults = _sources(folder, own)
    substances = [row["id"] for _w, row in file_rows(folder / "substances.csv", SUBSTANCE_COLUMNS)]
    seen: dict[tuple[str, str, str], str] = {}
    for path in term_files(folder):
        kept = list(_file(path, substances, sources, seen))
        faults += [] if own else kept
    for path in own:
        faults += _file(path, substances, sources, seen)
    if not own and not faults:
        faults += _whole(folder)
    return faults


def _sources(folder: Path, own: Sequence[Path]) -> tuple[Mapping[str, Any], list[Fault]]:
    shipped = folder / "sources.toml"
    sources, faults = read_sources(shipped), []
    for path in own:
        try:
            sources = {**sources, **read_sources(shipped, sources_file(path))}
        except VestigoError as error:
            faults.append(_fault(error))
    return sources, faults


def _file(
    path: Path,
    substances: Iterable[str],
    sources: Iterable[str],
    seen: dict[tuple[str, str, str], str],
) -> Iterator[Fault]:
    try:
        for where, row in term_rows(path):
            try:
                yield from _row(read_term(where, row, substances, sources), where, seen)
            except ConfigurationError as error:
                yield _fault(error)
    except VestigoError as error:
        yield _fault(error)


def _row(term: Term, where: str, seen: dict[tuple[str, str, str], str]) -> Iterator[Fault]:
    key = (" ".join(normalize(term.term).normal.split()), term.language, term.substance)
    first = seen.setdefault(key, where)
    if first != where:
        what = _("The term “{term}” stands in {where} already.")
        yield Fault(CODE, where, what.format(term=term.term, where=first))
    if not keys_of(term.term) or not any(map(str.isalnum, term.term)):
        what = _("The term “{term}” can never be found: it has no word, or more than {most}.")
        yield Fault(CODE, where, what.format(term=term.term, most=MAX_TERM_TOKENS))


def _whole(folder: Path) -> list[Fault]:
    """Return what is wrong beside the terms: substances, schedules, grammar, goods."""
    try:
        load_lexicon(folder)
    except VestigoError as error:
        return [_fault(error)]
    return []


def _fault(error: VestigoError) -> Fault:
    return Fault(error.code, error.where, error.what)
