# SPDX-License-Identifier: AGPL-3.0-or-later
"""The evidence desk: what can be verified, built and handed over, and what came of it."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from litestar import Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import File

from vestigo.console.acting import (
    confirmed,
    needed_of,
    reading_as,
    require_confirmed,
    see,
    signed_in,
    writing_as,
)
from vestigo.console.desk import Asked, Desk, Look, asked_for, desk_of, require
from vestigo.console.proving.findings import found_in_case, told
from vestigo.console.proving.wording import (
    bundle_check_words,
    check_words,
    figure_words,
    job_words,
)
from vestigo.console.sign_in_pages import Form
from vestigo.errors import UsageError
from vestigo.evidence.bundle import inspect_bundle
from vestigo.evidence.bundle.verification import BundleReport
from vestigo.evidence.packing import pack_bundle
from vestigo.evidence.stranger import verifier_digests
from vestigo.i18n import DOCUMENT_LANGUAGES, _
from vestigo.pipeline.handing_over import log_packed
from vestigo.pipeline.receiving import items_of, numbers_of
from vestigo.pipeline.retention import what_is_due
from vestigo.pipeline.session import CaseSession
from vestigo.pipeline.verifying import check_case
from vestigo.records import VerificationReceipt

DAYS_AHEAD = 30


@get("/evidence", sync_to_thread=True)
def evidence(request: Asked) -> Response[str]:
    """Show jobs and their checks, bundles, receipts, and what is due for destruction."""
    desk = desk_of(request)
    index = desk.index()
    numbers = numbers_of(desk.session)
    return desk.page(
        request, "evidence.html", Look("evidence desk"),
        jobs=desk.jobs.all(), bundles=bundles_of(desk), confirmed=confirmed(request),
        receipts=[(i, one) for i, one in index.all_of(VerificationReceipt)],
        received=[(numbers[i], item) for i, item in items_of(desk.session).items()],
        due=what_is_due(desk.session, DAYS_AHEAD), ahead=DAYS_AHEAD,
        languages_of_documents=DOCUMENT_LANGUAGES, verifiers=verifier_digests(),
        head=desk.session.custody.head(), check_words=check_words, figure_words=figure_words,
        bundle_check_words=bundle_check_words, job_words=job_words,
        told=told, found_in_case=found_in_case,
    )  # fmt: skip


@post("/evidence/verify", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def verify_case(request: Asked) -> Response[str]:
    """Verify custody log, record ledger, archive and keys; each check is shown by itself."""
    require(request, "verify")
    session = reading_as(request)
    person = signed_in(request)
    desk_of(request).jobs.start("verify", "", person.account, lambda: check_case(session))
    return see("/evidence")


@post("/evidence/verify-bundle", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def verify_bundle(request: Asked, data: Form) -> Response[str]:
    """Verify a bundle of the case, both layers; each check is shown by itself."""
    require(request, "verify")
    desk = desk_of(request)
    path = bundle_named(desk, needed_of(data, "bundle", 200))
    session = reading_as(request)
    desk.jobs.start("bundle", path.name, signed_in(request).account,
                    lambda: _inspected(session, path))  # fmt: skip
    return see("/evidence")


@post("/evidence/pack", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def pack(request: Asked, data: Form) -> Response[str]:
    """Write a bundle into one zip that can be handed over."""
    require(request, "disclose")
    require_confirmed(request, "/evidence")
    desk, person = desk_of(request), signed_in(request)
    path = bundle_named(desk, needed_of(data, "bundle", 200))

    def work() -> str:
        with writing_as(desk, person) as session:
            packed = pack_bundle(path, path.with_name(f"{path.name}.zip"), ())
            log_packed(session, path.name, packed, ())
            return packed.zip_sha256

    desk.jobs.start("pack", path.name, person.account, work)
    return see("/evidence")


@get("/bundles/{name:str}", sync_to_thread=True)
def bundle_zip(request: Asked, name: FromPath[str]) -> File:
    """Hand out the zip of a bundle, which was packed before; it is logged first."""
    require(request, "disclose")
    require_confirmed(request)
    desk, person = desk_of(request), signed_in(request)
    folder = desk.session.folder.bundles
    found = {one.name: one for one in folder.glob("*.zip") if one.is_file()}
    if name not in found:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    look = Look("bundle handed out", action="copy")
    desk.log.write(look, person.account, person.role, {"path": asked_for(request), "file": name})
    return File(path=found[name], filename=name, media_type="application/zip",
                content_disposition_type="attachment")  # fmt: skip


def bundles_of(desk: Desk) -> list[tuple[Path, bool]]:
    """Return the bundles of the case, the latest first, and whether each was packed."""
    folder = desk.session.folder.bundles
    found = [one for one in folder.iterdir() if _is_bundle(one)] if folder.is_dir() else []
    return [(one, one.with_name(f"{one.name}.zip").is_file()) for one in sorted(found)[::-1]]


def bundle_named(desk: Desk, name: str) -> Path:
    """Return the bundle of this name; E-CON-061 where the case has none."""
    found = {one.name: one for one, _packed in bundles_of(desk)}
    if name not in found:
        raise UsageError(
            "E-CON-061",
            _("The case has no bundle of this name."),
            where=name,
            remedy=_("Choose one of the list; nothing was done."),
        )
    return found[name]


def _is_bundle(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".") and (path / "bagit.txt").is_file()


def _inspected(session: CaseSession, path: Path) -> BundleReport:
    report = inspect_bundle(path, None)
    session.custody.append(
        "verify",
        object_sha256=report.statement_sha256,
        reason="bundle verified" if report.exit_code == 0 else "bundle not confirmed",
        details={
            "bundle": path.name, "exit_code": str(int(report.exit_code)),
            "outside_anchor": "yes" if report.outside else "no",
            **{f.check: f.detail for f in report.findings if f.status != "ok"},
        },
    )  # fmt: skip
    return report


HANDLERS = (evidence, verify_case, verify_bundle, pack, bundle_zip)
