# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a source over HTTP: first the gate, then the guard's grant, then the socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ledger.sources import faults
from vestigo.authority import SocketGuard
from vestigo.authority.line import Proxy, open_line, whole_body

OK = 200
LARGEST_ANSWER = 64 * 1024 * 1024  # a block of four million bytes in hex, and JSON around it
PORTS = {"http": 80, "https": 443}
Permit = Callable[[str, int, str], None]


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one source; ``permit(host, port, what)`` raises before anything is sent."""

    url: str
    permit: Permit
    guard: SocketGuard
    proxy: Proxy | None
    deadline_seconds: float

    def get(self, path: str) -> bytes:
        """Return what stands at ``path`` below the address of the source; errors as ``post``."""
        return self._ask("GET", path, None, {})

    def post(self, content: bytes, headers: Mapping[str, str]) -> bytes:
        """Send ``content`` and return the body of the answer.

        Raises ``AuthorityError`` (nothing was sent), ``SourceUnreachable`` E-LED-100 and
        E-LED-101 (no answer, another status than 200).
        """
        return self._ask("POST", "", content, headers)

    def _ask(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        where = f"{host}:{port}{parts.path.rstrip('/')}{path}"
        self.permit(host, port, where)
        target = parts.path.rstrip("/") + path or "/"
        try:
            with open_line(
                self.guard, self.proxy, host, port, tls=parts.scheme == "https",
                deadline=self.deadline_seconds,
            ) as line:  # fmt: skip
                line.request(method, target, content, {"Connection": "close", **headers})
                with line.getresponse() as answer:
                    body = whole_body(answer, LARGEST_ANSWER)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise faults.unreachable(str(error)[:200] or type(error).__name__, where) from error
        if answer.status != OK and not (answer.status >= 500 and content):  # noqa: PLR2004
            raise faults.refused(answer.status, where)
        return body  # nodes tell errors of a call with 500 and a body that says why


def document(content: bytes, where: str) -> Any:
    """Return the JSON of an answer; ``InputError`` E-LED-102 where it is none."""
    try:
        return json.loads(content, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise faults.unreadable("JSON", where) from error
