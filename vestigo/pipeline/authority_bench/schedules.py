# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random schedules: a small market over several hosts, orders, an account, and a clock."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from vestigo.pipeline.authority_bench.model import Paper

Endpoint = tuple[str, int]
Place = tuple[int, str]  # (number of the endpoint, path)
LETTERS = "cpvfsxi"
ACTS = ("view", "search", "login", "fetch_image")
CLASSES = ("listing", "vendor_profile", "feedback")
ALL = 10**6  # units: longer than any crawl
LONGEST_CHAIN = 3
# Spellings that lead to a host under another name: none of them may be asked for.
TRAPS = (
    "http://localhost:{port}/p/t1", "http://2130706433:{port}/p/t2", "http://127.1:{port}/p/t3",
    "http://0x7f.0.0.1:{port}/p/t4", "http://[::1]:{six}/p/t5", "https://127.0.0.1:{port}/p/t6",
    "http://avatar@127.0.0.1:{port}/p/t7", "http://127.0.0.1.:{port}/p/t8",
    "http://127.0.0.9:{nine}/p/t9", "//127.0.0.9:{nine}/p/t10", "ftp://127.0.0.1:{port}/p/t11",
    "javascript:location='http://127.0.0.9:{nine}/'", "data:text/html,<a href=/p/t12>",
    "http://[::ffff:127.0.0.1]:{port}/p/t13", "http://127.0.0.1:{port}@127.0.0.9:{nine}/p/t14",
    "\\\\127.0.0.9:{nine}/p/t15", "http://127.0.0.9:{nine}\t/p/t16",
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """What a place answers: links (or a redirect), after ``n_busy`` answers of 503."""

    links: list[Place] = field(default_factory=list)
    traps: list[str] = field(default_factory=list)
    redirect: Place | str | None = None
    n_busy: int = 0
    closes: bool = False


@dataclass(slots=True)
class Schedule:
    """One run: everything that chance decided, and the numbers of its endpoints."""

    seed: int
    pages: dict[Place, Page]
    market: tuple[int, ...]
    papers: tuple[Paper, ...]
    account: str
    log_in: bool
    form_at: int
    picture_at: int | None
    steps: tuple[int, ...]
    concurrency: int
    spellings: dict[tuple[Place, Place], int]


def make_schedule(seed: int, endpoints: Sequence[Endpoint]) -> Schedule:
    """Return the schedule of a seed for servers at ``endpoints``."""
    dice = random.Random(seed)  # noqa: S311 (chance, no secrets)
    n = len(endpoints)
    market = tuple(sorted({0, *dice.sample(range(n), dice.choice((0, 1, 2, 3)))}))
    moving = _chance(dice, 45)
    account = dice.choice(("", "avatar", "avatar"))
    pages = _pages(dice, n)
    steps = tuple(dice.choice((0, 1, 1, 2, 5, 30)) if moving else 0 for _ in range(24))
    return Schedule(
        seed=seed,
        pages=pages,
        market=market,
        papers=_papers(dice, endpoints, moving=moving),
        account=account,
        log_in=bool(account) and _chance(dice, 50),
        form_at=0 if _chance(dice, 80) else dice.randrange(n),
        picture_at=dice.randrange(n) if _chance(dice, 30) else None,
        steps=steps,
        concurrency=1 if moving else dice.choice((1, 2, 4)),
        spellings={(a, b): dice.randrange(4) for a, page in pages.items() for b in page.links},
    )


def _pages(dice: random.Random, n: int) -> dict[Place, Page]:
    places: list[Place] = [(0, "/")]
    for number in range(dice.randint(3, 12)):
        letter = dice.choice(LETTERS)
        ending = ".png" if letter == "i" else ""
        where = 0 if _chance(dice, 50) else dice.randrange(n)
        places.append((where, f"/{letter}/{number}{ending}"))
    pages = {place: Page() for place in places}
    for number, place in enumerate(places):
        page = pages[place]
        if number and _chance(dice, 20):
            page.redirect = _redirect(dice, pages, places[:number])
            continue
        page.links = dice.sample(places, min(len(places), dice.randint(1, 6)))
        page.traps = dice.sample(TRAPS, dice.choice((0, 0, 1, 3)))
        page.n_busy = dice.choice((0, 0, 0, 0, 1, 2)) if number else 0
        page.closes = _chance(dice, 20)
    pages[places[0]].links += [place for place in places[1:4] if _chance(dice, 80)]
    return pages


def _redirect(dice: random.Random, pages: dict[Place, Page], earlier: list[Place]) -> Place | str:
    """Return where a redirect points: back, in a chain that is no longer than is followed."""
    if _chance(dice, 10):
        return dice.choice(TRAPS)
    chosen = dice.choice(earlier)
    target: Place | str | None = chosen
    for _step in range(LONGEST_CHAIN):
        target = pages[target].redirect if isinstance(target, tuple) else None
    return chosen if target is None else earlier[0]


def _papers(
    dice: random.Random, endpoints: Sequence[Endpoint], *, moving: bool
) -> tuple[Paper, ...]:
    papers = [_paper(dice, endpoints, moving=moving) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
    if _chance(dice, 5):
        return ()
    if _chance(dice, 25):
        papers.append(_paper(dice, endpoints, moving=moving, replaces=0))
    return tuple(papers)


def _paper(
    dice: random.Random,
    endpoints: Sequence[Endpoint],
    *,
    moving: bool,
    replaces: int | None = None,
) -> Paper:
    named = [0, *dice.sample(range(len(endpoints)), dice.randint(0, len(endpoints)))]
    hosts = {
        endpoints[i][0] if _chance(dice, 40) else f"{endpoints[i][0]}:{endpoints[i][1]}"
        for i in (named if _chance(dice, 93) else named[1:])
    }
    begins, ends = _window(dice, moving=moving)
    return Paper(
        begins=begins,
        ends=ends,
        hosts=tuple(sorted(hosts)),
        acts=tuple(act for act in ACTS if _chance(dice, 95 if act == "view" else 60)),
        classes=tuple(one for one in CLASSES if _chance(dice, 95 if one == "listing" else 60)),
        accounts=("avatar",) if _chance(dice, 85) else (),
        replaces=replaces,
    )  # fmt: skip


def _window(dice: random.Random, *, moving: bool) -> tuple[int, int]:
    kinds = {"over": 6, "not-begun": 6, "ends": 63 if moving else 0, "open": 88 - 63 * moving}
    (kind,) = dice.choices(list(kinds), list(kinds.values()))
    if kind == "over":
        return -ALL, dice.choice((0, -1))
    if kind == "not-begun":
        return dice.choice((1, ALL)), 2 * ALL
    if kind == "ends":
        return -ALL, dice.randint(1, 60)
    return dice.choice((-ALL, 0)), ALL


def _chance(dice: random.Random, percent: int) -> bool:
    return dice.randrange(100) < percent
