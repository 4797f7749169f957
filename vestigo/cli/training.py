# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo training``: the practice range."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import click

from vestigo.cli.output import emit_json, warn
from vestigo.cli.training_score import score
from vestigo.i18n import _

MAX_SEED = 2**31 - 1
MAX_PORT = 65_535


until_eof = click.option(
    "--until-eof", "until", is_flag=True, help=_("Stop by itself when standard input ends.")
)


def _watch_standard_input(until: bool) -> None:
    """End this process when standard input ends: whoever started us is gone then."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    if until:
        threading.Thread(target=watch, daemon=True).start()


@click.group(help=_("Practise on an invented market whose truth is known."))
def training() -> None:
    """Group of the training commands."""


training.add_command(score)


@training.command("range", help=_("Make the practice range of a seed; write or serve it."))
@click.option(
    "--seed", type=click.IntRange(0, MAX_SEED), required=True,
    help=_("The number that decides everything on the range."),
)  # fmt: skip
@click.option(
    "--write", "folder", type=click.Path(path_type=Path),
    help=_("Write pages, blocks, tags, rates, log-in, keys and truth into this new folder."),
)  # fmt: skip
@click.option("--serve", is_flag=True, help=_("Serve the market on a loopback port."))
@click.option(
    "--port", type=click.IntRange(0, MAX_PORT), default=0, show_default=True,
    help=_("The port to serve on; 0 takes any that is free."),
)  # fmt: skip
@until_eof
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def practice_range(
    seed: int, folder: Path | None, serve: bool, port: int, until: bool, as_json: bool
) -> None:
    """Write the range, serve it, or (with neither) say what it holds."""
    if folder is not None:
        from vestigo.training.writing import write_range

        write_range(seed, folder)
    if serve:
        _watch_standard_input(until)
        _serve(seed, port)
    else:
        _summarize(seed, folder, as_json)


def _serve(seed: int, port: int) -> None:
    from vestigo.training.serving import listen, serve
    from vestigo.training.site_story import Site
    from vestigo.training.telling import tell_story

    story = tell_story(seed)

    def started(address: str) -> None:
        click.echo(json.dumps({"url": address}))
        access = _("Log in as {account} with the password {password}; stop with Ctrl-C.")
        warn(access.format(account=story.account, password=story.password))

    serve(Site(story), listen(port), started)


def _summarize(seed: int, folder: Path | None, as_json: bool) -> None:
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


@training.command("replay", help=_("Serve a saved market (folder or tar archive) on loopback."))
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--port", type=click.IntRange(0, MAX_PORT), default=0, show_default=True,
    help=_("The port to serve on; 0 takes any that is free."),
)  # fmt: skip
@until_eof
def replay(source: Path, port: int, until: bool) -> None:
    """Serve until interrupted; the one line on stdout says where."""
    from vestigo.training.replay import saved_pages, serve_saved

    _watch_standard_input(until)
    with serve_saved(saved_pages(source), port) as server:
        click.echo(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/"}))
        server.serve_forever()
