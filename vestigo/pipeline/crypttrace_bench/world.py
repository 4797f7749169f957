# SPDX-License-Identifier: AGPL-3.0-or-later
"""The world that both look at: a case with its chain, and the truth about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ledger.ingest import ingest_file, number_blocks
from ledger.tags import read_tags
from vestigo.pipeline.steps import run_step, vestigo_words
from vestigo.records import Tag
from vestigo.store import CaseFolder

NETWORK = "regtest"
Row = dict[str, Any]


@dataclass(frozen=True)
class World:
    """A world of the practice range: its case, its tags, its truth."""

    case: Path
    tags: tuple[Tag, ...]
    truth: Row

    @property
    def chain(self) -> Path:
        """The chain folder of the case."""
        return CaseFolder(self.case).chain

    @cached_property
    def owner(self) -> dict[str, str]:
        """Who holds each address."""
        return {a: one["owner"] for one in self.truth["clusters"] for a in one["addresses"]}

    @cached_property
    def starts(self) -> list[str]:
        """Published addresses whose coins really reached a service, or might have."""
        named = {one["address"] for one in self.truth["published_addresses"]}
        return sorted(address for address in named if address in self.owner)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The tags as names by address."""
        return {tag.address: tag.label for tag in self.tags}

    @cached_property
    def addresses(self) -> list[str]:
        """Every address of the chain whose owner the truth tells, less the tagged ones."""
        return sorted(set(self.owner) - set(self.labels))

    @cached_property
    def deposits(self) -> set[str]:
        """The deposit, kiosk and invoice addresses of the services that have a tag."""
        known = (one for one in self.truth["services"] if one["is_tagged"])
        return {address for one in known for address in one["deposits"]} - set(self.labels)


def make_world(work: Path, seed: int, behaviour: str) -> World:
    """Write a world of the range and take its chain into a case in ``work``."""
    folder, case = work / "world", work / "case"
    words = ("training", "range", "--seed", str(seed), "--behaviour", behaviour)
    run_step(vestigo_words(*words, "--write", str(folder), "--json"))
    made = CaseFolder.create(case, title="crypttrace", unit="bench")
    for path in sorted((folder / "blocks").iterdir()):
        ingest_file(made.chain, path, NETWORK)
    number_blocks(made.chain, NETWORK, {})
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    return World(case, tuple(read_tags(folder / "tagpack.yaml", NETWORK)), truth)


@contextmanager
def served(case: Path) -> Iterator[str]:
    """Run ``vestigo ledger serve`` on the case and yield its address."""
    words = vestigo_words("ledger", "serve", str(case), "--network", NETWORK, "--port", "0")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
