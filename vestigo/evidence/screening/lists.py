# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hash sets and ``never`` terms that a unit gave to a case: added, named, opened.

They lie in ``CASE/screening``, 0600, and are never shown: whoever reads them learns what
a unit looks for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from vestigo.closing import Closing
from vestigo.errors import UsageError
from vestigo.evidence.screening.hash_file import (
    WIDTHS,
    HashSetFile,
    HashSetHead,
    build_hash_set,
    damaged,
)
from vestigo.evidence.screening.hash_reading import read_digests
from vestigo.evidence.screening.terms import NeverTerms
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

HASHES, TERMS = ".hashes", ".terms"
TERMS_FORMAT = "vestigo-never-terms/1"
USUAL_DISTANCE = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNote:
    """What may be said of a list: never what stands in it."""

    kind: str
    name: str
    version: str
    source: str
    date: str
    counts: dict[str, int]
    file_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTitle:
    """Name, version, source and date of a list, as the unit gives them."""

    name: str
    version: str
    source: str = ""
    date: str = ""


class OpenLists(Closing):
    """All lists of a case, open for comparing."""

    def __init__(self, sets: list[HashSetFile], terms: list[NeverTerms]) -> None:
        self.sets = sets
        self.terms = terms

    def __bool__(self) -> bool:
        return bool(self.sets or self.terms)

    def close(self) -> None:
        """Let go of the files."""
        for one in self.sets:
            one.close()


def add_hash_set(
    folder: CaseFolder, file: Path, title: ListTitle, pdq_distance: int = USUAL_DISTANCE
) -> ListNote:
    """Take a hash set into the case; one of the same name is replaced.

    Raises ``UsageError``: E-SCR-001 for a file that is no hash set, E-SCR-004 for an
    empty one.
    """
    path = _place(folder, title.name, HASHES)
    head = HashSetHead(
        name=title.name, version=title.version, source=title.source, date=title.date,
        pdq_distance=pdq_distance, file_sha256=_digest(file), counts=dict.fromkeys(WIDTHS, 0),
    )  # fmt: skip
    digests = read_digests(file)
    first = next(digests, None)
    if first is None:
        raise _empty(file)
    return _note_of_set(build_hash_set(path, chain([first], digests), head))


def add_terms(folder: CaseFolder, file: Path, title: ListTitle) -> ListNote:
    """Take a list of ``never`` terms (one a line, ``#`` begins a remark) into the case.

    Raises ``UsageError`` E-SCR-001 for a file that is no text, E-SCR-004 for an empty one.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "E-SCR-001",
            _("The list of terms cannot be read as text (UTF-8)."),
            where=str(file),
            remedy=_("Save it as UTF-8, one term a line."),
        ) from error
    terms = [term for line in lines if (term := line.partition("#")[0].strip())]
    if not NeverTerms(title.name, title.version, terms).n_terms:
        raise _empty(file)
    body = {"format": TERMS_FORMAT, "name": title.name, "version": title.version,
            "source": title.source, "date": title.date, "file_sha256": _digest(file),
            "terms": terms}  # fmt: skip
    path = _place(folder, title.name, TERMS)
    write_atomically(path, json.dumps(body, sort_keys=True).encode("ascii"))
    return _note_of_terms(path)


def notes_of(folder: CaseFolder) -> list[ListNote]:
    """Return what may be said of the lists of a case, by name."""
    notes = []
    for path in _paths(folder, HASHES):
        with HashSetFile(path) as opened:
            notes.append(_note_of_set(opened.head))
    notes += [_note_of_terms(path) for path in _paths(folder, TERMS)]
    return sorted(notes, key=lambda note: (note.name, note.kind))


def open_lists(folder: CaseFolder) -> OpenLists:
    """Open every list of the case; E-SCR-002 for a damaged one: then nothing is crawled."""
    sets: list[HashSetFile] = []
    try:
        sets.extend(map(HashSetFile, _paths(folder, HASHES)))
        terms = [_terms_of(path) for path in _paths(folder, TERMS)]
    except BaseException:
        for one in sets:
            one.close()
        raise
    return OpenLists(sets, terms)


def _paths(folder: CaseFolder, suffix: str) -> list[Path]:
    return sorted(folder.screening.glob(f"*{suffix}"))


def _place(folder: CaseFolder, name: str, suffix: str) -> Path:
    folder.screening.mkdir(mode=0o700, exist_ok=True)
    return folder.screening / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}{suffix}"


def _terms_body(path: Path) -> dict[str, object]:
    try:
        body = json.loads(path.read_bytes())
        right = body["format"] == TERMS_FORMAT and isinstance(body["terms"], list)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise damaged(path) from error
    if not right:
        raise damaged(path)
    return dict(body)


def _terms_of(path: Path) -> NeverTerms:
    body = _terms_body(path)
    terms = body["terms"]
    assert isinstance(terms, list)
    return NeverTerms(str(body["name"]), str(body["version"]), map(str, terms))


def _note_of_terms(path: Path) -> ListNote:
    body = _terms_body(path)
    said = {name: str(body[name]) for name in ("name", "version", "source", "date", "file_sha256")}
    return ListNote(kind="terms", counts={"terms": _terms_of(path).n_terms}, **said)


def _note_of_set(head: HashSetHead) -> ListNote:
    return ListNote(
        kind="hashes", name=head.name, version=head.version, source=head.source, date=head.date,
        counts={kind: n for kind, n in head.counts.items() if n}, file_sha256=head.file_sha256,
    )  # fmt: skip


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _empty(file: Path) -> UsageError:
    return UsageError(
        "E-SCR-004",
        _("The list is empty."),
        where=str(file),
        remedy=_("Give a file with at least one entry; nothing was added."),
    )
