# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledgers of a few worlds, made once, as they are made and as a stranger reads them."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import pytest
import yaml

from vestigo.training.behaviour import load_behaviour
from vestigo.training.chain.files import blocks_file, mempool, tagpack
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.telling import tell_world
from vestigo.training.truth import truth

TESTS = Path(__file__).resolve().parents[2]


def load(name, path):
    """Return a module of the test folder, which is no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass
class Chain:
    """One ledger, its truth, and its blocks as they are read back from the file."""

    behaviour: str
    seed: int
    read: dict = field(init=False)

    def __post_init__(self):
        self.world = tell_world(self.seed, load_behaviour(self.behaviour))
        self.ledger = make_ledger(self.world)
        self.truth = truth(self.world, self.ledger)
        self.file = blocks_file(self.ledger)
        self.pack = yaml.safe_load(tagpack(self.ledger))
        self.mempool = mempool(self.ledger)
        reader = load("range_reader", TESTS / "training" / "range_reader.py")
        self.read = reader.read_chain(self.file)
        self.raw_blocks = list(reader.iter_raw_blocks(self.file))
        self.tags = {one["address"]: one["label"] for one in self.pack["tags"]}
        self.owner = {a: one["owner"] for one in self.truth["clusters"] for a in one["addresses"]}
        self.spender = {
            outpoint: one
            for one in self.read.values() if not one.is_coinbase
            for outpoint in one.inputs
        }  # fmt: skip

    @cached_property
    def follower(self):
        """The plainest trace that the methods of the ledger stage allow."""
        return sys.modules["range_reader"].Follower(self.read, self.tags)

    @property
    def payments(self):
        return [one for one in self.read.values() if not one.is_coinbase]

    def payers(self, txid):
        return {self.owner[address] for address, _value in self.read[txid].spent}


@pytest.fixture(scope="session")
def chain_of():
    """Give the ledger of a behaviour and a seed."""
    return cache(Chain)


@pytest.fixture(scope="session")
def world_of(chain_of):
    """Give the ledger of the small world of a seed."""
    return lambda seed: chain_of("demo", seed)


@pytest.fixture(scope="session")
def world(world_of):
    """The ledger of the small world of seed 1."""
    return world_of(1)


@pytest.fixture(scope="session")
def full(chain_of):
    """The ledger of the full world, seed 1."""
    return chain_of("full", 1)
