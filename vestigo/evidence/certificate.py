# SPDX-License-Identifier: AGPL-3.0-or-later
"""The certificate that a unit makes for itself: its trust comes from the anchor, not from a CA."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

VALID_FOR = timedelta(days=25 * 365)
LONGEST_NAME = 64  # the upper bound of a common name in X.520


def unit_certificate(key: ec.EllipticCurvePrivateKey, unit: str, now: datetime) -> x509.Certificate:
    """Return a self-made X.509 certificate for signing, in the name of ``unit``."""
    shown = "".join(c for c in unit if c.isprintable())[:LONGEST_NAME] or "unit"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, shown)])
    begin = now.replace(microsecond=0) - timedelta(days=1)
    public = key.public_key()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, SHA256())
    )
