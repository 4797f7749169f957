# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a certificate was revoked at the stamped time: revocation lists and OCSP answers.

The rule for later revocations is that of RFC 3161, section 4: a certificate that was
given up without a compromise (the reason says so) keeps the stamps made before; without
such a reason all its stamps fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from vestigo.clock import iso
from vestigo.evidence.stamping.answer import answer_signed
from vestigo.evidence.stamping.chain import Chain
from vestigo.evidence.stamping.refusal import REVOCATION, REVOKED, UNREADABLE, StampRefused, refused
from vestigo.i18n import _

GIVEN_UP = (
    x509.ReasonFlags.unspecified, x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded, x509.ReasonFlags.cessation_of_operation,
)  # fmt: skip
GOOD, NOT_KNOWN, NO_SOURCE = "good", "not known", "no source"


@dataclass(frozen=True, slots=True)
class RevocationFiles:
    """Revocation lists and OCSP answers (DER), as they were received."""

    lists: tuple[bytes, ...] = ()
    answers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class RevocationState:
    """What is known of one certificate: ``good``, ``not known`` or ``no source``, and why."""

    subject: str
    state: str
    why: str


def verify_not_revoked(
    chain: Chain, files: RevocationFiles, at: datetime
) -> tuple[RevocationState, ...]:
    """Return what is known of each certificate of the chain but the anchor.

    Raises ``StampRefused``: E-EVI-153 one was revoked, E-EVI-154 a list or answer for it
    is not signed by its issuer or cannot be read.
    """
    try:
        lists = [x509.load_der_x509_crl(content) for content in files.lists]
        answers = [ocsp.load_der_ocsp_response(content) for content in files.answers]
        return tuple(
            _state(certificate, issuer, lists, answers, at)
            for certificate, issuer in pairwise(chain)
        )
    except UNREADABLE as error:
        raise refused(REVOCATION, _("Revocation data cannot be read.")) from error


def names_source(certificate: x509.Certificate) -> bool:
    """Say whether a certificate names a revocation list or an OCSP service."""
    held = {extension.oid: extension.value for extension in certificate.extensions}
    access = held.get(ExtensionOID.AUTHORITY_INFORMATION_ACCESS)
    services = access if isinstance(access, x509.AuthorityInformationAccess) else ()
    return ExtensionOID.CRL_DISTRIBUTION_POINTS in held or any(
        one.access_method == AuthorityInformationAccessOID.OCSP for one in services
    )


def _state(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
    answers: Sequence[ocsp.OCSPResponse],
    at: datetime,
) -> RevocationState:
    subject, good = certificate.subject.rfc4514_string(), []
    for one in lists:
        if one.issuer == certificate.issuer and _list_covers(one, certificate, issuer, at):
            _check_entry(one, certificate, at, subject)
            good.append(f"list of {iso(one.last_update_utc)}")
    for answer in answers:
        said = answer_signed(answer, certificate, issuer)
        if said is not None and _answer_covers(said, at):
            _check_answer(said, at, subject)
            good.append(f"answer of {iso(said.this_update_utc)}")
    if good:
        return RevocationState(subject, GOOD, ", ".join(sorted(good)))
    if names_source(certificate):
        return RevocationState(subject, NOT_KNOWN, "no list or answer for that time")
    return RevocationState(subject, NO_SOURCE, "the certificate names none")


def _list_covers(
    one: x509.CertificateRevocationList,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
) -> bool:
    """Say whether a list tells about that time; one that its issuer did not sign is refused."""
    try:
        right = one.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # TypeError below
    except (*UNREADABLE, InvalidSignature):
        right = False
    if not right or not _signs_lists(issuer):
        raise refused(
            REVOCATION,
            _("A revocation list is not signed by the issuer of the certificate."),
            certificate.subject.rfc4514_string(),
        )
    if any(extension.critical and not _plain(extension) for extension in one.extensions):
        return False
    begin, end = one.last_update_utc, one.next_update_utc
    later = at <= begin <= certificate.not_valid_after_utc
    return later or (begin <= at and end is not None and at < end)


def _signs_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _plain(extension: x509.Extension[x509.ExtensionType]) -> bool:
    """Say whether a list with this extension still lists every certificate of its issuer."""
    point = extension.value
    return isinstance(point, x509.IssuingDistributionPoint) and not (
        point.indirect_crl
        or point.only_some_reasons
        or point.only_contains_attribute_certs
        or point.only_contains_ca_certs
        or point.only_contains_user_certs
    )


def _check_entry(
    one: x509.CertificateRevocationList, certificate: x509.Certificate, at: datetime, subject: str
) -> None:
    entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        reason = None
    if reason is not x509.ReasonFlags.remove_from_crl:
        _refuse_revoked(reason, entry.revocation_date_utc, at, subject)


def _answer_covers(said: ocsp.OCSPSingleResponse | ocsp.OCSPResponse, at: datetime) -> bool:
    begin, end = said.this_update_utc, said.next_update_utc
    return at <= begin or (end is not None and begin <= at < end)


def _check_answer(said: ocsp.OCSPSingleResponse, at: datetime, subject: str) -> None:
    if said.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return
    if said.certificate_status is ocsp.OCSPCertStatus.UNKNOWN or not said.revocation_time_utc:
        raise refused(REVOKED, _("The issuer does not know the certificate."), subject)
    _refuse_revoked(said.revocation_reason, said.revocation_time_utc, at, subject)


def _refuse_revoked(
    reason: x509.ReasonFlags | None, when: datetime, at: datetime, subject: str
) -> None:
    if reason in GIVEN_UP and at < when:
        return
    raise StampRefused(
        REVOKED,
        _("A certificate was revoked on {moment} ({reason}).").format(
            moment=iso(when), reason=reason.value if reason else "-"
        ),
        where=subject,
        remedy=_("Do not rely on this time stamp; keep it, and ask another authority."),
    )
