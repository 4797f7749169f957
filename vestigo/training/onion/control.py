# SPDX-License-Identifier: AGPL-3.0-or-later
"""The control port of the Tor that publishes the range."""

from __future__ import annotations

from vestigo.errors import ConfigurationError, SourceUnreachable, UsageError
from vestigo.i18n import _
from vestigo.tor import ControlConnection, loopback_place


def control_address(text: str) -> tuple[str, int]:
    """Return host and port of ``127.0.0.1:PORT`` or ``[::1]:PORT``.

    Raises ``UsageError`` E-TRA-060 for anything else: a control port is never reached
    over a network.
    """
    place = loopback_place(text)
    if place is None:
        raise UsageError(
            "E-TRA-060",
            _("The control port of Tor must be on this machine."),
            where=text,
            remedy=_("Give --tor-control 127.0.0.1:PORT."),
        )
    return place


class TorControl(ControlConnection):
    """A connection to the control port; onion services live as long as it does.

    Raises ``SourceUnreachable`` E-TRA-061, ``ConfigurationError`` E-TRA-062 (it does not let
    us in), ``SourceUnreachable`` E-TRA-064 (it does not do what it was asked for).
    """

    def add_onion(self, expanded_key: str, port: int) -> str:
        """Publish a loopback port as port 80 of a service; return its name.

        ``expanded_key`` is base64 of the 64 bytes.  ``SourceUnreachable`` E-TRA-064 when Tor
        refuses (the same service is there already).
        """
        command = f"ADD_ONION ED25519-V3:{expanded_key} Port=80,127.0.0.1:{port}"
        for line in self.ask(command):
            name, _equals, value = line.partition("=")
            if name == "ServiceID":
                return value
        raise self.declined(_("it names no service"))

    def delete_onion(self, name: str) -> None:
        """Take a service back."""
        self.ask(f"DEL_ONION {name}")

    def unreachable(self, reason: str) -> SourceUnreachable:
        """Return the error E-TRA-061 for a port where no Tor answers."""
        return SourceUnreachable(
            "E-TRA-061",
            _("No Tor answers at the control port: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Start a Tor with “ControlPort {place}”, or leave --onion out.").format(
                place=self._place
            ),
        )

    def refused(self, reason: str) -> ConfigurationError:
        """Return the error E-TRA-062 for a Tor that does not let us in."""
        return ConfigurationError(
            "E-TRA-062",
            _("Tor does not let us use its control port: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Set CookieAuthentication 1 and let this account read the cookie file, or "
                     "give the right password with --tor-password-stdin."),
        )  # fmt: skip

    def declined(self, reason: str) -> SourceUnreachable:
        """Return the error E-TRA-064 for a Tor that does not do what it was asked for."""
        return SourceUnreachable(
            "E-TRA-064",
            _("Tor does not carry out what it was asked for: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("End another range of the same seed, or look into the log of Tor."),
        )
