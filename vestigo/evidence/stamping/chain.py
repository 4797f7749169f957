# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the authority's certificate to an anchor that came from elsewhere, at the stamped time.

What the token carries is only ever a link between the two: an anchor is taken from the
trust list and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from vestigo.clock import iso
from vestigo.evidence.stamping.refusal import (
    ALGORITHM,
    CHAIN,
    CONSTRAINT,
    UNREADABLE,
    VALIDITY,
    StampRefused,
    refused,
)
from vestigo.evidence.stamping.signature import LEAST_RSA_BITS
from vestigo.i18n import _

LONGEST = 8
MOST_TRIALS = 500
ACCEPTED_HASHES = ("sha256", "sha384", "sha512")
UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES, ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.INHIBIT_ANY_POLICY,
}  # fmt: skip
Chain = tuple[x509.Certificate, ...]


def verify_chain(
    signer: x509.Certificate,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> Chain:
    """Return the way from ``signer`` to one of the ``anchors``, both included.

    ``between`` are certificates that may be links.  Raises ``StampRefused``: E-EVI-150 no
    way leads to an anchor, E-EVI-151 a certificate was not valid ``at`` that time,
    E-EVI-152 a link may not be one, E-EVI-145 a key or hash is too weak.
    """
    problem = None
    for chain in _ways((signer,), between, anchors, [MOST_TRIALS]):
        try:
            _check(chain, at)
        except UNREADABLE as error:
            problem = refused(CONSTRAINT, _("A certificate of the chain cannot be read."))
            problem.__cause__ = error
        except StampRefused as error:
            problem = problem or error
        else:
            return chain
    raise problem or refused(
        CHAIN,
        _("No way leads from the authority's certificate to an anchor."),
        signer.issuer.rfc4514_string(),
    )


def _ways(
    chain: Chain,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    trials: list[int],
) -> Iterator[Chain]:
    last = chain[-1]
    if last in anchors:
        yield chain
        return
    for issuer in anchors:
        if _issued(issuer, last):
            yield (*chain, issuer)
    for issuer in between if len(chain) < LONGEST else ():
        trials[0] -= 1
        new = trials[0] >= 0 and issuer not in chain and issuer not in anchors
        if new and _issued(issuer, last):
            yield from _ways((*chain, issuer), between, anchors, trials)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Say whether ``issuer`` signed ``certificate``; names are compared first."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def _check(chain: Chain, at: datetime) -> None:
    for n, certificate in enumerate(chain):
        _check_validity(certificate, at)
        if certificate is not chain[-1]:
            _check_strength(certificate)
        for extension in certificate.extensions:
            if extension.critical and extension.oid not in UNDERSTOOD:
                raise _no_link(certificate)
        if n:
            _check_link(certificate, n_below=n - 1)


def _check_validity(certificate: x509.Certificate, at: datetime) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= at <= end:
        raise refused(
            VALIDITY,
            _("A certificate was not valid at {moment} (only {begin} – {end}).").format(
                moment=iso(at), begin=iso(begin), end=iso(end)
            ),
            certificate.subject.rfc4514_string(),
        )


def _check_strength(certificate: x509.Certificate) -> None:
    key, signed_with = certificate.public_key(), certificate.signature_hash_algorithm
    strong = isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS
    )
    if not strong or (signed_with is not None and signed_with.name not in ACCEPTED_HASHES):
        raise refused(
            ALGORITHM,
            _("A key or hash of the chain is too weak."),
            certificate.subject.rfc4514_string(),
        )


def _check_link(certificate: x509.Certificate, n_below: int) -> None:
    """Refuse a certificate that may not issue the one below it."""
    held = {extension.oid: extension.value for extension in certificate.extensions}
    basic = held.get(ExtensionOID.BASIC_CONSTRAINTS)
    usage = held.get(ExtensionOID.KEY_USAGE)
    extended = held.get(ExtensionOID.EXTENDED_KEY_USAGE)
    right = isinstance(basic, x509.BasicConstraints) and basic.ca
    if right and isinstance(basic, x509.BasicConstraints) and basic.path_length is not None:
        right = n_below <= basic.path_length
    if isinstance(usage, x509.KeyUsage):
        right = right and usage.key_cert_sign
    if isinstance(extended, x509.ExtendedKeyUsage):
        allowed = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
        right = right and bool(allowed & set(extended))
    if not right:
        raise _no_link(certificate)


def _no_link(certificate: x509.Certificate) -> StampRefused:
    return refused(
        CONSTRAINT,
        _("A certificate of the chain may not issue the one below it."),
        certificate.subject.rfc4514_string(),
    )
