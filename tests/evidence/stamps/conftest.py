# SPDX-License-Identifier: AGPL-3.0-or-later
"""Local time-stamping authorities: certificates made here, stamps by ``openssl ts``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from vestigo.pipeline.tamper_bench.invented_authority import Lab, make_certificate, make_lab


@dataclass
class Service:
    """An authority on a loopback port; ``mode`` says how it behaves."""

    lab: Lab
    port: int
    mode: str = "right"
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsr"

    def respond(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body for one exchange."""
        self.asked.append(path)
        if self.mode == "down" or (self.mode == "no lists" and path != "/tsr"):
            return 503, b"later"
        if path == "/root.crl":
            return 200, self.lab.crl(self.lab.root)
        if path == "/link.crl":
            return 200, self.lab.crl(self.lab.link)
        if path == "/ocsp":
            return 200, self.lab.answer(body)
        self.bodies.append(body)
        return 200, b"no stamp" if self.mode == "garbage" else self.lab.reply(body)


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """Return a function that puts an authority on a port of its own."""
    running = []

    def start(folder: Path, *, lists: bool = True, **how) -> Service:
        server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        port = server.server_address[1]
        base = f"http://127.0.0.1:{port}/" if lists else ""
        service = Service(make_lab(folder, base=base, **how), port)

        class Handler(BaseHTTPRequestHandler):
            timeout = 30

            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                status, content = service.respond(self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args) -> None:
                del args

        server.RequestHandlerClass = Handler
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        running.append((server, thread))
        return service

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture(scope="session")
def lab_maker():
    """Return ``make_lab`` and ``make_certificate``."""
    return make_lab, make_certificate


@pytest.fixture(scope="session")
def hashes():
    return {"sha256": SHA256, "sha512": SHA512}
