# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl``: crawl a market under an authorization, see how far it is."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.crawl_attend import attend as attend_command
from vestigo.cli.crawl_coverage import coverage as coverage_command
from vestigo.cli.crawl_due import due as due_command
from vestigo.cli.crawl_history import history as history_command
from vestigo.cli.crawl_identity import identity as identity_command
from vestigo.cli.crawl_images import images as images_command
from vestigo.cli.crawl_mirrors import mirrors as mirrors_command
from vestigo.cli.crawl_picture import picture as picture_command
from vestigo.cli.crawl_resume import cookies_option, fresh_identity_option, retry_failed_option
from vestigo.cli.crawl_resume import resume as resume_command
from vestigo.cli.crawl_running import CrawlWords, given_password, run_crawl
from vestigo.cli.crawl_status import status as status_command
from vestigo.cli.crawl_tor import tor as tor_command
from vestigo.i18n import _


@click.group(help=_("Crawl a market under an authorization."))
def crawl() -> None:
    """Group of the crawl commands."""


crawl.add_command(attend_command)
crawl.add_command(coverage_command)
crawl.add_command(due_command)
crawl.add_command(history_command)
crawl.add_command(identity_command)
crawl.add_command(mirrors_command)
crawl.add_command(images_command)
crawl.add_command(picture_command)
crawl.add_command(resume_command)
crawl.add_command(status_command)
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
@cookies_option
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
@click.option(
    "--pass", "pass_no", type=click.IntRange(1), default=1, show_default=True,
    help=_("Which visit of the market this is; each begins anew and asks for known listings too."),
)  # fmt: skip
@click.option(
    "--attend", "person", default="", metavar="NAME",
    help=_("The person at this terminal who reads captchas, as the authorization names them."),
)  # fmt: skip
@fresh_identity_option
@retry_failed_option
@click.option("--dry-run", is_flag=True, help=_("Say what would be done; send nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def run(  # noqa: PLR0917  # click hands over each option
    path: Path,
    profile: str,
    start: str,
    seeds: Path | None,
    account: str,
    cookies: Path | None,
    password_stdin: bool,
    pass_no: int,
    person: str,
    fresh_identity: bool,
    retry_failed: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Crawl; exit 4 when pages failed or it paused, 7 when nothing answered, 130 interrupted."""
    return run_crawl(
        CrawlWords(
            path=path, profile=profile, start=start, seeds=seeds, account=account,
            password=given_password(account, password_stdin, person), pass_no=pass_no,
            person=person, cookies=cookies, fresh_identity=fresh_identity,
            retry_failed=retry_failed, dry_run=dry_run, as_json=as_json,
        )
    )  # fmt: skip
