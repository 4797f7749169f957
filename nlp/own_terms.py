# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's own terms: files with the columns of ``terms.csv``, sources beside them.

``NAME.csv`` may have ``NAME.sources.toml`` beside it; both are covered by the digest
of the lexicon that every record of the reading cites.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from nlp.lexicon import load_lexicon
from nlp.reading import ListingReader, shipped_reader
from vestigo.places import config_root
from vestigo.settings import Section


def reader_with(terms: Sequence[Path]) -> ListingReader:
    """Return the reader over the shipped lexicon and term files; made once a process.

    Raises ``ConfigurationError`` E-NLP-001 to E-NLP-006 where a file is wrong.
    """
    return _reader(tuple(terms)) if terms else shipped_reader()


@cache
def _reader(terms: tuple[Path, ...]) -> ListingReader:
    return ListingReader(load_lexicon(config_root() / "lexicon", terms))


def terms_of(section: Section, folder: Path) -> tuple[Path, ...]:
    """Return the term files of the settings ``[reading]``, in order of name.

    Each entry of ``terms`` is a path or a pattern, relative to the case ``folder``.
    """
    found: set[Path] = set()
    for entry in section["terms"]:
        path = Path(str(entry))
        if path.is_absolute() or not any(sign in str(entry) for sign in "*?["):
            found.add(folder / path)
        else:
            found.update(folder.glob(str(entry)))
    return tuple(sorted(found))
