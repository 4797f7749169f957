# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serving the console on loopback until it is interrupted."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

import uvicorn

from graph.browsing.reading import read_nodes
from graph.model import NodeRef
from vestigo.console.application import build_application
from vestigo.console.archive import Reader
from vestigo.console.desk import Desk
from vestigo.console.graphing.opened import CaseGraph
from vestigo.console.guard import Origin
from vestigo.console.rendering import build_environment
from vestigo.errors import ConfigurationError, UsageError, VestigoError
from vestigo.evidence.warc import read_exchange
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture

LOOPBACK = "127.0.0.1"
BACKLOG = 64


def bind(port: int) -> socket.socket:
    """Return a socket bound to ``port`` (0: any free one) of loopback.

    Raises ``UsageError`` E-CON-006 when the port is taken or not allowed.
    """
    # asyncio turns Nagle off (40 ms a page) only where the protocol is named
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        raise UsageError(
            "E-CON-006",
            _("The port is in use.") if taken else _("The port cannot be used."),
            where=f"{LOOPBACK}:{port}",
            remedy=_("Choose another one with --port, or 0 for any free one."),
        ) from error
    return listener


def archive_reader(session: CaseSession) -> Reader:
    """Return what reads an exchange of this case out of its archive."""

    def read(capture: Capture) -> object:
        return read_exchange(session.folder.captures, capture)

    return read


def build_desk(
    session: CaseSession, port: int, read: Reader | None = None, graph: CaseGraph | None = None
) -> Desk:
    """Return the desk of a case; it is indexed and its custody log verified now, not at a look.

    ``graph`` is a graph on a server; without one it is that of the case folder.
    """
    public = str(session.settings("console")["public_origin"])
    if public and not public.startswith("https://"):
        raise ConfigurationError(
            "E-CON-008",
            _("The public origin of the console must begin with https://."),
            where=public,
            remedy=_("Correct public_origin in the section [settings.console] of case.toml."),
        )
    reader = read or archive_reader(session)
    environment = build_environment()
    environment.globals["case_folder"] = str(session.folder.path)
    desk = Desk(session, Origin.of(port, public), port, reader, environment)
    desk.graph = graph or desk.graph
    _open_graph(desk)
    desk.rows()
    desk.searched.follow()
    with suppress(VestigoError):  # the page of the log says what is wrong with it
        desk.custody.page(1, 1)
    for name in desk.environment.list_templates():
        desk.environment.get_template(name)
    return desk


def _open_graph(desk: Desk) -> None:
    """Open the graph while little else is in memory: it is read through once."""
    with suppress(VestigoError), desk.graph.reading() as store:  # its page says what is wrong
        read_nodes(store, [NodeRef("Market", "")])


def build_server(desk: Desk) -> uvicorn.Server:
    """Return the server of a desk; run it with a socket that ``bind`` gave."""
    configuration = uvicorn.Config(
        build_application(desk),
        log_level="warning",
        access_log=False,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=16_384,
        ws="none",
    )
    return uvicorn.Server(configuration)
