# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps for machines without a network: requests and responses travel as files.

Nothing is told by the name of a file: a response belongs to the request whose digest and
nonce it carries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import VestigoError
from vestigo.evidence.stamping.authorities import Authority
from vestigo.evidence.stamping.case_stamps import StampPlace, keep_note, place_of, places
from vestigo.evidence.stamping.making import (
    NOT_RECEIVED,
    StampingCase,
    accept_response,
    log_revocation,
    pending_request,
    verified_place,
)
from vestigo.evidence.stamping.refusal import (
    FOREIGN,
    IMPRINT,
    NONCE,
    REPLAYED,
    REVOCATION,
    StampRefused,
    refused,
)
from vestigo.evidence.stamping.request import parse_request
from vestigo.evidence.stamping.revocation import GOOD
from vestigo.evidence.stamping.revocation_fetching import der_answer, der_list
from vestigo.evidence.stamping.token import LARGEST, StampInfo, parse_response
from vestigo.evidence.stamping.verifying import VerifiedStamp
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

WRITTEN = "time stamp requests written"
SUFFIXES = (".tsr", ".crl", ".ocsp")
LARGEST_LIST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What came of one file: the stamp it is part of, or why it was refused.

    ``filed_before``: the very same bytes are kept since an earlier reading.
    """

    name: str
    authority: str
    stamp: VerifiedStamp | None
    problem: VestigoError | None
    filed_before: bool = False


def write_requests(
    case: StampingCase, authorities: Iterable[Authority], size: int, note: bytes, out: Path
) -> list[Path]:
    """Write the requests that are not answered yet to the folder ``out``; return their paths."""
    keep_note(case.stamps, size, note)
    written, details = [], {}
    for authority in authorities:
        place = place_of(case.stamps, size, authority.name)
        if place.response is None:
            request = pending_request(place, authority)
            path = out / f"checkpoint-{size:08d}.{authority.name}.tsq"
            write_atomically(path, request.content)
            written.append(path)
            details[path.name] = hashlib.sha256(request.content).hexdigest()
    case.custody.append("export", reason=WRITTEN, details=details)
    return written


def read_responses(
    case: StampingCase, authorities: Iterable[Authority], source: Path
) -> list[ReadFile]:
    """Read every response, revocation list and OCSP answer in ``source``; return each result.

    Responses come first: lists belong to the chains of stamps that are there.
    """
    known = {authority.name: authority for authority in authorities}
    paths = [p for p in sorted(source.iterdir()) if p.suffix in SUFFIXES and p.is_file()]
    paths.sort(key=lambda path: SUFFIXES.index(path.suffix))
    return [_read(case, known, path) for path in paths]


def _read(case: StampingCase, known: dict[str, Authority], path: Path) -> ReadFile:
    try:
        content = _content(path)
        if path.suffix == ".tsr":
            return _file_response(case, known, path.name, content)
        read = der_list if path.suffix == ".crl" else der_answer
        return _add_revocation(case, known, path, read(content, path.name))
    except VestigoError as error:
        error.where = error.where or path.name
        case.custody.append(
            "fail", reason=NOT_RECEIVED, details={"file": path.name, "code": error.code}
        )
        return ReadFile(path.name, "", None, error)


def _file_response(
    case: StampingCase, known: dict[str, Authority], name: str, content: bytes
) -> ReadFile:
    """File a response; the one that is filed already is verified again and nothing else."""
    place = _asked(case, known, content)
    authority = known[place.authority]
    if place.response == content:
        return ReadFile(name, place.authority, verified_place(case, place, authority), None, True)
    if place.response is not None:
        raise refused(REPLAYED, _("This request was answered before."), str(place.folder))
    stamp = accept_response(case, place, authority, content, None)
    return ReadFile(name, place.authority, stamp, None)


def _content(path: Path) -> bytes:
    most = LARGEST if path.suffix == ".tsr" else LARGEST_LIST
    with path.open("rb") as handle:
        content = handle.read(most + 1)
    if len(content) > most:
        raise refused(FOREIGN, _("The file is too long."), path.name)
    return content


def _asked(case: StampingCase, known: dict[str, Authority], content: bytes) -> StampPlace:
    """Return the place whose request a response answers.

    Raises ``StampRefused``: E-EVI-142 its nonce is ours but the digest is not, E-EVI-143 the
    digest is ours but not the nonce, E-EVI-160 neither.
    """
    info = parse_response(content).info
    same_imprint = same_nonce = False
    for place in places(case.stamps):
        if place.authority not in known:
            continue
        request = parse_request(place.request or b"", str(place.folder))
        imprint = (request.hash_name, request.imprint) == (info.hash_name, info.imprint)
        nonce = request.nonce == info.nonce
        if imprint and nonce:
            return place
        same_imprint, same_nonce = same_imprint or imprint, same_nonce or nonce
    raise _nobody_asked(info, same_imprint, same_nonce)


def _nobody_asked(info: StampInfo, same_imprint: bool, same_nonce: bool) -> StampRefused:
    if same_nonce:
        return refused(IMPRINT, _("The response is about another digest than the request."))
    if same_imprint:
        return refused(NONCE, _("The response does not carry the nonce of the request."))
    return refused(
        FOREIGN,
        _("The response answers no request of this case (serial {serial}).").format(
            serial=info.serial
        ),
    )


def _add_revocation(
    case: StampingCase, known: dict[str, Authority], path: Path, content: bytes
) -> ReadFile:
    """Put a list or answer beside each stamp that it makes better known, once."""
    kind, found, held = path.suffix[1:], None, None
    for place in places(case.stamps):
        if place.response is None or place.authority not in known:
            continue
        authority = known[place.authority]
        before = verified_place(case, place, authority)
        if place.holds_revocation(content):
            held = ReadFile(path.name, place.authority, before, None, True)
            continue
        kept = None if before.revocation_state == GOOD else place.keep_revocation(content, kind)
        if kept is None:
            continue
        try:
            after = verified_place(case, place, authority)
        except VestigoError:
            log_revocation(case, place, kept, path.name)
            raise
        if after.revocation == before.revocation:
            kept.unlink()
            continue
        log_revocation(case, place, kept, path.name)
        found = ReadFile(path.name, place.authority, after, None)
    done = found or held
    if done is None:
        raise refused(REVOCATION, _("No stamp of this case needs this revocation data."), path.name)
    return done
