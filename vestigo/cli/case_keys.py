# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case keys``: make, show, hand over, lock anew and revoke the keys of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.case_keys_operator import operator
from vestigo.cli.output import emit_json, printable, warn
from vestigo.cli.passphrase import asked_passphrase, passphrase_option
from vestigo.evidence.anchors import write_anchors
from vestigo.evidence.key_case import revoke_key
from vestigo.evidence.key_change import change_passphrase, rotate_keys
from vestigo.evidence.key_history import read_history
from vestigo.evidence.key_names import MADE
from vestigo.evidence.key_revocation import revocations
from vestigo.evidence.keys import create_keys, fingerprints, unlock_keys
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session

PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))


class CaseBeforeVerb(click.Group):
    """Takes the case before the verb as well: ``case keys CASE create``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the verb first where the case stands there."""
        if len(args) > 1 and args[0] not in self.commands and args[1] in self.commands:
            args = [args[1], args[0], *args[2:]]
        return super().parse_args(ctx, args)


@click.group("keys", cls=CaseBeforeVerb,
             help=_("Make, show, hand over, lock anew and revoke the keys of a case."))  # fmt: skip
def keys() -> None:
    """Group of the commands on keys."""


keys.add_command(operator)


@keys.command("create", help=_("Make the keys of CASE under a passphrase."))
@click.argument("case", type=PATH)
@passphrase_option
@JSON
def create(case: Path, from_stdin: bool, as_json: bool) -> None:
    """Make the first keys; their fingerprints are to be published."""
    with open_session(case) as session:
        passphrase = asked_passphrase(from_stdin, twice=True)
        made = create_keys(session.folder, passphrase, session.clock)
        write_anchors(session.folder)
        session.custody.append("processing", reason=MADE, details=made)
    _show(made, as_json)


@keys.command("show", help=_("Show what is public of the keys of CASE; the passphrase is tried."))
@click.argument("case", type=PATH)
@passphrase_option
@JSON
def show(case: Path, from_stdin: bool, as_json: bool) -> None:
    """Show fingerprints, the eight digits of every key, operators and revocations."""
    with open_session(case) as session:
        shown = fingerprints(unlock_keys(session.folder, asked_passphrase(from_stdin)))
        shown |= _known(session)
        session.custody.append("access", reason="keys shown")
    _show(shown, as_json)


@keys.command("anchors", help=_("Write the trust anchors of CASE: what a verifier must get."))
@click.argument("case", type=PATH)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Write the anchors to this folder instead of CASE/anchors."),
)
@JSON
def anchors(case: Path, out: Path | None, as_json: bool) -> None:
    """Write certificate, checkpoint key, hand-overs, revocations, digests of the verifiers."""
    with open_session(case) as session:
        written = write_anchors(session.folder, out)
        session.custody.append("export", reason="anchors written", details=written)
    _show(written, as_json)


@keys.command("rotate", help=_("Make new keys for CASE; the old ones sign the hand-over to them."))
@click.argument("case", type=PATH)
@passphrase_option
@JSON
def rotate(case: Path, from_stdin: bool, as_json: bool) -> None:
    """Rotate; where it was cut off, the same command goes on."""
    with open_session(case) as session:
        passphrase = asked_passphrase(from_stdin)
        made = rotate_keys(session.folder, session.custody, passphrase, session.clock)
    _show(made, as_json)
    warn(_("Hand the new anchors out: “vestigo case keys anchors” writes them."))


@keys.command("passphrase", help=_("Put the keys of CASE under another passphrase."))
@click.argument("case", type=PATH)
@passphrase_option
@JSON
def passphrase(case: Path, from_stdin: bool, as_json: bool) -> None:
    """Ask for the old and the new passphrase; from standard input they are two lines."""
    with open_session(case) as session:
        old = asked_passphrase(from_stdin)
        new = asked_passphrase(from_stdin, twice=True, prompt=_("New passphrase"))
        changed = change_passphrase(session.folder, session.custody, old, new)
    _show(changed, as_json)
    warn(_("Copies of the old box still open with the old passphrase: destroy them."))


@keys.command("revoke", help=_("Say that signatures by KEY of CASE are doubtful from a moment on."))
@click.argument("case", type=PATH)
@click.argument("key")
@click.option("--reason", required=True, help=_("Why; strangers read it."))
@click.option(
    "--since", required=True, metavar="TIME", help=_("From then on, like 2026-11-22T12:00:00Z.")
)
@JSON
def revoke(case: Path, key: str, reason: str, since: str, as_json: bool) -> None:
    """Revoke; nothing asks for a passphrase, for it may be what was lost."""
    with open_session(case) as session:
        revoked = revoke_key(session.folder, session.custody, key, reason, since)
    _show({"key": revoked.key, "since": revoked.since, "reason": revoked.reason}, as_json)
    warn(_("Hand the new anchors out: “vestigo case keys anchors” writes them."))


def _known(session: CaseSession) -> dict[str, str]:
    """Return the eight digits of every key, operators and revocations, where there are any."""
    history = read_history(session.folder.keys)
    told = {
        "keys": " ".join(one.key.id.hex() for one in history.generations),
        "operators": " ".join(f"{one.key.name.rpartition('/')[2]}:{one.key.id.hex()}"
                              for one in history.operators),
        "revoked": " ".join(f"{one.key}:{one.since}"
                            for one in revocations(session.custody.events())),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _show(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit_json(document)
        return
    for name, value in document.items():
        click.echo(printable(f"{name}: {value}"))
