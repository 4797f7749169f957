# SPDX-License-Identifier: AGPL-3.0-or-later
"""Responses of RFC 3161: status, what the authority states, and how it is signed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from vestigo.evidence.stamping import der
from vestigo.evidence.stamping.refusal import MALFORMED, STATUS, UNREADABLE, refused
from vestigo.evidence.stamping.request import hash_of, message_imprint
from vestigo.i18n import _

SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
GRANTED = (0, 1)
LARGEST = 4 * 1024 * 1024
MOST_CERTIFICATES = 32
CRITICAL_PARTS = 3
FAILURES = {
    0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable",
    15: "unacceptedPolicy", 16: "unacceptedExtension", 17: "addInfoNotAvailable",
    25: "systemFailure",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StampInfo:
    """What the authority states; ``accuracy`` is None where it states none."""

    policy: str
    hash_name: str
    imprint: bytes
    serial: int
    gen_time: datetime
    accuracy: timedelta | None
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature around it: ``attributes`` maps identifiers to the values that stand there.

    ``signed_bytes`` are what the signature is over, ``content`` what its digest is of.
    """

    content: bytes
    signed_bytes: bytes
    attributes: dict[str, list[der.Value]]
    issuer: bytes
    serial: int | None
    key_id: bytes
    digest_name: str
    algorithm: der.Value
    signature: bytes


@dataclass(frozen=True, slots=True)
class StampResponse:
    """One response: its bytes, what it states, its signature, the certificates it carries."""

    content: bytes
    info: StampInfo
    signed: Signed
    certificates: tuple[x509.Certificate, ...]


def parse_response(content: bytes, where: str = "") -> StampResponse:
    """Return the response that the bytes hold.

    Raises ``StampRefused``: E-EVI-140 not in the exact form, E-EVI-141 not granted.
    """
    try:
        status, *token = der.parts(der.one(content[: LARGEST + 1]))
        _refuse_not_granted(status, where)
        (envelope,) = token
        return _from_token(content, envelope)
    except (*UNREADABLE, IndexError, KeyError) as error:
        raise refused(
            MALFORMED, _("This is no time stamp response: {reason}").format(reason=error), where
        ) from error


def _refuse_not_granted(status: der.Value, where: str) -> None:
    number, *more = der.parts(der.expect(status, der.SEQUENCE))
    if der.integer(number) in GRANTED:
        return
    texts = [text.content.decode("utf-8", "replace") for item in more
             if item.tag == der.SEQUENCE for text in der.parts(item)]  # fmt: skip
    bits = [_failure(item.content) for item in more if item.tag == der.BIT_STRING]
    reason = "; ".join([str(der.integer(number)), *bits, *texts])[:200]
    raise refused(
        STATUS, _("The authority did not grant a stamp: {reason}").format(reason=reason), where
    )


def _failure(bits: bytes) -> str:
    numbers = [8 * n + i for n, byte in enumerate(bits[1:]) for i in range(8) if byte << i & 0x80]
    return ", ".join(FAILURES.get(number, str(number)) for number in numbers)


def _from_token(content: bytes, envelope: der.Value) -> StampResponse:
    kind, wrapped = der.parts(der.expect(envelope, der.SEQUENCE))
    if der.oid(kind) != SIGNED_DATA:
        raise ValueError("the token is not signed data")
    _version, digests, inner, *more = der.parts(der.explicit(der.expect(wrapped, 0xA0)))
    inner_kind, octets = der.parts(inner)
    if der.oid(inner_kind) != TST_INFO:
        raise ValueError("what is signed is not a time stamp")
    stated = der.expect(der.explicit(der.expect(octets, 0xA0)), der.OCTET_STRING).content
    (signer,) = der.parts(der.expect(more[-1], der.SET))
    carried = [item for value in more[:-1] if value.tag == 0xA0 for item in der.parts(value)]  # noqa: PLR2004 (certificates)
    found = tuple(_certificate(item.whole) for item in carried if item.tag == der.SEQUENCE)
    if len(found) > MOST_CERTIFICATES:
        raise ValueError("too many certificates")
    signed = _signed(stated, signer)
    if signed.digest_name not in [hash_of(one) for one in der.parts(der.expect(digests, der.SET))]:
        raise ValueError("the digest of the signature is not announced")
    return StampResponse(content, _info(stated), signed, found)


def _certificate(content: bytes) -> x509.Certificate:
    """Return a certificate; what ``cryptography`` only warns of is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        try:
            return x509.load_der_x509_certificate(content)
        except CryptographyDeprecationWarning as error:
            raise ValueError("a certificate of a form that is given up") from error


def _info(content: bytes) -> StampInfo:
    version, policy, imprint, serial, moment, *more = der.parts(der.one(content))
    der.expect_version_one(version)
    rest = {value.tag: value for value in more}
    if len(rest) != len(more):
        raise ValueError("a part stands twice")
    _refuse_critical(rest.get(0xA1))
    hash_name, digest = message_imprint(imprint)
    accuracy = _accuracy(rest[der.SEQUENCE]) if der.SEQUENCE in rest else None
    der.moment(moment) + (accuracy or timedelta())  # beyond the last year: OverflowError
    return StampInfo(
        policy=der.oid(policy),
        hash_name=hash_name,
        imprint=digest,
        serial=der.integer(serial),
        gen_time=der.moment(moment),
        accuracy=accuracy,
        nonce=der.integer(rest[der.INTEGER]) if der.INTEGER in rest else None,
    )


def _accuracy(value: der.Value) -> timedelta:
    units = {der.INTEGER: "seconds", 0x80: "milliseconds", 0x81: "microseconds"}
    found = {units[part.tag]: der.integer(part, part.tag) for part in der.parts(value)}
    if any(number < 0 for number in found.values()):
        raise ValueError("an accuracy below nought")
    return timedelta(**found)


def _refuse_critical(extensions: der.Value | None) -> None:
    for extension in der.parts(extensions) if extensions else ():
        if len(der.parts(extension)) == CRITICAL_PARTS and der.parts(extension)[1].content != b"\0":
            raise ValueError("a critical extension that is not known")


def _signed(content: bytes, signer: der.Value) -> Signed:
    _version, sid, digest, attributes, algorithm, signature, *_unsigned = der.parts(signer)
    der.expect(attributes, 0xA0)
    issuer, serial, key_id = b"", None, b""
    if sid.tag == 0x80:  # noqa: PLR2004 (the identifier of a key)
        key_id = sid.content
    else:
        name, number = der.parts(der.expect(sid, der.SEQUENCE))
        issuer, serial = name.whole, der.integer(number)
    named: dict[str, list[der.Value]] = {}
    for attribute in der.parts(attributes):
        kind, values = der.parts(attribute)
        if named.setdefault(der.oid(kind), der.parts(der.expect(values, der.SET))) == []:
            raise ValueError("an attribute without a value")
    if len(named) != len(der.parts(attributes)):
        raise ValueError("an attribute stands twice")
    return Signed(
        content=content,
        signed_bytes=bytes([der.SET]) + attributes.whole[1:],
        attributes=named,
        issuer=issuer,
        serial=serial,
        key_id=key_id,
        digest_name=hash_of(digest),
        algorithm=algorithm,
        signature=der.expect(signature, der.OCTET_STRING).content,
    )
