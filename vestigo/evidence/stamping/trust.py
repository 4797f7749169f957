# SPDX-License-Identifier: AGPL-3.0-or-later
"""The named trust list of each authority: roots that a person put there, from elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vestigo.errors import ConfigurationError
from vestigo.evidence.stamping.refusal import NO_ANCHOR, TRUST_FILE, UNREADABLE
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

COMMON = "tsa.pem"
LARGEST = 1024 * 1024
Certificates = tuple[x509.Certificate, ...]


def trust_path(anchors: Path, authority: str) -> Path | None:
    """Return the file of the authority's own roots, else of the common ones, else None."""
    for path in (anchors / f"tsa-{authority}.pem", anchors / COMMON):
        if path.is_file():
            return path
    return None


def read_trust(anchors: Path, authority: str) -> tuple[Certificates, str]:
    """Return the anchors for an authority and the SHA-256 of the file they are in.

    Raises ``ConfigurationError``: E-EVI-156 there is none, E-EVI-165 it cannot be read.
    """
    path = trust_path(anchors, authority)
    if path is None:
        raise ConfigurationError(
            NO_ANCHOR,
            _("There is no trust anchor for this authority."),
            where=str(anchors / f"tsa-{authority}.pem"),
            remedy=_("File its root, got from elsewhere, with “vestigo evidence trust”."),
        )
    content = _content(path)
    return read_roots(content, str(path)), hashlib.sha256(content).hexdigest()


def read_roots(content: bytes, where: str) -> Certificates:
    """Return the certificates of a PEM file (or one in DER); E-EVI-165 where there are none."""
    try:
        if content[:1] == b"0":
            return (x509.load_der_x509_certificate(content),)
        return tuple(x509.load_pem_x509_certificates(content))
    except UNREADABLE as error:
        raise _unreadable(where) from error


def file_trust(anchors: Path, authority: str, source: Path) -> dict[str, str]:
    """Put the roots of ``source`` into the trust list of an authority.

    Returns subject and SHA-256 fingerprint of each; raises ``ConfigurationError`` E-EVI-165.
    """
    roots = read_roots(_content(source), str(source))
    pem = b"".join(root.public_bytes(Encoding.PEM) for root in roots)
    write_atomically(anchors / f"tsa-{authority}.pem", pem)
    return {
        root.subject.rfc4514_string(): hashlib.sha256(root.public_bytes(Encoding.DER)).hexdigest()
        for root in roots
    }


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(str(path)) from error
    if len(content) > LARGEST:
        raise _unreadable(str(path))
    return content


def _unreadable(where: str) -> ConfigurationError:
    return ConfigurationError(
        TRUST_FILE,
        _("This is no file of certificates."),
        where=where,
        remedy=_("Give the root of the authority as PEM or DER."),
    )
