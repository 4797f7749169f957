# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deciding whether an intended act is covered by an authorization.

The gate is asked *before* a socket is opened or a request is written.  It knows
nothing of networks: it compares an ``Intent`` with the authorizations in force.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vestigo.clock import Clock, iso
from vestigo.errors import AuthorityError
from vestigo.i18n import _
from vestigo.records import Authorization


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is about to happen: one act on one host under one account."""

    host: str
    port: int
    act: str
    account: str
    data_class: str
    what: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An intent that was refused, why, and when: a custody event."""

    intent: Intent
    reason: str
    code: str
    at: datetime


class Gate:
    """Grants or refuses intents; ``on_refusal`` sees each refusal before it is raised."""

    def __init__(
        self,
        authorizations: Sequence[Authorization],
        clock: Clock,
        on_refusal: Callable[[Refusal], None] | None = None,
    ) -> None:
        amended = {item.amends for item in authorizations if item.amends}
        self._authorizations = [a for a in authorizations if a.record_id not in amended]
        self._clock = clock
        self._on_refusal = on_refusal

    def check(self, intent: Intent) -> Authorization:
        """Return the authorization that covers ``intent``.

        Raises ``AuthorityError``: E-AUT-001 none at all, E-AUT-002 not begun or
        expired, E-AUT-003 host, E-AUT-004 act, E-AUT-005 account, E-AUT-006 data class.
        """
        now = self._clock()
        found = self._judge(intent, now)
        if isinstance(found, Authorization):
            return found
        code, reason = found
        if self._on_refusal:
            self._on_refusal(Refusal(intent, reason, code, now))
        raise AuthorityError(
            code,
            reason,
            where=f"{intent.act} {intent.host}:{intent.port}",
            remedy=_("Nothing was sent. Record an authorization that covers it, or leave it."),
        )

    def covers(self, intent: Intent) -> bool:
        """Say whether ``check`` would grant ``intent``; nothing is logged, nothing attempted.

        For leaving out what is not covered (pictures, buyers' pages) before it becomes
        an attempt; whatever is to be done for real goes through ``check``.
        """
        return not self.why_not(intent)

    def why_not(self, intent: Intent) -> str:
        """Return the code with which ``check`` would refuse ``intent``, "" where it would not."""
        found = self._judge(intent, self._clock())
        return "" if isinstance(found, Authorization) else found[0]

    def _judge(self, intent: Intent, now: datetime) -> Authorization | tuple[str, str]:
        """Return what covers ``intent``, or the code and reason of the nearest miss."""
        problems = []
        for authorization in self._authorizations:
            problem = _problem(authorization, intent, now)
            if problem is None:
                return authorization
            problems.append(problem)
        none = ("E-AUT-001", _("There is no authorization in this case."))
        return max(problems, default=none)


def _problem(a: Authorization, intent: Intent, now: datetime) -> tuple[str, str] | None:
    """Return the code and reason of the first thing ``a`` does not cover, or None."""
    if not a.starts_at <= now < a.ends_at:
        period = f"{iso(a.starts_at)} – {iso(a.ends_at)}"
        return "E-AUT-002", _("The authorization is not in force now ({period}).").format(
            period=period
        )
    if not _host_covered(a.hosts, intent.host, intent.port):
        return "E-AUT-003", _("The authorization does not name this host.")
    if intent.act not in a.acts:
        return "E-AUT-004", _("The authorization does not name this act.")
    if intent.account and intent.account not in a.accounts:
        return "E-AUT-005", _("The authorization does not name this account.")
    if intent.data_class not in a.data_classes:
        return "E-AUT-006", _("The authorization does not name this class of data.")
    return None


def _host_covered(hosts: tuple[str, ...], host: str, port: int) -> bool:
    wanted = host.lower().rstrip(".")
    return wanted in hosts or f"{wanted}:{port}" in hosts
