# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is a member of the case, which sessions are open, and confirming that it is you."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Annotated

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from vestigo.console.accounts import CAPABILITIES
from vestigo.console.acting import confirmed, needed_of, see, signed_in
from vestigo.console.desk import Asked, Desk, Look, desk_of
from vestigo.console.people.going_on import go_on
from vestigo.console.people.passkeys import party_of
from vestigo.console.people.ways import ways_of
from vestigo.console.requests import header_of, way_back
from vestigo.errors import UsageError
from vestigo.i18n import _

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/people", sync_to_thread=True)
def people(request: Asked) -> Response[str]:
    """Show the members of the case with what they may do, and the sessions that are open."""
    return _page(request, "")


@get("/confirm", sync_to_thread=False)
def confirm_page(request: Asked) -> Response[str]:
    """Ask for the password again before an act that leaves the case or cannot be undone."""
    wanted = way_back(request.query_params.get("next", "/"))
    return desk_of(request).page(request, "confirm.html", None, next=wanted, problem="",
                                 ways=ways_of(request))  # fmt: skip


@post("/confirm", sync_to_thread=True, status_code=HTTPStatus.OK)
def confirm(request: Asked, data: Form) -> Response[str]:
    """Note that it is the person of this session; the brake on guessing holds here too."""
    desk, person = desk_of(request), signed_in(request)
    wanted = way_back(data.get("next", "/"))
    problem = _wrong_password(desk, person.account, data.get("password", ""))
    if problem:
        desk.log.write(Look("confirmation failed", action="fail"), person.account, person.role, {})
        return desk.page(request, "confirm.html", None, next=wanted, problem=problem,
                         ways=ways_of(request), status=HTTPStatus.UNAUTHORIZED)  # fmt: skip
    desk.log.write(Look("confirmed by password"), person.account, person.role, {"for": wanted})
    desk.sessions.confirm(person.key)
    return go_on(request, wanted)


@post("/people/revoke", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def revoke(request: Asked, data: Form) -> Response[str]:
    """End one session: one's own, or anybody's where the role allows it."""
    desk, person = desk_of(request), signed_in(request)
    any_ones = "revoke" in CAPABILITIES[person.role]
    key = needed_of(data, "session", 64)
    ended = desk.sessions.revoke(key, "" if any_ones else person.account)
    if ended is None:
        raise UsageError(
            "E-CON-033",
            _("There is no such session that you may end."),
            remedy=_("It has ended already, or it is another person’s."),
        )
    details = {"of": ended.account, "session": ended.key}
    desk.log.write(Look("session revoked"), person.account, person.role, details)
    return see("/people")


@post("/people/revoke-others", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def revoke_others(request: Asked) -> Response[str]:
    """End all other sessions of who asks."""
    desk, person = desk_of(request), signed_in(request)
    n = desk.sessions.revoke_others(person.account, person.key)
    desk.log.write(Look("other sessions revoked"), person.account, person.role, {"n": str(n)})
    return see("/people")


@post("/people/password", sync_to_thread=True, status_code=HTTPStatus.OK)
def password(request: Asked, data: Form) -> Response[str]:
    """Change one's own password; all other sessions of the account end."""
    desk, person = desk_of(request), signed_in(request)
    new = data.get("new", "")
    if new != data.get("again", ""):
        return _page(request, _("The two new passwords differ."), HTTPStatus.BAD_REQUEST)
    pause = _pause(desk, person.account)
    if pause:
        return _page(request, pause, HTTPStatus.TOO_MANY_REQUESTS)
    desk.session.custody.refuse_clock()
    with desk.hashing:
        changed = desk.accounts.change_password(person.account, data.get("old", ""), new)
    if not changed:
        desk.brake.failed(person.account)
        desk.log.write(Look("password not changed", action="fail"), person.account, person.role, {})
        return _page(request, _("The old password is not right."), HTTPStatus.UNAUTHORIZED)
    desk.brake.succeeded(person.account)
    desk.sessions.revoke_others(person.account, person.key)
    desk.log.write(Look("password changed"), person.account, person.role, {})
    return see("/people")


def _page(request: Asked, problem: str, status: int = HTTPStatus.OK) -> Response[str]:
    desk, person = desk_of(request), signed_in(request)
    sees_all = "audit" in CAPABILITIES[person.role]
    shown = [one for one in desk.sessions.all() if sees_all or one.account == person.account]
    party = party_of(desk.origin, header_of(request.scope, b"host") or "")
    everybodys = "revoke" in CAPABILITIES[person.role]
    return desk.page(
        request, "people.html", Look("people"), status=status, problem=problem,
        members=desk.accounts.all(), capabilities=CAPABILITIES, sessions=shown,
        confirmed=confirmed(request), party=party, ways=ways_of(request),
        owners=[one for one in desk.accounts.all()
                if one.passkeys and (everybodys or one.name == person.account)],
    )  # fmt: skip


def _wrong_password(desk: Desk, account: str, typed: str) -> str:
    """Return "" where the password is right, else what to tell."""
    pause = _pause(desk, account)
    if pause:
        return pause
    with desk.hashing:
        found = desk.accounts.sign_in(account, typed)
    if found is None:
        desk.brake.failed(account)
        return _("The password is not right.")
    desk.brake.succeeded(account)
    return ""


def _pause(desk: Desk, account: str) -> str:
    pause = desk.brake.pause(account)
    if not pause:
        return ""
    minutes = math.ceil(pause.total_seconds() / 60)
    return _("Too many failures. Try again in {n} min.").format(n=minutes)


HANDLERS = (people, confirm_page, confirm, revoke, revoke_others, password)
