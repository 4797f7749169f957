# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's own terms: files with the columns of ``terms.csv``, sources beside them.

``NAME.csv`` may have ``NAME.sources.toml`` beside it; both are covered by the digest
of the lexicon that every record of the reading cites.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from nlp.lexicon.loading import lexicon_digest, load_lexicon
from nlp.reading.reader import ListingReader, shipped_reader
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.settings import Section

KEPT = 4  # readers; a case that is changed while it is read has two


def reader_with(terms: Sequence[Path]) -> ListingReader:
    """Return the reader over the shipped lexicon and term files; made once for their content.

    Raises ``ConfigurationError`` E-NLP-001 to E-NLP-006 where a file is wrong.
    """
    if not terms:
        return shipped_reader()
    for path in terms:
        if not path.exists():
            raise ConfigurationError(
                "E-NLP-004",
                _("A file of your own terms is not there."),
                where=str(path),
                remedy=_("Check the path; the form stands in docs/formats/lexicon.md."),
            )
    return _reader(tuple(terms), lexicon_digest(config_root() / "lexicon", tuple(terms)))


@lru_cache(maxsize=KEPT)
def _reader(terms: tuple[Path, ...], _digest: str) -> ListingReader:
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
