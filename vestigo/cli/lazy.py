# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups of commands whose modules are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from vestigo.cli.output import warn
from vestigo.errors import ExitCode
from vestigo.i18n import _


class LazyGroup(click.Group):
    """Imports the module of a command only when it is asked for.

    ``targets`` gives, by the command's name, ``module:attribute``, in the order of the help.
    """

    def __init__(self, *, targets: Mapping[str, str], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._targets = targets

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of the commands."""
        return list(self._targets)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 (click's signature)
        cmd_name: str,
    ) -> click.Command | None:
        """Return the command of that name, or None."""
        target = self._targets.get(cmd_name)
        if target is None:
            return None
        module, _sep, name = target.partition(":")
        try:
            command: Any = getattr(importlib.import_module(module), name)
        except KeyboardInterrupt as interrupt:  # to load one takes seconds on a slow machine
            warn(_("Interrupted before the command began: nothing was done."))
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from interrupt
        assert isinstance(command, click.Command)
        return command
