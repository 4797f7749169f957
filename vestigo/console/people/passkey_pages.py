# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making, using and taking away passkeys: what a page asks for, and what it sends."""

from __future__ import annotations

import secrets
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from vestigo.clock import iso
from vestigo.console.accounts import CAPABILITIES, Account
from vestigo.console.acting import needed_of, require_confirmed, see, signed_in
from vestigo.console.desk import Asked, Desk, Look, desk_of
from vestigo.console.people.going_on import go_on
from vestigo.console.people.passkeys import (
    MOST_ANSWER,
    MOST_NAME,
    MOST_PASSKEYS,
    Ceremony,
    Party,
    Passkey,
    challenge_of,
    creation_options,
    party_of,
    passkey_id_of,
    refusal,
    register,
    request_options,
    use,
)
from vestigo.console.people.ways import named_url, passkeys_here, ways_of
from vestigo.console.requests import header_of, way_back
from vestigo.console.sign_in_pages import NOT_KNOWN, begun, refused
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Options = Response[dict[str, Any]]
JSON = "application/json"


@post("/people/passkeys/options", sync_to_thread=True, status_code=HTTPStatus.OK)
def making(request: Asked) -> Options:
    """Return what a browser is asked for to make a passkey for who is signed in."""
    require_confirmed(request, "/people")
    desk, person, party = desk_of(request), signed_in(request), _party(request)
    account = desk.accounts.change(person.account, _with_handle)
    assert account is not None
    if len(account.passkeys) >= MOST_PASSKEYS:
        raise UsageError(
            "E-CON-072",
            _("An account has at most {n} passkeys.").format(n=MOST_PASSKEYS),
            remedy=_("Remove one that is not used any more; nothing was done."),
        )
    challenge, options = creation_options(
        party, account.name, account.user_handle, account.passkeys
    )
    asked = Ceremony("register", party, account.name, person.key)
    return _waiting(desk, challenge, options, asked)


@post("/people/passkeys", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def make(request: Asked, data: Form) -> Response[str]:
    """Keep the passkey that the browser made; E-CON-070 where its answer does not hold."""
    require_confirmed(request, "/people")
    desk, person = desk_of(request), signed_in(request)
    name, answer = needed_of(data, "name", MOST_NAME), _answer(data)
    asked = _taken(desk, answer, "register", person.key)
    made = register(answer, asked, name, iso(desk.session.clock()))
    if desk.accounts.with_passkey(made.id) is not None:
        raise refusal()
    desk.session.custody.refuse_clock()
    desk.accounts.change(person.account, lambda one: replace(one, passkeys=(*one.passkeys, made)))
    details = {"passkey": made.id[:16], "name": name, "host": made.rp_id}
    desk.log.write(Look("passkey added"), person.account, person.role, details)
    return see("/people#passkeys")


@post("/people/passkeys/remove", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def remove(request: Asked, data: Form) -> Response[str]:
    """Take away a passkey: one's own, or anybody's where the role allows it.

    Sessions that were begun with it end.  E-CON-073 where there is none that one may remove.
    """
    require_confirmed(request, "/people")
    desk, person = desk_of(request), signed_in(request)
    passkey_id = needed_of(data, "passkey", 2_000)
    found = desk.accounts.with_passkey(passkey_id)
    any_ones = "revoke" in CAPABILITIES[person.role]
    if found is None or (found[0].name != person.account and not any_ones):
        raise UsageError(
            "E-CON-073",
            _("There is no such passkey that you may remove."),
            remedy=_("It was removed already, or it is another person’s."),
        )
    desk.session.custody.refuse_clock()
    owner = found[0].name
    desk.accounts.change(owner, lambda one: _without(one, passkey_id))
    desk.sessions.revoke_others(owner, person.key, by=passkey_id)
    details = {"passkey": passkey_id[:16], "of": owner, "name": found[1].name}
    desk.log.write(Look("passkey removed"), person.account, person.role, details)
    return see("/people#passkeys")


@post("/sign-in/passkey/options", sync_to_thread=True, status_code=HTTPStatus.OK)
def entering(request: Asked) -> Options:
    """Return what a browser is asked for to sign in; nobody's name is asked or told."""
    party = _party(request)
    challenge, options = request_options(party, ())
    return _waiting(desk_of(request), challenge, options, Ceremony("sign-in", party))


@post("/sign-in/passkey", sync_to_thread=True, status_code=HTTPStatus.OK)
def enter(request: Asked, data: Form) -> Response[str]:
    """Begin a session with a passkey, or say that it did not work without saying why."""
    desk, wanted = desk_of(request), way_back(data.get("next", "/"))
    try:
        answer = _answer(data)
        account, passkey = _used(desk, answer, _taken(desk, answer, "sign-in", ""))
    except VestigoError as error:
        return refused(request, error.what, HTTPStatus.UNAUTHORIZED, "", wanted)
    desk.brake.succeeded(account.name)
    return begun(request, desk, account, wanted, passkey.id)


@post("/confirm/passkey/options", sync_to_thread=True, status_code=HTTPStatus.OK)
def confirming(request: Asked) -> Options:
    """Return what a browser is asked for to prove again who is signed in."""
    desk, person, party = desk_of(request), signed_in(request), _party(request)
    own = passkeys_here(desk, person.account, party)
    if not own:
        raise refusal()
    challenge, options = request_options(party, own)
    asked = Ceremony("confirm", party, person.account, person.key)
    return _waiting(desk, challenge, options, asked)


@post("/confirm/passkey", sync_to_thread=True, status_code=HTTPStatus.OK)
def confirm(request: Asked, data: Form) -> Response[str]:
    """Note that it is the person of this session, who used a passkey of theirs."""
    desk, person = desk_of(request), signed_in(request)
    wanted = way_back(data.get("next", "/"))
    try:
        answer = _answer(data)
        account, _passkey = _used(desk, answer, _taken(desk, answer, "confirm", person.key))
        if account.name != person.account:
            raise refusal()
    except VestigoError as error:
        desk.log.write(Look("confirmation failed", action="fail"), person.account, person.role, {})
        return desk.page(request, "confirm.html", None, next=wanted, problem=error.what,
                         ways=ways_of(request), status=HTTPStatus.UNAUTHORIZED)  # fmt: skip
    desk.log.write(Look("confirmed by passkey"), person.account, person.role, {"for": wanted})
    desk.sessions.confirm(person.key)
    return go_on(request, wanted)


def _party(request: Asked) -> Party:
    """Return the party under which the page was loaded; E-CON-071 under a numeric address."""
    desk = desk_of(request)
    found = party_of(desk.origin, header_of(request.scope, b"host") or "")
    if found is None:
        raise UsageError(
            "E-CON-071",
            _("A browser makes and uses passkeys only under a name, not under a number."),
            where=header_of(request.scope, b"host") or "",
            remedy=_("Open the console at {url}.").format(url=named_url(desk)),
        )
    return found


def _waiting(desk: Desk, challenge: str, options: dict[str, Any], asked: Ceremony) -> Options:
    desk.ceremonies.put(challenge, asked)
    return Response(options, media_type=JSON)


def _answer(data: Form) -> str:
    answer = data.get("credential", "")
    if not 0 < len(answer) <= MOST_ANSWER:
        raise refusal()
    return answer


def _taken(desk: Desk, answer: str, kind: str, session: str) -> Ceremony:
    """Return what was asked for with the challenge of an answer; it counts once."""
    asked = desk.ceremonies.take(challenge_of(answer))
    if asked is None or asked.kind != kind or asked.session != session:
        raise refusal()
    return asked


def _used(desk: Desk, answer: str, asked: Ceremony) -> tuple[Account, Passkey]:
    """Return account and passkey of an answer that holds; each failure is logged."""
    found = desk.accounts.with_passkey(passkey_id_of(answer))
    if found is None or found[1].suspended_at or found[1].rp_id != asked.party.rp_id:
        _log_refused(desk, *found or (None, None))
        raise refusal()
    account, before = found
    try:
        after = use(answer, asked, before, iso(desk.session.clock()))
    except VestigoError:
        _log_refused(desk, account, before)
        raise
    desk.accounts.change(account.name, lambda one: _with(one, after))
    if after.suspended_at:
        _log_refused(desk, account, after)
        raise UsageError(
            "E-CON-074",
            _("The counter of this passkey went back: there may be a copy. It is suspended."),
            remedy=_("Sign in another way, remove the passkey, and tell who is responsible."),
        )
    return account, after


def _log_refused(desk: Desk, account: Account | None, passkey: Passkey | None) -> None:
    if account is None or passkey is None:
        desk.log.write(Look("passkey not known", action="fail"), NOT_KNOWN, "operator", {})
        return
    reason = "passkey suspended, it may be a copy" if passkey.suspended_at else "passkey refused"
    details = {"passkey": passkey.id[:16], "name": passkey.name}
    desk.log.write(Look(reason, action="fail"), account.name, account.role, details)


def _with_handle(account: Account) -> Account:
    return (
        account if account.user_handle else replace(account, user_handle=secrets.token_urlsafe(32))
    )


def _with(account: Account, passkey: Passkey) -> Account:
    kept = tuple(passkey if one.id == passkey.id else one for one in account.passkeys)
    return replace(account, passkeys=kept)


def _without(account: Account, passkey_id: str) -> Account:
    kept = tuple(one for one in account.passkeys if one.id != passkey_id)
    return replace(account, passkeys=kept)


HANDLERS = (making, make, remove, entering, enter, confirming, confirm)
