# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random invented cases: what one holds is drawn from a seed, and a bundle is built of it."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from vestigo.clock import system_clock
from vestigo.evidence.bundle import build_bundle
from vestigo.evidence.disclosure.wish import FieldName, Wish
from vestigo.evidence.packing import pack_bundle, receiver, unpacked
from vestigo.i18n import DOCUMENT_LANGUAGES
from vestigo.pipeline.disclosing import disclose_part
from vestigo.pipeline.disposing import dispose_exhibit
from vestigo.pipeline.receiving import file_item
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.tamper_bench.invented_case import (
    GRAPH,
    Plan,
    Ticking,
    invented_keys,
    make_world,
)
from vestigo.pipeline.tamper_bench.invented_pages import NOON
from vestigo.pipeline.tamper_bench.outside import Outside
from vestigo.pipeline.tamper_bench.sealed import Sealed

FIRST = (0, 1, 2)
TITLES = ("Case of tests", "Caso \u00f1and\u00fa", "\u202eeht fo esaC", "=1+1", "a: b\tc")


@dataclass(frozen=True)
class Drawn:
    """What a random case holds; ``packing`` is ``folder``, ``zip`` or ``encrypted``."""

    seed: int
    pages: tuple[int, ...]
    chain: bool
    rates: bool
    graph: bool
    n_received: int
    disposed: bool
    n_earlier: int
    at_earlier: bool
    withheld: str
    n_stamps: int
    witness: bool
    languages: tuple[str, ...]
    packing: str
    title: str

    def traits(self) -> list[str]:
        """Return the names of what it holds, to be counted."""
        held = {
            "crawl": self.pages, "no crawl": not self.pages, "chain": self.chain,
            "rates": self.rates, "graph": self.graph, "received": self.n_received,
            "disposal": self.disposed, "several checkpoints": self.n_earlier,
            "an earlier checkpoint": self.at_earlier, "disclosed copy": self.withheld,
            "stamps": self.n_stamps, "two stamps": self.n_stamps > 1, "witness": self.witness,
            self.packing: True,
        }  # fmt: skip
        return [name for name, there in held.items() if there] + list(self.languages)


def draw(seed: int) -> Drawn:
    """Draw a case from a seed; the same seed draws the same one."""
    dice = random.Random(seed)  # noqa: S311 (invents cases, no secrets)

    def often(percent: int) -> bool:
        return dice.randrange(100) < percent

    more = tuple(n for n in (3, 4, 5) if often(50))
    pages = (*FIRST, *more) if often(75) else ()
    n_earlier = dice.choice((0, 0, 1, 2, 3))
    withheld = dice.choice(("0002", "0003", "feedback.text", "listing.title")) if (
        pages and n_earlier and often(40)
    ) else ""  # fmt: skip
    return Drawn(
        seed=seed, pages=pages, chain=often(60), rates=often(50), graph=often(50),
        n_received=dice.choice((0, 0, 1, 2)), disposed=len(pages) > len(FIRST) and often(40),
        n_earlier=n_earlier, at_earlier=bool(n_earlier) and not withheld and often(25),
        withheld=withheld, n_stamps=dice.choice((0, 0, 1, 2)), witness=often(40),
        languages=tuple(sorted(dice.sample(DOCUMENT_LANGUAGES, dice.randrange(1, 3)))),
        packing=dice.choice(("folder", "folder", "zip", "encrypted")),
        title=dice.choice(TITLES),
    )  # fmt: skip


@contextmanager
def bundle_of(drawn: Drawn, work: Path, outside: Outside) -> Iterator[Sealed]:
    """Make the case in ``work`` and yield its last bundle as a receiver has it before him."""
    plan = Plan(drawn.pages, drawn.chain, drawn.rates, drawn.title)
    world = make_world(work / "case", plan)
    world.ledger.close()
    with open_session(work / "case", clock=Ticking(NOON + timedelta(days=1))) as session:
        path = _lived(drawn, session, work)
        anchors = session.folder.anchors
    outside.vouch(path, anchors, stamps=drawn.n_stamps, witness=drawn.witness)
    with ExitStack() as stack:
        if drawn.packing != "folder":
            path = stack.enter_context(unpacked(_sent(drawn, path, work)))
        yield Sealed(path, anchors, invented_keys()[1])


def _lived(drawn: Drawn, session: CaseSession, work: Path) -> Path:
    """Let everything happen to the case that was drawn; return the bundle to hand over."""
    sizes = []
    for n in range(drawn.n_earlier):
        sizes.append(_built(drawn, session, None)[1])
        session.custody.append("access", reason=f"look {n}")
        if n < drawn.n_received:
            _receive(session, work, n)
    for n in range(drawn.n_earlier, drawn.n_received):
        _receive(session, work, n)
    if drawn.disposed:
        dispose_exhibit(session, "0004", "Order 7", "not of this case")
    if drawn.withheld:
        _built(drawn, session, None)
        return _disclosed(drawn, session, work)
    return _built(drawn, session, sizes[-1] if drawn.at_earlier else None)[0]


def _built(drawn: Drawn, session: CaseSession, at: int | None) -> tuple[Path, int]:
    built = build_bundle(
        session.folder, session.ledger, session.custody, invented_keys()[1],
        attachments=GRAPH if drawn.graph else {}, at_checkpoint=at, languages=drawn.languages,
        clock=session.clock,
    )  # fmt: skip
    return built.path, built.checkpoint


def _receive(session: CaseSession, work: Path, n: int) -> None:
    path = work / f"handed over {n}.txt"
    path.write_bytes(b"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n" * (n + 1))
    file_item(session, path, "Police", f"seizure {n}", [])


def _disclosed(drawn: Drawn, session: CaseSession, work: Path) -> Path:
    kind, dot, field = drawn.withheld.partition(".")
    fields = frozenset({FieldName(kind, field)} if dot else ())
    exhibits = frozenset(() if dot else (drawn.withheld,))
    wish = Wish(exhibits=exhibits, fields=fields, reason="order of the court", person="Ana")
    disclose_part(session, invented_keys()[1], wish, work / "copy", None)
    return work / "copy"


def _sent(drawn: Drawn, path: Path, work: Path) -> Path:
    """Pack a bundle, encrypted or not, and return the zip as its receiver has it."""
    target = work / "sent.zip"
    if drawn.packing == "zip":
        return pack_bundle(path, target).paths[0]
    certificate, key = work / "receiver.pem", work / "receiver.key"
    for file, content in zip((certificate, key), receiving_pair(), strict=True):
        file.write_bytes(content)
    parts = pack_bundle(path, target, [receiver(certificate, system_clock())]).paths
    with target.open("wb") as out:
        for part in parts:
            words = ["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", str(key)]
            subprocess.run([*words, "-in", str(part)], stdout=out, check=True, timeout=120)
    return target


@cache
def receiving_pair() -> tuple[bytes, bytes]:
    """Make certificate and key of a receiver (PEM)."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from vestigo.pipeline.tamper_bench.invented_authority import make_certificate, new_key

    made = make_certificate("Receiver", new_key("rsa", 99), for_keys=True)
    private = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.pem, private


def forget(work: Path) -> None:
    """Delete what a case left."""
    shutil.rmtree(work, ignore_errors=True)
