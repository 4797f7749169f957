# SPDX-License-Identifier: AGPL-3.0-or-later
"""How well kinds of pages are told apart: confusion matrices against what was served."""

from __future__ import annotations

import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from crawler.market import MarketProfile, load_profile, read_page
from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.wall import WALLS, wall_kind
from vestigo.records.market import THIRD_KINDS
from vestigo.training.behaviour import load_behaviour
from vestigo.training.invented import invented_pages
from vestigo.training.site.kinds import served_kinds
from vestigo.training.telling import tell_world

CONTENT = ""
_PROFILES = {"table": "range"}
_FOLDERS = {"p": "listing", "vendor": "vendor", "cat": "category", "info": "other"}
_FOUR = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page whose kind is known; ``group`` is its layout, or its style and language."""

    group: str
    kind: str
    uri: str
    status: int | None
    body: bytes
    refresh: str = ""
    media_type: str = "text/html"


@dataclass(slots=True)
class Confusion:
    """Counts of (kind that it is, kind that was found), and the first pages that were missed."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def add(self, page: KnownPage, truth: str, found: str) -> None:
        """Count one page."""
        self.counts[truth, found] += 1
        if truth != found and len(self.missed) < 20:  # noqa: PLR2004  # enough to look into
            self.missed.append(f"{page.group} {page.uri}: {truth or 'content'}, found {found}")

    @property
    def n_pages(self) -> int:
        """How many pages were judged."""
        return sum(self.counts.values())

    @property
    def n_junk(self) -> int:
        """How many walls were taken for a listing, a vendor or any content."""
        content = ("listing", "vendor", CONTENT)
        return sum(n for (is_, found), n in self.counts.items()
                   if is_ in WALLS and found in content)  # fmt: skip

    def as_document(self) -> dict[str, Any]:
        """Return counts and share as plain JSON values."""
        right = sum(n for (is_, found), n in self.counts.items() if is_ == found)
        matrix: dict[str, dict[str, int]] = {}
        for (is_, found), n in sorted(self.counts.items()):
            matrix.setdefault(is_ or "content", {})[found or "content"] = n
        share = (Decimal(right) / self.n_pages).quantize(_FOUR) if self.n_pages else Decimal(0)
        return {"pages": self.n_pages, "right": right, "share": str(share),
                "junk": self.n_junk, "matrix": matrix, "missed": self.missed}  # fmt: skip


def measure(
    *, seeds: Iterable[int] = (1,), behaviour: str = "full", saved: Path | None = None
) -> dict[str, Any]:
    """Return matrices for the range by layout, a saved market, and pages without a profile.

    ``unprofiled`` and ``invented`` compare walls only: any content counts as one kind.
    """
    by_layout: dict[str, Confusion] = {}
    unprofiled: dict[str, Confusion] = {}
    for page in range_pages(seeds, behaviour):
        profile = load_profile(_PROFILES.get(page.group, f"range-{page.group}"))
        by_layout.setdefault(page.group, Confusion()).add(page, page.kind, kind_with(profile, page))
        if page.kind not in ("other", *THIRD_KINDS):
            unprofiled.setdefault(page.group, Confusion()).add(page, wall(page.kind), guess(page))
    invented: dict[str, Confusion] = {}
    for page in invented_known():
        invented.setdefault(page.group, Confusion()).add(page, wall(page.kind), guess(page))
    found = {"range": _documents(by_layout), "range_unprofiled": _documents(unprofiled),
             "invented": _documents(invented)}  # fmt: skip
    return found if saved is None else found | {"saved": _saved_documents(saved)}


def kind_with(profile: MarketProfile, page: KnownPage) -> str:
    """Return the kind that a profile gives a page."""
    return read_page(profile, page.body, uri=page.uri, status=page.status,
                     media_type=page.media_type, charset="", problem="").kind  # fmt: skip


def guess(page: KnownPage) -> str:
    """Return the wall that a page is by general signs, "" for content."""
    document = parse_document(decode_body(page.body, ""))
    return wall_kind(document.root, page.uri, page.status, page.refresh)


def wall(kind: str) -> str:
    """Return the kind where it is a wall, "" for any content."""
    return kind if kind in WALLS else CONTENT


def range_pages(seeds: Iterable[int], behaviour: str) -> Iterator[KnownPage]:
    """Yield every page of every venue, address and pass of the worlds of ``seeds``."""
    for seed in seeds:
        world = tell_world(seed, load_behaviour(behaviour))
        for market in world.markets:
            for pass_no in range(1, len(world.passes) + 1):
                for served in served_kinds(market.at(pass_no)):
                    answer = served.answer
                    yield KnownPage(served.layout, served.kind,
                                    f"http://127.0.0.1:8080{served.target}",
                                    answer.status, answer.body)  # fmt: skip


def invented_known() -> Iterator[KnownPage]:
    """Yield the invented pages: walls and content in styles and languages of no real market."""
    for one in invented_pages():
        yield KnownPage(one.group, one.kind, one.uri, one.status, one.body.encode(), one.refresh)


def saved_pages(path: Path) -> Iterator[KnownPage]:
    """Yield the pages of a saved market (a tar archive); their folders say what they are."""
    with tarfile.open(path) as archive:
        for member in archive:
            place = member.name.split("/", 1)[-1]
            kind = _FOLDERS.get(
                place.partition("/")[0], "category" if place == "index.html" else ""
            )
            content = archive.extractfile(member) if member.isfile() and kind else None
            if content is not None:
                yield KnownPage("saved", kind, f"/{place}", None, content.read(), "", "")


def _saved_documents(path: Path) -> dict[str, Any]:
    """Judge a saved market; "no such product" pages stand in the folder of the listings."""
    profile = load_profile("agora-2014")
    with_profile, without = Confusion(), Confusion()
    for page in saved_pages(path):
        gone = page.kind == "listing" and b'id="single-product"' not in page.body
        truth = "soft-404" if gone else page.kind
        with_profile.add(page, truth, kind_with(profile, page))
        if not gone:  # without a profile these are the front page that they show
            without.add(page, wall(truth), guess(page))
    return {"profile": with_profile.as_document(), "unprofiled": without.as_document()}


def _documents(found: dict[str, Confusion]) -> dict[str, Any]:
    whole = Confusion()
    for one in found.values():
        whole.counts.update(one.counts)
    return {"all": whole.as_document()} | {
        name: found[name].as_document() for name in sorted(found)
    }
