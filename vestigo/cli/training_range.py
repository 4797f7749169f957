# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo training range``: a practice world, told, written, served."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.output import emit_json, warn
from vestigo.cli.training_input import until_eof, watch_standard_input
from vestigo.cli.training_onion import onion_options, open_control
from vestigo.cli.training_summary import show_summary, summary_document
from vestigo.i18n import _

if TYPE_CHECKING:
    from vestigo.training.world import World

MAX_SEED = 2**31 - 1
MAX_PORT = 65_535
MAX_PASSES = 6


@click.command("range", help=_("Make a practice world: say what it holds, write it, serve it."))
@click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    default=1,
    show_default=True,
    help=_("The number that decides everything on the range."),
)
@click.option(
    "--behaviour",
    default="full",
    show_default=True,
    metavar="NAME|FILE",
    help=_("A shipped world, or the path of a behaviour file (.toml)."),
)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path),
    help=_("Write pages, blocks, tags, rates, log-ins, keys and truth into this new folder."),
)
@click.option(
    "--serve",
    is_flag=True,
    help=_("Serve every address of every venue on a loopback port of its own."),
)
@click.option(
    "--pass",
    "pass_no",
    type=click.IntRange(1, MAX_PASSES),
    default=1,
    show_default=True,
    help=_("Which look at the venues is served: from one pass to the next they change."),
)
@click.option(
    "--port",
    type=click.IntRange(0, MAX_PORT),
    default=0,
    show_default=True,
    help=_("The first port to serve on, the others follow; 0 takes any that are free."),
)
@onion_options
@until_eof
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def practice_range(
    *, seed: int, behaviour: str, folder: Path | None, serve: bool, until: bool, as_json: bool,
    **serving: Any,
) -> None:  # fmt: skip
    """Write the range, serve it, or (with neither) say what it holds."""
    from vestigo.training.behaviour import load_behaviour
    from vestigo.training.telling import tell_world

    world = tell_world(seed, load_behaviour(behaviour))
    if folder is not None:
        from vestigo.training.writing import write_range

        write_range(world, folder)
    if serve or serving["onion"]:
        _serve(world, until=until, **serving)
    elif as_json:
        emit_json(summary_document(world, folder))
    else:
        command = f"vestigo training range --seed {seed} --behaviour {behaviour}"
        show_summary(summary_document(world, folder), command)


def _serve(
    world: World, *, pass_no: int, port: int, until: bool, onion: bool, tor_control: str,
    tor_password_stdin: bool, public_onion: bool,
) -> None:  # fmt: skip
    """Open every address, publish where that is wanted, serve until the end."""
    from vestigo.training.opening import loopback_urls, onion_urls, published, world_sites
    from vestigo.training.serving import open_fronts, serve

    with ExitStack() as stack:
        fronts = open_fronts(world_sites(world, pass_no), port)
        for front in fronts:
            stack.enter_context(front.socket)
        line: dict[str, Any] = {"urls": loopback_urls(fronts), "url": fronts[0].url}
        if onion:
            control = open_control(tor_control, password_stdin=tor_password_stdin)
            stack.enter_context(control)
            stack.enter_context(published(fronts, control, public=public_onion))
            line |= {"onions": onion_urls(fronts)}
        watch_standard_input(until)
        serve(fronts, lambda: _started(line, world, pass_no))


def _started(line: dict[str, Any], world: World, pass_no: int) -> None:
    """Print where the venues answer; on stderr, how to get in and how to go on."""
    click.echo(json.dumps(line))
    for market in world.markets:
        told = _("{market}: log in as {account} with the password {password}")
        warn(told.format(market=market.name, account=market.account, password=market.password))
    n_passes = len(world.passes)
    warn(_("This is pass {number} of {most}; stop with Ctrl-C.").format(
        number=pass_no, most=n_passes))  # fmt: skip
    if pass_no < n_passes:
        warn(_("What changes afterwards is served with --pass {next}.").format(next=pass_no + 1))
