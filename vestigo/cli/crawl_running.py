# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``crawl run``, ``resume`` and ``attend`` have in common: crawl, then say what came of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import Cookie
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from crawler.coverage import coverage_of
from crawler.job import Attendant, Coverage, CrawlJob, CrawlReport
from crawler.market import MarketProfile, load_profile
from crawler.netscape import parse_netscape
from crawler.permission import host_and_port
from crawler.run import check_authority, usable_start
from crawler.tor.reasons import cause_in_words
from vestigo.cli.crawl_coverage import estimate_lines
from vestigo.cli.crawl_interrupted import told_where_interrupted
from vestigo.cli.crawl_mirrors import doubt_words
from vestigo.cli.output import emit_json, printable, progress, warn
from vestigo.cli.standard_input import standard_input
from vestigo.errors import AuthorityError, ExitCode, UsageError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.coverage import pass_document, this_pass
from vestigo.pipeline.crawl_exhibits import FailureExhibit, failure_exhibits, matches_nothing
from vestigo.pipeline.crawl_look import look_at_crawls
from vestigo.pipeline.crawl_next import NextAction
from vestigo.pipeline.crawl_words import action_words
from vestigo.pipeline.crawling import (
    check_attendant,
    crawl_into_case,
    crawl_job,
    crawl_status,
)
from vestigo.pipeline.mirror_doubts import address_doubt
from vestigo.pipeline.mirrors import refuse_copy
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.store.atomic import write_atomically

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlWords:
    """What a person asked for; ``before`` is done once the session is open (an intervention)."""

    path: Path
    profile: str
    start: str
    seeds: Path | None = None
    account: str = ""
    password: str | None = None
    pass_no: int = 1
    person: str = ""
    cookies: Path | None = None
    fresh_identity: bool = False
    retry_failed: bool = False
    dry_run: bool = False
    as_json: bool = False
    before: Callable[[CaseSession], None] = lambda _session: None


def run_crawl(words: CrawlWords) -> int:
    """Crawl; exit 4 when pages failed, it paused or the market changed, 7 when nothing answered.

    130 interrupted, 3 where the archive turned out to be damaged.
    """
    market = load_profile(words.profile)
    usable_start(words.start)
    first = tuple(_lines(words.seeds, words.start)) if words.seeds else ()
    with (
        told_where_interrupted() as progressed,
        open_session(words.path, write=not words.dry_run) as session,
        progress() as display,
    ):
        job = crawl_job(
            session, market, words.start, seeds=first, account=words.account,
            password=words.password, pass_no=words.pass_no,
            attendant=_attendant(session, words.person, display),
            cookies=_cookies(session, words, market), fresh_identity=words.fresh_identity,
            retry_failed=words.retry_failed, on_progress=_showing(display),
        )  # fmt: skip
        refuse_copy(session, market.market, words.start)
        doubt = address_doubt(session, market.market, words.start)
        if doubt:
            warn(doubt_words(doubt))
        if words.dry_run:
            check_authority(job)
            check_attendant(session, job)
            return _show_plan(session, words.start, words.account, words.as_json)
        words.before(session)
        if job.seal_key is None:
            _warn_of_no_keys(words.path)
        check_authority(job)
        check_attendant(session, job)
        progressed.begun = True
        try:
            report = crawl_into_case(session, job)
        except AuthorityError:
            if not words.as_json:  # pages of before the end are told of, beside the error
                _show_coverage(coverage_of(job.frontier_path))
            raise
        seen = pass_document(this_pass(session.folder, market.market, words.pass_no))
        exhibits = failure_exhibits(session, job.frontier_path)
        action = _next(session, words.path, job) if report.paused or report.n_failed else None
    _show_report(report, seen, exhibits, action, words.as_json)
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if report.n_failed and not report.coverage.fetched and not report.n_captures:
        return ExitCode.UNREACHABLE
    if report.damaged:
        return ExitCode.VERIFICATION_FAILED
    findings = report.n_failed or report.paused or report.changed
    return ExitCode.FINDINGS if findings else ExitCode.DONE


def _warn_of_no_keys(path: Path) -> None:
    """Say before anything is sent what a case without keys cannot keep."""
    warn(
        _(
            "The case has no keys: the exact bytes of cookies and log-ins are dropped, not sealed."
            " “vestigo case keys {case} create” makes keys; what was dropped does not come back."
        ).format(case=path)
    )


def _next(session: CaseSession, path: Path, job: CrawlJob) -> NextAction | None:
    """Return what a person has to do about the crawl that just ended, as ``status`` says it."""
    looks = look_at_crawls(session, path).markets
    return next((one.next for one in looks if one.name == job.frontier_path.stem), None)


def _cookies(session: CaseSession, words: CrawlWords, market: MarketProfile) -> tuple[Cookie, ...]:
    """Return the cookies of a browser's file; lines that give none are told by their number."""
    if words.cookies is None:
        return ()
    start, _port = host_and_port(words.start)
    named = (host_and_port(f"http://{host}/")[0] for host in market.hosts)
    found = parse_netscape(words.cookies.read_bytes(), {start, *named}, session.clock())
    for line in found.bad:
        told = _("Line {number} of the file of cookies was left out: {cause}.")
        warn(told.format(number=line.number, cause=line.cause))
    return found.cookies


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


def given_password(account: str, from_stdin: bool, person: str) -> str | None:
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
    """Return the addresses of a file, one a line, as seen from the start."""
    from urllib.parse import urljoin

    found: list[str] = []
    lines = 0
    try:
        for line in path.read_text("utf-8-sig").splitlines():
            lines += 1
            if line.strip():
                found.append(urljoin(start, line.strip()))
    except (OSError, ValueError) as error:  # no UTF-8, or an address that is none
        raise UsageError(
            "E-CRA-020",
            _("The file of addresses cannot be read."),
            where=f"{path}:{lines}" if lines else str(path),
            remedy=_("Give a text file (UTF-8) with one address a line."),
        ) from error
    return found


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


def _show_report(
    report: CrawlReport,
    seen: dict[str, Any],
    exhibits: list[FailureExhibit],
    action: NextAction | None,
    as_json: bool,
) -> None:
    if as_json:
        shown = [dataclasses.asdict(one) for one in exhibits]
        nothing = matches_nothing(report.coverage)
        told = {"coverage": seen, "exhibits": shown, "profile_matches_nothing": nothing,
                "next": dataclasses.asdict(action) if action else None}  # fmt: skip
        emit_json(_document(report) | told)
    else:
        _show_coverage(report.coverage)
        for line in estimate_lines(seen):
            click.echo(line)
        click.echo(_log_ins(report))
        for kind, n in report.coverage.page_kinds.items():
            click.echo(f"  {kind}: {n}")
        _show_exhibits(exhibits)
    _warn_of_findings(report)
    if report.interrupted:
        warn(_("Interrupted. Run the same command again to go on."))
    elif action is not None:
        warn(printable(_("To do: {what}").format(what=action_words(action))))
        if action.command:
            warn(f"  $ {printable(action.command)}")


def _warn_of_findings(report: CrawlReport) -> None:
    """Say on standard error what a person has to know of this run."""
    if matches_nothing(report.coverage):
        warn(_("No page is of a kind that the profile knows: is it the profile of this market?"))
    if report.n_restored:
        message = ngettext(
            "The frontier was lost. It was made again: {n} page was taken from the archive.",
            "The frontier was lost. It was made again: {n} pages were taken from the archive.",
            report.n_restored,
        )
        warn(message.format(n=report.n_restored))
    for one in report.changed:
        warn(printable(_("The market may have changed: {what}.").format(what=one)))
    if report.damaged:
        _tell_damage(report.damaged)
    if report.paused:
        warn(f"{report.paused}: {printable(report.paused_why)}")


def _log_ins(report: CrawlReport) -> str:
    """Return how many log-ins let the avatar in, and how many did not."""
    told = _("Log-ins: {n}").format(n=report.n_log_ins)
    missed = report.n_log_in_tries - report.n_log_ins
    return f"{told} ({_('refused or broken off: {n}').format(n=missed)})" if missed else told


def _tell_damage(places: tuple[str, ...]) -> None:
    for place in places:
        warn(f"  ! {place}")
    message = ngettext(
        "The archive is damaged at {n} place: the pages there were asked for again. Compare it "
        "with “vestigo evidence verify”.",
        "The archive is damaged at {n} places: the pages there were asked for again. Compare it "
        "with “vestigo evidence verify”.",
        len(places),
    )
    warn(message.format(n=len(places)))


def _show_exhibits(exhibits: list[FailureExhibit]) -> None:
    for one in exhibits:
        where = f"{one.capture_id} {one.warc}@{one.offset}" if one.capture_id else "-"
        click.echo(printable(f"  {one.cause}: {one.n} {one.uri} {where}"))


def _document(report: CrawlReport) -> dict[str, Any]:
    coverage = dataclasses.asdict(report.coverage)
    return {
        **coverage,
        "captures": report.n_captures,
        "log_ins": report.n_log_ins,
        "log_in_tries": report.n_log_in_tries,
        "reconciled": report.n_reconciled,
        "restored": report.n_restored,
        "damaged": list(report.damaged),
        "changed": list(report.changed),
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
