# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range of a few seeds, made once."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

from vestigo.training.chain.economy import Ledger, make_ledger
from vestigo.training.site_story import Site
from vestigo.training.telling import tell_story
from vestigo.training.truth import truth
from vestigo.training.writing import blocks_file, tagpack

_SPEC = importlib.util.spec_from_file_location(
    "range_reader", Path(__file__).parent / "range_reader.py"
)
range_reader = importlib.util.module_from_spec(_SPEC)
sys.modules["range_reader"] = range_reader  # its dataclasses look themselves up there
_SPEC.loader.exec_module(range_reader)


@dataclass
class World:
    """One range, as it is made and as a stranger reads it."""

    seed: int
    ledger: Ledger = field(init=False)

    def __post_init__(self):
        self.ledger = make_ledger(self.seed)
        self.story = self.ledger.story
        self.truth = truth(self.ledger)
        self.blocks = blocks_file(self.ledger)
        self.chain = range_reader.read_chain(self.blocks)
        self.raw_blocks = list(range_reader.iter_raw_blocks(self.blocks))
        self.tags = {
            one["address"]: one["label"] for one in yaml.safe_load(tagpack(self.ledger))["tags"]
        }
        self.follower = range_reader.Follower(self.chain, self.tags)


@pytest.fixture(scope="session")
def world_of():
    """Give the range of a seed."""
    return cache(World)


@pytest.fixture(scope="session")
def world(world_of):
    """The range of seed 1."""
    return world_of(1)


@pytest.fixture(scope="session")
def story():
    """The story of seed 1 (without its ledger)."""
    return tell_story(1)


@pytest.fixture(scope="session")
def site(story):
    """The market of seed 1."""
    return Site(story)


@pytest.fixture(scope="session")
def visit(site):
    """Fetch an address as somebody who is logged in; give the answer."""
    cookies = site.session_cookie()
    return lambda target, method="GET", body=b"": site.answer(method, target, cookies, body)
