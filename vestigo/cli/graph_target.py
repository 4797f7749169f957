# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a graph command finds its graph: in the case folder, or on a server."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from graph.connecting import ServerAddress, ask_gate, parse_address
from graph.kglite_store import KgliteStore
from graph.store import GraphStore
from vestigo.cli.output import warn
from vestigo.cli.standard_input import standard_input
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession


@dataclass(frozen=True, slots=True)
class Target:
    """A graph server and how to log in; the password is never shown."""

    address: ServerAddress
    user: str
    password: str = field(repr=False)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name a graph server; the command gets them as ``target``."""

    @functools.wraps(command)
    def with_target(
        *args: Any, to: str | None, user: str, password_stdin: bool, **options: Any
    ) -> Any:
        return command(*args, target=target_of(to, user, password_stdin), **options)

    options = (
        click.option("--to", metavar="bolt://HOST:PORT", help=_("A Neo4j server to use instead.")),
        click.option("--user", default="neo4j", show_default=True, help=_("User of the server.")),
        click.option(
            "--password-stdin",
            is_flag=True,
            help=_("Read the password of the server from the first line of standard input."),
        ),
    )
    decorated: Callable[..., Any] = with_target
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def target_of(to: str | None, user: str, password_stdin: bool) -> Target | None:
    """Return the server that the options name, None for the case folder."""
    if to is None:
        return None
    address = parse_address(to)
    if password_stdin:
        password = standard_input().readline().rstrip("\r\n")
    else:
        password = click.prompt(_("Password of the server"), hide_input=True, err=True)
    return Target(address, user, password)


@contextmanager
def opened_store(session: CaseSession, target: Target | None, action: str) -> Iterator[GraphStore]:
    """Open the graph; a server must be authorized unless it is on this machine.

    Talking to a server is logged as ``action`` before anything is sent.
    """
    store: GraphStore
    if target is None:
        seconds = float(session.settings("graph")["query_timeout_seconds"])
        store = KgliteStore(session.folder.graph, timeout_seconds=seconds)
    else:
        store = served_store(session, target, action)
    try:
        yield store
    finally:
        store.close()


def served_store(session: CaseSession, target: Target, action: str) -> GraphStore:
    """Open the graph on a server; it is asked of the gate and logged before anything is sent."""
    from graph.neo4j_store import Neo4jStore

    authorization_id = ask_gate(session.gate(), target.address)
    session.custody.append(
        action,
        reason="graph server",
        authorization_id=authorization_id,
        details={"server": target.address.uri, "user": target.user},
    )
    seconds = float(session.settings("graph")["query_timeout_seconds"])
    return Neo4jStore(target.address.uri, target.user, target.password, timeout_seconds=seconds)


def warn_when_old(session: CaseSession, store: GraphStore) -> None:
    """Warn on stderr where the records have grown since the graph was made."""
    summary = store.summary() or {}
    if summary.get("ledger_entries") != session.ledger.head().n_entries:
        warn(_("The graph is older than the records: make it again with “vestigo graph rebuild”."))
