# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger why`` and ``cluster``: which addresses are one wallet, and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ledger.analysis import Workbench
from ledger.compact import parse_line
from ledger.compact_clusters import CompactClusters
from ledger.store import ChainStore
from ledger.unions import Edge
from vestigo.cli.ledger_classify import transaction_lines
from vestigo.cli.ledger_options import CASE, JSON, NETWORK_OPTION
from vestigo.cli.output import emit_json, emit_jsonl, printable, report_error
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session
from vestigo.records import Tag

WITHOUT = click.option(
    "--without", "without", multiple=True, metavar="TXID",
    help=_("Count as if this transaction joined nothing; several may be given."),
)  # fmt: skip


@contextmanager
def _workbench(
    case: Path, network: str | None, reason: str, without: tuple[str, ...]
) -> Iterator[Workbench]:
    with open_session(case, write=False) as session:
        session.custody.append("access", reason=reason, details=_left_out(without))
        settings = session.settings("ledger")
        tags = list(session.ledger.of_kind(Tag))
        name = network or str(settings["network"])
        with ChainStore(session.folder.chain, name) as store:
            yield Workbench.over(store, tags, settings, without=without)


def _left_out(without: tuple[str, ...]) -> dict[str, str]:
    return {"without": " ".join(without)} if without else {}


def _script(bench: Workbench, address: str) -> int:
    script = bench.script(address)
    if script is None:
        raise InputError(
            "E-LED-021",
            _("No ingested transaction pays to this address."),
            where=address,
            remedy=_("Ingest the blocks that hold its transactions."),
        )
    return script


def _join_row(bench: Workbench, edge: Edge) -> dict[str, str]:
    index = bench.index
    return {
        "txid": index.txid(edge.tx),
        "address_a": index.address(edge.a),
        "address_b": index.address(edge.b),
    }


@click.command("why", help=_("Print the transactions that join the addresses A and B."))
@CASE
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@NETWORK_OPTION
@WITHOUT
@JSON
def why(
    case: Path, a: str, b: str, network: str | None, without: tuple[str, ...], as_json: bool
) -> ExitCode:
    """Print the proof path; exit 4 when nothing joins the two."""
    with _workbench(case, network, "why two addresses are one cluster", without) as bench:
        path = bench.clustering.unions.path(_script(bench, a), _script(bench, b))
        joins = [_join_row(bench, edge) for edge in path or ()]
    if as_json:
        emit_json({"a": a, "b": b, "joined": path is not None, "joins": joins})
    elif path is None:
        click.echo(_("Nothing joins the two addresses."))
    else:
        _print_joins(joins)
    return ExitCode.DONE if path is not None else ExitCode.FINDINGS


def _print_joins(joins: list[dict[str, str]]) -> None:
    for join in joins:
        click.echo(
            _("{txid} spends from {a} and {b}").format(
                txid=join["txid"], a=join["address_a"], b=join["address_b"]
            )
        )


@click.command(
    "cluster",
    help=_("Print the wallet cluster that holds ADDRESS, or cluster compact lines (--jsonl)."),
)
@click.argument("words", nargs=-1, metavar="CASE ADDRESS | [FILE…]")
@NETWORK_OPTION
@WITHOUT
@JSON
@click.option(
    "--jsonl", "as_jsonl", is_flag=True, help=_("Cluster the compact lines of FILE (or stdin).")
)
def cluster(
    words: tuple[str, ...], network: str | None, without: tuple[str, ...], as_json: bool,
    as_jsonl: bool,
) -> ExitCode:  # fmt: skip
    """Print members, joins and the service of one cluster, or a line for each script."""
    if as_jsonl:
        return _cluster_lines(tuple(map(Path, words)), network or "mainnet", without)
    if len(words) != 2:  # noqa: PLR2004 - a case and an address
        raise click.UsageError(_("Give CASE and ADDRESS, or --jsonl and files."))
    case, address = Path(words[0]), words[1]
    with _workbench(case, network, "wallet cluster shown", without) as bench:
        row = _cluster_row(bench, _script(bench, address))
    if as_json:
        emit_json({"address": address, **row})
    else:
        _print_cluster(row)
    return ExitCode.DONE


def _cluster_lines(files: tuple[Path, ...], network: str, without: tuple[str, ...]) -> ExitCode:
    clusters, code = CompactClusters(without), ExitCode.DONE
    for where, line in transaction_lines(files):
        try:
            clusters.add(parse_line(line, where))
        except InputError as error:
            report_error(error)
            code = ExitCode.FINDINGS
    emit_jsonl(clusters.rows(network))
    return code


def _print_cluster(row: dict[str, Any]) -> None:
    n = len(row["addresses"])
    click.echo(ngettext("{n} address:", "{n} addresses:", n).format(n=n))
    for member in row["addresses"]:
        click.echo(printable(f"  {member}"))
    if row["service"]:
        click.echo(printable(_("Service: {name}").format(name=row["service"])))
    chance = row["one_owner_probability"]
    if chance is not None:
        click.echo(_("Probability that all have one owner: {p}").format(p=chance))
    _print_joins(row["joins"])


def _cluster_row(bench: Workbench, script: int) -> dict[str, Any]:
    unions, service = bench.clustering.unions, bench.services.of(script)
    return {
        "addresses": sorted(bench.index.address(item) for item in unions.members(script)),
        "joins": [_join_row(bench, edge) for edge in unions.edges(script)],
        "service": service.name if service else None,
        "one_owner_probability": bench.one_owner(script),
    }
