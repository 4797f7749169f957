# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking an OpenID provider: its description, its keys, and a code in exchange for a token.

First the gate, then the socket.  The guard of the process is not raised here, as a crawl does:
the console may hold connections to a graph engine of its own on other threads.
"""

from __future__ import annotations

import http.client
import json
import threading
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from vestigo.authority import Intent, SocketGuard
from vestigo.authority.infrastructure import InfrastructureGate
from vestigo.authority.line import open_line, whole_body
from vestigo.console.people.provider import Provider
from vestigo.errors import SourceUnreachable
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession

ASK = "sign-in"
DESCRIPTION = "/.well-known/openid-configuration"
LARGEST = 1_000_000
FRESH = timedelta(minutes=10)
FOUND = 200
MOST_AT_ONCE, PATIENCE_SECONDS = 2, 2.0  # a provider that hangs holds up nobody else
ENDPOINTS = ("authorization_endpoint", "token_endpoint")


class ProviderLine:
    """What a provider says of itself, kept for ten minutes, and its answers to codes."""

    def __init__(self, provider: Provider, session: CaseSession) -> None:
        self.provider = provider
        host, port = provider.place
        hosts = {f"{host}:{port}": (ASK,)}
        self._gate = InfrastructureGate(hosts, session.clock, session.log_refusal)
        self._guard = SocketGuard(session.clock, session.log_refusal)
        self._clock = session.clock
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._kept: dict[str, tuple[datetime, dict[str, Any]]] = {}

    def description(self) -> dict[str, Any]:
        """Return what the provider says of itself; E-CON-081 where it is not to be had.

        It has to name the issuer of the settings, and endpoints on the issuer's own host.
        """
        url = self.provider.issuer.rstrip("/") + DESCRIPTION
        found = self._document(url)
        if found.get("issuer") != self.provider.issuer:
            raise no_answer("another issuer", self.provider.issuer)
        if not all(self.provider.is_own(found.get(name)) for name in ENDPOINTS):
            raise no_answer("an endpoint on another host", self.provider.issuer)
        return found

    def keys(self, *, again: bool = False) -> list[dict[str, Any]]:
        """Return the provider's public keys (JWK), of the file where the settings name one."""
        path = self.provider.jwks_file
        if path is not None:
            try:
                found = json.loads(path.read_bytes())
            except (OSError, ValueError) as error:
                raise no_answer(type(error).__name__, path.name) from error
        else:
            found = self._document(str(self.description().get("jwks_uri", "")), again=again)
        keys = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(keys, list):
            raise no_answer("no keys", self.provider.issuer)
        return [one for one in keys if isinstance(one, dict)]

    def token(self, code: str, verifier: str, redirect_uri: str) -> str:
        """Return the ID token that the provider gives for a code; E-CON-081 where it gives none."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
                "code_verifier": verifier, "client_id": self.provider.client_id}  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "Accept": "application/json"}  # fmt: skip
        if self.provider.secret:
            headers["Authorization"] = _basic(self.provider)
        url = str(self.description()["token_endpoint"])
        found = _parsed(self._ask(url, "POST", urlencode(form).encode(), headers))
        token = found.get("id_token")
        if not isinstance(token, str):
            raise no_answer("no ID token", self.provider.issuer)
        return token

    def _document(self, url: str, *, again: bool = False) -> dict[str, Any]:
        at, found = self._kept.get(url, (None, {}))
        if at is None or again or self._clock() - at >= FRESH:
            found = _parsed(self._ask(url, "GET", None, {"Accept": "application/json"}))
            self._kept[url] = (self._clock(), found)
        return found

    def _ask(self, url: str, method: str, content: bytes | None, headers: dict[str, str]) -> bytes:
        """Return what the provider answers; E-CON-081 where others wait for it already."""
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            raise no_answer("others wait for it already", self.provider.issuer)
        try:
            return self._answered(url, method, content, headers)
        finally:
            self._turns.release()

    def _answered(
        self, url: str, method: str, content: bytes | None, headers: dict[str, str]
    ) -> bytes:
        if not self.provider.is_own(url):
            raise no_answer("an endpoint on another host", self.provider.issuer)
        host, port = self.provider.place
        self._gate.check(
            Intent(host=host, port=port, act=ASK, account="", data_class="", what="OpenID provider")
        )
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        try:
            with open_line(
                self._guard, None, host, port, tls=parts.scheme == "https",
                deadline=self.provider.deadline_seconds, address=self.provider.address,
            ) as line:  # fmt: skip
                line.request(method, target, content, {"Connection": "close", **headers})
                with line.getresponse() as answer:
                    return _body(answer)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise no_answer(str(error)[:200] or type(error).__name__, f"{host}:{port}") from error


def no_answer(reason: str, where: str) -> SourceUnreachable:
    """Return the error of a provider that cannot be asked, or answers what cannot be used."""
    return SourceUnreachable(
        "E-CON-081",
        _("The OpenID provider gave no answer that can be used: {reason}.").format(reason=reason),
        where=where,
        remedy=_("Try again, or sign in another way; nobody was signed in."),
    )


def _body(answer: http.client.HTTPResponse) -> bytes:
    if answer.status != FOUND:
        raise OSError(f"status {answer.status}")
    return whole_body(answer, LARGEST)


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise no_answer("no JSON", "") from error
    if not isinstance(found, dict):
        raise no_answer("no JSON object", "")
    return found


def _basic(provider: Provider) -> str:
    """Return the header of a confidential client (RFC 6749, section 2.3.1)."""
    import base64

    pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
