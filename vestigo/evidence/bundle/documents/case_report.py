# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report of a case as a document in the active language."""

from __future__ import annotations

from vestigo.evidence.bundle.documents.case_facts import CaseFacts
from vestigo.evidence.bundle.documents.custody_part import (
    authority_part,
    custody_part,
    exhibits_part,
)
from vestigo.evidence.bundle.documents.exhibit_sheet import made_by_vestigo
from vestigo.evidence.bundle.documents.market_part import market_part
from vestigo.evidence.bundle.documents.money_part import money_part
from vestigo.evidence.bundle.documents.page_one import first_page
from vestigo.evidence.bundle.documents.people_part import limits_part, people_part
from vestigo.evidence.bundle.documents.wanted import Wanted
from vestigo.evidence.report.as_text import as_text
from vestigo.evidence.report.blocks import Document
from vestigo.evidence.report.keeping import Kept
from vestigo.i18n import _, active_language, speaking


def case_report(facts: CaseFacts) -> Document:
    """Return the report: page one for anybody, then everything with its sources."""
    blocks = [
        *first_page(facts),
        *authority_part(facts),
        *market_part(facts),
        *money_part(facts),
        *people_part(facts),
        *custody_part(facts),
        *exhibits_part(facts),
        *limits_part(),
    ]
    title = _("Case report: {title}").format(title=facts.title)
    return Document(
        title=title, author=facts.unit, language=active_language(), at=facts.at,
        head=(facts.unit, facts.title), foot=made_by_vestigo(), blocks=blocks,
    )  # fmt: skip


def reports(facts: CaseFacts, wanted: Wanted, pdfs: Kept | None) -> dict[str, bytes]:
    """Return the report by file name: as text in each language, as PDF where that is wanted."""
    files: dict[str, bytes] = {}
    for language in wanted.languages:
        with speaking(language):
            document = case_report(facts)
            files[f"report.{language}.txt"] = as_text(document).encode("utf-8")
            if pdfs is not None:
                files[f"report.{language}.pdf"] = pdfs.pdf(document)
    return files
