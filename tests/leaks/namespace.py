# SPDX-License-Identifier: AGPL-3.0-or-later
"""An empty network for one command: only a proxy port leads out of it.

``run_isolated`` starts ``inside.py`` in a new network namespace and returns what it saw (a
mount namespace is not needed: in a chroot there is none).  A test that shows "nothing leaked" needs a negative control that trips the watch:
see ``test_leaks_crawl.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROXY_PORT = 9050
WEB_PORT = 8099  # the web server on loopback that nothing may reach
WORDS = ("unshare", "--net")
AS_ROOT = ("--user", "--map-root-user")
RESOLVING = {"RES_OPTIONS": "timeout:2 attempts:1 ndots:1"}  # the name as it is, first


@dataclass(frozen=True)
class Witness:
    """What was seen while the command ran.

    ``names``: questions to the name server.  ``outside``: "tcp ADDRESS PORT" of each packet
    that began something with another machine.  ``loopback``: the same on loopback, without
    the proxy port and the name server.  ``requests``: request lines that the web server on
    loopback got.  ``code``: the command's exit code, or "too long".
    """

    code: int | str
    stdout: str
    stderr: str
    names: list[str]
    outside: list[str]
    loopback: list[str]
    requests: list[str]

    @property
    def leaks(self) -> list[str]:
        """Everything that went anywhere but to the proxy."""
        return [*self.names, *self.outside, *self.loopback, *self.requests]


def namespace_words() -> tuple[str, ...] | None:
    """Return the words that make the namespace on this machine, None where none do."""
    for words in (WORDS, (*WORDS, *AS_ROOT)):
        tried = [*words, "sh", "-c", "ip link add out type veth peer name nowhere"]
        try:
            if subprocess.run(tried, capture_output=True, check=False, timeout=60).returncode == 0:
                return words
        except OSError:
            return None
    return None


def required_words() -> tuple[str, ...]:
    """Return ``namespace_words``; skip the test without, fail it where they are required."""
    words = namespace_words()
    if words is None:
        message = "this machine cannot make a network namespace (needs root, iproute2, veth)"
        if os.environ.get("VESTIGO_REQUIRE_NAMESPACES") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return words


def run_isolated(
    words: tuple[str, ...],
    command: list[str],
    socks: Path,
    *,
    seconds: float = 150,
    proxy_port: int = PROXY_PORT,
    given: str = "",
    env: dict[str, str] | None = None,
) -> Witness:
    """Run ``command`` in an empty network; ``socks`` is the unix socket behind the proxy port.

    ``given`` is its standard input; ``env`` is laid over the environment.
    """
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        orders = {
            "socks": str(socks), "proxy_port": proxy_port, "seconds": seconds,
            "report": str(report),
        }  # fmt: skip
        done = subprocess.run(
            [*words, sys.executable, str(HERE / "inside.py"), json.dumps(orders), *command],
            input=given, capture_output=True, text=True, errors="replace", check=False,
            timeout=seconds + 90, env=os.environ | RESOLVING | (env or {}),
        )  # fmt: skip
        if not report.exists():
            raise OSError(f"no report from the namespace: {done.stderr[-2000:]}")
        return Witness(stdout=done.stdout, stderr=done.stderr, **json.loads(report.read_text()))
