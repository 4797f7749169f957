# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl resume``: go on with a crawl as it was begun, without typing it all again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from vestigo.cli.crawl_running import CrawlWords, given_password, run_crawl
from vestigo.i18n import _
from vestigo.pipeline.crawl_choice import chosen_crawl


def cookies_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--cookies FILE`` to a command."""
    return click.option(
        "--cookies",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help=_("A browser's file of cookies (Netscape form); it is read once and kept nowhere."),
    )(function)


def fresh_identity_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--fresh-identity`` to a command."""
    return click.option(
        "--fresh-identity",
        is_flag=True,
        help=_("Come over Tor circuits that this account never used before."),
    )(function)


def retry_failed_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--retry-failed`` to a command."""
    return click.option(
        "--retry-failed",
        is_flag=True,
        help=_("Ask again for every page that failed, not only for those never reached."),
    )(function)


@click.command(
    "resume", help=_("Go on with a crawl in the case at PATH, with the options it was begun with.")
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("market", default="")
@click.option("--account", default="", help=_("Another account than the one it was begun with."))
@cookies_option
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
@click.option(
    "--attend", "person", default="", metavar="NAME",
    help=_("The person at this terminal who reads captchas, as the authorization names them."),
)  # fmt: skip
@fresh_identity_option
@retry_failed_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def resume(  # noqa: PLR0917  # click hands over each option
    path: Path,
    market: str,
    account: str,
    cookies: Path | None,
    password_stdin: bool,
    person: str,
    fresh_identity: bool,
    retry_failed: bool,
    as_json: bool,
) -> int:
    """Crawl with the stored profile, start, account and pass; the password is never stored."""
    state = chosen_crawl(path, market)
    account = account or state.account
    return run_crawl(
        CrawlWords(
            path=path, profile=state.profile, start=state.start, account=account,
            password=given_password(account, password_stdin, person), pass_no=state.pass_no,
            person=person, cookies=cookies, fresh_identity=fresh_identity,
            retry_failed=retry_failed, as_json=as_json,
        )
    )  # fmt: skip
