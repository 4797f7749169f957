# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl picture``: pictures of pages, from the archive or live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.output import emit_json, printable, problem_row, progress, report_error, warn
from vestigo.errors import ExitCode
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session
from vestigo.records import PAGE_KINDS

if TYPE_CHECKING:
    from vestigo.pipeline.live_picture import LivePicture
    from vestigo.pipeline.picturing import PageToDraw, PictureReport
    from vestigo.records import Screenshot

DEFAULT_KINDS = ("listing", "vendor")


@click.command(
    "picture",
    help=_(
        "Draw pages of the case at PATH as pictures. The browser gets archived bytes only and no"
        " network; WANTED are exhibit numbers, capture ids or addresses (none: listings, vendors)."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("wanted", nargs=-1)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(PAGE_KINDS),
    help=_("Draw pages of this kind where none is named; may be given again."),
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), help=_("Draw at most so many pages."))
@click.option(
    "--scripts", is_flag=True,
    help=_("Let scripts of the page run, where the authorization has the act run_scripts."),
)  # fmt: skip
@click.option(
    "--live", metavar="URL", default="",
    help=_("Draw this page as the market shows it now, through the gate and Tor."),
)  # fmt: skip
@click.option("--profile", default="", help=_("Name or path of the market profile (for --live)."))
@click.option("--account", default="", help=_("The avatar's account on the market (for --live)."))
@click.option(
    "--cookies", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("A browser's file of the account's cookies (for --live)."),
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help=_("Say which pages would be drawn; draw none."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def picture(  # noqa: PLR0917  # click hands over each option
    path: Path,
    wanted: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int | None,
    scripts: bool,
    live: str,
    profile: str,
    account: str,
    cookies: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Draw the pages; exit 4 where one could not be drawn."""
    from vestigo.pipeline.picturing import draw_pages, pages_to_draw, without_picture

    if live:
        if not profile or wanted or (cookies and not account):
            raise click.UsageError(
                _("--live needs --profile and no exhibit beside it; --cookies needs --account.")
            )
        asked = _wanted(live, profile, account, cookies, scripts=scripts)
        return _live(path, asked, dry_run, as_json)
    with open_session(path, write=not dry_run) as session, progress() as display:
        session.custody.append("access", reason="crawl picture")
        pages = pages_to_draw(session, wanted, kinds or DEFAULT_KINDS, scripts=scripts)
        if not pages:
            warn(_("No such page was read yet: “vestigo case read” finds listings and vendors."))
        if dry_run or limit is not None:
            pages = without_picture(session, pages)[:limit]
        if dry_run:
            return _show_plan(pages, as_json)
        task = display.add_task(_("Drawing pages"), total=len(pages))
        report = draw_pages(session, pages, on_page=lambda: display.advance(task))
    _show(report, as_json)
    return ExitCode.FINDINGS if report.problems else ExitCode.DONE


def _wanted(
    live: str, profile: str, account: str, cookies: Path | None, *, scripts: bool
) -> LivePicture:
    from crawler.market import load_profile
    from vestigo.pipeline.live_picture import LivePicture

    return LivePicture(
        profile=load_profile(profile),
        uri=live,
        account=account,
        scripts=scripts,
        cookies=cookies.read_bytes() if cookies else b"",
    )


def _live(path: Path, wanted: LivePicture, dry_run: bool, as_json: bool) -> int:
    """Take one live picture; with ``dry_run`` only the gate is asked."""
    from vestigo.pipeline.live_picture import check_live, take_live
    from vestigo.pipeline.picturing import PictureReport

    with open_session(path, write=not dry_run) as session:
        session.custody.append("access", reason="crawl picture")
        if dry_run:
            granted = check_live(session, wanted)
            if as_json:
                emit_json({"uri": wanted.uri, "authorization": granted.record_id})
            else:
                click.echo(_("An authorization covers this picture. Nothing was sent."))
            return ExitCode.DONE
        report = PictureReport()
        report.made.append(take_live(session, wanted))
    _show(report, as_json)
    return ExitCode.DONE


def _show_plan(pages: Sequence[PageToDraw], as_json: bool) -> int:
    if as_json:
        emit_json([{"exhibit": page.exhibit, "uri": page.capture.uri} for page in pages])
    else:
        for page in pages:
            click.echo(printable(f"{page.exhibit}  {page.capture.uri}"))
    return ExitCode.DONE


def _show(report: PictureReport, as_json: bool) -> None:
    if as_json:
        emit_json({
            "made": [_row(one) for one in report.made],
            "known": [_row(one) for one in report.known],
            "problems": [problem_row(error) for error in report.problems],
            "refused_connections": report.n_refused,
        })  # fmt: skip
        return
    n = len(report.made)
    click.echo(ngettext("{n} picture was made.", "{n} pictures were made.", n).format(n=n))
    for one in report.made:
        click.echo(f"  {one.file_name}  {one.width} x {one.height}  {printable(one.uri)}")
        if one.missing:
            click.echo(_("    missing: {n}").format(n=len(one.missing)))
        if one.n_masked:
            click.echo(_("    names of third persons covered: {n}").format(n=one.n_masked))
    if report.known:
        click.echo(_("Made before: {n}").format(n=len(report.known)))
    if report.n_refused:
        click.echo(
            _("Connections of the browser that were refused: {n}").format(n=report.n_refused)
        )
    for error in report.problems:
        report_error(error)


def _row(one: Screenshot) -> dict[str, Any]:
    return {"record": one.record_id, **one.body()}
