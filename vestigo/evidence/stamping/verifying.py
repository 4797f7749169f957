# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifying a time stamp, check by check; each refusal is a typed error that names its check."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509

from vestigo.evidence.stamping.chain import Chain, verify_chain
from vestigo.evidence.stamping.refusal import (
    IMPRINT,
    MALFORMED,
    NO_ANCHOR,
    NONCE,
    POLICY,
    UNREADABLE,
    refused,
)
from vestigo.evidence.stamping.request import StampRequest
from vestigo.evidence.stamping.revocation import (
    GOOD,
    NO_SOURCE,
    NOT_KNOWN,
    RevocationFiles,
    RevocationState,
    verify_not_revoked,
)
from vestigo.evidence.stamping.signature import find_signer, verify_signature, verify_usage
from vestigo.evidence.stamping.token import StampResponse, parse_response
from vestigo.i18n import _


@dataclass(frozen=True, slots=True)
class Trust:
    """What a stamp is measured against: ``anchors`` from elsewhere, ``links`` from anywhere.

    ``policies`` are the only ones accepted (empty: any).
    """

    anchors: tuple[x509.Certificate, ...]
    links: tuple[x509.Certificate, ...] = ()
    revocation: RevocationFiles = field(default_factory=RevocationFiles)
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedStamp:
    """A stamp that holds: the content existed at the latest at ``not_after``.

    ``gen_time`` is the authority's own time, ``accuracy`` its stated error (None: not
    stated, counted as nought).
    """

    gen_time: datetime
    accuracy: timedelta | None
    policy: str
    serial: int
    hash_name: str
    chain: Chain
    revocation: tuple[RevocationState, ...]

    @property
    def not_after(self) -> datetime:
        """The latest moment at which the stamp can have been made."""
        return self.gen_time + (self.accuracy or timedelta())

    @property
    def revocation_state(self) -> str:
        """What is known of the chain: the least that is known of any certificate in it.

        ``not known`` (a list that is named did not come), ``no source`` (none is named, and
        none is kept), or ``good``: none of them was revoked then.
        """
        states = {one.state for one in self.revocation}
        return next((state for state in (NOT_KNOWN, NO_SOURCE) if state in states), GOOD)


def verify_stamp(
    content: bytes,
    message: bytes,
    trust: Trust,
    *,
    request: StampRequest | None = None,
) -> VerifiedStamp:
    """Verify the response ``content`` as a stamp of ``message``.

    With ``request`` the response must answer it.  Raises ``StampRefused`` E-EVI-140 … 154
    and 156 (no anchor is given), the code naming the check.
    """
    response = parse_response(content)
    return verify_parsed(response, message, trust, request=request)


def verify_parsed(
    response: StampResponse, message: bytes, trust: Trust, *, request: StampRequest | None = None
) -> VerifiedStamp:
    """Verify a response that was parsed; as ``verify_stamp``."""
    try:
        return _verified(response, message, trust, request)
    except UNREADABLE as error:  # certificates are read late
        raise refused(MALFORMED, _("A certificate of the token cannot be read.")) from error


def _verified(
    response: StampResponse, message: bytes, trust: Trust, request: StampRequest | None
) -> VerifiedStamp:
    info = response.info
    if not trust.anchors:
        raise refused(NO_ANCHOR, _("There is no trust anchor for this authority."))
    if hashlib.new(info.hash_name, message).digest() != info.imprint:
        raise refused(IMPRINT, _("This is the time stamp of something else."))
    verify_answers(response, request)
    if trust.policies and info.policy not in trust.policies:
        raise refused(POLICY, _("The policy {policy} is not accepted.").format(policy=info.policy))
    known = _distinct((*response.certificates, *trust.links, *trust.anchors))
    signer = find_signer(response.signed, known)
    verify_usage(signer)
    verify_signature(response.signed, signer)
    chain = verify_chain(signer, known, trust.anchors, info.gen_time)
    return VerifiedStamp(
        gen_time=info.gen_time,
        accuracy=info.accuracy,
        policy=info.policy,
        serial=info.serial,
        hash_name=info.hash_name,
        chain=chain,
        revocation=verify_not_revoked(chain, trust.revocation, info.gen_time),
    )


def verify_answers(response: StampResponse, request: StampRequest | None) -> None:
    """Refuse a response that does not answer ``request`` (None: nothing to compare).

    Raises ``StampRefused``: E-EVI-142 another digest or hash, E-EVI-143 another nonce,
    E-EVI-144 another policy.
    """
    if request is None:
        return
    info = response.info
    if (info.hash_name, info.imprint) != (request.hash_name, request.imprint):
        raise refused(IMPRINT, _("The response is about another digest than the request."))
    if info.nonce != request.nonce:
        raise refused(NONCE, _("The response does not carry the nonce of the request."))
    if request.policy and info.policy != request.policy:
        raise refused(
            POLICY, _("The policy {policy} is not the one asked for.").format(policy=info.policy)
        )


def _distinct(certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    return tuple(dict.fromkeys(certificates))
