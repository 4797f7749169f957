# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shipped worlds of a few seeds, told once."""

from __future__ import annotations

from functools import cache

import pytest

from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world


@pytest.fixture(scope="session")
def told():
    """Give the world of a name (or path) and a seed, without its ledger."""
    return cache(lambda name, seed=1: tell_world(seed, load_behaviour(name)))


@pytest.fixture(scope="session")
def demo(told):
    """The small world of seed 1."""
    return told("demo")


@pytest.fixture(scope="session")
def whole(told):
    """The full world of seed 1."""
    return told("full")
