# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console of the measured case as a process of its own, and a person who is signed in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from vestigo.errors import SourceUnreachable
from vestigo.i18n import _
from vestigo.pipeline.console_bench.making import ACCOUNT, PASSWORD

SAME = {"Sec-Fetch-Site": "same-origin"}
PATIENCE_SECONDS = 30
KIB = 1024


@dataclass(slots=True)
class Console:
    """A running console: where it is, how long it took to start, and its process."""

    url: str
    start_seconds: float
    process: subprocess.Popen[bytes]

    def client(self) -> httpx.Client:
        """Return a client that is not signed in."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=120, headers=SAME)

    def signed_in(self) -> httpx.Client:
        """Return a client that is signed in."""
        client = self.client()
        answer = client.post("/sign-in", data={"name": ACCOUNT, "password": PASSWORD})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise _not_started(f"/sign-in: {answer.status_code}")
        return client

    def memory_mb(self, name: str = "VmHWM") -> int:
        """Return the largest resident memory so far (or another line of ``status``), in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        lines = dict(line.split(":", 1) for line in status.splitlines())
        return int(lines[name].split()[0]) // KIB

    def processor_ms(self) -> float:
        """Return the processor time that the server took so far, in ms."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _not_started(where: str) -> SourceUnreachable:
    return SourceUnreachable(
        "E-BEN-040",
        _("The console of the measurement did not start."),
        where=where,
        remedy=_("Look at what it said on standard error."),
    )


def _document(stream: IO[bytes]) -> bytes:
    """Return the JSON document that a process prints before it goes on."""
    lines: list[bytes] = []
    while not lines or (lines[-1] and lines[-1].rstrip() != b"}"):
        lines.append(stream.readline())
    return b"".join(lines)


@contextmanager
def console_of(case: Path) -> Iterator[Console]:
    """Serve the case on a free port of loopback; the process ends with the block."""
    command = [sys.executable, "-m", "vestigo", "console", "serve", str(case), "--port", "0",
               "--json"]  # fmt: skip
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = _document(process.stdout)
        if not said:
            raise _not_started(str(case))
        yield Console(json.loads(said)["url"].rstrip("/"), time.perf_counter() - begin, process)
    finally:
        process.terminate()
        if process.stdout is not None:
            process.stdout.close()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
