# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Neo4j Community server on loopback, in a folder of its own, that calls nobody.

Standard library only.  ``with running(jars, folder) as server`` gives the bolt
address and the password; leaving the block stops the process and waits for it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ENTRY_POINT = "org.neo4j.server.CommunityEntryPoint"  # of 5.26; later ones say theirs
PATIENCE_SECONDS = 180
# a short life on few cores: the quick compiler and the simple collector start sooner
FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

# usage report and client telemetry default to on; the web server is not needed.
CONFIGURATION = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.usage_report.enabled=false
client.allow_telemetry=false
server.memory.heap.initial_size=256m
server.memory.heap.max_size={heap}
server.memory.pagecache.size=128m
db.tx_log.rotation.retention_policy=keep_none
db.logs.query.enabled=OFF
db.shutdown_transaction_end_timeout=0s
dbms.security.auth_lock_time=0s
"""


@dataclass(frozen=True)
class Server:
    """Where the server listens, and how to log in."""

    uri: str
    user: str
    password: str
    pid: int


@contextlib.contextmanager
def running(
    jars: Path,
    folder: Path,
    *,
    heap: str = "512m",
    options: Sequence[str] = FAST_START,
    java: str = "java",
    entry_point: str = ENTRY_POINT,
    settings: Sequence[str] = (),
) -> Iterator[Server]:
    """Start the server of ``jars`` with its data in ``folder``; stop it in the end.

    ``java``, ``entry_point`` and ``settings`` are those of the release (``releases.py``).
    """
    port, password = _free_port(), secrets.token_urlsafe(18)
    _lay_out(folder, port, heap, settings)
    base = [java, *options, "-cp", f"{jars}/*"]
    _set_password(base, folder, password)
    log = (folder / "console.log").open("wb")
    command = [*base, "-Xmx" + heap, entry_point, f"--home-dir={folder}",
               f"--config-dir={folder / 'conf'}"]  # fmt: skip
    process = subprocess.Popen(command, stdout=log, stderr=log, env=_environment(folder))
    try:
        _await_port(process, port, folder)
        yield Server(f"bolt://127.0.0.1:{port}", "neo4j", password, process.pid)
    finally:
        _stop(process)
        log.close()


def _lay_out(folder: Path, port: int, heap: str, settings: Sequence[str]) -> None:
    for name in ("conf", "data", "logs", "run", "import", "plugins"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    text = CONFIGURATION.format(port=port, heap=heap) + "".join(f"{line}\n" for line in settings)
    (folder / "conf" / "neo4j.conf").write_text(text, "ascii")


def _set_password(base: Sequence[str], folder: Path, password: str) -> None:
    # a password may begin with a dash: it comes after the end of the options
    command = [*base, "org.neo4j.cli.AdminTool", "dbms", "set-initial-password", "--", password]
    subprocess.run(command, check=True, env=_environment(folder), capture_output=True)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    tail = (folder / "console.log").read_text("utf-8", "replace")[-2000:]
    raise RuntimeError(f"the Neo4j server did not start: {tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server at once: its data is thrown away, a tidy end takes twenty seconds."""
    if process.poll() is None:
        process.kill()
    process.wait()
