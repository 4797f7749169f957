# SPDX-License-Identifier: AGPL-3.0-or-later
"""Encrypting a stream to certificates: CMS (RFC 5652, 5083) by the ``openssl`` program.

The receiver opens it with one ``openssl cms -decrypt`` and no software of ours.  That
command holds a whole message in memory, so the stream is cut into parts.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from vestigo.clock import iso
from vestigo.errors import ConfigurationError, SourceUnreachable, UsageError
from vestigo.i18n import _

CIPHER = "-aes-256-gcm"
MIN_RSA_BITS = 2048
PART_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom is encrypted: certificate file, its subject and SHA-256 fingerprint (hex)."""

    path: Path
    subject: str
    sha256: str


def receiver(path: Path, now: datetime) -> Receiver:
    """Return what the certificate at ``path`` (PEM) says.

    Raises ``UsageError``: E-EVI-231 no certificate, E-EVI-232 not valid at ``now``,
    E-EVI-233 its key is not for encrypting, or too short.
    """
    certificate = _certificate(path)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= now <= end:
        raise UsageError(
            "E-EVI-232",
            _("The receiver's certificate is valid from {begin} to {end} only.").format(
                begin=iso(begin), end=iso(end)
            ),
            where=str(path),
            remedy=_("Ask the receiver for a valid one."),
        )
    if reason := _unfit(certificate):
        raise UsageError(
            "E-EVI-233",
            _("Nothing can be encrypted to this certificate: {reason}").format(reason=reason),
            where=str(path),
            remedy=_("Ask the receiver for a certificate for encryption (RSA or elliptic curve)."),
        )
    subject = certificate.subject.rfc4514_string()
    return Receiver(path, subject, certificate.fingerprint(SHA256()).hex())


def encrypt_to(
    receivers: Sequence[Receiver],
    write: Callable[[BinaryIO], None],
    stem: Path,
    part_bytes: int = PART_BYTES,
) -> list[Path]:
    """Encrypt what ``write`` writes into ``stem.001.cms``, ``stem.002.cms``, …; return them.

    Each part is one CMS message of at most ``part_bytes``; put together again, the opened
    parts are the stream.  Raises ``ConfigurationError`` E-EVI-234 where ``openssl`` is
    missing, ``SourceUnreachable`` E-EVI-235 where it fails.
    """
    target = _Parts(receivers, stem, part_bytes)
    try:
        write(target)  # type: ignore[arg-type]  # of a file it has what zipfile writes with
        target.close()
    except BaseException:
        target.give_up()
        raise
    return target.paths


class _Parts:
    """A file to write to, each part of which goes through an ``openssl`` of its own."""

    def __init__(self, receivers: Sequence[Receiver], stem: Path, part_bytes: int) -> None:
        self.paths: list[Path] = []
        self._words = _words(receivers)
        self._stem, self._part_bytes = stem, part_bytes
        self._part: _Part | None = None
        self._left = 0

    def write(self, content: bytes) -> int:
        view = memoryview(content)
        while view:
            if self._part is None:
                self._begin()
            assert self._part is not None
            piece = view[: self._left]
            self._part.write(piece)
            self._left -= len(piece)
            view = view[len(piece) :]
            if not self._left:
                self.close()
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        if self._part is not None:
            part, self._part = self._part, None
            part.close()

    def give_up(self) -> None:
        if self._part is not None:
            self._part.give_up()
        for path in self.paths:
            path.unlink(missing_ok=True)

    def _begin(self) -> None:
        path = self._stem.with_name(f"{self._stem.name}.{len(self.paths) + 1:03}.cms")
        self.paths.append(path)
        self._part = _Part([*self._words, "-out", str(path)])
        self._left = self._part_bytes


class _Part:
    """One running ``openssl cms -encrypt``."""

    def __init__(self, words: list[str]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._failure: SourceUnreachable | None = None
        try:
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors
            )
        except OSError as error:
            self._errors.close()
            raise _no_openssl() from error

    def write(self, content: memoryview) -> None:
        if self._failure:  # zipfile writes its end also when what is in it has failed
            raise self._failure
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(content)
        except BrokenPipeError as error:
            raise self._failed() from error

    def close(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError as error:
            raise self._failed() from error
        if self._process.wait() != 0:
            raise self._failed()
        self._errors.close()

    def give_up(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _failed(self) -> SourceUnreachable:
        self._process.communicate()
        self._errors.seek(0)
        told = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        self._errors.close()
        self._failure = SourceUnreachable(
            "E-EVI-235",
            _("“openssl cms” did not encrypt: {reason}").format(reason=told[-1] if told else "?"),
            remedy=_("Free space on the disk or repair openssl (3.0 or later), and pack again."),
        )
        return self._failure


def _words(receivers: Sequence[Receiver]) -> list[str]:
    words = ["openssl", "cms", "-encrypt", "-stream", "-binary", "-outform", "DER", CIPHER]
    return words + [word for one in receivers for word in ("-recip", str(one.path))]


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            "E-EVI-231",
            _("This is no certificate that can be read (PEM)."),
            where=str(path),
            remedy=_("Give the receiver's certificate, checked by another way."),
        ) from error


def _unfit(certificate: x509.Certificate) -> str:
    """Return why ``certificate`` cannot receive, "" where it can."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            return _("its RSA key has fewer than {n} bits").format(n=MIN_RSA_BITS)
        wanted = "key_encipherment"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        wanted = "key_agreement"
    else:
        return _("its key can only sign")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    return "" if getattr(usage, wanted) else _("its key usage allows no encryption")


def _no_openssl() -> ConfigurationError:
    return ConfigurationError(
        "E-EVI-234",
        _("The program “openssl” is not installed; it encrypts what is handed over."),
        remedy=_("Install openssl 3.0 or later."),
    )
