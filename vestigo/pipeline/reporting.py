# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report of a case outside of a bundle: what was made is in the custody log."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.evidence.bundle import view_at
from vestigo.evidence.bundle.documents.case_facts import case_facts
from vestigo.evidence.bundle.documents.case_report import case_report
from vestigo.evidence.bundle.documents.wanted import PDF, TEXT, wanted_documents
from vestigo.evidence.bundle.exhibits import exhibits_of
from vestigo.evidence.bundle.thirds import ThirdParties
from vestigo.evidence.report.as_text import as_text
from vestigo.evidence.report.typesetting import typesetter
from vestigo.i18n import _, speaking
from vestigo.pipeline.session import CaseSession

FORMS = {".pdf": PDF, ".txt": TEXT}


def form_of(path: Path) -> str:
    """Return the form that the name of a file asks for; E-EVI-174 for any other name."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise UsageError(
            "E-EVI-174",
            _("A report is written as PDF or as text."),
            where=str(path),
            remedy=_("End the name of the file with .pdf or .txt."),
        )
    return form


def make_report(session: CaseSession, form: str, language: str = "") -> tuple[str, bytes]:
    """Return language and content of the report of the case as it stands; the log tells of it.

    Without ``language`` it is the first of the case's own.  Raises as ``view_at``,
    ``wanted_documents`` and ``typesetter`` do.
    """
    wanted = wanted_documents(session.folder, [language] if language else [])
    view = view_at(session.folder, session.ledger, session.custody, None)
    facts = case_facts(view, list(exhibits_of(view)), ThirdParties(view))
    with speaking(wanted.languages[0]):
        document = case_report(facts)
    if form == PDF:
        with typesetter(session.folder.path) as setter:
            content = setter.pdf(document)
    else:
        content = as_text(document).encode("utf-8")
    session.custody.append(
        "export",
        object_sha256=hashlib.sha256(content).hexdigest(),
        reason="case report written",
        details={"checkpoint": str(view.size), "form": form, "language": wanted.languages[0]},
    )
    return wanted.languages[0], content
