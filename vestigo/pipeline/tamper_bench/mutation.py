# SPDX-License-Identifier: AGPL-3.0-or-later
"""A named mutation of a bundle: who makes it, and which checks must see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vestigo.pipeline.tamper_bench.bases import Bases
from vestigo.pipeline.tamper_bench.sealed import Sealed

Attacker = Literal["no key", "another key", "the unit's key"]
NOBODY: Attacker = "no key"
STRANGER: Attacker = "another key"
HOLDER: Attacker = "the unit's key"
# what comes from outside, by the patterns of its files among the anchors
OUTSIDE = {
    "checkpoint": ("checkpoint-*.note",),
    "witness": ("witness-*.vkey",),
    "stamp": ("tsa-*.pem",),
    "published": ("verifiers.sha256",),
}


@dataclass(frozen=True)
class Scene:
    """What an attacker has before him: a bundle, its anchors, and a folder of his own."""

    sealed: Sealed
    bases: Bases
    work: Path

    @property
    def path(self) -> Path:
        """The folder of the bundle."""
        return self.sealed.path

    def file(self, name: str) -> Path:
        """Return the path of a file of the bundle; its folder is there."""
        path = self.sealed.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def leave_outside(self, kept: str) -> None:
        """Leave only one kind of outside anchor ("": none, "all": every one)."""
        for kind, patterns in OUTSIDE.items():
            # without the published digests nothing that was sealed again is ever "ok"
            if kept not in (kind, "all") and kind != "published":
                self.drop_anchors(*patterns)

    def drop_anchors(self, *patterns: str) -> None:
        """Take anchors away."""
        for pattern in patterns:
            for path in self.sealed.anchors.glob(pattern):
                path.unlink()


Change = Callable[[Scene], None]


@dataclass(frozen=True)
class Attack:
    """What an attacker does to a copy of a bundle of one of the ``bases``.

    ``outside`` is what it is compared with from outside: "all" anchors, none (""), or the one
    kind that catches it; without that one nothing fails, unless what the attacker left in the
    bundle contradicts itself (``alone_it_passes`` False).
    """

    name: str
    attacker: Attacker
    change: Change
    base: str = "first"
    outside: str = "all"
    alone_it_passes: bool = True

    @property
    def only_outside(self) -> bool:
        """Whether nothing but one anchor from outside catches it."""
        return self.outside in OUTSIDE


@dataclass(frozen=True)
class Mutation:
    """An attack and how it must be caught.

    ``layer_a`` and ``layer_b`` are the checks that must fail, all of them and no other;
    ``unchecked`` those of layer A that say ``NOT CHECKED``, because what is due from outside is
    not there (exit 4).  ``reason`` are words that stand in one of their lines.
    """

    attack: Attack
    layer_a: frozenset[str]
    layer_b: frozenset[str]
    unchecked: frozenset[str]
    reason: str

    @property
    def name(self) -> str:
        """The name of the mutation."""
        return self.attack.name

    @property
    def layers(self) -> str:
        """The layers that must catch it: ``A``, ``B`` or ``AB``."""
        return ("A" if self.layer_a | self.unchecked else "") + ("B" if self.layer_b else "")


@dataclass(frozen=True)
class Table:
    """Collects the attacks of one attacker."""

    attacker: Attacker
    rows: list[Attack]

    def add(self, name: str, change: Change, **more: Any) -> None:
        """Name one attack; ``more`` are further fields of ``Attack``."""
        self.rows.append(Attack(name, self.attacker, change, **more))
