# SPDX-License-Identifier: AGPL-3.0-or-later
"""A passphrase comes from a prompt or from standard input, never from arguments or environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from vestigo.cli.standard_input import standard_input
from vestigo.errors import UsageError
from vestigo.i18n import _


def passphrase_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--passphrase-stdin`` to a command."""
    return click.option(
        "--passphrase-stdin",
        "from_stdin",
        is_flag=True,
        help=_("Read the passphrase from the first line of standard input."),
    )(function)


def asked_passphrase(from_stdin: bool, *, twice: bool = False, prompt: str = "") -> str:
    """Return the passphrase (the next line of standard input); E-EVI-016 where nobody is there."""
    if from_stdin:
        return standard_input().readline().rstrip("\r\n")
    if not standard_input().isatty():
        raise UsageError(
            "E-EVI-016",
            _("Nobody is there to be asked for the passphrase."),
            remedy=_("Hand it over with --passphrase-stdin."),
        )
    answer = click.prompt(
        prompt or _("Passphrase"), hide_input=True, confirmation_prompt=twice, type=str, err=True
    )
    assert isinstance(answer, str)
    return answer
