# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signature of a time stamp: who made it, over what, and bound to which certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from vestigo.evidence.stamping import der
from vestigo.evidence.stamping.refusal import (
    ALGORITHM,
    BINDING,
    SIGNATURE,
    SIGNER,
    UNREADABLE,
    USAGE,
    refused,
)
from vestigo.evidence.stamping.request import hash_of
from vestigo.evidence.stamping.token import TST_INFO, Signed
from vestigo.i18n import _

CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
DIRECTORY_NAME = 0xA4
ALGORITHMS: dict[str, HashAlgorithm | None] = {
    "1.2.840.113549.1.1.1": None, "1.2.840.10045.2.1": None, "1.3.101.112": None,
    "1.2.840.113549.1.1.11": SHA256(), "1.2.840.113549.1.1.12": SHA384(),
    "1.2.840.113549.1.1.13": SHA512(), "1.2.840.10045.4.3.2": SHA256(),
    "1.2.840.10045.4.3.3": SHA384(), "1.2.840.10045.4.3.4": SHA512(),
}  # fmt: skip
BY_NAME: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}
LEAST_RSA_BITS = 2048


def find_signer(signed: Signed, known: Iterable[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signature names, out of those that are known.

    Raises ``StampRefused``: E-EVI-146 it is not there, E-EVI-148 none of that name is the
    one that the signed attribute names.
    """
    named = [certificate for certificate in known if _is_named(signed, certificate)]
    if not named:
        raise refused(SIGNER, _("The certificate of the authority is not there."))
    bound = [certificate for certificate in named if _is_bound(signed, certificate)]
    if not bound:
        raise refused(
            BINDING, _("The signed attribute does not name the certificate of the signer.")
        )
    return bound[0]


def _is_named(signed: Signed, certificate: x509.Certificate) -> bool:
    if signed.key_id:
        try:
            found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except (*UNREADABLE, x509.ExtensionNotFound):
            return False
        return found.value.digest == signed.key_id
    same_name = certificate.issuer.public_bytes() == signed.issuer
    return same_name and certificate.serial_number == signed.serial


def _is_bound(signed: Signed, certificate: x509.Certificate) -> bool:
    """Compare the certificate with ESSCertID and ESSCertIDv2 (RFC 2634, 5035, 5816)."""
    found = []
    for kind, default in ((SIGNING_CERTIFICATE, "sha1"), (SIGNING_CERTIFICATE_V2, "sha256")):
        for attribute in signed.attributes.get(kind, []):
            try:
                first = der.parts(der.parts(der.parts(attribute)[0])[0])
                found.append(_same_certificate(first, default, certificate))
            except (ValueError, IndexError) as error:
                raise refused(BINDING, _("The signed attribute cannot be read.")) from error
    return bool(found) and all(found)


def _same_certificate(
    values: list[der.Value], hash_name: str, certificate: x509.Certificate
) -> bool:
    if values[0].tag == der.SEQUENCE:
        hash_name = hash_of(values.pop(0))
    digest = hashlib.new(hash_name, certificate.public_bytes(Encoding.DER)).digest()
    if der.expect(values[0], der.OCTET_STRING).content != digest:
        return False
    if len(values) == 1:
        return True
    names, serial = der.parts(values[1])
    issuers = [der.explicit(n).whole for n in der.parts(names) if n.tag == DIRECTORY_NAME]
    same_name = not issuers or certificate.issuer.public_bytes() in issuers
    return same_name and der.integer(serial) == certificate.serial_number


def verify_usage(certificate: x509.Certificate) -> None:
    """Refuse a certificate that is not for time stamps, and for nothing else (RFC 3161, 2.3).

    Raises ``StampRefused`` E-EVI-147.
    """
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        right = found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (*UNREADABLE, x509.ExtensionNotFound):
        right = False
    if not right or not _may_sign(certificate):
        raise refused(
            USAGE,
            _("The certificate is not critically limited to time stamps."),
            certificate.subject.rfc4514_string(),
        )


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def verify_signature(signed: Signed, certificate: x509.Certificate) -> None:
    """Check content type, digest and signature against the key of ``certificate``.

    Raises ``StampRefused``: E-EVI-149 it is wrong, E-EVI-145 an algorithm is not accepted.
    """
    kinds = signed.attributes.get(CONTENT_TYPE, [])
    digests = signed.attributes.get(MESSAGE_DIGEST, [])
    due = hashlib.new(signed.digest_name, signed.content).digest()
    try:
        stated = [der.oid(kind) for kind in kinds]
        right = stated == [TST_INFO] and [value.content for value in digests] == [due]
        parameters = der.parts(der.expect(signed.algorithm, der.SEQUENCE))
        dotted = der.oid(parameters[0])
    except (ValueError, IndexError) as error:
        raise refused(SIGNATURE, _("The signature cannot be read.")) from error
    if not right:
        raise refused(SIGNATURE, _("What was signed is not what the token states."))
    if dotted not in ALGORITHMS:
        raise refused(
            ALGORITHM, _("The signature algorithm {name} is not accepted.").format(name=dotted)
        )
    algorithm = ALGORITHMS[dotted] or BY_NAME[signed.digest_name]
    check_signed(certificate, signed.signature, signed.signed_bytes, algorithm)


def check_signed(
    certificate: x509.Certificate, signature: bytes, content: bytes, algorithm: HashAlgorithm
) -> None:
    """Check one signature with the key of a certificate; errors as ``verify_signature``."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
            key.verify(signature, content, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
        else:
            raise refused(
                ALGORITHM, _("The key of the authority is too short or of no known kind.")
            )
    except InvalidSignature as error:
        raise refused(
            SIGNATURE,
            _("The signature is not that of the certificate."),
            certificate.subject.rfc4514_string(),
        ) from error
    except UnsupportedAlgorithm as error:
        raise refused(ALGORITHM, _("An algorithm of the signature is not known.")) from error
