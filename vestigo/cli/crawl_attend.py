# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl attend``: a person deals with what stands in the way, then the crawl goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from vestigo.cli.crawl_resume import cookies_option, fresh_identity_option, retry_failed_option
from vestigo.cli.crawl_running import CrawlWords, given_password, run_crawl
from vestigo.cli.standard_input import standard_input
from vestigo.clock import parse_iso
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.crawl_choice import chosen_crawl
from vestigo.pipeline.crawl_state import CrawlState
from vestigo.pipeline.interventions import Intervention, record_intervention
from vestigo.pipeline.session import CaseSession


@click.command(
    "attend",
    help=_(
        "Sit by a parked crawl of the case at PATH: read captchas, log in, or hand over the"
        " cookies of your own browser; then it goes on."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("market", default="")
@click.option("--person", required=True, metavar="NAME",
              help=_("Who attends, as the authorization names them."))  # fmt: skip
@click.option("--account", default="", help=_("Another account than the one it was begun with."))
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
@cookies_option
@click.option("--why", default="", help=_("With --cookies: why it was done by hand."))
@click.option(
    "--from", "began", default="", metavar="TIME",
    help=_("With --cookies: when it began (UTC); else since the crawl was parked."),
)  # fmt: skip
@click.option(
    "--until", "ended", default="", metavar="TIME",
    help=_("With --cookies: when it ended (UTC); else now."),
)  # fmt: skip
@fresh_identity_option
@retry_failed_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def attend(  # noqa: PLR0917  # click hands over each option
    path: Path,
    market: str,
    person: str,
    account: str,
    password_stdin: bool,
    cookies: Path | None,
    why: str,
    began: str,
    ended: str,
    fresh_identity: bool,
    retry_failed: bool,
    as_json: bool,
) -> int:
    """Ask for a password where one is needed; what a browser did is told as an intervention."""
    state = chosen_crawl(path, market)
    account = account or state.account

    def before(session: CaseSession) -> None:
        if cookies is not None:
            record_intervention(session, _done(session, state, account, person, why, began, ended))

    return run_crawl(
        CrawlWords(
            path=path, profile=state.profile, start=state.start, account=account,
            password=_password(account, password_stdin, person, cookies), pass_no=state.pass_no,
            person=person, cookies=cookies, fresh_identity=fresh_identity,
            retry_failed=retry_failed, as_json=as_json,
            before=before,
        )
    )  # fmt: skip


def _password(account: str, from_stdin: bool, person: str, cookies: Path | None) -> str | None:
    """Return the password: from standard input, or typed unseen at a terminal."""
    if from_stdin or not account or cookies is not None or not standard_input().isatty():
        return given_password(account, from_stdin, person)
    asked = _("Password of {account}").format(account=account)
    typed: str = click.prompt(asked, hide_input=True, err=True, default="", show_default=False)
    return typed or None


def _done(  # what a person said of one act
    session: CaseSession,
    state: CrawlState,
    account: str,
    person: str,
    why: str,
    began: str,
    ended: str,
) -> Intervention:
    now = session.clock()
    parked = state.parked.get(state.account)
    since = parse_iso(parked.since) if parked else now
    return Intervention(
        market=state.market, uri=state.start, account=account, person=person,
        why=why or (parked.cause if parked else ""),
        began_at=_moment(began) if began else since, ended_at=_moment(ended) if ended else now,
    )  # fmt: skip


def _moment(text: str) -> datetime:
    """Return a moment in UTC; ``UsageError`` E-CRA-054 for what is none."""
    try:
        return parse_iso(text)
    except ValueError as error:
        raise UsageError(
            "E-CRA-054",
            _("This is no moment in time."),
            where=text,
            remedy=_("Give “--from” and “--until” in UTC, as 2026-03-01T12:00:00Z."),
        ) from error
