# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether an ID token holds (OpenID Connect Core 1.0, section 3.1.3.7), and what it says.

The algorithm is that of the provider's key and never what the token asks for; shared secrets
and ``none`` are no algorithms here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Any

from vestigo.console.people.provider import Provider
from vestigo.errors import AuthorityError
from vestigo.i18n import _

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
KINDS = ("RSA", "EC", "OKP")
NEEDED = ("exp", "iat", "iss", "aud", "sub", "nonce")
SKEW = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
LONGEST = timedelta(days=2)
LONGEST_TOKEN = 20_000
LONGEST_SUBJECT = 255
Keys = Callable[[bool], list[dict[str, Any]]]


def verified_claims(
    token: str, keys: Keys, provider: Provider, nonce: str, now: datetime
) -> dict[str, Any]:
    """Return the claims of an ID token that holds; ``keys(True)`` fetches the keys once more.

    Raises ``AuthorityError`` E-CON-083 for whatever is wrong with it.
    """
    import jwt

    if len(token) > LONGEST_TOKEN:
        raise not_accepted("too long")
    try:
        key = _key_of(jwt.get_unverified_header(token), keys)
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=list(ALGORITHMS), audience=provider.client_id,
            issuer=provider.issuer,
            options={"require": list(NEEDED), "verify_exp": False, "verify_iat": False,
                     "verify_nbf": False, "enforce_minimum_key_length": True},
        )  # fmt: skip
        _refuse_times(claims, now)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError) as error:
        raise not_accepted(type(error).__name__) from error
    _refuse_wrong(claims, provider, nonce)
    return claims


def roles_of(claims: dict[str, Any], provider: Provider) -> frozenset[str]:
    """Return the roles that the claims grant by the table of the settings."""
    given = claims.get(provider.roles_claim, ())
    values = {given} if isinstance(given, str) else set()
    if isinstance(given, list):
        values = {one for one in given if isinstance(one, str)}
    return frozenset(role for value, role in provider.roles if value in values)


def not_accepted(reason: str, remedy: str = "") -> AuthorityError:
    """Return the refusal of a token; ``reason`` is for the log of who runs the provider."""
    return AuthorityError(
        "E-CON-083",
        _("What the OpenID provider said does not hold; nobody was signed in."),
        where=reason,
        remedy=remedy or _("Sign in again. If it happens again, tell who runs the provider."),
    )


def _out_of_time(reason: str) -> AuthorityError:
    return not_accepted(
        reason,
        _("Its times do not fit the clock of this console: sign in again, and have the clocks of "
          "both machines compared if it happens again."),
    )  # fmt: skip


def _key_of(header: dict[str, Any], keys: Keys) -> Any:
    from jwt import PyJWK

    if header.get("alg") not in ALGORITHMS:
        raise not_accepted("alg")
    found = _fitting(header, keys(False)) or _fitting(header, keys(True))
    if len(found) != 1:
        raise not_accepted("key")
    named = found[0].get("alg") or (header["alg"] if found[0]["kty"] == "RSA" else None)
    if named is not None and named not in ALGORITHMS:
        raise not_accepted("key")
    return PyJWK(found[0], algorithm=named)


def _fitting(header: dict[str, Any], keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the keys for signatures that a header may mean: of its ``kid`` where it names one."""
    usable = [one for one in keys
              if one.get("kty") in KINDS and one.get("use", "sig") == "sig"]  # fmt: skip
    if header.get("kid") is None:
        return usable
    return [one for one in usable if one.get("kid") == header["kid"]]


def _refuse_times(claims: dict[str, Any], now: datetime) -> None:
    moment = now.timestamp()
    skew = SKEW.total_seconds()
    ends, begins = float(claims["exp"]), float(claims.get("nbf", 0))
    if not (moment - skew < ends < moment + LONGEST.total_seconds() and begins <= moment + skew):
        raise _out_of_time("expired")  # said so that what is no number at all is refused, too
    age = moment - float(claims["iat"])
    if not -skew <= age <= OLDEST.total_seconds():
        raise _out_of_time("iat")


def _refuse_wrong(claims: dict[str, Any], provider: Provider, nonce: str) -> None:
    told, subject, party = str(claims["nonce"]), claims["sub"], claims.get("azp")
    if not compare_digest(told.encode(), nonce.encode()):
        raise not_accepted("nonce")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise not_accepted("sub")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (party is not None or several) and party != provider.client_id:
        raise not_accepted("azp")
