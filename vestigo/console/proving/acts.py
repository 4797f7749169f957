# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts of the evidence desk: build, disclose in part, destroy by order, file a receipt, unmask."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from vestigo.console.acting import (
    confirmed,
    field_of,
    needed_of,
    reading_as,
    require_confirmed,
    see,
    signed_in,
    upload_of,
    writing,
    writing_as,
)
from vestigo.console.desk import Asked, Desk, Look, desk_of, require
from vestigo.console.sign_in_pages import Form
from vestigo.console.signing_in import SignedIn
from vestigo.errors import UsageError
from vestigo.evidence.bundle import BuiltBundle
from vestigo.evidence.disclosure import Disclosed
from vestigo.evidence.disclosure.wish import Wish, read_exhibit, read_field
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.evidence.key_case import unlock_operator
from vestigo.evidence.keys import UnlockedKeys, unlock_keys
from vestigo.i18n import DOCUMENT_LANGUAGES, _
from vestigo.pipeline.disclosing import disclose_part
from vestigo.pipeline.disposing import Disposal, dispose_exhibit, unfinished_disposals
from vestigo.pipeline.receipts import file_receipt
from vestigo.pipeline.sealing import seal_case
from vestigo.pipeline.session import CaseSession
from vestigo.pipeline.unmasking import unmask_capture
from vestigo.store.scratch import scratch_folder

MOST_SECRET = 1_024
MOST_UPLOAD = 1_000_000
MOST_WITHHELD = 20_000
OFTEN_WITHHELD = ("feedback.buyer_handle", "feedback.text", "selector.value", "capture.account",
                  "listing.description", "vendor_account.profile_text")  # fmt: skip
Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@get("/evidence/build", sync_to_thread=True)
def build_page(request: Asked) -> Response[str]:
    """Show the forms to build and to disclose, to who may."""
    require(request, "seal")
    desk = desk_of(request)
    return desk.page(
        request, "evidence_build.html", Look("bundle builder"), confirmed=confirmed(request),
        languages_of_documents=DOCUMENT_LANGUAGES, chosen=_documents(desk.session),
        head=desk.session.custody.head(), often=OFTEN_WITHHELD,
        exhibits=list(exhibit_numbers(desk.session.ledger.ids()).values()),
    )  # fmt: skip


@post("/evidence/seal", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def build(request: Asked, data: Form) -> Response[str]:
    """Seal the case as it stands into a bundle; it is verified before it gets its name."""
    require(request, "seal")
    require_confirmed(request, "/evidence/build")
    desk, person = desk_of(request), signed_in(request)
    languages = tuple(one for one in DOCUMENT_LANGUAGES if data.get(f"language-{one}") == "yes")
    secrets = _secrets(data)

    def work() -> BuiltBundle:
        with writing_as(desk, person) as session:
            return seal_case(session, _unlocked(session, *secrets), None, languages)

    desk.jobs.start("build", "", person.account, work)
    return see("/evidence")


@post("/evidence/disclose", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def disclose(request: Asked, data: Form) -> Response[str]:
    """Build a copy without some exhibits or fields, under the checkpoint of the last bundle."""
    require(request, "disclose")
    require_confirmed(request, "/evidence/build")
    desk, person = desk_of(request), signed_in(request)
    wish = Wish(
        exhibits=frozenset(read_exhibit(n) for n in _words(data, "exhibits")),
        fields=frozenset(read_field(name) for name in _words(data, "fields")),
        reason=needed_of(data, "reason", 2_000), person=person.account,
    )  # fmt: skip
    secrets = _secrets(data)

    def work() -> Disclosed:
        return _disclosed(desk, person, wish, secrets)

    desk.jobs.start("disclose", wish.reason[:80], person.account, work)
    return see("/evidence")


@get("/evidence/dispose", sync_to_thread=True)
def dispose_page(request: Asked) -> Response[str]:
    """Show the form to destroy an exhibit by order, to who may."""
    require(request, "dispose")
    return _dispose_page(request, None)


@post("/evidence/destroy", sync_to_thread=True, status_code=HTTPStatus.OK)
def dispose(request: Asked, data: Form) -> Response[str]:
    """Destroy an exhibit by order; its number is typed twice, since nothing brings it back.

    Raises E-CON-062 where the two differ.
    """
    require(request, "dispose")
    require_confirmed(request, "/evidence/dispose")
    exhibit, order = needed_of(data, "exhibit", 80), needed_of(data, "order", 500)
    if exhibit != field_of(data, "again", 80):
        raise UsageError(
            "E-CON-062",
            _("The exhibit was not typed twice in the same way."),
            where=exhibit,
            remedy=_("Type its number in both fields; nothing was destroyed."),
        )
    with writing(request, "dispose") as session:
        done = dispose_exhibit(session, exhibit, order, field_of(data, "reason", 2_000))
    return _dispose_page(request, done)


@post("/evidence/receipt", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER,
      request_max_body_size=MOST_UPLOAD)  # fmt: skip
def receipt(request: Asked, data: Upload) -> Response[str]:
    """File what the receiver's verification of a bundle printed."""
    require(request, "receive")
    from_whom = needed_of(data, "from", 200)
    given = upload_of(data)
    content = given.file.read(MOST_UPLOAD)
    with (
        writing(request, "receive") as session,
        scratch_folder(session.folder.path, "upload") as folder,
    ):
        path = folder / _file_name(given.filename)
        path.write_bytes(content)
        file_receipt(session, path, from_whom, ())
    return see("/evidence#receipts")


@post("/exhibits/{capture_id:str}/unmask", sync_to_thread=True, status_code=HTTPStatus.OK)
def unmask(request: Asked, capture_id: FromPath[str], data: Form) -> Response[str]:
    """Show the third persons of one exhibit, for a reason that is logged first."""
    require(request, "unmask")
    require_confirmed(request, f"/exhibits/{quote(capture_id, safe='')}")
    reason = needed_of(data, "reason", 2_000)
    names = unmask_capture(reading_as(request), capture_id, reason)
    return desk_of(request).page(
        request, "unmasked.html", Look("third persons shown", capture_id),
        capture_id=capture_id, names=names, reason=reason,
    )  # fmt: skip


def _dispose_page(request: Asked, done: Disposal | None) -> Response[str]:
    return desk_of(request).page(
        request, "evidence_dispose.html", Look("disposal by order"), done=done,
        confirmed=confirmed(request), unfinished=_unfinished(desk_of(request)),
    )  # fmt: skip


def _unfinished(desk: Desk) -> list[tuple[str, str]]:
    """Return number and order of each disposal that a crash cut short."""
    events = unfinished_disposals(desk.session.custody.events())
    return [(one.exhibit, one.details["order"]) for one in events]


def _disclosed(
    desk: Desk, person: SignedIn, wish: Wish, secrets: tuple[str, str, str]
) -> Disclosed:
    with writing_as(desk, person) as session:
        folder = session.folder.bundles
        taken = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
        name = next(n for n in (f"disclosed-{k:04}" for k in range(1, 10_000)) if n not in taken)
        return disclose_part(session, _unlocked(session, *secrets), wish, folder / name, None)


def _unlocked(session: CaseSession, passphrase: str, operator: str, own: str) -> UnlockedKeys:
    keys = unlock_keys(session.folder, passphrase)
    if not operator:
        return keys
    return unlock_operator(session.folder, session.custody, keys, operator, own)


def _secrets(data: Form) -> tuple[str, str, str]:
    """Return passphrase of the case, name of the operator and the operator's passphrase."""
    return (data.get("passphrase", "")[:MOST_SECRET], field_of(data, "operator", 100),
            data.get("own_passphrase", "")[:MOST_SECRET])  # fmt: skip


def _words(data: Form, name: str) -> list[str]:
    return field_of(data, name, MOST_WITHHELD).replace(",", " ").split()


def _documents(session: CaseSession) -> tuple[str, ...]:
    return tuple(str(one) for one in session.settings("report")["languages"])


def _file_name(given: str | None) -> str:
    """Return a harmless name for what was handed over: letters, digits, dots, hyphens."""
    kept = re.sub(r"[^A-Za-z0-9._-]", "_", Path(given or "").name)[:100].lstrip(".")
    return kept or "receipt"


HANDLERS = (build_page, build, disclose, dispose_page, dispose, receipt, unmask)
