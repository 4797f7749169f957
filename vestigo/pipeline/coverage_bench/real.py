# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real crawls of small worlds of the range over loopback, with losses, against their truth."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from vestigo.pipeline.benchmark import ORDER
from vestigo.pipeline.coverage import this_pass
from vestigo.pipeline.coverage_bench.judging import Judged
from vestigo.pipeline.steps import run_step, serving, vestigo_words
from vestigo.store import CaseFolder
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world
from vestigo.training.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A world and a crawl of it; pages fail for good at the first attempt.

    ``truncated_every``: each n-th page of a session breaks off; ``session_requests`` and
    ``log_ins``: requests until a session is lost, and how often one logs in again.
    """

    name: str
    seed: int
    layout: str
    n_listings: int
    n_passes: int
    truncated_every: int = 0
    session_requests: int = 0
    log_ins: int = 5


PLANS = (
    Plan(name="pages-break-off", seed=11, layout="table", n_listings=240, n_passes=1,
         truncated_every=3),
    Plan(name="two-passes", seed=12, layout="cards", n_listings=200, n_passes=2,
         truncated_every=4),
    Plan(name="three-passes", seed=13, layout="forum", n_listings=160, n_passes=3,
         truncated_every=3),
    Plan(name="session-lost", seed=14, layout="table", n_listings=260, n_passes=1,
         session_requests=70, log_ins=3, truncated_every=6),
    Plan(name="half-broken", seed=15, layout="minimal", n_listings=180, n_passes=2,
         truncated_every=2),
)  # fmt: skip
SMALL = Plan(name="small", seed=21, layout="table", n_listings=40, n_passes=2, truncated_every=4)

_WORLD = """
[world]
title = "Coverage"
languages = {{ en = 1 }}
passes = {n_passes}
goods = ["goods-en.toml"]

[[market]]
key = "range"
layout = "{layout}"
page_size = 8
truncated_every = {truncated_every}
session_requests = {session_requests}

[vendors]
n = {n_vendors}
same_key = 0
new_key = 0
signed_transitions = 0
other_name = 0
other_name_with_key = 0
impostors = 0
orders_least = 1
orders_most = 3

[listings]
n = {n_listings}
holding_price_percent = 6

[churn]
new_percent = 15
changed_percent = 5
vanished_percent = 15
holding_percent = 8

[cash_out]
tagged = 1
peel_to_last = 0
peel_outputs = 0
consolidate = 0
whirlpool = 0
wasabi = 0
joinmarket = 0
atm = 0
gift_card = 0
hold = 1
"""
_SETTINGS = """
[settings.crawl]
attempts = 1
retry_seconds = 0.0
log_ins = {log_ins}
"""


def judge_real(plan: Plan, work: Path) -> Judged:
    """Crawl each pass of the plan's world in ``work`` and judge the estimate of the last."""
    work.mkdir(parents=True)
    behaviour = work / "world.toml"
    values = {name: getattr(plan, name) for name in plan.__slots__}
    behaviour.write_text(_WORLD.format(**values, n_vendors=plan.n_listings // 8), "utf-8")
    world = tell_world(plan.seed, load_behaviour(str(behaviour)))
    port = _free_port()
    case = _case(plan, work, port, world)
    for number in range(1, plan.n_passes + 1):
        _crawl(plan, case, behaviour, port, number, world)
    truth = len(world.market("range").at(plan.n_passes).listings)
    seen = this_pass(CaseFolder.open(case), _profile(plan), plan.n_passes)
    return Judged(plan.name, plan.seed, truth, seen.listings)


def _case(plan: Plan, work: Path, port: int, world: World) -> Path:
    case, order = work / "case", work / "order.toml"
    run_step(vestigo_words("case", "new", str(case), "--title", "b", "--unit", "b"))
    toml = CaseFolder(case).toml
    toml.write_text(toml.read_text("utf-8") + _SETTINGS.format(log_ins=plan.log_ins), "utf-8")
    account = world.market("range").account
    told = ORDER.format(host=f"127.0.0.1:{port}")
    told = told.replace("accounts = []", f'accounts = ["{account}"]')
    order.write_text(told.replace('"search"]', '"search", "login"]'), "utf-8")
    run_step(vestigo_words("case", "authorize", str(case), str(order)))
    return case


def _crawl(plan: Plan, case: Path, behaviour: Path, port: int, number: int, world: World) -> None:
    market = world.market("range")
    server = vestigo_words(
        "training", "range", "--seed", str(plan.seed), "--behaviour", str(behaviour),
        "--serve", "--pass", str(number), "--port", str(port),
    )  # fmt: skip
    with serving(server) as url:
        run_step(
            vestigo_words(
                "crawl", "run", str(case), "--profile", _profile(plan), "--start", url,
                "--account", market.account, "--password-stdin", "--pass", str(number), "--json",
            ),
            stdin=market.password,
        )  # fmt: skip


def _profile(plan: Plan) -> str:
    return f"range-{plan.layout}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
