# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Tor of our own; skips where Tor is absent, fails where VESTIGO_REQUIRE_TOR=1."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "private_tor", Path(__file__).parent / "private_tor.py"
)
private_tor = importlib.util.module_from_spec(_SPEC)
sys.modules["private_tor"] = private_tor  # its dataclass looks itself up there
_SPEC.loader.exec_module(private_tor)


@pytest.fixture(scope="session")
def tor_program():
    """The name of the program; this is what everything here needs."""
    if shutil.which("tor") and shutil.which("tor-gencert"):
        return "tor"
    message = "tor is not installed (Debian: apt-get install tor)"
    if os.environ.get("VESTIGO_REQUIRE_TOR") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def network(tor_program, tmp_path_factory):
    """A private network that answers."""
    tor = private_tor.PrivateTor(tmp_path_factory.mktemp("tor"))
    try:
        tor.open()
        yield tor
    finally:
        tor.close()


@pytest.fixture
def lone_tor(tor_program, tmp_path):
    """Start a Tor that is of the public network and never goes there; give its port."""
    started = []

    def start(*options):
        port = private_tor.free_port()
        folder = tmp_path / f"lone{len(started)}"
        empty = tmp_path / "torrc"
        empty.touch()
        words = [
            tor_program, "-f", str(empty), "--defaults-torrc", str(empty), "--quiet",
            "--DisableNetwork", "1", "--SocksPort", "0", "--DataDirectory", str(folder),
            "--ControlPort", f"127.0.0.1:{port}", *options,
        ]  # fmt: skip
        started.append(subprocess.Popen(words, stdout=subprocess.DEVNULL))
        _wait_for(port)
        return port

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port):
    for _again in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("tor does not open its control port")


@pytest.fixture
def onion_range():
    """Start ``vestigo training range --onion`` through a control port; give (line, process)."""
    started = []

    def start(control_port, *words, stdin=""):
        process = subprocess.Popen(
            [
                sys.executable, "-m", "vestigo", "training", "range", "--behaviour", "demo",
                "--onion", "--tor-control", f"127.0.0.1:{control_port}", *words,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"VESTIGO_LANG": "en"},
        )  # fmt: skip
        started.append(process)
        process.stdin.write(stdin)
        process.stdin.flush()
        line = process.stdout.readline()
        return (json.loads(line) if line else None), process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=60)
