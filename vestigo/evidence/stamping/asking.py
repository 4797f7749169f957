# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking an authority over HTTP: first the gate, then the guard's grant, then the socket.

Through the proxy where one is set; without one only literal loopback addresses.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from vestigo.authority import Intent, SocketGuard
from vestigo.authority.infrastructure import InfrastructureGate
from vestigo.authority.line import open_line, whole_body
from vestigo.errors import SourceUnreachable
from vestigo.evidence.stamping.authorities import host_of
from vestigo.evidence.stamping.refusal import UNREACHABLE
from vestigo.i18n import _

STAMP, REVOCATION = "stamp", "revocation"
LARGEST_STAMP = 1024 * 1024
LARGEST_LIST = 16 * 1024 * 1024
QUERY = "application/timestamp-query"
OCSP_QUERY = "application/ocsp-request"
FOUND = 200


@dataclass(frozen=True, slots=True)
class Courier:
    """Carries one request at a time to a host that the gate grants."""

    gate: InfrastructureGate
    guard: SocketGuard
    proxy: tuple[str, int] | None
    deadline_seconds: float

    def post(self, url: str, content: bytes, kind: str, act: str) -> bytes:
        """Send ``content`` and return the body of the answer; errors as ``fetch``."""
        return self._ask(url, act, "POST", content, {"Content-Type": kind})

    def fetch(self, url: str, act: str) -> bytes:
        """Return what stands at ``url``.

        Raises ``AuthorityError`` E-AUT-008 (before anything is sent) and
        ``SourceUnreachable`` E-EVI-158 for whatever else keeps the answer away.
        """
        return self._ask(url, act, "GET", None, {})

    def _ask(
        self, url: str, act: str, method: str, content: bytes | None, headers: dict[str, str]
    ) -> bytes:
        host, _colon, port = _named_host(url).rpartition(":")
        parts = urlsplit(url)
        self.gate.check(
            Intent(host=host, port=int(port), act=act, account="", data_class="", what=url)
        )
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        most = LARGEST_STAMP if act == STAMP else LARGEST_LIST
        try:
            tls = parts.scheme == "https"
            deadline = self.deadline_seconds
            with open_line(
                self.guard, self.proxy, host, int(port), tls=tls, deadline=deadline
            ) as line:
                line.request(method, target, content, {"Connection": "close", **headers})
                with line.getresponse() as answer:
                    return _body(answer, most)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _no_answer(error, f"{host}:{port}") from error


def _named_host(url: str) -> str:
    """Return ``host:port``; an address in a certificate may be anything."""
    try:
        return host_of(url)
    except ValueError as error:
        raise _no_answer(error, ascii(url)[:200]) from error


def _no_answer(error: Exception, where: str) -> SourceUnreachable:
    return SourceUnreachable(
        UNREACHABLE,
        _("The authority did not answer: {reason}").format(
            reason=str(error)[:200] or type(error).__name__
        ),
        where=where,
        remedy=_("It is asked again by “vestigo evidence stamp CASE --retry”."),
    )


def _body(answer: http.client.HTTPResponse, most: int) -> bytes:
    if answer.status != FOUND:
        raise OSError(f"status {answer.status}")
    content = whole_body(answer, most)
    if not content:
        raise OSError("the answer is empty")
    return content
