# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lexicon: data files under ``config/lexicon/``, every term with its source.

Formats: docs/formats/lexicon.md.  A term, schedule row or source reference that is
incomplete is refused: what has no source does not ship.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp.lexicon.word_files import read_words
from nlp.model import Schedule
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.settings import read_toml

TERM_COLUMNS = (
    "term", "language", "kind", "substance", "status", "ambiguity", "context", "source", "reason",
)  # fmt: skip
SUBSTANCE_COLUMNS = ("id", "name", "unii", "form", "class")
SCHEDULE_COLUMNS = ("substance", "convention", "schedule", "state", "source")
KINDS = ("inn", "brand", "street", "strain", "stamp", "precursor", "code", "class", "combination")
TERM_STATUSES = ("stated", "implied")
AMBIGUITIES = ("strong", "needs_context")
CONTEXTS = ("", "offer", "open", "same")
CURATED = "curated"  # the one source that is our own judgement: each row says why
FORMS = ("loose", "dosed", "plant", "blotter")
SUBSTANCE_CLASSES = ("drug", "precursor", "medicine")
NOT_KNOWN = "not_known"  # the name says a group or a mixture: no list says which entry it is
SCHEDULES = {
    "1961": ("I", "II", "III", "IV", NOT_KNOWN),
    "1971": ("I", "II", "III", "IV", NOT_KNOWN),
    "1988": ("table_I", "table_II", NOT_KNOWN),
}
SOURCE_KEYS = ("title", "address", "version", "licence")


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance of the lexicon; ``form`` says how it is usually sold."""

    id: str
    name: str
    unii: str | None
    form: str
    goods_class: str


@dataclass(frozen=True, slots=True)
class Term:
    """One (term, language, substance) row; a ``curated`` one says for what ``reason``."""

    term: str
    language: str
    kind: str
    substance: str
    status: str
    ambiguity: str
    context: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the reading knows; ``digest`` is the SHA-256 of all its files."""

    substances: Mapping[str, Substance]
    terms: tuple[Term, ...]
    schedules: Mapping[str, tuple[Schedule, ...]]
    sources: Mapping[str, Mapping[str, str]]
    grammar: Mapping[str, Any]
    goods: Mapping[str, Any]
    countries: Mapping[str, str]
    behind: Mapping[str, frozenset[str]]  # words that must stand before the name of a place
    languages: dict[str, tuple[str, ...]]
    not_listed: tuple[Schedule, ...]
    digest: str


@cache
def shipped_lexicon() -> Lexicon:
    """Return the lexicon that ships with the project."""
    return load_lexicon(config_root() / "lexicon")


def load_lexicon(folder: Path, extra_terms: Sequence[Path] = ()) -> Lexicon:
    """Return the lexicon of ``folder`` with a unit's own term files added.

    Raises ``ConfigurationError`` E-NLP-001 (columns), E-NLP-002 (a value),
    E-NLP-003 (no such source or substance), E-NLP-004 (no such file) or E-NLP-006 (no
    text, a source of the same name), naming file and line.
    """
    sources = read_sources(folder / "sources.toml", *map(sources_file, extra_terms))
    substances = _substances(folder / "substances.csv")
    terms: list[Term] = []
    for path in (*term_files(folder), *extra_terms):
        terms += _terms(path, substances, sources)
    schedules = _schedules(folder / "schedules.csv", substances, sources)
    countries = {
        row["name"]: row["code"]
        for _n, row in file_rows(folder / "countries.csv", ("name", "language", "code", "source"))
    }
    places = [
        row for _n, row in file_rows(folder / "places.csv", ("name", "code", "behind", "source"))
    ]
    return Lexicon(
        substances=substances,
        terms=tuple(terms),
        schedules=schedules,
        sources=sources,
        grammar=read_words(folder, "grammar"),
        goods=read_words(folder, "goods"),
        countries={**countries, **{row["name"]: row["code"] for row in places}},
        behind={r["name"]: frozenset(r["behind"].split()) for r in places if r["behind"]},
        languages={k: tuple(v) for k, v in read_toml(folder / "languages.toml").items()},
        not_listed=(_not_listed(schedules),),
        digest=lexicon_digest(folder, extra_terms),
    )


def sources_file(terms: Path) -> Path:
    """Return where a unit names the sources of its own terms; it need not be there."""
    return terms.with_name(f"{terms.stem}.sources.toml")


def term_files(folder: Path) -> list[Path]:
    """Return ``terms.csv`` and every ``terms.*.csv`` beside it, in one order."""
    return [folder / "terms.csv", *sorted(folder.glob("terms.*.csv"))]


def _not_listed(schedules: Mapping[str, tuple[Schedule, ...]]) -> Schedule:
    """Return "under none of the conventions", with the editions that were looked at."""
    states = sorted({s.state for rows in schedules.values() for s in rows})
    return Schedule(convention="none", schedule=None, state="; ".join(states))


def lexicon_digest(folder: Path, extra: Sequence[Path] = ()) -> str:
    """Return the SHA-256 of the lexicon's files, with a unit's own and their sources."""
    digest = hashlib.sha256()
    named = [path for path in map(sources_file, extra) if path.exists()]
    for path in [*sorted(folder.glob("*.csv")), *sorted(folder.glob("*.toml")), *extra, *named]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def file_rows(path: Path, columns: tuple[str, ...]) -> Iterable[tuple[str, dict[str, str]]]:
    """Yield (place, row) of a CSV file whose columns are exactly ``columns``."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            if tuple(reader.fieldnames or ()) != columns:
                raise ConfigurationError(
                    "E-NLP-001",
                    _("The columns of the lexicon file are not {columns}.").format(
                        columns=", ".join(columns)
                    ),
                    where=str(path),
                    remedy=_("Correct the first line of the file."),
                )
            for row in reader:
                yield f"{path}:{reader.line_num}", row
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            "E-NLP-006",
            _("The lexicon file is not text in UTF-8 with commas: {reason}.").format(reason=error),
            where=str(path),
            remedy=_("Save it as CSV in UTF-8."),
        ) from error
    except OSError as error:
        raise ConfigurationError(
            "E-NLP-004",
            _("A file of the lexicon is not there."),
            where=str(path),
            remedy=_("Restore the file or install the project again."),
        ) from error


def _choice(value: str, allowed: Iterable[str], where: str) -> str:
    if value not in tuple(allowed):
        raise ConfigurationError(
            "E-NLP-002",
            _("The value “{value}” is not one of {allowed}.").format(
                value=value, allowed=", ".join(allowed)
            ),
            where=where,
            remedy=_("Correct the row."),
        )
    return value


def _known(value: str, known: Iterable[str], where: str) -> str:
    if value not in known:
        raise ConfigurationError(
            "E-NLP-003",
            _("“{value}” is no source or substance of the lexicon.").format(value=value),
            where=where,
            remedy=_("Add it to sources.toml or substances.csv, or correct the row."),
        )
    return value


def read_sources(shipped: Path, *own: Path) -> dict[str, Any]:
    """Return the sources of the shipped file and of a unit's own that are there."""
    sources = read_toml(shipped)
    _check_sources(sources, shipped)
    for path in own:
        if not path.exists():
            continue
        more = read_toml(path)
        _check_sources(more, path)
        for name in more:
            if sources.setdefault(name, more[name]) != more[name]:
                raise ConfigurationError(
                    "E-NLP-006",
                    _("The lexicon already has another source “{name}”.").format(name=name),
                    where=str(path),
                    remedy=_("Give the source a name of its own."),
                )
    return sources


def _check_sources(sources: Mapping[str, Any], path: Path) -> None:
    for name, source in sources.items():
        for key in SOURCE_KEYS:
            if not isinstance(source, Mapping) or not source.get(key):
                _choice("", (key,), f"{path} [{name}] {key}")


def _substances(path: Path) -> dict[str, Substance]:
    found: dict[str, Substance] = {}
    for where, row in file_rows(path, SUBSTANCE_COLUMNS):
        form = _choice(row["form"], FORMS, where)
        goods_class = _choice(row["class"], SUBSTANCE_CLASSES, where)
        found[row["id"]] = Substance(row["id"], row["name"], row["unii"] or None, form, goods_class)
    return found


def _terms(path: Path, substances: Iterable[str], sources: Iterable[str]) -> list[Term]:
    return [
        read_term(where, row, substances, sources) for where, row in file_rows(path, TERM_COLUMNS)
    ]


def term_rows(path: Path) -> Iterable[tuple[str, dict[str, str]]]:
    """Yield (file:line, row) of a term file, not looked at yet."""
    return file_rows(path, TERM_COLUMNS)


def read_term(
    where: str, row: dict[str, str], substances: Iterable[str], sources: Iterable[str]
) -> Term:
    """Return the term of a row; raises ``ConfigurationError`` E-NLP-002 or E-NLP-003."""
    if set(row) != set(TERM_COLUMNS) or None in row.values() or not row["term"].strip():
        _choice(
            row.get("term") or "", (_("a row of {n} values").format(n=len(TERM_COLUMNS)),), where
        )
    _choice(row["kind"], KINDS, where)
    _choice(row["status"], TERM_STATUSES, where)
    _choice(row["ambiguity"], AMBIGUITIES, where)
    _choice(row["context"], CONTEXTS, where)
    _known(row["substance"], substances, where)
    _known(row["source"], sources, where)
    if row["source"] == CURATED and not row["reason"]:
        _choice("", ("reason",), where)
    return Term(**row)


def _schedules(
    path: Path, substances: Iterable[str], sources: Iterable[str]
) -> dict[str, tuple[Schedule, ...]]:
    found: dict[str, tuple[Schedule, ...]] = {}
    for where, row in file_rows(path, SCHEDULE_COLUMNS):
        substance = _known(row["substance"], substances, where)
        _known(row["source"], sources, where)
        convention = _choice(row["convention"], SCHEDULES, where)
        entry = _choice(row["schedule"], SCHEDULES[convention], where)
        if not row["state"]:
            _choice("", ("state",), where)
        schedule = Schedule(convention=convention, schedule=entry, state=row["state"])
        found[substance] = (*found.get(substance, ()), schedule)
    return found
