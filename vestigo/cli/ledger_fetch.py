# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger fetch``: chain data from a node or an explorer that the case lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.ledger_options import NETWORK
from vestigo.cli.output import emit_json, printable, progress, warn
from vestigo.i18n import _
from vestigo.pipeline.chain_sources import Wanted, fetch, source_of
from vestigo.pipeline.session import open_session


class Heights(click.ParamType[tuple[int, int]]):
    """``A`` or ``A-B``, whole numbers."""

    name = "A-B"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return first and last height; a usage error for anything else."""
        first, _dash, last = str(value).partition("-")
        digits = first.isascii() and first.isdigit() and (not last or last.isdigit())
        if not digits or int(last or first) < int(first):
            self.fail(_("Give heights as A or A-B."), param, ctx)
        return int(first), int(last or first)


@click.command("fetch", help=_("Ask a node or an explorer for chain data and keep it in CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--source", "name", help=_("Its name in [settings.chain] (default: the own one)."))
@click.option("--blocks", "heights", type=Heights(), help=_("Blocks of these heights."))
@click.option("--tx", "txids", multiple=True, help=_("A transaction; may be repeated."))
@click.option("--address", "addresses", multiple=True, help=_("All of an address; repeatable."))
@click.option("--network", type=NETWORK, help=_("The network (default: that of the case)."))
@click.option("--dry-run", is_flag=True, help=_("Say what would be asked of whom; send nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def fetch_command(
    case: Path, name: str | None, heights: tuple[int, int] | None, txids: tuple[str, ...],
    addresses: tuple[str, ...], network: str | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Fetch completely, or say what is missing and keep nothing of it."""
    wanted = Wanted(heights, txids, addresses)
    if wanted == Wanted():
        raise click.UsageError(_("Say what to fetch: --blocks, --tx or --address."))
    with open_session(case) as session:
        source = source_of(session, name)
        if source.secrecy:
            warn(_("{name} learns what is asked: {secrecy}").format(
                name=source.name, secrecy=printable(source.secrecy)))  # fmt: skip
        row: dict[str, Any] = {
            "source": source.name, "kind": source.kind, "own": source.own,
            "host": "{}:{}".format(*source.place), "secrecy": source.secrecy,
        }  # fmt: skip
        if not dry_run:
            with progress() as display:
                display.add_task(_("asking {name}").format(name=source.name), total=None)
                chain = network or str(session.settings("ledger")["network"])
                found = fetch(session, source, wanted, chain)
            row |= {"blocks": found.n_blocks, "transactions": found.n_transactions}
    if as_json:
        emit_json(row)
    elif dry_run:
        click.echo(printable(_("Would ask {source} at {host}; nothing was sent.").format(**row)))
    else:
        text = _("{blocks} new blocks, {transactions} new transactions from {source}.")
        click.echo(printable(text.format(**row)))
