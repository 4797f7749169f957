# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a practice world holds, told in a few lines or as one document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.clock import iso
from vestigo.i18n import _, ngettext

if TYPE_CHECKING:
    from vestigo.training.world import Market, World


def summary_document(world: World, folder: Path | None) -> dict[str, Any]:
    """Return the counts of a world; ``folder`` is where it was written, if anywhere."""
    from vestigo.training.chain.ledger import make_ledger

    ledger = make_ledger(world)
    return {
        "seed": world.seed,
        "behaviour": world.behaviour.name,
        "title": world.behaviour.world.title,
        "passes": [iso(moment) for moment in world.passes],
        "written_to": str(folder) if folder else None,
        "markets": [_market_row(market) for market in world.markets],
        "n_parties": len(world.parties),
        "n_accounts": sum(len(market.vendors) for market in world.markets),
        "n_orders": len(world.orders),
        "n_blocks": len(ledger.blocks),
        "n_payments": len(ledger.payments),
        "tip": ledger.blocks[-1].block_hash,
    }


def show_summary(summary: dict[str, Any], command: str) -> None:
    """Print the counts, and with ``command`` how to go on."""
    click.echo(_("Practice range {seed}, world “{behaviour}”: {title}").format(**summary))
    for row in summary["markets"]:
        _show_market(row)
    n_passes = len(summary["passes"])
    days = ", ".join(moment[:10] for moment in summary["passes"])
    click.echo(
        ngettext("{n} pass: {days}", "{n} passes: {days}", n_passes).format(n=n_passes, days=days)
    )
    for line in (
        _("{n_parties} parties with {n_accounts} accounts, {n_orders} orders"),
        _("{n_blocks} blocks with {n_payments} payments, up to {tip}"),
    ):
        click.echo(line.format(**summary))
    if summary["written_to"]:
        click.echo(_("Written to {path}.").format(path=summary["written_to"]))
    else:
        click.echo(_("Write it with: {command}").format(command=f"{command} --write DIR"))
        click.echo(_("Serve it with: {command}").format(command=f"{command} --serve"))


def _show_market(row: dict[str, Any]) -> None:
    line = _("{name} ({key}): vendors {n_vendors}, listings {n_listings}; pages: {shown}")
    click.echo(line.format(shown=", ".join(row["layouts"]), **row))
    click.echo(_("  log-in: {account}, password {password}").format(**row))
    if row["n_genuine"] + row["n_phishing"] > 1:
        line = _("  addresses: {n_genuine} genuine, {n_phishing} phishing")
        click.echo(line.format(**row))


def _market_row(market: Market) -> dict[str, Any]:
    from vestigo.training.site import layout_of, mirrors_truth

    mirrors = mirrors_truth(market)
    passes = range(1, len(market.passes) + 1)
    return {
        "key": market.key,
        "name": market.name,
        "kind": market.kind,
        "account": market.account,
        "password": market.password,
        "layouts": [layout_of(market, number) for number in passes],
        "n_vendors": len(market.vendors),
        "n_listings": len(market.at(1).listings),
        "n_genuine": len(mirrors["genuine"]),
        "n_phishing": len(mirrors["phishing"]),
    }
