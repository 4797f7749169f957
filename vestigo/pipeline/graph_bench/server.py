# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Neo4j Community server that the measurement owns: it lays it out, fills and stops it.

``home`` is a folder of jars (or a distribution with ``lib``); data, logs and settings stay
in a folder of the measurement.  It listens on loopback and calls nobody.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vestigo.errors import ConfigurationError, SourceUnreachable
from vestigo.i18n import _

PATIENCE_SECONDS = 180
HEAP = "1g"
PAGES = "1500m"
ENTRY_POINT = "org.neo4j.server.CommunityEntryPoint"
ADMIN = "org.neo4j.cli.AdminTool"
QUIET = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.usage_report.enabled": "false",
    "client.allow_telemetry": "false",
    "db.logs.query.enabled": "OFF",
    "db.tx_log.rotation.retention_policy": "keep_none",
    "server.memory.heap.initial_size": HEAP,
    "server.memory.heap.max_size": HEAP,
    "server.memory.pagecache.size": PAGES,
}


@dataclass(slots=True)
class OwnServer:
    """A server of ``home`` with its data in ``folder``."""

    home: Path
    folder: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    uri: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def lay_out(self) -> None:
        """Write the settings and the password; E-BEN-010 where the home is none."""
        if not list(self._jars().glob("neo4j-*.jar")):
            raise ConfigurationError(
                "E-BEN-010",
                _("There is no Neo4j server in this folder."),
                where=str(self.home),
                remedy=_("Name the folder that holds the jars of the server, or its “lib”."),
            )
        for name in ("conf", "data", "logs", "run", "import", "plugins"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.uri = f"bolt://127.0.0.1:{port}"
        settings = {**QUIET, "server.bolt.listen_address": f"127.0.0.1:{port}",
                    "server.bolt.advertised_address": f"127.0.0.1:{port}"}  # fmt: skip
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self.folder / "conf" / "neo4j.conf").write_text(text, "ascii")
        self.admin("dbms", "set-initial-password", self.password)

    def admin(self, *words: str) -> None:
        """Run the administration tool while the server stands still; E-BEN-011 when it fails."""
        command = ["java", f"-Xmx{HEAP}", "-cp", f"{self._jars()}/*", ADMIN, *words]
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, check=False, cwd=self.folder
        )
        if done.returncode:
            tail = (done.stdout + done.stderr).decode("utf-8", "replace")[-500:]
            raise SourceUnreachable(
                "E-BEN-011",
                _("The Neo4j server could not be prepared: {reason}").format(reason=tail),
                where=str(self.home),
                remedy=_("Check that Java is there and new enough for this server."),
            )

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start the server, wait for its port, stop it in the end."""
        options: Sequence[str] = ("-XX:+UseG1GC", f"-Xmx{HEAP}")
        command = ["java", *options, "-cp", f"{self._jars()}/*", ENTRY_POINT,
                   f"--home-dir={self.folder}", f"--config-dir={self.folder / 'conf'}"]  # fmt: skip
        with (self.folder / "console.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment(), cwd=self.folder
            )
            self._process = process
            try:
                self._await_port(process)
                yield
            finally:
                _stop(process)
                self._process = None

    def resident_mb(self) -> int:
        """Return the resident memory of the running server in MB, 0 where it is not known."""
        status = Path(f"/proc/{self._process.pid}/status") if self._process else None
        if status is None or not status.is_file():
            return 0
        lines = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
        return int(lines["VmRSS"].split()[0]) // 1024

    def _jars(self) -> Path:
        return self.home / "lib" if (self.home / "lib").is_dir() else self.home

    def _environment(self) -> dict[str, str]:
        conf = str(self.folder / "conf")
        return {**os.environ, "NEO4J_HOME": str(self.folder), "NEO4J_CONF": conf}

    def _await_port(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        host, _sep, port = self.uri.removeprefix("bolt://").partition(":")
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
                return
            time.sleep(0.2)
        tail = (self.folder / "console.log").read_text("utf-8", "replace")[-500:]
        raise SourceUnreachable(
            "E-BEN-011",
            _("The Neo4j server could not be prepared: {reason}").format(reason=tail),
            where=str(self.home),
            remedy=_("Check that Java is there and new enough for this server."),
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(90)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
