# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence``: show the custody log, verify what a case holds."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.evidence_add import add, received
from vestigo.cli.evidence_dispose import dispose, due
from vestigo.cli.evidence_proof import checkpoint, prove
from vestigo.cli.evidence_quarantine import quarantine, quarantine_open
from vestigo.cli.evidence_receipt import receipt
from vestigo.cli.evidence_stamp import stamp, trust
from vestigo.cli.evidence_time import bracket_lines, not_before, show_time
from vestigo.cli.evidence_unmask import unmask
from vestigo.cli.evidence_witness import witness
from vestigo.cli.output import emit_json, printable, progress, warn
from vestigo.clock import iso
from vestigo.errors import ExitCode, UsageError, VestigoError
from vestigo.evidence.archive_check import ArchiveReport, verify_archive
from vestigo.evidence.key_case import verify_keys
from vestigo.evidence.received import ReceivedReport, verify_received
from vestigo.i18n import _
from vestigo.pipeline.disposing import refuse_unfinished_disposal
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.stamping import case_bracket
from vestigo.records import Capture, ReceivedItem


@click.group(help=_("Show the custody log and verify the evidence of a case."))
def evidence() -> None:
    """Group of the evidence commands."""


evidence.add_command(add)
evidence.add_command(received)
evidence.add_command(receipt)
evidence.add_command(dispose)
evidence.add_command(due)
evidence.add_command(quarantine)
evidence.add_command(quarantine_open)
evidence.add_command(unmask)
evidence.add_command(checkpoint)
evidence.add_command(prove)
evidence.add_command(witness)
evidence.add_command(stamp)
evidence.add_command(trust)
evidence.add_command(show_time)
evidence.add_command(not_before)


@evidence.command("log", help=_("Show the custody log of CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def log(case: Path, as_json: bool) -> None:
    """Show every event; looking is itself an event."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="evidence log")
        events = list(session.custody.events())
        head = session.custody.head()
    if as_json:
        listed = [{**event.body(), "sha256": event.sha256} for event in events]
        emit_json({"n_events": head.n_events, "head_sha256": head.sha256, "events": listed})
        return
    for event in events:
        row = f"{event.id:>6}  {iso(event.at)}  {event.action:<12}  {event.actor}  {event.reason}"
        click.echo(printable(row))


@evidence.command("verify", help=_("Verify custody log, record ledger and archive of CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def verify(case: Path, as_json: bool) -> int:
    """Verify everything; the result is an event, whose words do not change with the language.

    Exit code 4: something is unknown to the log.
    """
    with open_session(case, write=False) as session:
        torn = session.custody.torn_bytes()
        try:
            head = session.custody.verify()
            entries = session.ledger.verify()
            crashed = _compare_log(session)
            refuse_unfinished_disposal(session)
            archive = _archive(session)
            held = _received(session)
            bracket = case_bracket(session)
            signers = verify_keys(session.folder, session.custody)
        except UsageError:
            raise  # nothing was found to be wrong
        except VestigoError as error:
            _log_failure(session, error)
            raise
        session.custody.append(
            "verify",
            object_sha256=entries.entry_sha256,
            reason="case verified",
            details={"n_events": str(head.n_events), "n_entries": str(entries.n_entries),
                     "n_captures": str(archive.n_captures), "n_received": str(held.n_items)},
        )  # fmt: skip
    document = {
        "custody": {"n_events": head.n_events, "head_sha256": head.sha256, "torn_bytes": torn,
                    "head_cut_short": crashed},
        "records": {"n_entries": entries.n_entries, "head_sha256": entries.entry_sha256},
        "archive": {"n_files": archive.n_files, "n_captures": archive.n_captures,
                    "unknown_files": list(archive.unknown)},
        "received": {"n_items": held.n_items, "unknown_files": list(held.unknown),
                     "unlogged": list(held.unlogged)},
        "time": bracket.body(),
        "keys": {"n_keys": signers.n_keys, "n_operators": signers.n_operators,
                 "n_revoked": signers.n_revoked, "doubtful": list(signers.doubtful)},
    }  # fmt: skip
    if as_json:
        emit_json(document)
    else:
        click.echo(_("Custody log: {n} events, the chain is right.").format(n=head.n_events))
        click.echo(_("Record ledger: {n} entries are right.").format(n=entries.n_entries))
        click.echo(_("Archive: {n} captures are right.").format(n=archive.n_captures))
        click.echo(_("Received: {n} items are right.").format(n=held.n_items))
        click.echo(
            _("Keys: {n} of the unit, {operators} of operators, {revoked} revoked.").format(
                n=signers.n_keys, operators=signers.n_operators, revoked=signers.n_revoked
            )
        )
    if not as_json:
        for line in bracket_lines(bracket):
            click.echo(printable(line))
    code = _warned(torn, crashed, archive, held)
    for name in signers.doubtful:
        warn(
            printable(_("Doubtful: signed by a key after it was revoked: {what}").format(what=name))
        )
    return ExitCode.FINDINGS if signers.doubtful else code


def _received(session: CaseSession) -> ReceivedReport:
    named = session.ledger.named_of_kind(ReceivedItem, include_retracted=True)
    return verify_received(session.folder.received, dict(named), session.custody.events())


def _archive(session: CaseSession) -> ArchiveReport:
    captures = list(session.ledger.of_kind(Capture, include_retracted=True))
    with progress() as shown:
        task = shown.add_task(_("Comparing captures"), total=len(captures))
        return verify_archive(
            session.folder.captures,
            captures,
            session.custody.events(),
            on_capture=lambda: shown.advance(task),
        )


def _compare_log(session: CaseSession) -> bool:
    """Compare the log with kept checkpoints and the record ledger; whether a crash cut it short."""
    from vestigo.evidence.bundle import compare_log

    return compare_log(session.folder, session.ledger, session.custody)


def _log_failure(session: CaseSession, error: VestigoError) -> None:
    try:
        session.custody.append(
            "fail",
            exhibit=error.where,
            reason="case not verified",
            details={"code": error.code},
        )
    except VestigoError as second:
        if second.code != error.code:
            warn(printable(str(second)))


def _warned(torn: int, crashed: bool, archive: ArchiveReport, held: ReceivedReport) -> int:
    if torn:
        warn(_("The custody log ended in {n} bytes of an unfinished event.").format(n=torn))
    if crashed:
        warn(
            _("A crash kept the last write of the record ledger out of the log; the next logs it.")
        )
    for name in archive.unknown:
        warn(printable(_("The custody log names no digest of {file}.").format(file=name)))
    for name in (*held.unknown, *held.unlogged):
        warn(printable(_("The custody log names no receipt of {file}.").format(file=name)))
    unknown = archive.unknown or held.unknown or held.unlogged
    return ExitCode.FINDINGS if torn or crashed or unknown else ExitCode.DONE
