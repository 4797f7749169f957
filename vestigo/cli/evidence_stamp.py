# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence stamp`` and ``trust``: have checkpoints stamped, say whom to trust."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable, warn
from vestigo.clock import iso
from vestigo.errors import ExitCode, UsageError, VestigoError
from vestigo.evidence.stamping.authorities import NAME
from vestigo.evidence.stamping.by_file import ReadFile
from vestigo.evidence.stamping.making import PENDING, STAMPED, StampOutcome
from vestigo.evidence.stamping.refusal import SETTINGS, StampRefused
from vestigo.evidence.stamping.trust import file_trust
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.stamping import (
    planned_stamps,
    requests_to_files,
    responses_from_files,
    retry_stamps,
    stamp_case,
)

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(
    "stamp",
    help=_("Have a checkpoint of CASE stamped by its time-stamping authorities (RFC 3161)."),
)
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--checkpoint", type=click.IntRange(min=1), help=_("Stamp this checkpoint, not the last one.")
)
@click.option("--retry", is_flag=True, help=_("Ask again for all that is pending."))
@click.option("--write-requests", "out", type=FOLDER, help=_("Write the requests to this folder."))
@click.option("--read-responses", "source", type=FOLDER, help=_("Read responses from this folder."))
@click.option("--anchors", type=FOLDER, help=_("Folder of trust anchors, got from elsewhere."))
@click.option("--dry-run", is_flag=True, help=_("Say who would be asked; send nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def stamp(  # click hands over each option
    case: Path,
    checkpoint: int | None,
    retry: bool,
    out: Path | None,
    source: Path | None,
    anchors: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Stamp online, or through files; exit code 4 while something is pending."""
    if [retry, out is not None, source is not None, dry_run].count(True) > 1:
        raise UsageError(
            SETTINGS,
            _("Give only one of --retry, --write-requests, --read-responses, --dry-run."),
            where="stamp",
            remedy=_("See “vestigo evidence stamp --help”."),
        )
    with open_session(case) as session:
        if dry_run:
            return _show_plan(session, checkpoint, as_json)
        if out is not None:
            return _written(requests_to_files(session, checkpoint, out), as_json)
        if source is not None:
            return _read(responses_from_files(session, _existing(source), anchors), as_json)
        done = retry_stamps(session, anchors) if retry else stamp_case(session, checkpoint, anchors)
    return _stamped(done, as_json)


@click.command(
    "trust",
    help=_("File the roots in FILE, got from elsewhere, as the anchor of authority NAME of CASE."),
)
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def trust(case: Path, name: str, file: Path, as_json: bool) -> None:
    """Put certificates into the trust list; their fingerprints go into the log."""
    if not NAME.fullmatch(name):
        raise UsageError(
            SETTINGS,
            _("The name of an authority has small letters, digits and hyphens."),
            where=name,
            remedy=_("Use the name that stands in [settings.stamping]."),
        )
    with open_session(case) as session:
        filed = file_trust(session.folder.anchors, name, file)
        details = {"authority": name, **{digest: subject for subject, digest in filed.items()}}
        session.custody.append("processing", reason="time stamp trust list filed", details=details)
    if as_json:
        emit_json({"authority": name, "roots": filed})
        return
    for subject, digest in filed.items():
        click.echo(printable(f"{digest}  {subject}"))


def _existing(source: Path) -> Path:
    if not source.is_dir():
        raise UsageError(
            "E-BUN-001",
            _("There is no folder at this path."),
            where=str(source),
            remedy=_("Give the folder that holds the responses."),
        )
    return source


def _show_plan(session: CaseSession, checkpoint: int | None, as_json: bool) -> int:
    planned = planned_stamps(session, checkpoint)
    session.custody.append("access", reason="time stamps planned")
    if as_json:
        emit_json(planned)
    for row in planned if not as_json else ():
        click.echo(printable(f"{row['checkpoint']}  {row['authority']}  {row['url']}"))
        click.echo(printable(f"    {row['secrecy']}"))
    return ExitCode.DONE


def _written(paths: list[Path], as_json: bool) -> int:
    if as_json:
        emit_json([str(path) for path in paths])
    for path in paths if not as_json else ():
        click.echo(printable(str(path)))
    return ExitCode.DONE


def _read(results: list[ReadFile], as_json: bool) -> int:
    if as_json:
        emit_json([{"file": one.name, "authority": one.authority,
                    "gen_time": iso(one.stamp.gen_time) if one.stamp else None,
                    "filed_already": one.filed_before,
                    "problem": _problem(one.problem)} for one in results])  # fmt: skip
    for one in results if not as_json else ():
        if one.stamp is not None:
            known = f"  {_('filed already')}" if one.filed_before else ""
            line = f"{one.name}  {one.authority}  {iso(one.stamp.gen_time)}{known}"
            click.echo(printable(line))
    _warn_problems([one.problem for one in results])
    if any(one.problem for one in results):
        return ExitCode.VERIFICATION_FAILED
    return ExitCode.DONE if results else ExitCode.FINDINGS


def _stamped(outcomes: list[StampOutcome], as_json: bool) -> int:
    if as_json:
        emit_json([_row(one) for one in outcomes])
    for one in outcomes if not as_json else ():
        moment = iso(one.stamp.gen_time) if one.stamp else "-"
        click.echo(printable(f"{one.size}  {one.authority}  {one.state}  {moment}"))
    _warn_problems([one.problem for one in outcomes])
    pending = [one.authority for one in outcomes if one.state == PENDING]
    if pending:
        warn(_("The seal waits for: {names}.").format(names=", ".join(pending)))
    done = all(one.state == STAMPED for one in outcomes)
    refused = any(isinstance(one.problem, StampRefused) for one in outcomes)
    return ExitCode.VERIFICATION_FAILED if refused else ExitCode.DONE if done else ExitCode.FINDINGS


def _row(one: StampOutcome) -> dict[str, Any]:
    return {
        "checkpoint": one.size,
        "authority": one.authority,
        "state": one.state,
        "gen_time": iso(one.stamp.gen_time) if one.stamp else None,
        "problem": _problem(one.problem),
    }


def _problem(error: VestigoError | None) -> dict[str, str] | None:
    return None if error is None else {"code": error.code, "where": error.where}


def _warn_problems(problems: list[VestigoError | None]) -> None:
    for problem in problems:
        if problem is not None:
            warn(printable(str(problem)))
