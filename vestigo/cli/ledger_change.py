# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger change`` and ``peel``: which output is change, and the chain of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.analysis import Workbench
from ledger.change import votes_on
from ledger.change.replaced import read_replacements
from ledger.peeling import Peel, peel_chain
from ledger.store import ChainStore
from vestigo.cli.ledger_options import CASE, JSON, NETWORK_OPTION
from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _
from vestigo.pipeline.session import open_session
from vestigo.records import Tag


@click.command("change", help=_("Print how each rule votes on the outputs of TXID."))
@CASE
@click.argument("txid")
@click.option(
    "--mempool", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("What a node saw of replaced transactions (mempool.jsonl)."),
)  # fmt: skip
@NETWORK_OPTION
@JSON
def change(
    case: Path, txid: str, mempool: Path | None, network: str | None, as_json: bool
) -> ExitCode:
    """Print votes and probability of every output."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="change votes shown", details={"txid": txid})
        settings = session.settings("ledger")
        tags = list(session.ledger.of_kind(Tag))
        with ChainStore(session.folder.chain, network or str(settings["network"])) as store:
            bench = Workbench.over(store, tags, settings)
            row = _change_row(bench, txid, mempool)
    if as_json:
        emit_json(row)
    else:
        _print_change(row)
    return ExitCode.DONE


def _change_row(bench: Workbench, txid: str, mempool: Path | None) -> dict[str, Any]:
    tx = next(iter(bench.numbers_of([txid])), None)
    facts = None if tx is None else bench.likelihood.reader.of(tx)
    if tx is None or facts is None:
        raise InputError(
            "E-LED-083",
            _("The rules need a transaction whose inputs are all known, and no coinbase."),
            where=txid,
            remedy=_("Ingest the blocks that hold it and what it spends."),
        )
    shrunk = read_replacements(mempool).shrunk(txid, facts) if mempool else ()
    votes = votes_on(facts, shrunk)
    judged = bench.likelihood.own.of(tx)
    outputs = [
        {
            "vout": bench.index.vout(output),
            "address": bench.index.address(int(bench.index.script_of[output])),
            "value_sat": int(bench.index.value_sat[output]),
            "votes": {name: found[n] for name, found in votes.items() if found[n]},
            "abstained": sorted(name for name, found in votes.items() if not found[n]),
            "own_probability": judged[n].probability,
        }
        for n, output in enumerate(bench.index.outputs(tx))
    ]
    return {"txid": txid, "rule": "ledger.own_output.v1", "outputs": outputs}


def _print_change(row: dict[str, Any]) -> None:
    for one in row["outputs"]:
        head = _("{vout}  {address}  {value} sat  held by the payer still: {p}")
        shown = head.format(
            vout=one["vout"], address=one["address"], value=one["value_sat"],
            p=one["own_probability"],
        )  # fmt: skip
        click.echo(printable(shown))
        said = [f"{name} {'+' if vote > 0 else '-'}" for name, vote in one["votes"].items()]
        click.echo("     " + (", ".join(said) or _("every rule abstains")))


@click.command("peel", help=_("Follow the peel chain that begins with the output TXID:VOUT."))
@CASE
@click.argument("output", metavar="TXID:VOUT")
@NETWORK_OPTION
@JSON
def peel(case: Path, output: str, network: str | None, as_json: bool) -> ExitCode:
    """Print the payments that were peeled off, hop by hop, and why it stops."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="peel chain shown", details={"start": output})
        settings = session.settings("ledger")
        tags = list(session.ledger.of_kind(Tag))
        with ChainStore(session.folder.chain, network or str(settings["network"])) as store:
            bench = Workbench.over(store, tags, settings)
            start = bench.named_output(output)
            found = peel_chain(bench, start, int(settings["max_hops"]))
            document: dict[str, Any] = {"start": output, "rule": "ledger.peel_chain.v1",
                        "hops": [_peel_row(bench, hop) for hop in found.hops],
                        "stop_reason": found.stop.reason,
                        "stop_detail": found.stop.detail}  # fmt: skip
    if as_json:
        emit_json(document)
        return ExitCode.DONE
    for hop in document["hops"]:
        line = _("{txid}  peels {sat} sat to {payee}, {left} sat go on to {change} ({signals})")
        click.echo(printable(line.format(
            txid=hop["txid"], sat=hop["peeled_sat"], payee=hop["payee"], left=hop["change_sat"],
            change=hop["change"], signals=", ".join(hop["signals"]),
        )))  # fmt: skip
    stop = _("Stops: {reason} {detail}")
    click.echo(printable(stop.format(reason=found.stop.reason, detail=found.stop.detail)))
    return ExitCode.DONE


def _peel_row(bench: Workbench, hop: Peel) -> dict[str, Any]:
    index = bench.index
    return {
        "txid": index.txid(hop.tx),
        "payee": index.address(int(index.script_of[hop.peeled])),
        "peeled_sat": int(index.value_sat[hop.peeled]),
        "change": index.address(int(index.script_of[hop.change])),
        "change_sat": int(index.value_sat[hop.change]),
        "own_probability": hop.probability,
        "signals": list(hop.signals),
    }
