# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server takes: pages, searches, expansions, and many people at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import httpx

from vestigo.pipeline.console_bench import invented, money, wording
from vestigo.pipeline.console_bench.making import Size
from vestigo.pipeline.console_bench.server import Console
from vestigo.pipeline.graph_bench.figures import shown
from vestigo.records import content_id

PAGES = ("/listings", "/listings?substance=mdma&sort=price&dir=asc", "/vendors", "/substances",
         "/trends", "/exhibits", "/cash-outs", "/custody", "/graph")  # fmt: skip
MS = 1000.0
Answered = Callable[[], httpx.Response]


def first_pages(client: httpx.Client, n: int) -> dict[str, float]:
    """Return ms of the overview: the first answer of a new process, and the slowest later one."""
    cold = _timed(lambda: client.get("/"))
    warm = max(_timed(lambda: client.get("/")) for _n in range(n))
    return {"first_page_cold_ms": cold, "first_page_warm_ms": warm}


def other_pages(client: httpx.Client, n: int) -> dict[str, dict[str, str]]:
    """Return for each page ms of the first look and the slowest of the next ones."""
    found = {}
    for path in PAGES:
        first = _timed(lambda path=path: client.get(path))  # type: ignore[misc]
        later = max(_timed(lambda path=path: client.get(path)) for _n in range(n))  # type: ignore[misc]
        found[path] = {"first_ms": shown(first), "later_ms": shown(later)}
    return found


def searches(client: httpx.Client, size: Size, n: int) -> list[float]:
    """Return ms of searches for identifiers and words, rare ones and such as every text has."""
    dice = random.Random(1)  # noqa: S311 (invented)
    taken = []
    for _n in range(n):
        text = dice.choice(_asked_for(dice, size))
        taken.append(_timed(lambda text=text: client.get("/search", params={"q": text})))  # type: ignore[misc]
    return taken


def _asked_for(dice: random.Random, size: Size) -> tuple[str, ...]:
    number, rank = dice.randrange(size.n_listings), dice.randrange(size.n_vendors)
    return (invented.address_of(rank), invented.address_of(rank)[:12], f"vendor{rank}",
            f"no. {number}", dice.choice(wording.WORDS), " ".join(dice.sample(wording.WORDS, 2)),
            content_id(["bench", f"/l/{number}"]), f"exhibit {number:06d}",
            dice.choice(invented.SUBSTANCES)[1], dice.choice(wording.WORDS)[:4])  # fmt: skip


def expansions(client: httpx.Client, size: Size, n: int) -> list[float]:
    """Return ms of expansions of 25 things, on busy things and on ordinary ones."""
    dice = random.Random(2)  # noqa: S311 (invented)
    canvas: list[list[str]] = []
    taken = []
    for _n in range(n):
        ref, direction, kind, label = dice.choice(_steps(dice, size))
        asked = {"node": ref, "direction": direction, "kind": kind, "label": label, "limit": 25,
                 "skip": 0, "canvas": canvas}  # fmt: skip
        begin = time.perf_counter()
        found = answered(client.post("/graph/expand", json=asked, headers=JSON)).json()
        taken.append((time.perf_counter() - begin) * MS)
        canvas = [*canvas, *(node["ref"] for node in found["nodes"])][:400]
    return taken


JSON = {"Accept": "application/json"}


def _steps(dice: random.Random, size: Size) -> tuple[tuple[list[str], str, str, str], ...]:
    market, handle = invented.vendor_of(dice.randrange(size.n_listings), size.n_vendors)
    return ((["Address", money.BUSY], "in", "PAID", "Address"),
            (["Address", money.BUSY], "out", "PAID", "Address"),
            (["VendorAccount", f"{market}/{handle}"], "out", "SELLS", "Listing"),
            (["Market", market], "in", "LISTED_ON", "Listing"),
            (["Substance", dice.choice(invented.SUBSTANCES)[0]], "in", "OFFERS", "Listing"),
            (["Address", invented.address_of(0)], "out", "CO_SPENT", "Address"),
            (["Address", money.PAYER], "out", "PAID", "Address"))  # fmt: skip


def people_at_once(console: Console, size: Size, n_people: int, n_each: int) -> list[float]:
    """Return ms of what people ask who look at once, half a second between two looks."""
    taken: list[float] = []
    clients = [console.signed_in() for _n in range(n_people)]
    threads = [
        threading.Thread(target=_person, args=(client, size, seed, n_each, taken))
        for seed, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    if len(taken) != n_people * n_each:
        raise RuntimeError(f"{len(taken)} of {n_people * n_each} questions were answered")
    return taken


def _person(client: httpx.Client, size: Size, seed: int, n_each: int, taken: list[float]) -> None:
    dice = random.Random(seed)  # noqa: S311 (invented)
    for _n in range(n_each):
        time.sleep(dice.random())
        path = dice.choice(("/", *PAGES, "search", "search", "expand", "expand"))
        if path == "search":
            taken += searches(client, size, 1)
        elif path == "expand":
            taken += expansions(client, size, 1)
        else:
            taken.append(_timed(lambda path=path: client.get(path)))  # type: ignore[misc]


def answered(answer: httpx.Response) -> httpx.Response:
    """Return an answer; anything but 200 ends the measurement."""
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code}\n{answer.text[:500]}")
    return answer


def _timed(ask: Answered) -> float:
    begin = time.perf_counter()
    answered(ask())
    return (time.perf_counter() - begin) * MS


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]
