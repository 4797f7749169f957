# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence checkpoint`` and ``prove``: sign the state of the log, prove an exhibit."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.case_keys_operator import operator_option, unlocked
from vestigo.cli.output import emit_json, printable
from vestigo.cli.passphrase import passphrase_option
from vestigo.evidence.witness.exchange import write_exchanged
from vestigo.evidence.witness.filing import WitnessedCase
from vestigo.i18n import _
from vestigo.pipeline.session import open_session

PATH = click.Path(path_type=Path)


@click.command("checkpoint", help=_("Sign the state of the custody log of CASE as it is now."))
@click.argument("case", type=PATH)
@passphrase_option
@operator_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def checkpoint(case: Path, from_stdin: bool, operator: str, as_json: bool) -> None:
    """Sign without building a bundle; the note can be handed out, stamped and cosigned."""
    with open_session(case) as session:
        keys = unlocked(session, from_stdin, operator)
        size, path = WitnessedCase(session.folder, session.custody, session.clock).sign(keys)
    if as_json:
        emit_json({"checkpoint": size, "note": str(path)})
        return
    click.echo(printable(_("Checkpoint {n} is signed: {path}").format(n=size, path=path)))


@click.command("prove", help=_("Write the proof that EXHIBIT stands in the custody log of CASE."))
@click.argument("case", type=PATH)
@click.argument("exhibit")
@click.option("--out", required=True, type=PATH, help=_("Write the proof to this file."))
@click.option(
    "--checkpoint", type=click.IntRange(min=1), help=_("This checkpoint, not the last one.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def prove(case: Path, exhibit: str, out: Path, checkpoint: int | None, as_json: bool) -> None:
    """Write a C2SP tlog-proof that leads from the exhibit's event to a signed checkpoint."""
    with open_session(case, write=False) as session:
        witnessed = WitnessedCase(session.folder, session.custody, session.clock)
        proof = witnessed.prove(exhibit, checkpoint)
    write_exchanged(out, proof.written())
    size = int(proof.note.text.split("\n")[1])
    if as_json:
        emit_json({"exhibit": exhibit, "event": proof.index + 1, "checkpoint": size,
                   "proof": str(out)})  # fmt: skip
        return
    click.echo(
        printable(
            _("Event {event} recorded exhibit {exhibit}; proved under checkpoint {n}.").format(
                event=proof.index + 1, exhibit=exhibit, n=size
            )
        )
    )
