# SPDX-License-Identifier: AGPL-3.0-or-later
"""Worlds whose truth is known, as chains that the ledger stage reads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.ingest import ingest
from ledger.tags import read_tags
from vestigo.errors import ConfigurationError
from vestigo.pipeline.calibration_bench.drawn import drawn_behaviour
from vestigo.places import config_root
from vestigo.rates import RateTable
from vestigo.records import Tag
from vestigo.training.behaviour import Behaviour, load_behaviour
from vestigo.training.chain.files import MEMPOOL_NAME, chain_files
from vestigo.training.chain.ledger import Ledger, make_ledger
from vestigo.training.telling import tell_world
from vestigo.training.truth import truth
from vestigo.training.world import World
from vestigo.training.writing import rates_csv

NETWORK = "regtest"
FIT_BEHAVIOURS = ("full", "doorways", "habits-a", "habits-b", "habits-e")
FIT_SEEDS = (1, 2)
FIT_DRAWN = tuple(range(1, 25))  # each drawn behaviour once, its number the seed
FIT_WORLDS = (
    *((name, seed) for name in FIT_BEHAVIOURS for seed in FIT_SEEDS),
    *((f"drawn-{number}", number) for number in FIT_DRAWN),
)
TEST_BEHAVIOURS = ("full", "habits-c", "habits-d", "unseen-a", "unseen-b", "unseen-c")
TEST_SEEDS = (101, 102, 103)
TEST_WORLDS = tuple((name, seed) for name in TEST_BEHAVIOURS for seed in TEST_SEEDS)


@dataclass(frozen=True, slots=True)
class KnownWorld:
    """A chain in a folder, its tags, and what is so about it."""

    name: str
    chain: Path
    tags: list[Tag]
    rates: RateTable
    truth: dict[str, Any]
    mempool: Path | None = None

    @property
    def owners(self) -> dict[str, str]:
        """Who holds each address."""
        return {a: one["owner"] for one in self.truth["clusters"] for a in one["addresses"]}


def behaviour_named(name: str) -> Behaviour:
    """Return a shipped behaviour, one of the calibration's own, a drawn one, or a file's."""
    drawn = drawn_behaviour(name)
    if drawn is not None:
        return drawn
    own = config_root() / "ledger" / "behaviours" / f"{name}.toml"
    return load_behaviour(str(own) if own.is_file() else name)


@contextmanager
def known_worlds(chosen: Iterable[tuple[str, int]]) -> Iterator[list[KnownWorld]]:
    """Make several worlds (behaviour, seed) and hold them open together."""
    with ExitStack() as stack:
        made = [stack.enter_context(known_world(name, seed)) for name, seed in chosen]
        yield [world for world in made if world is not None]


@contextmanager
def known_world(name: str, seed: int) -> Iterator[KnownWorld | None]:
    """Make a world's chain in a temporary folder; None where its ledger cannot be played."""
    ledger = _ledger(tell_world(seed, behaviour_named(name)))
    if ledger is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for path, content in chain_files(ledger):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        list(ingest(folder / "chain", [folder / "blocks"], NETWORK))
        tags = read_tags(folder / "tagpack.yaml", NETWORK)
        (folder / "rates.csv").write_bytes(rates_csv(seed))
        rates = RateTable.read([folder / "rates.csv"])
        told = truth(ledger.world, ledger)
        seen = folder / MEMPOOL_NAME
        yield KnownWorld(
            f"{Path(name).stem}-{seed}", folder / "chain", tags, rates, told,
            seen if seen.is_file() else None,
        )  # fmt: skip


def _ledger(world: World) -> Ledger | None:
    try:
        return make_ledger(world)
    except ConfigurationError:  # somebody in this world cannot pay what the behaviour asks for
        return None
