# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate for a case's own infrastructure: hosts that are no market, listed with their cost.

An order of a court names markets, not the unit's own node or a time-stamping authority.
Such hosts stand in the settings of the case, each with what asking it gives away; whatever
stands there for one act is asked for that act and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vestigo.authority.gate import Intent, Refusal
from vestigo.clock import Clock
from vestigo.errors import AuthorityError
from vestigo.i18n import _


class InfrastructureGate:
    """Grants intents on listed hosts; ``hosts`` maps ``host:port`` to the acts allowed there."""

    def __init__(
        self,
        hosts: Mapping[str, tuple[str, ...]],
        clock: Clock,
        on_refusal: Callable[[Refusal], None] | None = None,
    ) -> None:
        self._hosts = {host.lower(): acts for host, acts in hosts.items()}
        self._clock = clock
        self._on_refusal = on_refusal

    def check(self, intent: Intent) -> None:
        """Return where the intent is covered; else ``AuthorityError`` E-AUT-008, nothing sent."""
        if intent.act in self._hosts.get(f"{intent.host.lower()}:{intent.port}", ()):
            return
        reason = _("The case does not list this host as infrastructure for this act.")
        if self._on_refusal:
            self._on_refusal(Refusal(intent, reason, "E-AUT-008", self._clock()))
        raise AuthorityError(
            "E-AUT-008",
            reason,
            where=f"{intent.act} {intent.host}:{intent.port}",
            remedy=_("Nothing was sent. List the host in the settings of the case, or leave it."),
        )
