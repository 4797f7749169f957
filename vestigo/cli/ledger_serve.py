# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger serve``: Esplora's REST calls out of the store of a case, on loopback."""

from __future__ import annotations

from collections.abc import Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import click

from ledger.serving import Answer, Esplora
from ledger.store import ChainStore
from vestigo.cli.ledger_options import NETWORK
from vestigo.i18n import _
from vestigo.pipeline.session import open_session

LOOPBACK = "127.0.0.1"
OWN_NAMES = (LOOPBACK, "localhost")
PATIENCE_SECONDS = 30
_FOREIGN = Answer(421, "text/plain", b"This chain is served to programs of this machine alone.")


@click.command("serve", help=_("Offer the chain of CASE to other programs, as Esplora does."))
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=3002, show_default=True,
              help=_("Port on 127.0.0.1 (0: any that is free)."))  # fmt: skip
@click.option("--network", type=NETWORK, help=_("The network (default: that of the case)."))
def serve(case: Path, port: int, network: str | None) -> None:
    """Serve until interrupted; nothing of the case but its public chain data is shown."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="chain of the case served on loopback")
        name = network or str(session.settings("ledger")["network"])
        chain = session.folder.chain
    with ChainStore(chain, name) as store, serving(store, port) as server:
        address = f"http://{LOOPBACK}:{server.server_port}"
        click.echo(address)
        server.serve_forever()


def serving(
    store: ChainStore, port: int, names: Collection[str] = OWN_NAMES
) -> ThreadingHTTPServer:
    """Return a server over a store that waits for ``serve_forever``.

    It answers who asks for it by one of ``names``: a web page whose own name was made to lead
    to this machine asks by another.
    """
    esplora, lock = Esplora(store), Lock()

    class Handler(BaseHTTPRequestHandler):
        """Answers GET; nothing that is asked is logged."""

        timeout = PATIENCE_SECONDS

        def do_GET(self) -> None:
            if _asked_for(self.headers.get("Host", LOOPBACK)) not in names:
                self._send(_FOREIGN)
                return
            with lock:
                answer = esplora.answer(self.path)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Leave what was asked unsaid: it would name addresses of the case."""

    return ThreadingHTTPServer((LOOPBACK, port), Handler)


def _asked_for(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
