# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl``: crawl a market under an authorization, see how far it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from crawler.job import Attendant, Coverage, CrawlReport
from crawler.market import load_profile
from crawler.run import check_authority
from crawler.tor.reasons import cause_in_words
from vestigo.cli.crawl_coverage import coverage as coverage_command
from vestigo.cli.crawl_coverage import estimate_lines
from vestigo.cli.crawl_mirrors import mirrors as mirrors_command
from vestigo.cli.crawl_picture import picture as picture_command
from vestigo.cli.crawl_tor import tor as tor_command
from vestigo.cli.output import emit_json, printable, progress, warn
from vestigo.cli.standard_input import standard_input
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.coverage import pass_document, this_pass
from vestigo.pipeline.crawling import (
    check_attendant,
    crawl_into_case,
    crawl_job,
    crawl_status,
)
from vestigo.pipeline.mirrors import refuse_copy
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.store.atomic import write_atomically

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@click.group(help=_("Crawl a market under an authorization."))
def crawl() -> None:
    """Group of the crawl commands."""


crawl.add_command(coverage_command)
crawl.add_command(mirrors_command)
crawl.add_command(picture_command)
crawl.add_command(tor_command)


@crawl.command(
    "run",
    help=_(
        "Crawl the market at URL into the case at PATH. Run again, it goes on where it stopped."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--profile", required=True, help=_("Name or path of the market profile."))
@click.option("--start", required=True, metavar="URL", help=_("The address to begin with."))
@click.option(
    "--seeds",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("A file of further addresses or paths to begin with, one a line."),
)
@click.option("--account", default="", help=_("The avatar's account on the market."))
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
@click.option(
    "--pass", "pass_no", type=click.IntRange(1), default=1, show_default=True,
    help=_("Which visit of the market this is; each begins anew and asks for known listings too."),
)  # fmt: skip
@click.option(
    "--attend", "person", default="", metavar="NAME",
    help=_("The person at this terminal who reads captchas, as the authorization names them."),
)  # fmt: skip
@click.option(
    "--fresh-identity", is_flag=True,
    help=_("Come over Tor circuits that this account never used before."),
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help=_("Say what would be done; send nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def run(  # noqa: PLR0917  # click hands over each option
    path: Path,
    profile: str,
    start: str,
    seeds: Path | None,
    account: str,
    password_stdin: bool,
    pass_no: int,
    person: str,
    fresh_identity: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Crawl; exit 4 when pages failed or it paused, 7 when nothing answered, 130 interrupted."""
    market = load_profile(profile)
    password = _password(account, password_stdin, person)
    first = tuple(_lines(seeds, start)) if seeds else ()
    with open_session(path, write=not dry_run) as session, progress() as display:
        job = crawl_job(
            session, market, start, seeds=first, account=account, password=password,
            pass_no=pass_no, attendant=_attendant(session, person, display),
            fresh_identity=fresh_identity, on_progress=_showing(display),
        )  # fmt: skip
        refuse_copy(session, market.market, start)
        if dry_run:
            check_authority(job)
            check_attendant(session, job)
            return _show_plan(session, start, account, as_json)
        report = crawl_into_case(session, job)
        seen = pass_document(this_pass(session.folder, market.market, pass_no))
    _show_report(report, seen, as_json)
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if report.n_failed and not report.coverage.fetched and not report.n_captures:
        return ExitCode.UNREACHABLE
    return ExitCode.FINDINGS if report.n_failed or report.paused else ExitCode.DONE


@crawl.command("status", help=_("Show how much of each market in the case at PATH is known."))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def status(path: Path, as_json: bool) -> None:
    """Show known, fetched, waiting, failed and refused pages of each market."""
    with open_session(path, write=False) as session:
        session.settings("crawl")  # a wrong key is said here as it is by “run”
        session.custody.append("access", reason="crawl status")
        markets = crawl_status(session)
    if as_json:
        emit_json({name: dataclasses.asdict(coverage) for name, coverage in markets.items()})
        return
    if not markets:
        click.echo(_("Nothing was crawled in this case yet."))
    for name, coverage in markets.items():
        click.echo(printable(name))
        _show_coverage(coverage)


def _attendant(session: CaseSession, person: str, display: Progress) -> Attendant | None:
    """Return who reads captchas: the picture goes to a file of the case, the answer is a line."""
    if not person:
        return None
    scratch = session.folder.path / "scratch"

    def ask(content: bytes, media_type: str) -> str:
        display.stop()
        scratch.mkdir(mode=0o700, exist_ok=True)
        suffix = media_type.removeprefix("image/") if media_type in PICTURES else "bin"
        path = scratch / f"captcha.{suffix}"
        write_atomically(path, content)
        try:
            warn(_("A captcha: look at {path} and type what it shows.").format(path=path))
            return standard_input().readline()
        finally:
            path.unlink(missing_ok=True)
            display.start()

    return Attendant(person, ask)


def _password(account: str, from_stdin: bool, person: str) -> str | None:
    """Return the password: all of standard input, or its first line where answers follow."""
    if not from_stdin:
        return None
    if not account:
        raise UsageError(
            "E-CRA-004",
            _("A password needs an account."),
            remedy=_("Give “--account NAME” too."),
        )
    given = standard_input()
    return (given.readline() if person else given.read()).rstrip("\r\n")


def _lines(path: Path, start: str) -> list[str]:
    from urllib.parse import urljoin

    lines = path.read_text("utf-8").splitlines()
    return [urljoin(start, line.strip()) for line in lines if line.strip()]


def _showing(display: Progress) -> Callable[[int, int], None]:
    task = display.add_task(_("Crawling"), total=None)

    def show(settled: int, known: int) -> None:
        display.update(task, completed=settled, total=known)

    return show


def _show_plan(session: CaseSession, start: str, account: str, as_json: bool) -> int:
    coverage = crawl_status(session)
    if as_json:
        known = {name: dataclasses.asdict(item) for name, item in coverage.items()}
        emit_json({"start": start, "account": account, "authorised": True, "known": known})
    else:
        click.echo(_("An authorization covers this crawl. Nothing was sent."))
        for item in coverage.values():
            _show_coverage(item)
    return ExitCode.DONE


def _show_report(report: CrawlReport, seen: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit_json(_document(report) | {"coverage": seen})
    else:
        _show_coverage(report.coverage)
        for line in estimate_lines(seen):
            click.echo(line)
        click.echo(_("Log-ins: {n}").format(n=report.n_log_ins))
        for kind, n in report.coverage.page_kinds.items():
            click.echo(f"  {kind}: {n}")
    if report.paused:
        warn(f"{report.paused}: {printable(report.paused_why)}")
    if report.interrupted:
        warn(_("Interrupted. Run the same command again to go on."))


def _document(report: CrawlReport) -> dict[str, Any]:
    coverage = dataclasses.asdict(report.coverage)
    return {
        **coverage,
        "captures": report.n_captures,
        "log_ins": report.n_log_ins,
        "reconciled": report.n_reconciled,
        "interrupted": report.interrupted,
        "paused": report.paused,
        "paused_code": report.paused,
        "paused_why": report.paused_why,
    }


def _show_coverage(coverage: Coverage) -> None:
    message = ngettext("{n} page is known", "{n} pages are known", coverage.known)
    click.echo(message.format(n=coverage.known))
    click.echo(_("  fetched: {n}").format(n=coverage.fetched))
    click.echo(_("  waiting: {n}").format(n=coverage.waiting))
    for cause, n in coverage.failed.items():
        click.echo(_("  failed ({cause}): {n}").format(cause=printable(cause), n=n))
        if words := cause_in_words(cause):
            click.echo(f"    {words}")
    for cause, n in coverage.refused.items():
        click.echo(_("  refused ({cause}): {n}").format(cause=printable(cause), n=n))
