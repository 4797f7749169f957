# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence time`` and ``not-before``: the time bracket of a case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable, warn
from vestigo.clock import iso
from vestigo.errors import ExitCode, InputError
from vestigo.evidence.stamping.bracket import TimeBracket
from vestigo.evidence.stamping.not_before import (
    LIMITS,
    REASON,
    BlockAnchor,
    read_header,
)
from vestigo.evidence.stamping.refusal import BLOCK
from vestigo.evidence.stamping.revocation import GOOD, NO_SOURCE, NOT_KNOWN
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.stamping import case_bracket, newest_block

LONGEST_FILE = 4096
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
RECENT = DAY


@click.command("time", help=_("Show between which two moments the evidence of CASE came about."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--checkpoint", type=click.IntRange(min=1), help=_("Of this checkpoint."))
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Folder of trust anchors, got from elsewhere."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def show_time(case: Path, checkpoint: int | None, anchors: Path | None, as_json: bool) -> int:
    """Verify every stamp and print the bracket; exit code 4 while something is pending."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="evidence time")
        bracket = case_bracket(session, checkpoint, anchors)
    if as_json:
        emit_json(bracket.body())
    else:
        for line in bracket_lines(bracket):
            click.echo(printable(line))
    return ExitCode.FINDINGS if bracket.pending else ExitCode.DONE


@click.command(
    "not-before",
    help=_("Write a recent block into the custody log of CASE: what follows came later."),
)
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--header", metavar="HEX", help=_("The header of the block, 160 hex digits."))
@click.option(
    "--header-file", type=click.Path(path_type=Path), help=_("A file that holds the header.")
)
@click.option(
    "--network", type=click.Choice(list(LIMITS)), default="mainnet", help=_("The chain it is of.")
)
@click.option("--source", default="", help=_("Where it was got from; it goes into the log."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def not_before(
    case: Path,
    header: str | None,
    header_file: Path | None,
    network: str,
    source: str,
    as_json: bool,
) -> None:
    """Log the block; without a header the newest one that the case knows."""
    with open_session(case) as session:
        anchor = _chosen(session, header, header_file, network, source)
        before = max((event.at for event in session.custody.events()), default=None)
        event = session.custody.append("recognition", reason=REASON, details=anchor.details())
    age = event.at - anchor.mined_at
    if as_json:
        emit_json(anchor.details() | {"age_seconds": age // SECOND})
    else:
        click.echo(
            _("Block {hash}, {age}: what follows came after {moment}.").format(
                hash=anchor.block_hash, age=_age(age), moment=iso(anchor.not_before)
            )
        )
    if before is not None and before - anchor.mined_at > RECENT:
        warn(_("The block is more than a day older than the event before it in the log: it tells "
               "little. Give the header of a recent one."))  # fmt: skip


def _age(age: timedelta) -> str:
    """Say how old a block is by the own clock, in days or, below two of them, in hours."""
    if age < timedelta():
        return _("ahead of the own clock")
    days, hours = age // DAY, age // HOUR
    if days > 1:
        return ngettext("{n} day old", "{n} days old", days).format(n=days)
    return ngettext("{n} hour old", "{n} hours old", hours).format(n=hours)


def _chosen(
    session: CaseSession, header: str | None, file: Path | None, network: str, source: str
) -> BlockAnchor:
    if file is not None:
        header, source = _content(file), source or file.name
    if header is not None:
        return read_header(header, network, source or "given")
    anchor = newest_block(session)
    if anchor is None:
        raise InputError(
            BLOCK,
            _("The case knows no block."),
            where=str(session.folder.chain),
            remedy=_("Give a header with --header or --header-file."),
        )
    return anchor


def _content(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return handle.read(LONGEST_FILE).decode("ascii", "replace")
    except OSError as error:
        raise InputError(
            BLOCK,
            _("The file cannot be read: {reason}").format(reason=error.strerror),
            where=str(path),
            remedy=_("Check the path."),
        ) from error


def bracket_lines(bracket: TimeBracket) -> list[str]:
    """Return the bracket in words: for ``evidence time`` and ``evidence verify``."""
    first, last = bracket.first, bracket.not_after
    begin = (
        _("Time: not before {moment} (block {hash}, event {n})").format(
            moment=iso(first.anchor.not_before), hash=first.anchor.block_hash, n=first.event_id
        )
        if first
        else _("Time: not before: own clock only")
    )
    end = (
        _("Time: not after {moment} (checkpoint {n})").format(moment=iso(last), n=bracket.size)
        if last
        else _("Time: not after: own clock only")
    )
    lines = [begin, end]
    for kept in bracket.stamps:
        assert kept.stamp is not None
        known = _revocation_words(kept.stamp.revocation_state)
        lines.append(f"  {kept.place.authority}: {iso(kept.stamp.gen_time)}; {known}")
    lines += [_clock_line(row) for row in bracket.clocks[-2:]] or [_("Clock: offset not known")]
    if bracket.pending:
        n = len(bracket.pending)
        lines.append(ngettext("{n} stamp is pending.", "{n} stamps are pending.", n).format(n=n))
    return lines


def _revocation_words(state: str) -> str:
    """Say what the lists and answers beside a stamp tell; where there are none, nothing."""
    return {
        GOOD: _("not revoked then, by the lists kept with the stamp"),
        NOT_KNOWN: _("revocation: not known (no list for that time is kept)"),
        NO_SOURCE: _("revocation: not known (the certificate names no list)"),
    }[state]


def _clock_line(row: dict[str, str]) -> str:
    if "consensus_valid_after" in row:
        return _("Clock: {own} when the Tor consensus was valid after {valid}").format(
            own=row["own_clock_after"], valid=row["consensus_valid_after"]
        )
    return _("Clock: ahead by {least} to {most} seconds ({source})").format(
        least=row["own_clock_ahead_at_least_seconds"],
        most=row["own_clock_ahead_at_most_seconds"],
        source=row["source"],
    )
