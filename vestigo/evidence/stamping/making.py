# SPDX-License-Identifier: AGPL-3.0-or-later
"""Getting a checkpoint stamped: one request an authority, whatever fails is asked again.

The request is on the disk before it is sent and the response before it is logged; a
response that the log does not know (a crash came between) is verified and logged by the
next run.  An authority that is down delays the seal and never loses it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vestigo.clock import Clock, iso
from vestigo.errors import AuthorityError, SourceUnreachable, VestigoError
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.stamping.asking import QUERY, STAMP, Courier
from vestigo.evidence.stamping.authorities import Authority
from vestigo.evidence.stamping.case_stamps import StampPlace, keep_note, place_of, stamps_folder
from vestigo.evidence.stamping.clock_offset import measured_offset
from vestigo.evidence.stamping.refusal import NO_CHECKPOINT, TAMPERED, StampRefused, refused
from vestigo.evidence.stamping.request import StampRequest, new_request, parse_request
from vestigo.evidence.stamping.revocation import NOT_KNOWN
from vestigo.evidence.stamping.revocation_fetching import missing_revocation
from vestigo.evidence.stamping.trust import read_trust
from vestigo.evidence.stamping.verifying import VerifiedStamp, verify_stamp
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

STAMPED, PENDING, INCOMPLETE, REFUSED = "stamped", "pending", "revocation pending", "refused"
RECEIVED = "time stamp received"
NOT_RECEIVED = "time stamp not received"
REVOCATION_RECEIVED = "revocation data received"


@dataclass(frozen=True, slots=True)
class StampOutcome:
    """What came of one checkpoint and authority; ``problem`` says why it is not done."""

    size: int
    authority: str
    state: str
    stamp: VerifiedStamp | None
    problem: VestigoError | None


@dataclass(frozen=True, slots=True)
class StampingCase:
    """What stamping needs of a case; ``anchors`` is the folder of trust lists."""

    folder: CaseFolder
    custody: CustodyLog
    clock: Clock
    anchors: Path

    @property
    def stamps(self) -> Path:
        """The folder of the stamps."""
        return stamps_folder(self.folder)


def checkpoint_note(folder: CaseFolder, size: int | None) -> tuple[int, bytes]:
    """Return number and note of a checkpoint that was signed (None: the last).

    Raises ``StampRefused`` E-EVI-159 where there is none.
    """
    found = {int(p.stem.partition("-")[2]): p for p in folder.anchors.glob("checkpoint-*.note")
             if p.stem.partition("-")[2].isdigit()}  # fmt: skip
    wanted = max(found, default=0) if size is None else size
    if wanted not in found:
        raise StampRefused(
            NO_CHECKPOINT,
            _("There is no signed checkpoint to stamp."),
            where=str(folder.anchors),
            remedy=_("Sign one with “vestigo evidence checkpoint”, or build a bundle."),
        )
    return wanted, found[wanted].read_bytes()


def stamp_checkpoint(
    case: StampingCase, authorities: Iterable[Authority], size: int, note: bytes, courier: Courier
) -> list[StampOutcome]:
    """Ask every authority that has not stamped the checkpoint yet; return what came of each."""
    keep_note(case.stamps, size, note)
    return [_stamped(case, authority, size, courier) for authority in authorities]


def _stamped(case: StampingCase, authority: Authority, size: int, courier: Courier) -> StampOutcome:
    place = place_of(case.stamps, size, authority.name)
    try:
        request = pending_request(place, authority)
        if place.response is None:
            _ask(case, place, authority, request, courier)
        stamp = verified_place(case, place, authority)
        problem = missing_revocation(
            stamp, place, courier, lambda path, url: log_revocation(case, place, path, url)
        )
        stamp = verified_place(case, place, authority)
    except VestigoError as error:
        log_failure(case, place, error)
        state = PENDING if place.response is None else REFUSED
        return StampOutcome(size, authority.name, state, None, error)
    if problem is not None:
        log_failure(case, place, problem)
    state = INCOMPLETE if stamp.revocation_state == NOT_KNOWN else STAMPED
    return StampOutcome(size, authority.name, state, stamp, problem)


def _ask(
    case: StampingCase,
    place: StampPlace,
    authority: Authority,
    request: StampRequest,
    courier: Courier,
) -> None:
    read_trust(case.anchors, authority.name)  # nothing is sent that could not be verified
    asked_at = case.clock()
    content = courier.post(authority.url, request.content, QUERY, STAMP)
    accept_response(case, place, authority, content, (asked_at, case.clock()))


def pending_request(place: StampPlace, authority: Authority) -> StampRequest:
    """Return the request of this place, made and written where there is none yet.

    Raises ``StampRefused`` E-EVI-162 where the one on the disk is about something else.
    """
    content = place.request
    if content is None:
        request = new_request(place.note, authority.hash_name, authority.policy)
        place.keep_request(request.content)
        return request
    request = parse_request(content, str(place.folder))
    if hashlib.new(request.hash_name, place.note).digest() != request.imprint:
        raise refused(TAMPERED, _("The request is not one for this checkpoint."), str(place.folder))
    return request


def accept_response(
    case: StampingCase,
    place: StampPlace,
    authority: Authority,
    content: bytes,
    asked: tuple[datetime, datetime] | None,
) -> VerifiedStamp:
    """Verify a response to the request of ``place``, keep it whole, and log it.

    ``asked`` are the own times before and after (None: it came by file).  A response that
    is refused is kept beside the request under the digest of its bytes.
    """
    roots, _digest = read_trust(case.anchors, authority.name)
    request = parse_request(place.request or b"", str(place.folder))
    trust = place.trust(roots, (authority.policy,) if authority.policy else ())
    try:
        stamp = verify_stamp(content, place.note, trust, request=request)
    except StampRefused as error:
        error.where = error.where or authority.name
        _keep_refused(place, content)
        raise
    place.keep_response(content, stamp.chain[:-1])
    log_stamp(case, place, content, stamp, asked)
    return stamp


def verified_place(case: StampingCase, place: StampPlace, authority: Authority) -> VerifiedStamp:
    """Verify the stamp that is kept, and log it where a crash kept it out of the log."""
    content = place.response or b""
    roots, _digest = read_trust(case.anchors, authority.name)
    trust = place.trust(roots, (authority.policy,) if authority.policy else ())
    request = parse_request(place.request or b"", str(place.folder))
    stamp = verify_stamp(content, place.note, trust, request=request)
    known = known_digests(case.custody)
    if hashlib.sha256(content).hexdigest() not in known:
        log_stamp(case, place, content, stamp, None)
    for path in sorted(place.folder.glob("revocation-*.*")):
        if hashlib.sha256(path.read_bytes()).hexdigest() not in known:
            log_revocation(case, place, path, "not known: a crash came between")
    return stamp


def known_digests(custody: CustodyLog) -> set[str]:
    """Return every digest that an event of the log names."""
    return {event.object_sha256 for event in custody.events()}


def log_stamp(
    case: StampingCase,
    place: StampPlace,
    content: bytes,
    stamp: VerifiedStamp,
    asked: tuple[datetime, datetime] | None,
) -> None:
    """Write the event of a stamp: what it says, against which trust list, and both clocks."""
    _roots, trust_sha256 = read_trust(case.anchors, place.authority)
    details = {
        "authority": place.authority,
        "checkpoint": str(place.size),
        "note_sha256": hashlib.sha256(place.note).hexdigest(),
        "request_sha256": hashlib.sha256(place.request or b"").hexdigest(),
        "gen_time": iso(stamp.gen_time),
        "not_after": iso(stamp.not_after),
        "serial": str(stamp.serial),
        "policy": stamp.policy,
        "trust_sha256": trust_sha256,
    }
    details |= measured_offset(stamp, *asked) if asked else {"own_clock": "not compared"}
    case.custody.append(
        "fixation",
        object_sha256=hashlib.sha256(content).hexdigest(),
        reason=RECEIVED,
        details=details,
    )


def log_revocation(case: StampingCase, place: StampPlace, path: Path, source: str) -> None:
    """Write the event of a revocation list or answer."""
    case.custody.append(
        "fixation",
        object_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        reason=REVOCATION_RECEIVED,
        details={"authority": place.authority, "checkpoint": str(place.size), "source": source},
    )


def log_failure(case: StampingCase, place: StampPlace, error: VestigoError) -> None:
    """Write that a stamp did not come; the seal waits for it."""
    if isinstance(error, AuthorityError):
        return  # the gate logged its refusal
    case.custody.append(
        "fail",
        reason=NOT_RECEIVED,
        details={"authority": place.authority, "checkpoint": str(place.size),
                 "code": error.code, "where": error.where,
                 "kind": "unreachable" if isinstance(error, SourceUnreachable) else "refused"},
    )  # fmt: skip


def _keep_refused(place: StampPlace, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    write_atomically(place.folder / f"refused-{digest[:16]}.bin", content)
