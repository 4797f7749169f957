# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures among the captures: told by their digests, shown only when a person asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.browser.policy import answer_of, lift_inline
from vestigo.errors import AuthorityError, UsageError, VerificationError
from vestigo.evidence.screening.decoder import PictureDecoder
from vestigo.evidence.screening.media import media_of
from vestigo.evidence.warc import read_exchange, read_response
from vestigo.i18n import _
from vestigo.pipeline.screening import open_catcher
from vestigo.pipeline.session import CaseSession
from vestigo.records import CERTAIN, Authorization, Capture, CapturedPicture, Method
from vestigo.store.atomic import write_atomically

RULE = "crawler.captured_picture.v1"
UNREADABLE = "not-decoded"
BATCH = 200
_METHOD = Method(rule=RULE, settings_sha256=hashlib.sha256(b"").hexdigest())


@dataclass(slots=True)
class PicturesDescribed:
    """All pictures that are recorded; captures that are damaged, with the code of what is wrong."""

    pictures: list[CapturedPicture] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)


def describe_pictures(
    session: CaseSession, on_capture: Callable[[], None] = lambda: None
) -> PicturesDescribed:
    """Record each captured picture (SHA-256, PDQ) and return all that are recorded.

    Only captures whose authorization has the act ``fetch_image`` are looked into; pictures
    are decoded in a bounded child process and nowhere else.  A capture whose archive is
    damaged is told, and the rest looked into.
    """
    described = PicturesDescribed()
    orders = dict(session.ledger.named_of_kind(Authorization))
    batch: list[CapturedPicture] = []
    with PictureDecoder() as decoder:
        for capture in list(session.ledger.of_kind(Capture)):
            order = orders.get(capture.authorization_id)
            if order is not None and "fetch_image" in order.acts:
                try:
                    found = list(_pictures_of(session, capture))
                except VerificationError as error:
                    described.damaged[capture.capture_id] = error.code
                    found = []
                batch += [_record(capture, *one, decoder) for one in found]
            if len(batch) >= BATCH:
                session.ledger.append(batch)
                batch = []
            on_capture()
    session.ledger.append(batch)
    described.pictures = list(session.ledger.of_kind(CapturedPicture))
    return described


def hand_out_picture(session: CaseSession, sha256: str, reason: str, out: Path) -> CapturedPicture:
    """Write one picture to ``out`` (0600) for a person who asked for it; that is logged first.

    Raises ``UsageError`` E-CRA-039 where it is not recorded or no reason is given, and
    ``AuthorityError`` E-CRA-045 where the lists of the unit now know it.
    """
    wanted = (one for one in session.ledger.of_kind(CapturedPicture) if one.sha256 == sha256)
    record = next(wanted, None)
    if record is None or not reason.strip():
        raise _cannot_be_shown(sha256)
    content = _content(session, record)
    _refuse_hit(session, record, content)
    session.custody.append(
        "access",
        object_sha256=sha256,
        reason=f"picture shown: {reason.strip()}",
        details={"record": record.record_id, "capture": record.sources[0]},
    )
    write_atomically(out, content)
    return record


def _pictures_of(session: CaseSession, capture: Capture) -> Iterator[tuple[bytes, str, bool]]:
    """Yield (bytes, media type, inside a page?) of a captured picture or of those in a page."""
    exchange = read_exchange(session.folder.captures, capture)
    kind = media_of(exchange.body[:64])
    if kind.startswith("image/"):
        yield exchange.body, kind, False
        return
    answer = answer_of(read_response(exchange.response, "GET"), capture.capture_id)
    for picture in lift_inline(answer, capture.uri)[1].values():
        yield picture.body, media_of(picture.body[:64]) or picture.content_type, True


def _record(
    capture: Capture, content: bytes, media_type: str, inline: bool, decoder: PictureDecoder
) -> CapturedPicture:
    hashes = decoder.hashes_of(content) or []
    return CapturedPicture(
        sources=(capture.capture_id,),
        method=_METHOD,
        confidence=CERTAIN,
        observed_at=capture.observed_at,
        uri=capture.uri,
        inline=inline,
        sha256=hashlib.sha256(content).hexdigest(),
        n_bytes=len(content),
        media_type=media_type,
        pdq=hashes[0].bits.hex() if hashes else "",
        pdq_quality=hashes[0].quality if hashes else 0,
        problem="" if hashes else UNREADABLE,
    )


def _content(session: CaseSession, record: CapturedPicture) -> bytes:
    for capture in session.ledger.of_kind(Capture):
        if capture.capture_id == record.sources[0]:
            for content, _kind, _inline in _pictures_of(session, capture):
                if hashlib.sha256(content).hexdigest() == record.sha256:
                    return content
    raise _cannot_be_shown(record.sha256)


def _refuse_hit(session: CaseSession, record: CapturedPicture, content: bytes) -> None:
    with open_catcher(session).screen as screen:
        if screen.judge_picture(content).passed:
            return
    raise AuthorityError(
        "E-CRA-045",
        _("The screening stopped this picture; nothing of it was kept."),
        where=record.sha256,
        remedy=_("Put the exhibit into quarantine, as the order says."),
    )


def _cannot_be_shown(sha256: str) -> UsageError:
    return UsageError(
        "E-CRA-039",
        _("There is no such picture in the case, or no reason was given to show it."),
        where=sha256,
        remedy=_("Give a digest out of “vestigo crawl images CASE” and “--reason”."),
    )
