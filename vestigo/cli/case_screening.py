# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case hash-sets`` and ``quarantine-key``: what is screened, and for whom."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable
from vestigo.cli.passphrase import asked_passphrase, passphrase_option
from vestigo.errors import ExitCode, UsageError
from vestigo.evidence.quarantine import make_recipient_key, set_recipient
from vestigo.evidence.screening import Screen, Verdict
from vestigo.evidence.screening.lists import (
    USUAL_DISTANCE,
    ListNote,
    ListTitle,
    add_hash_set,
    add_terms,
    notes_of,
    open_lists,
)
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import CaseSession, open_session

VERBS = ("add", "list", "check")
LARGEST = 1 << 30
FARTHEST = 64


@click.command(
    "hash-sets",
    help=_(
        "Add a hash set or a list of “never” terms (FILE) to the case at PATH, list what it has, "
        "or check whether FILE is in one of them. What stands in a list is never shown."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("verb", type=click.Choice(VERBS))
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--name", default="", help=_("What the list is called; one of that name is replaced.")
)
@click.option("--version", default="", help=_("Which version of the list it is."))
@click.option("--source", default="", help=_("Who issued the list."))
@click.option("--date", default="", help=_("The day of issue, as the issuer gives it."))
@click.option("--terms", is_flag=True, help=_("FILE holds “never” terms, one a line."))
@click.option(
    "--pdq-distance", type=click.IntRange(0, FARTHEST), default=USUAL_DISTANCE, show_default=True,
    help=_("How many of the 256 bits of a PDQ hash may differ."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def hash_sets(  # noqa: PLR0917  # click hands over each option
    path: Path,
    verb: str,
    file: Path | None,
    name: str,
    version: str,
    source: str,
    date: str,
    terms: bool,
    pdq_distance: int,
    as_json: bool,
) -> int:
    """Run one verb; ``check`` exits with 4 where the file is in a list."""
    title = ListTitle(name=name, version=version, source=source, date=date)
    if verb == "list":
        return _list(path, as_json)
    if file is None or (verb == "add" and not (name.strip() and version.strip())):
        raise UsageError(
            "E-SCR-014",
            _("A FILE is missing, or “--name” and “--version” of the list to add."),
            where=verb,
            remedy=_("See “vestigo case hash-sets --help”."),
        )
    if verb == "check":
        return _check(path, file, as_json)
    return _add(path, file, title, None if terms else pdq_distance, as_json)


@click.command(
    "quarantine-key",
    help=_("Name who alone can open the quarantine of the case at PATH, and that person's key."),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", required=True, help=_("The name of the recipient."))
@click.option("--public-key", default="", help=_("An X25519 public key (64 hexadecimal digits)."))
@click.option(
    "--new",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Make a key pair; the private key goes into a new encrypted box at this path."),
)
@passphrase_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def quarantine_key(  # click hands over each option
    path: Path, name: str, public_key: str, new: Path | None, from_stdin: bool, as_json: bool
) -> None:
    """Record the recipient; what was quarantined before stays with the one before."""
    with open_session(path) as session:
        if new is not None:
            _refuse_inside(session, new)
            public_key = make_recipient_key(new, asked_passphrase(from_stdin, twice=True))
        recipient = set_recipient(session.folder, name, public_key)
        told = {"recipient": recipient.name, "public_key": recipient.public_key.hex()}
        session.custody.append("processing", reason="quarantine recipient named", details=told)
    if as_json:
        emit_json(told)
    else:
        click.echo(printable(_("The quarantine is for {name} alone.").format(name=recipient.name)))


def _add(path: Path, file: Path, title: ListTitle, distance: int | None, as_json: bool) -> int:
    with open_session(path) as session:
        if distance is None:
            note = add_terms(session.folder, file, title)
        else:
            note = add_hash_set(session.folder, file, title, distance)
        session.custody.append(
            "processing",
            object_sha256=note.file_sha256,
            reason="screening list added",
            details=_told(note),
        )
    if as_json:
        emit_json(asdict(note))
    else:
        click.echo(_line(note))
    return ExitCode.DONE


def _list(path: Path, as_json: bool) -> int:
    with open_session(path, write=False) as session:
        session.custody.append("access", reason="screening lists shown")
        notes = notes_of(session.folder)
    if as_json:
        emit_json([asdict(note) for note in notes])
        return ExitCode.DONE
    for note in notes:
        click.echo(_line(note))
    if not notes:
        click.echo(_("This case has no hash set and no “never” terms."))
    return ExitCode.DONE


def _check(path: Path, file: Path, as_json: bool) -> int:
    with open_session(path, write=False) as session:
        verdict = _compared(session, file)
        told = _told_of(verdict)
        session.custody.append(
            "access", object_sha256=told.get("sha256", ""), reason="file compared with the lists",
            details={name: value for name, value in told.items() if name != "sha256"},
        )  # fmt: skip
    if as_json:
        emit_json(told)
    elif verdict.match is not None:
        shown = _("It is in “{name}” (version {version}), by {kind}.")
        match = verdict.match
        text = shown.format(name=match.list_name, version=match.version, kind=match.kind)
        click.echo(printable(text))
    elif verdict.passed:
        click.echo(_("It is in none of the lists."))
    else:
        click.echo(_("It cannot be compared by looks: the picture cannot be decoded."))
    return ExitCode.DONE if verdict.passed else ExitCode.FINDINGS


def _compared(session: CaseSession, file: Path) -> Verdict:
    if file.stat().st_size > LARGEST:
        raise UsageError(
            "E-SCR-015",
            _("The file is too large to be compared."),
            where=str(file),
            remedy=_("Compare its digest by other means."),
        )
    with Screen(pictures_allowed=True, lists=open_lists(session.folder)) as screen:
        return screen.judge("", "", file.read_bytes(), "")


def _told_of(verdict: Verdict) -> dict[str, str]:
    told = {"outcome": verdict.outcome, "why": verdict.why}
    if verdict.match is not None:
        match = verdict.match
        told |= {"list": match.list_name, "version": match.version, "match": match.kind,
                 "distance": str(match.distance), "sha256": match.sha256}  # fmt: skip
    return told


def _told(note: ListNote) -> dict[str, str]:
    counts = {f"n_{kind}": str(n) for kind, n in sorted(note.counts.items())}
    return {"kind": note.kind, "name": note.name, "version": note.version,
            "source": note.source, "date": note.date, **counts}  # fmt: skip


def _line(note: ListNote) -> str:
    n_entries = sum(note.counts.values())
    counted = ngettext("{n} entry", "{n} entries", n_entries).format(n=n_entries)
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(note.counts.items()))
    said: list[Any] = [note.name, note.version, note.source, note.date, counted, f"({kinds})"]
    return printable("  ".join(str(word) for word in said if word))


def _refuse_inside(session: CaseSession, path: Path) -> None:
    if path.resolve().is_relative_to(session.folder.path):
        raise UsageError(
            "E-SCR-006",
            _("The private key must not lie in the case."),
            where=str(path),
            remedy=_("Choose a place that only the recipient can reach."),
        )
