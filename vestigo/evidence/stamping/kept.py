# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifying every stamp that a case keeps, and comparing each with the custody log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.stamping.case_stamps import StampPlace, places
from vestigo.evidence.stamping.making import known_digests
from vestigo.evidence.stamping.refusal import UNKNOWN, StampRefused
from vestigo.evidence.stamping.request import parse_request
from vestigo.evidence.stamping.trust import read_trust
from vestigo.evidence.stamping.verifying import VerifiedStamp, verify_stamp
from vestigo.i18n import _


@dataclass(frozen=True, slots=True)
class KeptStamp:
    """One request of a case; ``stamp`` is None while the authority has not answered."""

    place: StampPlace
    stamp: VerifiedStamp | None


def verify_kept(stamps: Path, anchors: Path, custody: CustodyLog) -> tuple[KeptStamp, ...]:
    """Return every request of the case with its stamp, each verified again.

    Raises ``StampRefused`` E-EVI-140 … 154 as ``verify_stamp``, E-EVI-164 for a stamp or
    revocation file that the log does not know, and ``ConfigurationError`` E-EVI-156.
    """
    known = known_digests(custody)
    return tuple(_verified(place, anchors, known) for place in places(stamps))


def _verified(place: StampPlace, anchors: Path, known: set[str]) -> KeptStamp:
    content = place.response
    if content is None:
        return KeptStamp(place, None)
    for path in (place.folder / "stamp.tsr", *sorted(place.folder.glob("revocation-*.*"))):
        if hashlib.sha256(path.read_bytes()).hexdigest() not in known:
            raise StampRefused(
                UNKNOWN,
                _("The custody log does not know this time stamp."),
                where=str(path),
                remedy=_("After a crash run “vestigo evidence stamp CASE --retry”, which logs it."),
            )
    try:
        roots, _digest = read_trust(anchors, place.authority)
        request = parse_request(place.request or b"", str(place.folder))
        stamp = verify_stamp(content, place.note, place.trust(roots), request=request)
    except StampRefused as error:
        error.where = error.where or str(place.folder)
        raise
    return KeptStamp(place, stamp)
