# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range of one story, until the world of ``demo`` takes its place."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vestigo.cli.output import emit_json, warn
from vestigo.i18n import _


def old_serve(seed: int, port: int) -> None:
    from vestigo.training.serving import Front, listen, serve
    from vestigo.training.site_story import Site
    from vestigo.training.telling import tell_story

    story = tell_story(seed)

    front = Front(Site(story), listen(port))

    def started() -> None:
        click.echo(json.dumps({"url": front.url}))
        access = _("Log in as {account} with the password {password}; stop with Ctrl-C.")
        warn(access.format(account=story.account, password=story.password))

    serve([front], started)


def old_summarize(seed: int, folder: Path | None, as_json: bool) -> None:
    from vestigo.training.chain.economy import make_ledger

    ledger = make_ledger(seed)
    story = ledger.story
    summary = {
        "seed": seed,
        "market": story.market_name,
        "account": story.account,
        "password": story.password,
        "written_to": str(folder) if folder else None,
        "n_vendors": len(story.vendors),
        "n_listings": len(story.on_sale),
        "n_orders": len(story.orders),
        "n_blocks": len(ledger.blocks),
        "n_payments": len(ledger.payments),
        "tip": ledger.blocks[-1].block_hash,
    }
    if as_json:
        emit_json(summary)
        return
    for line in (
        _("Practice range {seed}: {market}"),
        _("log-in: {account}, password {password}"),
        _("{n_vendors} vendors, {n_listings} listings, {n_orders} orders"),
        _("{n_blocks} blocks with {n_payments} payments, up to {tip}"),
    ):
        click.echo(line.format(**summary))
    if folder is not None:
        click.echo(_("Written to {path}.").format(path=folder))
