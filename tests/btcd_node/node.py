# SPDX-License-Identifier: AGPL-3.0-or-later
"""btcd on regtest, on loopback, in a folder of its own, without peers.

Standard library only.  ``with running(program, folder) as node`` gives something that
answers ``node.call(method, *parameters)``; leaving the block stops the process.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60
_CONFIGURATION = """\
[Application Options]
regtest=1
notls=1
nolisten=1
nodnsseed=1
noonion=1
txindex=1
addrindex=1
rpclisten=127.0.0.1:{port}
rpcuser=range
rpcpass={password}
datadir={folder}/data
logdir={folder}/logs
"""


class RefusedError(Exception):
    """The node answered with an error; the text is its own."""


class Node:
    """A running node: one method of its JSON-RPC interface a call."""

    def __init__(self, port: int, password: str) -> None:
        self.port, self.password = port, password
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        word = base64.b64encode(f"range:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {word}", "Content-Type": "application/json"}

    def call(self, method: str, *parameters: Any) -> Any:
        """Return the result; raises ``RefusedError`` with what the node says."""
        body = {"jsonrpc": "1.0", "id": 1, "method": method, "params": list(parameters)}
        self._link.request("POST", "/", json.dumps(body), self._headers)
        answer = json.loads(self._link.getresponse().read())
        if answer["error"]:
            raise RefusedError(answer["error"]["message"])
        return answer["result"]

    def submit(self, raw: bytes) -> None:
        """Hand in one block; raises ``RefusedError`` when it is not accepted."""
        said = self.call("submitblock", raw.hex())
        if said is not None:
            raise RefusedError(str(said))

    def close(self) -> None:
        """Close the connection."""
        self._link.close()


@contextlib.contextmanager
def running(program: Path, folder: Path) -> Iterator[Node]:
    """Start ``program`` with everything it writes below ``folder``; stop it in the end."""
    port, password = _free_port(), secrets.token_hex(16)
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "btcd.conf"
    settings.touch(0o600)
    settings.write_text(_CONFIGURATION.format(port=port, password=password, folder=folder))
    with (folder / "console.log").open("wb") as log:
        command = [str(program), f"--configfile={settings}"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _await_port(process, port, folder)
            with contextlib.closing(Node(port, password)) as node:
                yield node
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    tail = (folder / "console.log").read_text("utf-8", "replace")[-2000:]
    raise RuntimeError(f"btcd did not start: {tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
