# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger taint``: where satoshi went or came from, by every method, side by side."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from ledger.accounting import locked_accounting
from ledger.analysis import Workbench
from ledger.store import ChainStore
from ledger.sweep import METHODS, NOT_APPLICABLE, Limits, Swept, side_by_side
from ledger.taint.whole import WHOLE_METHODS, spread
from vestigo.cli.ledger_options import CASE, JSON, NETWORK_OPTION
from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _
from vestigo.pipeline.session import open_session
from vestigo.records import Judgement, Tag


@click.command("taint", help=_("Show where coins went, or came from, by every method."))
@CASE
@click.option("--address", "addresses", multiple=True, help=_("All coins of this address."))
@click.option("--output", "outputs", multiple=True, metavar="TXID:VOUT", help=_("This output."))
@click.option("--backward", is_flag=True, help=_("Ask where they came from."))
@click.option(
    "--method", "methods", multiple=True, type=click.Choice(METHODS),
    help=_("Only this method; several may be given (default: all)."),
)  # fmt: skip
@click.option(
    "--through", multiple=True, metavar="TXID",
    help=_("Enter this transaction although it is a mix; several may be given."),
)  # fmt: skip
@click.option(
    "--whole", is_flag=True,
    help=_("Say also how far it would spread over the whole chain if nothing stopped it."),
)  # fmt: skip
@NETWORK_OPTION
@JSON
def taint(  # noqa: PLR0917  (click passes each by name)
    case: Path, addresses: tuple[str, ...], outputs: tuple[str, ...], backward: bool,
    methods: tuple[str, ...], through: tuple[str, ...], whole: bool, network: str | None,
    as_json: bool,
) -> ExitCode:  # fmt: skip
    """Print, for each method, how many satoshi ended where; every sum is checked."""
    if not addresses and not outputs:
        raise UsageError(
            "E-LED-080",
            _("Nothing was named to begin with."),
            remedy=_("Give --address or --output."),
        )
    with open_session(case, write=False) as session:
        details = {"starts": " ".join((*addresses, *outputs)), "through": " ".join(through)}
        session.custody.append("access", reason="taint shown", details=details)
        settings = session.settings("ledger")
        locked = locked_accounting(session.ledger.of_kind(Judgement))
        tags = list(session.ledger.of_kind(Tag))
        name = network or str(settings["network"])
        with ChainStore(session.folder.chain, name) as store:
            bench = Workbench.over(store, tags, settings)
            seeds = _seeds(bench, addresses, outputs)
            limits = Limits(
                int(settings["dust_sat"]), int(settings["max_hops"]), bench.numbers_of(through)
            )
            swept = side_by_side(
                bench.index, seeds, bench.questions(seeds), limits, methods or METHODS,
                backward=backward,
            )  # fmt: skip
            rows = {method: _row(bench, one) for method, one in swept.items()}
            spreads = _spreads(bench, seeds) if whole else {}
    document = {
        "direction": "backward" if backward else "forward",
        "locked_method": locked,
        "methods": rows,
        "whole_chain": spreads,
        "not_applicable": NOT_APPLICABLE,
    }
    if as_json:
        emit_json(document)
    else:
        _print(document)
    return ExitCode.DONE


def _seeds(bench: Workbench, addresses: tuple[str, ...], outputs: tuple[str, ...]) -> list[int]:
    seeds = [bench.named_output(text) for text in outputs]
    for address in addresses:
        script = bench.script(address)
        seeds += bench.index.outputs_to(script) if script is not None else []
    return sorted(set(seeds))


def _spreads(bench: Workbench, seeds: list[int]) -> dict[str, Any]:
    found = {method: spread(bench.index, seeds, method) for method in WHOLE_METHODS}
    return {
        method: {"outputs": one.n_outputs, "fee_sat": one.fee_sat} for method, one in found.items()
    }


def _row(bench: Workbench, swept: Swept) -> dict[str, Any]:
    services: Counter[str] = Counter()
    for sat, stop in swept.ends.values():
        if stop.reason in ("tagged_service", "deposit_candidate"):
            services[stop.detail] += sat
    return {
        "seed_sat": swept.seed_sat,
        "outputs": swept.n_outputs,
        "transactions": swept.n_transactions,
        "by_reason": swept.by_reason,
        "by_service": dict(sorted(services.items())),
        "conserved": swept.conserved,
        "ends": [
            {"output": bench.output_name(output), "sat": sat, "reason": stop.reason,
             "detail": stop.detail}
            for output, (sat, stop) in sorted(swept.ends.items())
        ],
    }  # fmt: skip


def _print(document: dict[str, Any]) -> None:
    for method, row in document["methods"].items():
        mark = "*" if method == document["locked_method"] else " "
        line = _("{mark}{method}: {seed} sat, {outputs} outputs in {txs} transactions")
        click.echo(line.format(mark=mark, method=method, seed=row["seed_sat"],
                               outputs=row["outputs"], txs=row["transactions"]))  # fmt: skip
        for reason, sat in row["by_reason"].items():
            click.echo(f"    {reason}: {sat}")
        for service, sat in row["by_service"].items():
            click.echo(printable(f"      {service}: {sat}"))
        if not row["conserved"]:
            click.echo(_("    THE SUMS DO NOT AGREE"))
    for method, row in document["whole_chain"].items():
        line = _("over the whole chain, without stops, {method} taints {outputs} outputs")
        click.echo(line.format(method=method, outputs=row["outputs"]))
    if document["locked_method"]:
        click.echo(_("* the method that this case uses, locked with a reason"))
