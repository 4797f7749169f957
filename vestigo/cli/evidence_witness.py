# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence witness``: outside witnesses cosign the checkpoints of a case, by file."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.cli.passphrase import asked_passphrase, passphrase_option
from vestigo.clock import iso, system_clock
from vestigo.evidence.witness import (
    WitnessFolder,
    cosigned_notes,
    create_witness,
    known_witnesses,
    unlock_witness,
)
from vestigo.evidence.witness.exchange import moment_of, read_exchanged, write_exchanged
from vestigo.evidence.witness.filing import WitnessedCase
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session

PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))


@click.group(help=_("Let an outside witness cosign the checkpoints of a case, by file."))
def witness() -> None:
    """Group of the commands of both sides."""


@witness.command("new", help=_("Make a witness in FOLDER: its key, and what it will remember."))
@click.argument("folder", type=PATH)
@click.option("--name", required=True, help=_("Name of the witness, like witness.example/1."))
@passphrase_option
@JSON
def new(folder: Path, name: str, from_stdin: bool, as_json: bool) -> None:
    """Make the key; its public part goes to the units whose logs are watched."""
    made = create_witness(folder, name, asked_passphrase(from_stdin, twice=True))
    _show({"witness": name, "key": made.key.written(), "file": str(folder / "witness.vkey")},
          as_json)  # fmt: skip


@witness.command("watch", help=_("Watch the log whose key is in the file LOGKEY from now on."))
@click.argument("folder", type=PATH)
@click.argument("logkey", type=PATH)
@JSON
def watch(folder: Path, logkey: Path, as_json: bool) -> None:
    """Name a log by the key that its holder gave by another way, or follow a hand-over of it."""
    key = WitnessFolder(folder).watch(read_exchanged(logkey))
    _show({"log": key.name, "key_id": key.id.hex()}, as_json)


@witness.command("cosign", help=_("Compare the checkpoint in REQUEST with the last, and cosign."))
@click.argument("folder", type=PATH)
@click.argument("request", type=PATH)
@click.option("--out", required=True, type=PATH, help=_("Write the answer to this file."))
@passphrase_option
@JSON
def cosign(folder: Path, request: Path, out: Path, from_stdin: bool, as_json: bool) -> None:
    """Cosign what goes on from what was seen; a fork is kept and refused."""
    key = unlock_witness(folder, asked_passphrase(from_stdin))
    note = WitnessFolder(folder).cosign(read_exchanged(request), key, system_clock)
    line = next(one for one in reversed(note.signatures) if key.key.is_named_by(one))
    write_exchanged(out, line.line())
    origin, size, _root = note.text.split("\n")[:3]
    _show({"log": origin, "checkpoint": int(size), "answer": str(out)}, as_json)


@witness.command("add", help=_("Name a witness of CASE by its key in the file VKEY."))
@click.argument("case", type=PATH)
@click.argument("vkey", type=PATH)
@JSON
def add(case: Path, vkey: Path, as_json: bool) -> None:
    """From now on a bundle without its cosignature is no confirmation."""
    with open_session(case) as session:
        key = _of(session).name(read_exchanged(vkey))
    _show({"witness": key.name, "key_id": key.id.hex()}, as_json)


@witness.command("request", help=_("Write the request to cosign a signed checkpoint of CASE."))
@click.argument("case", type=PATH)
@click.option("--out", required=True, type=PATH, help=_("Write the request to this file."))
@click.option("--witness", "name", default="", help=_("Name of the witness, where several are."))
@click.option(
    "--checkpoint", type=click.IntRange(min=1), help=_("This checkpoint, not the last one.")
)
@click.option("--old", type=click.IntRange(min=0), help=_("So many events the witness saw last."))
@JSON
def request(
    case: Path, out: Path, name: str, checkpoint: int | None, old: int | None, as_json: bool
) -> None:
    """Write checkpoint and consistency proof; the file is what C2SP witnesses read."""
    with open_session(case, write=False) as session:
        asked = _of(session).ask(name, checkpoint, old)
    write_exchanged(out, asked.written())
    size = int(asked.note.text.split("\n")[1])
    _show({"checkpoint": size, "old": asked.old, "request": str(out)}, as_json)


@witness.command("receive", help=_("File the ANSWER of a witness and put it into the bundles."))
@click.argument("case", type=PATH)
@click.argument("answer", type=PATH)
@JSON
def receive(case: Path, answer: Path, as_json: bool) -> None:
    """Keep cosignatures; the statement of a bundle stays as it was signed."""
    with open_session(case) as session:
        kept, bundles = _of(session).file_answer(read_exchanged(answer))
    rows = [{"witness": one.witness.name, "checkpoint": one.checkpoint.size,
             "time": iso(moment_of(one.timestamp))} for one in kept]  # fmt: skip
    if as_json:
        emit_json({"cosigned": rows, "bundles": [str(path) for path in bundles]})
        return
    for row in rows:
        click.echo(
            printable(_("{witness} cosigned checkpoint {checkpoint} at {time}.").format(**row))
        )
    for path in bundles:
        click.echo(printable(_("Put into {path}.").format(path=path)))


@witness.command("show", help=_("Show the witnesses of CASE and what they cosigned."))
@click.argument("case", type=PATH)
@JSON
def show(case: Path, as_json: bool) -> None:
    """Verify every cosignature that is kept, and list it."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="evidence witness show")
        known = [key.written() for key in known_witnesses(session.folder)]
        found = cosigned_notes(session.folder)
    rows = [{"witness": one.witness.name, "checkpoint": one.checkpoint.size,
             "root": one.checkpoint.root.hex(), "time": iso(moment_of(one.timestamp))}
            for one in found]  # fmt: skip
    if as_json:
        emit_json({"witnesses": known, "cosigned": rows})
        return
    for key in known:
        click.echo(printable(key))
    for row in rows:
        click.echo(printable("{checkpoint:>8}  {time}  {witness}".format(**row)))


def _of(session: CaseSession) -> WitnessedCase:
    return WitnessedCase(session.folder, session.custody, session.clock)


def _show(document: dict[str, str | int], as_json: bool) -> None:
    if as_json:
        emit_json(document)
        return
    for name, value in document.items():
        click.echo(printable(f"{name}: {value}"))
