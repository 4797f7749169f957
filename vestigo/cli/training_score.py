# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo training score``: an officer's case against the truth of the range."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session
from vestigo.store import RecordLedger
from vestigo.training.scoring import (
    MISSHAPEN,
    Area,
    Item,
    Proof,
    Score,
    Truth,
    misshapen,
    read_truth,
    score_case,
)
from vestigo.training.scoring.area import STATUSES
from vestigo.training.scoring.report import score_document
from vestigo.training.scoring.wording import area_names, cause, group_name, status_names

MAX_SEED = 2**31 - 1
SHOWN_EXHIBITS = 3


@click.command("score", help=_("Compare the practice case CASE with the truth of its range."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--truth", "file", type=click.Path(path_type=Path),
              help=_("The truth.json of the range that was crawled."))  # fmt: skip
@click.option("--seed", type=click.IntRange(0, MAX_SEED),
              help=_("The seed of the range, instead of --truth."))  # fmt: skip
@click.option("--behaviour", default="full", show_default=True,
              help=_("Name or path of the behaviour, with --seed."))  # fmt: skip
@click.option("--details", "details", multiple=True, metavar="AREA",
              help=_("Show every item of an area with its exhibits, or of “all”."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def score(
    case: Path,
    file: Path | None,
    seed: int | None,
    behaviour: str,
    details: tuple[str, ...],
    as_json: bool,
) -> int:
    """Print the comparison; exit 4 where something was missed or wrongly claimed."""
    wanted = _wanted(details)
    truth = _truth(file, seed, behaviour)
    with open_session(case, write=False) as session:
        result = _compared(session.ledger, truth, file)
        session.custody.append(
            "access", reason="training score", details={"seed": str(result.seed)}
        )
    if as_json:
        emit_json(score_document(result))
    else:
        _show(result, wanted)
    return ExitCode.DONE if result.passed() else ExitCode.FINDINGS


def _wanted(details: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(area_names())
    if "all" in details:
        return names
    unknown = [name for name in details if name not in names]
    if unknown:
        raise UsageError(
            "E-TRA-034",
            _("There is no area “{name}” in a score.").format(name=unknown[0]),
            where="--details",
            remedy=_("Choose out of: {names}.").format(names=", ".join((*names, "all"))),
        )
    return details


def _truth(file: Path | None, seed: int | None, behaviour: str) -> Truth:
    if (file is None) == (seed is None):
        raise UsageError(
            "E-TRA-035",
            _("A score needs the truth of the range: either its file or its seed."),
            remedy=_("Give “--truth FILE”, or “--seed N” and “--behaviour NAME”."),
        )
    if file is not None:
        return read_truth(file)
    from vestigo.training.scoring.telling import truth_of_seed

    assert seed is not None
    return truth_of_seed(seed, behaviour)


def _compared(ledger: RecordLedger, truth: Truth, file: Path | None) -> Score:
    """Return the score; a file that only looked like a truth is refused (E-TRA-031)."""
    try:
        return score_case(ledger, truth)
    except MISSHAPEN as error:
        if file is None:
            raise
        raise misshapen(str(file), error) from error


def _show(result: Score, details: tuple[str, ...]) -> None:
    click.echo(_("Against the truth of the range (seed {seed}):").format(seed=result.seed))
    _show_markets(result)
    names = area_names()
    width = max(len(name) for name in names.values())
    heads = [*status_names().values(), _("precision"), _("recall")]
    click.echo("  ".join([" " * (width + 2), *heads]))
    for key, name in names.items():
        area = result.areas[key]
        _show_row(f"  {name:<{width}}", area, heads)
        for group, part in area.groups().items():
            _show_row(f"    {group_name(group):<{width - 2}}", part, heads)
    _show_overstated(result)
    for key in details:
        _show_details(names[key], result.areas[key])


def _show_markets(result: Score) -> None:
    for market, passes in result.looked_at.items():
        numbers = ", ".join(str(number) for number in passes) or _("not looked at")
        click.echo(
            _("  {market}: passes {passes}").format(market=printable(market), passes=numbers)
        )


def _show_row(name: str, area: Area, heads: list[str]) -> None:
    shares = ["-" if share is None else f"{share:.2f}" for share in (area.precision, area.recall)]
    cells = [*(str(area.count(status)) for status in STATUSES), *shares]
    shown = (f"{cell:>{len(head)}}" for cell, head in zip(cells, heads, strict=True))
    click.echo("  ".join([name, *shown]))


def _show_overstated(result: Score) -> None:
    n = len(result.overstated)
    if not n:
        click.echo(_("No heuristic is shown as a fact."))
        return
    message = ngettext("{n} heuristic shown as a fact:", "{n} heuristics shown as facts:", n)
    click.echo(message.format(n=n))
    for item in result.overstated:
        _show_item(item)


def _show_details(name: str, area: Area) -> None:
    for status, title in status_names().items():
        items = area.of(status)
        if items:
            click.echo(f"\n{name}: {title} ({len(items)})")
        for item in items:
            _show_item(item)


def _show_item(item: Item) -> None:
    why = cause(item.why, item.detail)
    click.echo(f"  {printable(item.key)}" + (f": {printable(why)}" if why else ""))
    for proof in item.proofs:
        click.echo(f"      {printable(_proof_line(proof))}")


def _proof_line(proof: Proof) -> str:
    parts = [_("record {id}").format(id=proof.record_id[:12])]
    exhibit = _("exhibit {number} ({uri})")
    parts += [
        exhibit.format(number=f"{one.number:04d}", uri=one.uri)
        for one in proof.exhibits[:SHOWN_EXHIBITS]
    ]
    more = len(proof.exhibits) - SHOWN_EXHIBITS
    if more > 0:
        message = ngettext("{n} further exhibit", "{n} further exhibits", more)
        parts.append(message.format(n=more))
    if proof.txids:
        shown = ", ".join(txid[:12] for txid in proof.txids[:SHOWN_EXHIBITS])
        n = len(proof.txids)
        message = ngettext("{n} transaction ({ids})", "{n} transactions ({ids})", n)
        parts.append(message.format(n=n, ids=shown))
    return ", ".join(parts)
