# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in through an OpenID provider: authorization code with PKCE, state and nonce."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from vestigo.console.accounts import Account
from vestigo.console.acting import see, signed_in
from vestigo.console.desk import Asked, Desk, Look, desk_of
from vestigo.console.people.asking import ProviderLine
from vestigo.console.people.tokens import not_accepted, roles_of, verified_claims
from vestigo.console.requests import cookies_of, header_of, set_cookie, way_back
from vestigo.console.sign_in_pages import NOT_KNOWN, new_session, refused
from vestigo.console.signing_in import HOST_PROBE
from vestigo.errors import AuthorityError, UsageError, VestigoError
from vestigo.i18n import _

BACK = "/sign-in/provider/back"
LIFETIME = timedelta(minutes=10)
BY = "provider"


@dataclass(frozen=True, slots=True)
class Begun:
    """What was begun in a browser: ``binding`` is the digest of the cookie that it got.

    ``session`` and ``account`` are set where somebody who is signed in confirms who they are.
    """

    nonce: str
    verifier: str
    binding: str
    redirect_uri: str
    next: str
    at: datetime
    session: str = ""
    account: str = ""


@get("/sign-in/provider", sync_to_thread=True)
def leave(request: Asked) -> Response[str]:
    """Send a browser to the provider, to sign in there."""
    return _sent(request, {})


@get("/confirm/provider", sync_to_thread=True)
def leave_to_confirm(request: Asked) -> Response[str]:
    """Send a browser to the provider, where the person has to prove again who they are."""
    person = signed_in(request)
    return _sent(request, {"prompt": "login", "max_age": "0"}, person.key, person.account)


@get(BACK, sync_to_thread=True)
def come_back(request: Asked) -> Response[str]:
    """Take what the provider sent back with the browser; each refusal is logged."""
    desk, begun = desk_of(request), None
    try:
        line, begun = _line(desk), _begun(request, desk)
        account, claims = _known(desk, line, begun, _code(request, line))
        if begun.session:
            return _confirmed(request, desk, begun, account, claims)
    except VestigoError as error:
        return _turned_away(request, desk, begun, error)
    return _went(request, begun.next, new_session(request, desk, account, BY))


def _turned_away(
    request: Asked, desk: Desk, begun: Begun | None, error: VestigoError
) -> Response[str]:
    """Log a refusal and say what to do, with the way to where one wanted."""
    words, wanted = f"{error.what} {error.remedy}", begun.next if begun else "/"
    confirming = begun is not None and begun.session
    known = desk.accounts.get(begun.account) if begun and confirming else None
    who, role = (known.name, known.role) if known else (NOT_KNOWN, "operator")
    look = Look("confirmation failed" if confirming else "sign-in failed", action="fail")
    details = {"by": BY, "code": error.code, "why": error.where[:200]}
    desk.log.write(look, who, role, details)
    if not confirming:
        return refused(request, words, HTTPStatus.UNAUTHORIZED, "", wanted)
    status = HTTPStatus.UNAUTHORIZED
    return desk.page(request, "not_confirmed.html", None, problem=words, next=wanted, status=status)


def _line(desk: Desk) -> ProviderLine:
    if desk.provider_line is None:
        raise UsageError(
            "E-CON-082",
            _("This case names no OpenID provider."),
            remedy=_("Sign in another way."),
        )
    return desk.provider_line


def _sent(
    request: Asked, more: dict[str, str], session: str = "", account: str = ""
) -> Response[str]:
    desk, host = desk_of(request), header_of(request.scope, b"host") or ""
    line = _line(desk)
    where = str(line.description()["authorization_endpoint"])
    secure = HOST_PROBE in cookies_of(request.scope) or desk.origin.is_https(host)
    state, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    begun = Begun(
        secrets.token_urlsafe(32), secrets.token_urlsafe(48), _digest(cookie),
        f"{'https' if desk.origin.is_https(host) else 'http'}://{host.lower()}{BACK}",
        way_back(request.query_params.get("next", "/")), desk.session.clock(), session, account,
    )  # fmt: skip
    desk.begun.put(state, begun)
    query = {"response_type": "code", "client_id": line.provider.client_id, "scope": "openid",
             "redirect_uri": begun.redirect_uri, "state": state, "nonce": begun.nonce,
             "code_challenge": _challenge(begun.verifier), "code_challenge_method": "S256",
             **more}  # fmt: skip
    answer = see(f"{where}{'&' if '?' in where else '?'}{urlencode(query)}")
    answer.headers["Set-Cookie"] = set_cookie(
        _cookie_name(desk, secure), cookie, secure=secure, seconds=int(LIFETIME.total_seconds()),
        same_site="Lax",
    )  # fmt: skip
    return answer


def _begun(request: Asked, desk: Desk) -> Begun:
    """Return what this browser began and the answer belongs to; it counts once."""
    begun: Begun | None = desk.begun.take(request.query_params.get("state", ""))
    cookies = cookies_of(request.scope)
    held = [cookies.get(_cookie_name(desk, secure), "") for secure in (True, False)]
    if begun is None or begun.binding not in [_digest(one) for one in held]:
        raise AuthorityError(
            "E-CON-082",
            _("This answer of the provider belongs to nothing that was begun in this browser."),
            where="state",
            remedy=_("Sign in again, and do not wait longer than ten minutes at the provider."),
        )
    return begun


def _code(request: Asked, line: ProviderLine) -> str:
    """Return the code of an answer that names the right issuer (RFC 9207)."""
    query, told = request.query_params, line.description()
    says_it = told.get("authorization_response_iss_parameter_supported") is True
    if query.get("iss", "" if says_it else line.provider.issuer) != line.provider.issuer:
        raise not_accepted("iss")
    if query.get("error"):
        raise _refused_there(ascii(query["error"])[1:-1][:80])
    code = query.get("code", "")
    if not code or len(code) > 4_000:  # noqa: PLR2004
        raise not_accepted("code")
    return code


def _refused_there(reason: str) -> AuthorityError:
    return AuthorityError(
        "E-CON-086",
        _("The OpenID provider did not let you in: {reason}.").format(reason=reason),
        where=reason,
        remedy=_("Try again, or in another way; ask who runs the provider if it refuses you."),
    )


def _known(
    desk: Desk, line: ProviderLine, begun: Begun, code: str
) -> tuple[Account, dict[str, Any]]:
    """Return the account of whom the provider names, whose role the provider grants too."""
    provider = line.provider
    token = line.token(code, begun.verifier, begun.redirect_uri)
    claims = verified_claims(
        token, lambda again: line.keys(again=again), provider, begun.nonce, desk.session.clock()
    )
    account = desk.accounts.known_elsewhere(provider.issuer, claims["sub"])
    if account is None:
        raise AuthorityError(
            "E-CON-084",
            _("You are no member of this case; the provider knows you as “{subject}”.").format(
                subject=ascii(claims["sub"])[1:-1]),
            where=ascii(claims["sub"])[1:-1],
            remedy=_("Have an account added with “vestigo console account add --subject”."),
        )  # fmt: skip
    if provider.roles and account.role not in roles_of(claims, provider):
        raise AuthorityError(
            "E-CON-085",
            _("The provider does not grant you the role of your account."),
            where=account.name,
            remedy=_("Ask who runs the provider, or who runs this case."),
        )
    return account, claims


def _confirmed(
    request: Asked, desk: Desk, begun: Begun, account: Account, claims: dict[str, Any]
) -> Response[str]:
    """Note that the person of a session proved again who they are, and just now."""
    told = claims.get("auth_time")
    fresh = isinstance(told, int) and told >= begun.at.timestamp() - 60
    if account.name != begun.account:
        raise AuthorityError(
            "E-CON-087",
            _("The provider named another person than you: nothing was confirmed."),
            where=account.name,
            remedy=_("Sign out there and sign in as yourself, or confirm in another way."),
        )
    if not fresh or not desk.sessions.confirm(begun.session):
        raise not_accepted("auth_time")
    look = Look("confirmed by provider")
    desk.log.write(look, account.name, account.role, {"for": begun.next})
    return _went(request, begun.next, "")


def _went(request: Asked, where: str, cookie: str) -> Response[str]:
    """Return a page that leads on: a redirect would still come from the provider's site.

    Cookies with SameSite=Strict are not sent along with such a redirect.
    """
    answer = desk_of(request).page(request, "went.html", None, where=where)
    if cookie:
        answer.headers["Set-Cookie"] = cookie
    return answer


def _cookie_name(desk: Desk, secure: bool) -> str:
    return "__Host-vestigo-begun" if secure else f"vestigo-begun-{desk.port}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


HANDLERS = (leave, leave_to_confirm, come_back)
