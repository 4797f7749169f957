# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading and verifying the outer layer of a v3 onion descriptor (rend-spec-v3, 2.4; cert-spec).

The chain, offline: the onion address is a public key; for a time period it gives the
blinded key; that has signed the certificate of the descriptor's signing key; and that
has signed the descriptor.  What lies encrypted inside is not looked at.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vestigo.errors import VerificationError
from vestigo.evidence.origin.curve import is_point
from vestigo.evidence.origin.period import TimePeriod, blinded_key
from vestigo.i18n import _
from vestigo.identifiers.onion import onion_name, onion_version

MOST_BYTES = 1 << 18
SIGNED_AS = b"Tor onion service descriptor sig v3"
_FORM = re.compile(
    rb"hs-descriptor 3\n"
    rb"descriptor-lifetime ([0-9]{1,5})\n"
    rb"descriptor-signing-key-cert\n"
    rb"-----BEGIN ED25519 CERT-----\n([A-Za-z0-9+/=\n]{1,1024})-----END ED25519 CERT-----\n"
    rb"revision-counter ([0-9]{1,20})\n"
    rb"superencrypted\n"
    rb"-----BEGIN MESSAGE-----\n[A-Za-z0-9+/=\n]+-----END MESSAGE-----\n"
    rb"signature ([A-Za-z0-9+/]{86})=*\n?"
)
_CERT_VERSION, _CERT_TYPE, _KEY_TYPE, _SIGNED_WITH = 1, 8, 1, 4
_SIGNATURE_BYTES, _HEAD_BYTES, _EXTENSION_BYTES = 64, 40, 36


@dataclass(frozen=True, slots=True)
class OnionDescriptor:
    """The outer layer: what it says of itself; ``content`` are the bytes as they came.

    ``signing_key_expires_at`` is on a full hour; ``lifetime`` counts minutes.
    """

    content: bytes
    lifetime: int
    revision_counter: int
    blinded_key: bytes
    signing_key: bytes
    signing_key_expires_at: datetime
    certificate: bytes
    signature: bytes


def parse_descriptor(content: bytes) -> OnionDescriptor:
    """Return what a descriptor says; nothing is verified.

    Raises ``VerificationError`` E-EVI-130 where it is none.
    """
    matched = _FORM.fullmatch(content) if len(content) <= MOST_BYTES else None
    if matched is None:
        raise _no_descriptor(_("its form is another"))
    lifetime, armoured, counter, signature = matched.groups()
    try:
        certificate = base64.b64decode(armoured.replace(b"\n", b""), validate=True)
        plain = base64.b64decode(signature + b"==", validate=True)
    except binascii.Error as error:
        raise _no_descriptor(_("its form is another")) from error
    hours, signing_key, blinded = _certificate(certificate)
    try:
        expires_at = datetime.fromtimestamp(0, UTC) + timedelta(hours=hours)
    except OverflowError as error:  # four bytes of hours go far beyond the year 9999
        raise _no_descriptor(_("its form is another")) from error
    return OnionDescriptor(
        content=content,
        lifetime=int(lifetime),
        revision_counter=int(counter),
        blinded_key=blinded,
        signing_key=signing_key,
        signing_key_expires_at=expires_at,
        certificate=certificate,
        signature=plain,
    )


def verify_descriptor(
    descriptor: OnionDescriptor, host: str, period: TimePeriod, at: datetime
) -> None:
    """Compare the chain from the onion address ``host`` to the bytes of the descriptor.

    Raises ``VerificationError``: E-EVI-131 the address is no v3 onion address or is not
    the one that signs in this period, E-EVI-132 a signature does not fit, E-EVI-133 the
    certificate had ended before ``at``.
    """
    if blinded_key(onion_key(host), period) != descriptor.blinded_key:
        raise _other_service(host, _("the key of this period is another"))
    signed, _text, _rest = descriptor.content.rpartition(b"signature ")
    _verify(descriptor.blinded_key, descriptor.certificate[-_SIGNATURE_BYTES:],
            descriptor.certificate[:-_SIGNATURE_BYTES], host)  # fmt: skip
    _verify(descriptor.signing_key, descriptor.signature, SIGNED_AS + signed, host)
    if at >= descriptor.signing_key_expires_at:
        raise VerificationError(
            "E-EVI-133",
            _("The certificate in the onion descriptor had ended."),
            where=host,
            remedy=_("Compare the time of the capture with that of the consensus."),
        )


def onion_key(host: str) -> bytes:
    """Return the public key (32 bytes) that a v3 onion address is.

    Raises ``VerificationError`` E-EVI-131 for anything else.
    """
    name = onion_name(host)
    if name is None or onion_version(host) != 3:  # noqa: PLR2004  # the version
        raise _other_service(host, _("this is no v3 onion address"))
    key = base64.b32decode(name.upper())[:32]
    if not is_point(key):
        raise _other_service(host, _("this is no v3 onion address"))
    return key


def _certificate(content: bytes) -> tuple[int, bytes, bytes]:
    """Return hours since 1970, certified key and signing key of a certificate."""
    if len(content) < _HEAD_BYTES + _SIGNATURE_BYTES or content[:2] != bytes(
        (_CERT_VERSION, _CERT_TYPE)
    ):
        raise _no_descriptor(_("its certificate is of another kind"))
    hours, n_extensions, at = int.from_bytes(content[2:6], "big"), content[39], _HEAD_BYTES
    body = content[:-_SIGNATURE_BYTES]
    blinded = b""
    for _again in range(n_extensions):
        length = int.from_bytes(body[at : at + 2], "big")
        kind, value = body[at + 2 : at + 3], body[at + 4 : at + 4 + length]
        if kind == bytes((_SIGNED_WITH,)) and len(value) == 32:  # noqa: PLR2004  # a key
            blinded = value
        at += 4 + length
    if content[6] != _KEY_TYPE or at != len(body) or not blinded:
        raise _no_descriptor(_("its certificate is of another kind"))
    return hours, content[7:39], blinded


def _verify(key: bytes, signature: bytes, message: bytes, host: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise VerificationError(
            "E-EVI-132",
            _("A signature of the onion descriptor does not fit."),
            where=host,
            remedy=_("Compare the file with its digest in the custody log; keep both."),
        ) from error


def _no_descriptor(reason: str) -> VerificationError:
    return VerificationError(
        "E-EVI-130",
        _("This is no v3 onion descriptor: {reason}.").format(reason=reason),
        remedy=_("Compare the file with its digest in the custody log; keep both."),
    )


def _other_service(host: str, reason: str) -> VerificationError:
    return VerificationError(
        "E-EVI-131",
        _("The onion descriptor is not one of this address: {reason}.").format(reason=reason),
        where=host,
        remedy=_("Compare the address and the time period that were recorded with it."),
    )
