# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo console``: accounts of the console, and serving it."""

from __future__ import annotations

import gc
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

from vestigo.cli.graph_target import Target, served_store, server_options
from vestigo.cli.output import emit_json, printable
from vestigo.cli.standard_input import standard_input
from vestigo.console.accounts import ROLES, Accounts
from vestigo.console.people.provider import issuer_of
from vestigo.i18n import _
from vestigo.pipeline.session import open_session


@click.group(help=_("Serve the console of a case, and manage its accounts."))
def console() -> None:
    """Group of the console commands."""


@console.command("serve", help=_("Serve the console of CASE on loopback until interrupted."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8400, show_default=True,
    help=_("The port on 127.0.0.1; 0 takes any free one."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@server_options
def serve(case: Path, port: int, as_json: bool, target: Target | None) -> None:
    """Print the URL once connections are accepted, then serve."""
    from vestigo.console.graphing.opened import ServedGraph
    from vestigo.console.serving import LOOPBACK, bind, build_desk, build_server

    with ExitStack() as held:
        session = held.enter_context(open_session(case, write=False))
        listener = held.enter_context(bind(port))
        graph = ServedGraph(partial(served_store, session, target, "access")) if target else None
        if graph is not None:
            held.callback(graph.close)
        bound = listener.getsockname()[1]
        server = build_server(build_desk(session, bound, graph=graph))
        url = f"http://{LOOPBACK}:{bound}/"
        if as_json:
            emit_json({"url": url, "case": str(session.folder.path)})
        else:
            click.echo(_("The console is at {url} (Ctrl+C ends it).").format(url=url))
        sys.stdout.flush()
        gc.freeze()  # what was indexed stays: no look waits while it is gone through
        server.run(sockets=[listener])


@console.group("account", help=_("Add, list and remove accounts of the console."))
def account() -> None:
    """Group of the account commands."""


@account.command("add", help=_("Add the account NAME to the console of CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("name")
@click.option(
    "--role", type=click.Choice(ROLES), default="investigator", show_default=True,
    help=_("What the account may do."),
)  # fmt: skip
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
@click.option(
    "--subject", default="",
    help=_("What the OpenID provider of the case calls this person; the account has no password."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def add(
    case: Path, name: str, role: str, password_stdin: bool, subject: str, as_json: bool
) -> None:
    """Ask for a password (never an argument) and add the account; it is logged."""
    with open_session(case, write=False) as session:
        accounts = Accounts(session.folder)
        if subject:
            issuer = issuer_of(session.settings("oidc"), session.folder.path)
            made = accounts.add_known_elsewhere(name, role, issuer, subject, session.clock)
        else:
            made = accounts.add(name, role, _password(password_stdin), session.clock)
        session.custody.append(
            "access", reason="console account added",
            details={"account": name, "role": role, **({"subject": subject} if subject else {})},
        )  # fmt: skip
    if as_json:
        emit_json({"account": made.name, "role": made.role, "made_at": made.made_at})
    else:
        click.echo(_("The account {name} was added.").format(name=made.name))


@account.command("list", help=_("List the accounts of the console of CASE."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def list_accounts(case: Path, as_json: bool) -> None:
    """Show names, roles and dates; never a hash."""
    with open_session(case, write=False) as session:
        found = Accounts(session.folder).all()
        session.custody.append("access", reason="console accounts listed")
    if as_json:
        emit_json([{"account": a.name, "role": a.role, "made_at": a.made_at} for a in found])
        return
    for one in found:
        click.echo(printable(f"{one.name}  {one.role}  {one.made_at}"))


@account.command("role", help=_("Give the account NAME another role; its sessions end at once."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
def change_role(case: Path, name: str, role: str) -> None:
    """Change what an account may do; it is logged."""
    with open_session(case, write=False) as session:
        Accounts(session.folder).change_role(name, role)
        session.custody.append(
            "access", reason="console account has another role",
            details={"account": name, "role": role},
        )  # fmt: skip
    click.echo(_("The account {name} has another role now.").format(name=name))


@account.command("remove", help=_("Remove the account NAME; its sessions end at once."))
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("name")
def remove(case: Path, name: str) -> None:
    """Remove an account; it is logged."""
    with open_session(case, write=False) as session:
        Accounts(session.folder).remove(name)
        session.custody.append(
            "access", reason="console account removed", details={"account": name}
        )
    click.echo(_("The account {name} was removed.").format(name=name))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return standard_input().readline().rstrip("\r\n")
    answer: str = click.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True)
    return answer
