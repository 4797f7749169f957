# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of many scripts at once are those of one by one."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

from ledger import addresses
from ledger.addresses import addresses_of
from ledger.index import ChainIndex, Scripts
from vestigo.identifiers.bitcoin import NETWORKS

SHAPES = [
    b"\x00\x14" + bytes(20), b"\x00\x14" + b"\xff" * 20, b"\x00\x15" + bytes(20),
    b"\x51\x14" + bytes(20), b"", b"\x6a\x01\x02", b"\x00\x20" + bytes(32), b"\x51\x20" + bytes(32),
    b"\x76\xa9\x14" + bytes(20) + b"\x88\xac", b"\xa9\x14" + bytes(20) + b"\x87",
]  # fmt: skip


def index_over(scripts: list[bytes], network: str):
    bounds = np.cumsum([0] + [len(one) for one in scripts])
    index = SimpleNamespace(network=network, scripts=Scripts(bounds, b"".join(scripts)))
    index.address = lambda script: ChainIndex.address(index, script)
    return index


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_they_are_those_of_one_by_one(network, monkeypatch):
    monkeypatch.setattr(addresses, "_AT_ONCE", 64)
    chance = random.Random(7)
    scripts = SHAPES + [b"\x00\x14" + chance.randbytes(20) for _n in range(300)]
    chance.shuffle(scripts)
    index = index_over(scripts, network)
    asked = np.array(chance.sample(range(len(scripts)), 250))
    assert addresses_of(index, asked) == {n: index.address(n) for n in asked.tolist()}


def test_none_are_none():
    assert addresses_of(index_over(SHAPES, "mainnet"), np.array([], dtype=np.int64)) == {}
