# SPDX-License-Identifier: AGPL-3.0-or-later
"""The empty network; skips where none can be made, fails with VESTIGO_REQUIRE_NAMESPACES=1."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(name):
    """Load a module of this folder: test folders are no packages."""
    full = f"leaks_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def isolated():
    """``run_isolated`` of ``namespace.py``, ready for this machine."""
    namespace = _load("namespace")
    return functools.partial(namespace.run_isolated, namespace.required_words())


@pytest.fixture(scope="session")
def inside():
    """The module that runs in the empty network."""
    return _load("inside")


@pytest.fixture
def fake_tor(tmp_path):
    """Make a proxy that knows some onion services: ``fake_tor({host: answer})``."""
    opened = []

    def make(hosts):
        opened.append(_load("fake_tor").FakeTor(tmp_path / f"socks{len(opened)}", hosts))
        return opened[-1]

    yield make
    for server in opened:
        server.close()


@pytest.fixture
def tor_relay(tmp_path):
    """Make a unix socket that leads to a TCP port of this machine: ``tor_relay(port)``."""
    opened = []

    def make(port):
        opened.append(_load("fake_tor").Relay(tmp_path / f"relay{len(opened)}", port))
        return opened[-1]

    yield make
    for server in opened:
        server.close()
