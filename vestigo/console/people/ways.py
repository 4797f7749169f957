# SPDX-License-Identifier: AGPL-3.0-or-later
"""In which ways a person can prove who they are on the page that they look at."""

from __future__ import annotations

from dataclasses import dataclass

from vestigo.console.desk import Asked, Desk, desk_of, person_of
from vestigo.console.people.passkeys import Party, Passkey, party_of
from vestigo.console.requests import header_of


@dataclass(frozen=True, slots=True)
class Ways:
    """What a sign-in or a confirmation may offer.

    ``passkey`` and ``passkey_elsewhere``: here, or only at ``named_url`` (a browser uses none
    under a numeric address); ``provider`` is the issuer of an OpenID provider, or "".
    """

    password: bool
    passkey: bool
    passkey_elsewhere: bool
    named_url: str
    provider: str


def ways_of(request: Asked) -> Ways:
    """Return the ways of who is signed in, or, before a sign-in, of anybody."""
    desk, person = desk_of(request), person_of(request)
    party = party_of(desk.origin, header_of(request.scope, b"host") or "")
    accounts = desk.accounts.all()
    if person is not None:
        accounts = [one for one in accounts if one.name == person.account]
    usable = [one for account in accounts for one in account.passkeys if not one.suspended_at]
    here = [one for one in usable if party is not None and one.rp_id == party.rp_id]
    issuer = desk.provider.issuer if desk.provider else ""
    known = any(one.subject and one.issuer == issuer for one in accounts)
    return Ways(
        password=person is None or any(one.password_hash for one in accounts),
        passkey=bool(here),
        passkey_elsewhere=bool(usable) and party is None,
        named_url=named_url(desk),
        provider=issuer if known or person is None else "",
    )


def passkeys_here(desk: Desk, account: str, party: Party) -> tuple[Passkey, ...]:
    """Return the passkeys of an account that work under this name."""
    found = desk.accounts.get(account)
    passkeys = found.passkeys if found else ()
    return tuple(one for one in passkeys if one.rp_id == party.rp_id and not one.suspended_at)


def named_url(desk: Desk) -> str:
    """Return an address of the console that has a name: the public one, else localhost."""
    public = sorted(one for one in desk.origin.allowed if one.startswith("https://"))
    return f"{(public or [f'http://localhost:{desk.port}'])[0]}/"
