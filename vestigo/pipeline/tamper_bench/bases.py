# SPDX-License-Identifier: AGPL-3.0-or-later
"""The untouched bundles that mutations begin with, each made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from vestigo.clock import Clock
from vestigo.evidence.bundle import build_bundle
from vestigo.evidence.disclosure.wish import Wish, read_field
from vestigo.pipeline.disclosing import disclose_part
from vestigo.pipeline.disposing import dispose_exhibit
from vestigo.pipeline.receiving import file_item
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.tamper_bench.invented_case import GRAPH, Ticking, invented_keys, make_world
from vestigo.pipeline.tamper_bench.invented_pages import NOON
from vestigo.pipeline.tamper_bench.outside import Outside
from vestigo.pipeline.tamper_bench.sealed import Sealed

WALLETS = b"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n"
HAND = Wish(
    exhibits=frozenset({"0003"}),
    fields=frozenset({read_field("feedback.text")}),
    reason="order of the court",
    person="Ana",
)


@dataclass
class Bases:
    """Bundles by name, made when one is first asked for; ``copy`` gives one to an attacker."""

    work: Path
    made: dict[str, Sealed] = field(default_factory=dict)
    _outside: Outside | None = None

    @property
    def outside(self) -> Outside:
        """The authorities and the witness."""
        if self._outside is None:
            self._outside = Outside(self.work / "outside")
        return self._outside

    def untouched(self, name: str) -> Sealed:
        """Return the bundle of this name: ``first``, ``second``, ``whole`` or ``part``."""
        if name not in self.made:
            folder = self.work / "untouched"
            folder.mkdir(parents=True, exist_ok=True)
            self.made[name] = MAKERS[name](self, folder / name)
        return self.made[name]

    def earlier(self) -> Path:
        """Return the bundle before the second one."""
        second = self.untouched("second").path
        return min(path for path in second.parent.iterdir() if path != second)

    def copy(self, name: str, target: Path) -> Sealed:
        """Return a copy that may be changed, with anchors of its own."""
        base = self.untouched(name)
        shutil.copytree(base.path, target / "bundle")
        shutil.copytree(base.anchors, target / "anchors")
        return Sealed(target / "bundle", target / "anchors", base.keys)


def _first(_bases: Bases, folder: Path) -> Sealed:
    """Make the first bundle of a case: nothing before it, no stamp, no witness."""
    world = make_world(folder)
    built = world.build()
    world.ledger.close()
    return Sealed(built.path, world.folder.anchors, world.keys)


def _second(_bases: Bases, folder: Path) -> Sealed:
    """Make the second bundle of a case, with everything in it."""
    case_with_history(folder)
    with open_session(folder, clock=_on_day(2)) as session:
        return Sealed(_build(session), session.folder.anchors, invented_keys()[1])


def _whole(bases: Bases, folder: Path) -> Sealed:
    """Let two authorities and a witness vouch for a copy of the second bundle."""
    copy = bases.copy("second", folder)
    bases.outside.vouch(copy.path, copy.anchors)
    return copy


def _part(_bases: Bases, folder: Path) -> Sealed:
    """Make a disclosed copy: an exhibit and a field of every feedback are withheld."""
    case_with_history(folder)
    keys, copy = invented_keys()[1], folder.with_name("copy")
    with open_session(folder, clock=_on_day(2)) as session:
        disclose_part(session, keys, HAND, copy, None)
        return Sealed(copy, session.folder.anchors, keys)


def case_with_history(folder: Path) -> None:
    """Make a case with a received item, a destroyed page and a bundle built."""
    world = make_world(folder)
    world.ledger.close()
    handed = folder.with_name("wallets.txt")
    handed.write_bytes(WALLETS)
    with open_session(folder, clock=_on_day(1)) as session:
        file_item(session, handed, "Police", "seizure 12", [])
        dispose_exhibit(session, "0004", "Order 7", "not of this case")
        session.custody.append("access", reason="a look before the first bundle")
        _build(session)
        session.custody.append("access", reason="a look between two bundles")


def _build(session: CaseSession) -> Path:
    return build_bundle(
        session.folder, session.ledger, session.custody, invented_keys()[1],
        attachments=GRAPH, clock=session.clock,
    ).path  # fmt: skip


def _on_day(n: int) -> Clock:
    return Ticking(NOON + timedelta(days=n))


MAKERS: dict[str, Callable[[Bases, Path], Sealed]] = {
    "first": _first, "second": _second, "whole": _whole, "part": _part,
}  # fmt: skip
