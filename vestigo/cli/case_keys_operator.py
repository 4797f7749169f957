# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case keys operator``: keys of operators, and sessions in which one of them signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable, warn
from vestigo.cli.passphrase import asked_passphrase, passphrase_option
from vestigo.evidence.key_case import add_operator, unlock_operator
from vestigo.evidence.keys import UnlockedKeys, unlock_keys
from vestigo.evidence.operator_passphrase import change_operator_passphrase
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session


def operator_option(function: Any) -> Any:
    """Add ``--operator NAME`` to a command that signs a checkpoint."""
    return click.option(
        "--operator",
        metavar="NAME",
        default="",
        help=_("Sign beside the unit with the key of this operator; asks for its passphrase too."),
    )(function)


def unlocked(session: CaseSession, from_stdin: bool, name: str) -> UnlockedKeys:
    """Ask for the passphrase of the case, and for that of an operator where one is named.

    From standard input they are two lines.  Raises as ``unlock_keys`` and ``unlock_operator``.
    """
    keys = unlock_keys(session.folder, asked_passphrase(from_stdin))
    if not name:
        return keys
    own = asked_passphrase(from_stdin, prompt=_("Passphrase of {name}").format(name=name))
    return unlock_operator(session.folder, session.custody, keys, name, own)


@click.group("operator", help=_("Keys of operators: a second line under each checkpoint."))
def operator() -> None:
    """Group of the commands on operators."""


@operator.command("add", help=_("Make the key of the operator NAME of CASE, named by the unit."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("name")
@passphrase_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def add(case: Path, name: str, from_stdin: bool, as_json: bool) -> None:
    """Ask for the passphrase of the case, then for the operator's own (two lines)."""
    with open_session(case) as session:
        keys = unlock_keys(session.folder, asked_passphrase(from_stdin))
        own = asked_passphrase(
            from_stdin, twice=True, prompt=_("Passphrase of {name}").format(name=name)
        )
        made = add_operator(session.folder, session.custody, keys, name, own, session.clock)
    if as_json:
        emit_json({"operator": name, "key": made.id.hex(), "vkey": made.written()})
        return
    click.echo(printable(f"{name}: {made.id.hex()}"))


@operator.command("passphrase", help=_("Put the key of the operator NAME under a new passphrase."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("name")
@passphrase_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def passphrase(case: Path, name: str, from_stdin: bool, as_json: bool) -> None:
    """Ask the operator for the old and the new passphrase; nobody else's is needed."""
    with open_session(case) as session:
        old = asked_passphrase(from_stdin, prompt=_("Passphrase of {name}").format(name=name))
        new = asked_passphrase(from_stdin, twice=True, prompt=_("New passphrase"))
        digits = change_operator_passphrase(session.folder, session.custody, name, old, new)
    if as_json:
        emit_json({"operator": name, "key": digits})
    else:
        click.echo(printable(f"{name}: {digits}"))
    warn(_("Copies of the old box still open with the old passphrase: destroy them."))
