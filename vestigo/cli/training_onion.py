# SPDX-License-Identifier: AGPL-3.0-or-later
"""The options of ``vestigo training range`` that have to do with a Tor on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.standard_input import standard_input
from vestigo.errors import UsageError
from vestigo.i18n import _

if TYPE_CHECKING:
    from vestigo.training.onion import TorControl

_OPTIONS = (
    click.option(
        "--onion", is_flag=True,
        help=_("Serve as onion services, too, through a Tor that runs here."),
    ),
    click.option(
        "--tor-control", default="127.0.0.1:9051", show_default=True, metavar="HOST:PORT",
        help=_("The control port of that Tor (loopback only)."),
    ),
    click.option(
        "--tor-password-stdin", is_flag=True,
        help=_("Read the password of the control port from the first line of standard input."),
    ),
    click.option(
        "--public-onion", is_flag=True,
        help=_("Allow a Tor of the public network: everybody can reach the range then."),
    ),
)  # fmt: skip


def onion_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def open_control(tor_control: str, *, password_stdin: bool) -> TorControl:
    """Return the authenticated connection to the control port.

    Raises what ``control_address`` and ``TorControl`` raise, ``UsageError`` E-TRA-067 when a
    password is needed and nobody can be asked.
    """
    from vestigo.training.onion import TorControl, control_address

    control = TorControl(*control_address(tor_control))
    try:
        control.authenticate(lambda: _password(from_stdin=password_stdin))
    except BaseException:
        control.close()
        raise
    return control


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return standard_input().readline().rstrip("\r\n")
    if not standard_input().isatty():
        raise UsageError(
            "E-TRA-067",
            _("Nobody is there to be asked for the password of the control port."),
            remedy=_("Hand it over with --tor-password-stdin."),
        )
    answer = click.prompt(_("Password of the control port"), hide_input=True, type=str, err=True)
    assert isinstance(answer, str)
    return answer
