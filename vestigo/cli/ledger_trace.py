# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger trace`` and ``cashouts``: where the money goes, and where it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from ledger.accounting import accounting_settings
from ledger.analysis import Analysis, analyse
from ledger.starts import EnteredOutputs
from vestigo.cli.ledger_options import CASE, JSON, NETWORK_OPTION
from vestigo.cli.output import emit_json, printable, problem_row, progress, report_error, warn
from vestigo.collecting import without_collector
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _, ngettext
from vestigo.identifiers.bitcoin import address_of_script, decode_address
from vestigo.pipeline.entered_starts import Entered
from vestigo.pipeline.session import CaseSession, open_session, os_account
from vestigo.records import (
    CashOutPoint,
    Cluster,
    Judgement,
    Retraction,
    Selector,
    Tag,
    Trace,
)
from vestigo.settings import Section, section_text
from vestigo.store import streamed


@click.command("trace", help=_("Follow the money from the addresses that vendors published."))
@CASE
@click.option("--address", "addresses", multiple=True, help=_("Begin here instead."))
@click.option(
    "--output", "outputs", multiple=True, metavar="TXID:VOUT", help=_("Begin with this output.")
)
@click.option("--reason", help=_("Why you begin where no vendor published it."))
@click.option(
    "--exhibit", help=_("Number or id of the exhibit that names a start which you enter.")
)
@click.option("--at-height", type=click.IntRange(0), help=_("Count only blocks up to this height."))
@NETWORK_OPTION
@JSON
def trace(
    case: Path, addresses: tuple[str, ...], outputs: tuple[str, ...], reason: str | None,
    exhibit: str | None, at_height: int | None, network: str | None, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Cluster, trace and state cash-out candidates; records that no longer hold are retracted."""
    outputs = tuple(name.strip().lower() for name in outputs)
    with without_collector(), open_session(case) as session:
        settings = accounting_settings(
            session.settings("ledger"), session.ledger.of_kind(Judgement)
        )
        name = network or str(settings["network"])
        addresses = tuple(_as_shown(address, name) for address in addresses)
        sources = _selectors(session)
        unpublished = [address for address in addresses if address not in sources]
        entered = Entered(reason, exhibit)
        sources |= entered.sources(session, unpublished, outputs)
        if unpublished and not entered.is_stated:
            warn(_("A start that no vendor published is followed without --reason and --exhibit: "
                   "its traces cite no source but the chain."))  # fmt: skip
        starts, problems = _valid(addresses or (() if outputs else sources), name)
        with progress() as display:
            task = display.add_task(_("following the money"), total=1)
            tags = list(session.ledger.of_kind(Tag))
            with streamed(session.ledger) as keep:
                analysis = analyse(
                    session.folder.chain,
                    name,
                    starts,
                    tags,
                    settings,
                    sources,
                    outputs=outputs,
                    at_height=at_height,
                    keep=keep,
                )
                for taken_back in _retractions(session, analysis, starts, outputs):
                    keep(taken_back)
            _log(session, analysis, starts, settings)
            display.update(task, completed=1)
    for problem in problems:
        report_error(problem)
    for refused in analysis.refused:
        warn(
            _("The collapse guard refused to join {a} and {b} through {txid}.").format(
                a=refused.address_a, b=refused.address_b, txid=refused.txid
            )
        )
    _print_analysis(analysis, starts, [problem_row(item) for item in problems], as_json)
    return ExitCode.FINDINGS if problems or analysis.refused else ExitCode.DONE


def _selectors(session: CaseSession) -> dict[str, tuple[str, ...]]:
    """Return the vendors' addresses with the ids of the selectors that name them."""
    found: dict[str, list[str]] = {}
    for selector in session.ledger.of_kind(Selector):
        if selector.selector_kind == "btc" and selector.party == "vendor":
            found.setdefault(selector.value, []).append(selector.record_id)
    return {address: tuple(sorted(ids)) for address, ids in sorted(found.items())}


def _as_shown(address: str, network: str) -> str:
    """Return an address as the chain's are written (bech32 may come in capitals)."""
    try:
        script = decode_address(address, network).script
    except InputError:
        return address  # told with the other problems
    return address_of_script(script, network) or address


def _valid(addresses: Iterable[str], network: str) -> tuple[list[str], list[InputError]]:
    valid: list[str] = []
    problems: list[InputError] = []
    for address in addresses:
        try:
            decode_address(address, network)
        except InputError as error:
            problems.append(error)
        else:
            valid.append(address)
    return valid, problems


def _retractions(
    session: CaseSession, analysis: Analysis, starts: Sequence[str], outputs: Sequence[str]
) -> list[Retraction]:
    """Return what takes back what the same starts no longer lead to."""
    now = session.clock()
    return [
        Retraction(
            retracts=record_id,
            reason="superseded by a later analysis of the same start addresses",
            person=os_account(),
            retracted_at=now,
        )
        for record_id in _superseded(session, analysis, starts, outputs)
    ]


def _log(
    session: CaseSession, analysis: Analysis, starts: Sequence[str], settings: Section
) -> None:
    """Log the analysis; with the settings, so that a bundle says how to make its records again."""
    session.custody.append(
        "processing",
        reason="money followed",
        details={
            "starts": str(len(starts)),
            "traces": str(len(analysis.traces)),
            "cash_outs": str(len(analysis.cash_outs)),
            "at_height": _shown(analysis.at_height),
            "settings": section_text(settings),
        },
    )


def _shown(height: int | None) -> str:
    return "" if height is None else str(height)


def _superseded(
    session: CaseSession, analysis: Analysis, starts: Sequence[str], outputs: Sequence[str]
) -> list[str]:
    """Return the ids of what earlier analyses of the same starts stated and this one does not."""
    known = {address for cluster in analysis.clusters for address in cluster.addresses}
    entered = EnteredOutputs(session.ledger.of_kind(Judgement))
    old: list[str] = []
    for trace in session.ledger.of_kind(Trace):
        output = entered.of(trace)
        if output in outputs or (output is None and trace.start_address in starts):
            old.append(trace.record_id)
    gone = frozenset(old)
    points = [item for item in session.ledger.of_kind(CashOutPoint) if item.trace_id in gone]
    clusters = [
        item for item in session.ledger.of_kind(Cluster) if known.intersection(item.addresses)
    ]
    old += [item.record_id for item in (*points, *clusters)]
    now = (*analysis.clusters, *analysis.traces, *analysis.cash_outs) if old else ()
    kept = {item.record_id for item in now}
    return [record_id for record_id in old if record_id not in kept]


def _print_analysis(
    analysis: Analysis, starts: list[str], problems: list[dict[str, str]], as_json: bool
) -> None:
    reasons = Counter(item.stop_reason for item in analysis.traces)
    summary: dict[str, Any] = {
        "starts": len(starts),
        "at_height": analysis.at_height,
        "clusters": len(analysis.clusters),
        "traces": len(analysis.traces),
        "transactions": analysis.n_transactions,
        "stop_reasons": dict(sorted(reasons.items())),
        "cash_outs": [{"id": item.record_id, **item.body()} for item in analysis.cash_outs],
        "refused_unions": list(analysis.refused),
        "problems": problems,
    }
    if as_json:
        emit_json(summary)
        return
    n = len(starts)
    click.echo(
        ngettext(
            "{n} start address, {traces} traces, {clusters} wallet clusters.",
            "{n} start addresses, {traces} traces, {clusters} wallet clusters.",
            n,
        ).format(n=n, traces=len(analysis.traces), clusters=len(analysis.clusters))
    )
    for reason, count in summary["stop_reasons"].items():
        click.echo(f"  {_stop_text(reason)}: {count}")
    _print_points(analysis.cash_outs)


def _stop_text(reason: str) -> str:
    texts = {
        "tagged_service": _("at a tagged service"),
        "deposit_candidate": _("at a deposit candidate"),
        "mix": _("at a mix"),
        "unspent": _("unspent"),
        "fan_out": _("at a fan-out"),
        "hop_limit": _("at the hop limit"),
        "dust": _("less than dust is left"),
        "fee": _("all of it went to the fee"),
        "incomplete": _("at the end of the chain data"),
    }
    return texts.get(reason, reason)


def _print_points(points: Iterable[CashOutPoint]) -> None:
    by_service: dict[str, list[CashOutPoint]] = {}
    for point in points:
        by_service.setdefault(point.service, []).append(point)
    for service in sorted(by_service):
        n = len(by_service[service])
        text = ngettext(
            "{service}: {n} cash-out candidate", "{service}: {n} cash-out candidates", n
        )
        click.echo(printable(text.format(service=service, n=n)))
        for point in by_service[service]:
            row = _("  {address}  {txid}:{vout}  {value} sat  {paid_at}  {basis} {confidence}")
            click.echo(printable(row.format(
                address=point.address, txid=point.txid, vout=point.vout, value=point.value_sat,
                paid_at=point.body()["paid_at"], basis=point.basis, confidence=point.confidence,
            )))  # fmt: skip
