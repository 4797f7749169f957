# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl coverage``: known, fetched, failed, and an estimate of what was never seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable, problem_row, report_error
from vestigo.errors import ExitCode
from vestigo.i18n import _, ngettext
from vestigo.pipeline.coverage import PassCoverage, PassesLook, look_at_passes, pass_document
from vestigo.pipeline.coverage_words import abstention_words, way_words
from vestigo.pipeline.observation_file import estimate_document, read_observations
from vestigo.pipeline.session import open_session
from vestigo.store.full_disk import looking_at

BAR = 30


@click.command(
    "coverage",
    help=_("Show how much of each market in the case at PATH was seen, and estimate the rest."),
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--market", default="", help=_("Only this market."))
@click.option("--all-passes", is_flag=True, help=_("Every pass, not only the last of each market."))
@click.option(
    "--observations",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("Instead of a case: a file of observations, one JSON object a line."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def coverage(
    path: Path | None, market: str, all_passes: bool, observations: Path | None, as_json: bool
) -> int:
    """Show counts and estimates; nothing is sent.  Exit 4 where a frontier is lost."""
    if (path is None) == (observations is None):
        raise click.UsageError(_("Name a case, or a file with --observations."))
    if observations is not None:
        _from_file(observations, as_json)
        return ExitCode.DONE
    assert path is not None
    with looking_at(path), open_session(path, write=False) as session:
        session.custody.append("access", reason="crawl coverage")
        look = look_at_passes(session.folder, market)
    _show(look, look.passes if all_passes else last_passes(look.passes), as_json)
    return ExitCode.FINDINGS if look.lost else ExitCode.DONE


def _show(look: PassesLook, shown: list[PassCoverage], as_json: bool) -> None:
    """Print passes, and the error of each whose frontier is lost."""
    if as_json:
        lost = {name: problem_row(error) for name, error in sorted(look.lost.items())}
        emit_json({"passes": [pass_document(one) for one in shown], "lost": lost})
        return
    if not shown and not look.lost:
        click.echo(_("Nothing was crawled in this case yet."))
    for one in shown:
        show_pass(one)
    for error in look.lost.values():
        report_error(error)


def last_passes(passes: list[PassCoverage]) -> list[PassCoverage]:
    """Return the last pass of each market."""
    return list({one.market: one for one in passes}.values())


def show_pass(one: PassCoverage) -> None:
    """Print the counts of a pass with small bars, then its estimate."""
    click.echo(_("{market}, pass {n}").format(market=printable(one.market), n=one.pass_no))
    pages = one.pages
    _bar(_("pages known"), pages.known, pages.known)
    _bar(_("  fetched"), pages.fetched, pages.known)
    for cause, n in pages.failed.items():
        _bar(_("  failed ({cause})").format(cause=printable(cause)), n, pages.known)
    for cause, n in pages.refused.items():
        _bar(_("  refused ({cause})").format(cause=printable(cause)), n, pages.known)
    _bar(_("  not attempted"), pages.waiting, pages.known)
    counted = one.listings
    _bar(_("listings known"), counted.known, counted.known)
    _bar(_("  on sale"), counted.on_sale, counted.known)
    _bar(_("  gone"), counted.gone, counted.known)
    _bar(_("  page did not come"), counted.unresolved, counted.known)
    for line in estimate_lines(pass_document(one)):
        click.echo(line)


def estimate_lines(document: dict[str, Any]) -> list[str]:
    """Return what is estimated, by which method, or why nothing is (``pass_document``'s form)."""
    found, code = document["estimate"], document["abstained"]
    if found is None:
        words = _("no estimate ({code}): {reason}")
        return [words.format(code=code, reason=abstention_words(code))]
    on_sale = ngettext(
        "estimate: {n} listing on sale at this pass (95 % interval {low} to {high})",
        "estimate: {n} listings on sale at this pass (95 % interval {low} to {high})",
        found["on_sale"],
    ).format(n=found["on_sale"], low=found["low"], high=found["high"])
    unseen = ngettext(
        "  of them never seen: {n} (95 % interval {low} to {high})",
        "  of them never seen: {n} (95 % interval {low} to {high})",
        found["never_seen"],
    ).format(n=found["never_seen"], low=found["never_seen_low"], high=found["never_seen_high"])
    ways = document["listings"]["ways"]
    named = ", ".join(f"{printable(way_words(way))} {n}" for way, n in ways.items())
    method = _("  method {method}; found by: {ways}").format(method=document["method"], ways=named)
    return [on_sale, unseen, method]


def estimate_brief(document: dict[str, Any]) -> str:
    """Return the estimate, or why there is none, in one short line."""
    found = document["estimate"]
    if found is None:
        return _("no estimate ({code})").format(code=document["abstained"])
    brief = _("estimate: {on_sale} on sale ({low} to {high}), {never_seen} never seen")
    return brief.format(**found)


def _bar(label: str, n: int, of: int) -> None:
    full = round(BAR * n / of) if of else 0
    click.echo(f"{label:<34} {n:>7}  {'█' * full}".rstrip())


def _from_file(path: Path, as_json: bool) -> None:
    document = estimate_document(read_observations(path))
    if as_json:
        emit_json(document)
        return
    for line in estimate_lines(document):
        click.echo(line)
