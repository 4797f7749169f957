# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching revocation lists and OCSP answers for a stamp, from where its certificates say."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from vestigo.errors import VestigoError
from vestigo.evidence.stamping.asking import OCSP_QUERY, REVOCATION, Courier
from vestigo.evidence.stamping.case_stamps import StampPlace
from vestigo.evidence.stamping.refusal import REVOCATION as WRONG
from vestigo.evidence.stamping.refusal import UNREADABLE, refused
from vestigo.evidence.stamping.revocation import NOT_KNOWN
from vestigo.evidence.stamping.verifying import VerifiedStamp
from vestigo.i18n import _

OnFile = Callable[[Path, str], None]


def missing_revocation(
    stamp: VerifiedStamp, place: StampPlace, courier: Courier, on_file: OnFile
) -> VestigoError | None:
    """Fetch what is not known of the chain and keep it; return the first problem, or None."""
    problem: VestigoError | None = None
    pairs = pairwise(stamp.chain)
    for (certificate, issuer), known in zip(pairs, stamp.revocation, strict=True):
        if known.state == NOT_KNOWN:
            found = _fetched(certificate, issuer, place, courier, on_file)
            problem = problem or found
    return problem


def _fetched(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    place: StampPlace,
    courier: Courier,
    on_file: OnFile,
) -> VestigoError | None:
    """Try the lists, then the OCSP services, until one has brought something."""
    problem: VestigoError | None = None
    for kind, url in [*(("crl", url) for url in list_urls(certificate)),
                      *(("ocsp", url) for url in answer_urls(certificate))]:  # fmt: skip
        try:
            content = _ask(kind, url, certificate, issuer, courier)
        except VestigoError as error:
            problem = problem or error
            continue
        path = place.keep_revocation(content, kind)
        if path is not None:
            on_file(path, url)
        return None
    return problem


def _ask(
    kind: str, url: str, certificate: x509.Certificate, issuer: x509.Certificate, courier: Courier
) -> bytes:
    if kind == "crl":
        return der_list(courier.fetch(url, REVOCATION), url)
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1())  # noqa: S303 (names a certificate, secures nothing; RFC 6960)
    content = builder.build().public_bytes(Encoding.DER)
    return der_answer(courier.post(url, content, OCSP_QUERY, REVOCATION), url)


def der_list(content: bytes, where: str) -> bytes:
    """Return a revocation list as DER; raises ``StampRefused`` E-EVI-154."""
    try:
        load = x509.load_der_x509_crl if content[:1] == b"0" else x509.load_pem_x509_crl
        return load(content).public_bytes(Encoding.DER)
    except UNREADABLE as error:
        raise refused(WRONG, _("Revocation data cannot be read."), where) from error


def der_answer(content: bytes, where: str) -> bytes:
    """Return an OCSP answer that says something; raises ``StampRefused`` E-EVI-154."""
    try:
        answer = ocsp.load_der_ocsp_response(content)
        if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            return answer.public_bytes(Encoding.DER)
    except UNREADABLE as error:
        raise refused(WRONG, _("Revocation data cannot be read."), where) from error
    raise refused(WRONG, _("The OCSP service gave no answer."), where)


def list_urls(certificate: x509.Certificate) -> list[str]:
    """Return the http addresses of the revocation lists that a certificate names."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return []
    return _http(name for point in points for name in point.full_name or ())


def answer_urls(certificate: x509.Certificate) -> list[str]:
    """Return the http addresses of the OCSP services that a certificate names."""
    try:
        access = certificate.extensions.get_extension_for_class(
            x509.AuthorityInformationAccess
        ).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return []
    services = (one for one in access if one.access_method == AuthorityInformationAccessOID.OCSP)
    return _http(one.access_location for one in services)


def _http(names: object) -> list[str]:
    assert hasattr(names, "__iter__")
    uris = [n.value for n in names if isinstance(n, x509.UniformResourceIdentifier)]
    return [uri for uri in uris if uri.startswith(("http://", "https://"))]
