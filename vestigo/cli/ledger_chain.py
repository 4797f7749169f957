# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger inspect`` and ``ingest``: block files, without and with a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from ledger.ingest import chain_files, ingest_files, number_blocks
from ledger.inspecting import block_rows, transaction_rows
from ledger.intake import Fresh, IngestedFile
from ledger.labels import tagged_addresses
from vestigo.cli.ledger_options import NETWORK
from vestigo.cli.output import (
    emit_json,
    emit_jsonl,
    printable,
    problem_row,
    progress,
    report_error,
)
from vestigo.errors import ExitCode, VestigoError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Tag

PATHS = click.argument(
    "paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path)
)


@click.command("inspect", help=_("Print what the block files at PATH hold, without a case."))
@PATHS
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
@click.option("--tx", "by_transaction", is_flag=True, help=_("Print one line a transaction."))
@click.option("--network", type=NETWORK, help=_("Network of files that name none."))
def inspect(
    paths: tuple[Path, ...], as_jsonl: bool, by_transaction: bool, network: str | None
) -> ExitCode:
    """Print the rows of every file; a file that is wrong does not stop the others."""
    findings = 0

    def report(error: VestigoError) -> None:
        nonlocal findings
        findings += 1
        report_error(error)

    rows_of = transaction_rows if by_transaction else block_rows
    for path in paths:
        try:
            for file in chain_files([path]):
                _print_file(rows_of(file, network, report), report, as_jsonl)
        except VestigoError as error:
            report(error)
    return ExitCode.FINDINGS if findings else ExitCode.DONE


def _print_file(
    rows: Iterable[dict[str, Any]], report: Callable[[VestigoError], None], as_jsonl: bool
) -> None:
    try:
        for row in rows:
            if as_jsonl:
                emit_jsonl([row])
            else:
                click.echo(printable(_row_text(row)))
    except VestigoError as error:
        report(error)


def _row_text(row: dict[str, Any]) -> str:
    if "txid" in row:
        return _("{txid}  weight {weight}, {n_in} inputs, {n_out} outputs").format(
            txid=row["txid"],
            weight=row["weight"],
            n_in=len(row["inputs"]),
            n_out=len(row["outputs"]),
        )
    verdict = _("merkle root right") if row["merkle_ok"] else _("MERKLE ROOT WRONG")
    if not row["pow_ok"]:
        verdict += ", " + _("PROOF OF WORK WRONG")
    return _("{hash}  {time}  {n_tx} transactions, {sum} sat, {verdict}").format(
        hash=row["hash"],
        time=row["time"],
        n_tx=row["n_tx"],
        sum=row["sum_out_sat"],
        verdict=verdict,
    )


@click.command("ingest", help=_("Take the blocks of the files at PATH into CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@PATHS
@click.option("--network", type=NETWORK, help=_("The network (default: that of the case)."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def ingest(case: Path, paths: tuple[Path, ...], network: str | None, as_json: bool) -> ExitCode:
    """Ingest each file wholly or not at all, and say which labels are now on the chain."""
    with open_session(case) as session:
        name = network or str(session.settings("ledger")["network"])
        done, problems = _ingest_files(session, chain_files(paths), name)
        tags = list(session.ledger.of_kind(Tag))
        tagged = tagged_addresses(session.folder.chain, name, tags)
    summary = {
        "network": name,
        "files": len(done),
        "blocks": sum(item.n_new_blocks for item in done),
        "transactions": sum(item.n_new_transactions for item in done),
        "tagged_addresses": len(tagged),
        "labels": sorted({label for labels in tagged.values() for label in labels}),
        "problems": [problem_row(problem) for problem in problems],
    }
    if as_json:
        emit_json(summary)
    else:
        _print_summary(summary)
    return ExitCode.FINDINGS if problems else ExitCode.DONE


def _ingest_files(
    session: CaseSession, files: Sequence[Path], network: str
) -> tuple[list[IngestedFile], list[VestigoError]]:
    done: list[IngestedFile] = []
    problems: list[VestigoError] = []
    fresh: Fresh = {}
    chain = session.folder.chain
    with progress() as display:
        outcomes = ingest_files(chain, files, network, fresh)
        for path, outcome in display.track(
            outcomes, total=len(files), description=_("block files")
        ):
            if isinstance(outcome, VestigoError):
                report_error(outcome)
                problems.append(outcome)
                details = {"file": path.name, "where": outcome.where}
                session.custody.append("fail", reason=outcome.code, details=details)
                continue
            session.ledger.append(outcome.blocks)
            _log(session, outcome, network)
            done.append(outcome)
        number_blocks(chain, network, fresh)
    return done, problems


def _log(session: CaseSession, ingested: IngestedFile, network: str) -> None:
    session.custody.append(
        "collection",
        reason="block file ingested",
        details={
            "file": ingested.path.name,
            "network": network,
            "new_blocks": str(ingested.n_new_blocks),
            "new_transactions": str(ingested.n_new_transactions),
        },
    )


def _print_summary(summary: dict[str, Any]) -> None:
    n = summary["blocks"]
    click.echo(
        ngettext("{n} new block", "{n} new blocks", n).format(n=n)
        + _(", {n} new transactions on {network}.").format(
            n=summary["transactions"], network=summary["network"]
        )
    )
    n = summary["tagged_addresses"]
    click.echo(
        ngettext(
            "{n} address on the chain carries a tag.", "{n} addresses on the chain carry a tag.", n
        ).format(n=n)
    )
    for label in summary["labels"]:
        click.echo(printable(f"  {label}"))
