# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Tor of our own; skips where Tor is absent, fails where VESTIGO_REQUIRE_TOR=1."""

from __future__ import annotations

import functools
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

HERE = Path(__file__).parent


def _load(path):
    """Load a module that stands beside tests: test folders are no packages."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


asking = _load(HERE / "asking.py")
private_tor = _load(HERE / "private_tor.py")
crawling = _load(HERE / "crawling.py")


@pytest.fixture(scope="session")
def tor_program():
    """The name of the program; this is what everything here needs."""
    if shutil.which("tor") and shutil.which("tor-gencert"):
        return "tor"
    message = "tor is not installed (Debian: apt-get install tor)"
    if os.environ.get("VESTIGO_REQUIRE_TOR") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def network(tor_program, tmp_path_factory):
    """A private network that answers; one a file: one that waited for long may find nobody."""
    tor = private_tor.PrivateTor(tmp_path_factory.mktemp("tor"))
    try:
        tor.open()
        yield tor
    finally:
        tor.close()


@pytest.fixture
def onion_case(network, tmp_path):
    """Make a case whose crawls go through the network: ``onion_case(hosts, accounts)``."""

    def make(*given, **options):
        return crawling.OnionCase(tmp_path / "case", network, *given, **options)

    return make


@pytest.fixture
def isolated_over_tor(network, tmp_path):
    """Run a command in an empty network whose proxy port is that of the private Tor."""
    leaks = HERE.parent / "leaks"
    namespace = _load(leaks / "namespace.py")
    words = namespace.required_words()
    relay = _load(leaks / "fake_tor.py").Relay(tmp_path / "relay", network.socks_port)
    yield functools.partial(namespace.run_isolated, words, socks=relay.path)
    relay.close()


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
        _end(process)


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
    yield from _ranges()


@pytest.fixture(scope="module")
def served_world(network):
    """A world of its own, served as an onion service that answers: (line, its URL)."""
    for start in _ranges():
        line, _process = start(network.control_port, "--seed", "7")
        (onion,) = line["onions"]["range"]["genuine"]
        network.ask(f"{onion}login")
        yield line, onion


def _ranges():
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

    try:
        yield start
    finally:
        for process in started:
            _end(process)


def _end(process):
    process.terminate()
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
