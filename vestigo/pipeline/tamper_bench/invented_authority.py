# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented time-stamping authorities: certificates made here, stamps by ``openssl ts``."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
POLICY = "1.3.6.1.4.1.99999.1"
CONFIG = """[tsa]
default_tsa=t
[t]
serial={folder}/serial
crypto_device=builtin
signer_cert={folder}/tsa.pem
signer_key={folder}/tsa.key
certs={folder}/chain.pem
signer_digest={digest}
default_policy={policy}
other_policies=1.3.6.1.4.1.99999.2
digests=sha256,sha384,sha512
accuracy={accuracy}
ordering=no
tsa_name=yes
ess_cert_id_chain=no
ess_cert_id_alg={ess}
"""
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def new_key(kind: str, n: int) -> Key:
    """Make each key once (``rsa``, ``ec``, ``ec384``): RSA takes its time."""
    del n
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if kind == "ec384" else ec.SECP256R1())


@dataclass
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> bytes:
        """The certificate as text."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate as it stands beside a stamp."""
        return self.certificate.public_bytes(Encoding.DER)


def name_of(text: str) -> x509.Name:
    """Return the name of a certificate's subject."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make_certificate(
    subject: str,
    key: Any,
    issuer: Made | None = None,
    *,
    ca: bool = False,
    valid: tuple[datetime, datetime] = (NOW - 400 * DAY, NOW + 400 * DAY),
    usage: tuple[x509.ObjectIdentifier, ...] | None = None,
    critical: bool = True,
    lists_at: str = "",
    answers_at: str = "",
    path_length: int | None = None,
    serial: int | None = None,
    names: tuple[str, ...] = (),
    for_keys: bool = False,
) -> Made:
    """Make one certificate; ``usage`` None leaves it out, ``for_keys``: to encrypt to."""
    by, issuer_name = (
        (issuer.key, issuer.certificate.subject) if issuer else (key, name_of(subject))
    )
    builder = (
        x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(issuer_name)
        .public_key(key.public_key()).serial_number(serial or x509.random_serial_number())
        .not_valid_before(valid[0]).not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()),
                       critical=False)
        .add_extension(x509.KeyUsage(not ca, not ca, for_keys, False, False, ca, ca, False, False),
                       critical=True)
    )  # fmt: skip
    if names:
        found = [x509.IPAddress(ip_address(name)) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(found), critical=False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    if lists_at:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(lists_at)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if answers_at:
        access = x509.AccessDescription(Access.OCSP, x509.UniformResourceIdentifier(answers_at))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return Made(builder.sign(by, SHA256()), key)


@dataclass
class Lab:
    """One authority: root, link, signer; a folder for ``openssl ts``; what it revoked."""

    folder: Path
    root: Made
    link: Made
    signer: Made
    digest: str = "sha256"
    ess: str = "sha256"
    accuracy: str = "secs:1"
    revoked: dict[int, tuple[datetime, x509.ReasonFlags | None]] = field(default_factory=dict)
    turns: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self) -> Lab:
        """Write what ``openssl ts`` reads."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.pem").write_bytes(self.signer.pem)
        (self.folder / "tsa.key").write_bytes(
            self.signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (self.folder / "chain.pem").write_bytes(self.link.pem)
        (self.folder / "root.pem").write_bytes(self.root.pem)
        text = CONFIG.format(folder=self.folder, digest=self.digest, policy=POLICY,
                             ess=self.ess, accuracy=self.accuracy)  # fmt: skip
        (self.folder / "ts.cnf").write_text(text)
        return self

    def reply(self, request: bytes) -> bytes:
        """Return the response of ``openssl ts`` to a request."""
        with self.turns:
            return self._reply(request)

    def _reply(self, request: bytes) -> bytes:
        query, answer = self.folder / "in.tsq", self.folder / "out.tsr"
        query.write_bytes(request)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", str(self.folder / "ts.cnf"), "-queryfile",
             str(query), "-out", str(answer)],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        return answer.read_bytes()

    def revoke(self, made: Made, when: datetime, reason: x509.ReasonFlags | None) -> None:
        """Revoke a certificate: later lists and answers say so."""
        self.revoked[made.certificate.serial_number] = (when, reason)

    def crl(self, issuer: Made, at: datetime | None = None, days: int = 30) -> bytes:
        """Return the list of an issuer (DER), dated ``at``."""
        begin = at or NOW - timedelta(hours=1)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(begin)
            .next_update(begin + days * DAY)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                issuer.key.public_key()), critical=False)
        )  # fmt: skip
        for serial, (when, reason) in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
            if reason:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.DER)

    def answer(self, request: bytes) -> bytes:
        """Return the OCSP answer of the link about one of its certificates."""
        serial = ocsp.load_der_ocsp_request(request).serial_number
        when, reason = self.revoked.get(serial, (None, None))
        status = ocsp.OCSPCertStatus.REVOKED if when else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response(
            self.signer.certificate, self.link.certificate, SHA1(), status,  # noqa: S303 (OCSP names by it)
            NOW - timedelta(hours=1), NOW + DAY, when, reason,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.link.certificate)
        return builder.sign(self.link.key, SHA256()).public_bytes(Encoding.DER)


def make_lab(
    folder: Path,
    kind: str = "ec",
    digest: str = "sha256",
    n: int = 0,
    base: str = "",
    **signer: Any,
) -> Lab:
    """Make an authority; ``base`` is where its revocation list would be (with ``/``)."""
    name = folder.name
    root = make_certificate(f"{name} root", new_key(kind, 10 * n), ca=True)
    link = make_certificate(f"{name} link", new_key(kind, 10 * n + 1), root, ca=True,
                            lists_at=f"{base}root.crl" if base else "")  # fmt: skip
    signer.setdefault("usage", (Usage.TIME_STAMPING,))
    leaf = make_certificate(f"{name} signer", new_key(kind, 10 * n + 2), link,
                            lists_at=f"{base}link.crl" if base else "", **signer)  # fmt: skip
    return Lab(folder, root, link, leaf, digest=digest).prepare()
