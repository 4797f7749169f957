# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger match``: which payments the reviews could be about."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.ledger_options import CASE, NETWORK_OPTION
from vestigo.cli.output import emit_jsonl, printable
from vestigo.i18n import _
from vestigo.pipeline.session import open_session

SURE = "0.9"


@click.command("match", help=_("List the payments that the reviews of CASE could be about."))
@CASE
@NETWORK_OPTION
@click.option("--jsonl", "as_jsonl", is_flag=True, help=_("Print one JSON document a line."))
def match(case: Path, network: str | None, as_jsonl: bool) -> None:
    """Print every candidate with its posterior; none of them is a fact."""
    from vestigo.pipeline.match_reviews import match_case

    with open_session(case, write=False) as session:
        session.custody.append("access", reason="reviews matched with payments")
        matched = match_case(session, network or str(session.settings("ledger")["network"]))
    if as_jsonl:
        emit_jsonl(matched.rows)
        return
    sure = [row for row in matched.rows if row["posterior"] >= SURE]
    head = _("{reviews} reviews, {asked} with candidates, {n} candidates, {sure} of posterior 0.9 "
             "or more. Candidates, not facts.")  # fmt: skip
    click.echo(head.format(reviews=matched.n_reviews, asked=matched.n_with_candidates,
                           n=len(matched.rows), sure=len(sure)))  # fmt: skip
    for row in matched.rows:
        line = _("{posterior}  {vendor} {day}  {output}  {sat} sat  one of {n}, by chance {chance}")
        click.echo(printable(line.format(
            posterior=row["posterior"], vendor=row["vendor"], day=row["given_on"],
            output=row["output"], sat=row["value_sat"], n=row["n_candidates"],
            chance=row["chance_mean"],
        )))  # fmt: skip
