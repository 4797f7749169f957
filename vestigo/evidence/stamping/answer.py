# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who signed an OCSP answer: the issuer itself, or whom the issuer named for it (RFC 6960)."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from vestigo.evidence.stamping import der
from vestigo.evidence.stamping.refusal import REVOCATION, UNREADABLE, StampRefused, refused
from vestigo.evidence.stamping.signature import check_signed
from vestigo.i18n import _


def answer_signed(
    answer: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPSingleResponse | None:
    """Return what the answer says of ``certificate``, None where it says nothing of it.

    Raises ``StampRefused`` E-EVI-154 for an answer about it that is not rightly signed.
    """
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return None
    for said in answer.responses:
        if said.serial_number == certificate.serial_number and _is_of(said, issuer):
            _check(answer, issuer)
            return said
    return None


def _is_of(said: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    if not isinstance(said.hash_algorithm, SHA1 | SHA256):
        return False
    name, key = said.hash_algorithm.name, der.parts(der.one(
        issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ))[1].content[1:]  # fmt: skip
    same_name = hashlib.new(name, issuer.subject.public_bytes()).digest() == said.issuer_name_hash
    return same_name and hashlib.new(name, key).digest() == said.issuer_key_hash


def _check(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    algorithm = answer.signature_hash_algorithm
    signers = [issuer, *(one for one in answer.certificates if _delegated(one, issuer, answer))]
    for signer in signers:
        try:
            assert algorithm is not None
            check_signed(signer, answer.signature, answer.tbs_response_bytes, algorithm)
        except (StampRefused, AssertionError):
            continue
        return
    raise refused(
        REVOCATION,
        _("An OCSP answer is not signed by the issuer of the certificate."),
        issuer.subject.rfc4514_string(),
    )


def _delegated(
    certificate: x509.Certificate, issuer: x509.Certificate, answer: ocsp.OCSPResponse
) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (*UNREADABLE, InvalidSignature, x509.ExtensionNotFound):
        return False
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    valid = begin <= answer.produced_at_utc <= end
    return valid and ExtendedKeyUsageOID.OCSP_SIGNING in usage
