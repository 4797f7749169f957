# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case keys``: make the keys of a case, show what is public, write the anchors."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json
from vestigo.cli.passphrase import asked_passphrase, passphrase_option
from vestigo.evidence.anchors import write_anchors
from vestigo.evidence.keys import create_keys, fingerprints, unlock_keys
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session

VERBS = ("create", "show", "anchors")


@click.command(
    "keys",
    help=_(
        "Make (create) or show the keys of the case at PATH, or write its trust anchors (anchors)."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("verb", type=click.Choice(VERBS))
@passphrase_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Write the anchors to this folder instead of CASE/anchors."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def keys(path: Path, verb: str, from_stdin: bool, out: Path | None, as_json: bool) -> None:
    """Run one verb and print what is public."""
    with open_session(path) as session:
        shown = _run(session, verb, from_stdin, out)
    if as_json:
        emit_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name}: {value}")


def _run(session: CaseSession, verb: str, from_stdin: bool, out: Path | None) -> dict[str, str]:
    if verb == "anchors":
        written = write_anchors(session.folder, out)
        session.custody.append("export", reason="anchors written", details=written)
        return written
    passphrase = asked_passphrase(from_stdin, twice=verb == "create")
    if verb == "create":
        made = create_keys(session.folder, passphrase, session.clock)
        write_anchors(session.folder)
        session.custody.append("processing", reason="keys made", details=made)
        return made
    shown = fingerprints(unlock_keys(session.folder, passphrase))
    session.custody.append("access", reason="keys shown")
    return shown
