# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which documents a bundle gets: a setting of the case, so that ``data/`` stays the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vestigo.errors import ConfigurationError
from vestigo.evidence.report.keeping import Kept
from vestigo.evidence.report.typesetting import can_typeset, typesetter
from vestigo.i18n import DOCUMENT_LANGUAGES, _
from vestigo.settings import Section
from vestigo.store import CaseFolder

TEXT, PDF = "text", "pdf"
SECTION = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The form (``text`` or ``pdf``) and languages of documents."""

    form: str
    languages: tuple[str, ...]
    with_pictures: bool


def wanted_documents(folder: CaseFolder, languages: Sequence[str] = ()) -> Wanted:
    """Return what the settings of the case say; ``languages`` stand in place of its own.

    Raises ``ConfigurationError`` E-EVI-173 for a form or language that there is not.
    """
    section: Section = folder.settings()[SECTION]
    form, pictures, own = section["format"], section["show_pictures"], section["languages"]
    chosen = [*languages] or ([*map(str, own)] if isinstance(own, list) else [])
    known = bool(chosen) and set(chosen) <= set(DOCUMENT_LANGUAGES)
    if form not in (TEXT, PDF) or not known or not isinstance(pictures, bool):
        raise ConfigurationError(
            "E-EVI-173",
            _("The settings of documents name a form or a language that there is not."),
            where=f"{folder.toml} [settings.{SECTION}]",
            remedy=_("format is text or pdf; languages are out of {languages}.").format(
                languages=", ".join(DOCUMENT_LANGUAGES)
            ),
        )
    ordered = tuple(language for language in DOCUMENT_LANGUAGES if language in chosen)
    return Wanted(form=form, languages=ordered, with_pictures=pictures)


def documents_of_a_new_case(languages: Sequence[str]) -> dict[str, Section]:
    """Return the settings of a new case: PDF where Typst is installed, in these languages.

    They are written down once, so that the same documents are made wherever the case goes.
    """
    form = PDF if can_typeset() else TEXT
    return {SECTION: {"format": form, "languages": list(languages)}}


@contextmanager
def kept_pdfs(wanted: Wanted, folder: CaseFolder, key: bytes) -> Iterator[Kept | None]:
    """Yield what makes PDFs and keeps them in the case, or None where only text is wanted.

    Raises ``ConfigurationError`` E-EVI-170 where Typst is not installed.
    """
    if wanted.form != PDF:
        yield None
        return
    with typesetter(folder.path) as setter:
        yield Kept(setter, folder.sheets, key)
