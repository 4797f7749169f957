# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behaviours drawn by a number (``drawn-7``): worlds that nobody wrote with a fit in mind.

How parties cash out, who else is on the chain and how often payments are joint is drawn
from wide ranges, each by itself.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from vestigo.training.behaviour import Behaviour, load_behaviour

PATTERN = re.compile(r"drawn-(\d{1,6})\Z")
BASE = "full"
MOST_TRANSACTIONS = 5_000
MOST_PLANNED_SHARE = 0.8
WAYS = {"tagged": 8, "peel_to_last": 14, "peel_outputs": 10, "consolidate": 14, "whirlpool": 5,
        "wasabi": 5, "joinmarket": 5, "atm": 6, "gift_card": 6, "hold": 10}  # fmt: skip
OTHERS = {"n_buyers": (30, 90), "exchanges": (2, 4), "untagged_services": (0, 4),
          "block_minutes": (0, 150), "payjoins": (0, 35), "stonewalls": (0, 20),
          "exchange_batches": (5, 80), "batch_least": (2, 8), "batch_most": (8, 25),
          "bystanders": (20, 160), "bystander_payments": (20, 250), "bystander_deposits": (10, 120),
          "bystander_peel_chains": (0, 25), "bystander_consolidations": (0, 30),
          "look_alikes": (0, 30), "address_reuse_percent": (0, 90),
          "replacements": (0, 30)}  # fmt: skip


def drawn_behaviour(name: str) -> Behaviour | None:
    """Return the behaviour of a name like ``drawn-7``; None for any other name."""
    found = PATTERN.match(name)
    if not found:
        return None
    draw, base = random.Random(found[1]), load_behaviour(BASE)  # noqa: S311 - a world, no secret
    n_vendors = draw.randint(30, 54)
    ways = {key: draw.randint(0, most) for key, most in WAYS.items()}
    while sum(ways.values()) > MOST_PLANNED_SHARE * n_vendors:
        largest = max(ways, key=lambda key: ways[key])
        ways[largest] -= 1
    others = {key: draw.randint(*between) for key, between in OTHERS.items()}
    if draw.random() < 0.3:  # noqa: PLR2004 - joint payments are rare on many chains
        others["payjoins"] = draw.randint(0, 1)
    least = draw.randint(2, 5)
    most = least + draw.randint(0, 7)
    rounds = {"whirlpool_rounds": ways["whirlpool"] + 3, "wasabi1_rounds": draw.randint(0, 5),
              "wasabi2_rounds": ways["wasabi"] + 1,
              "joinmarket_rounds": ways["joinmarket"] + 2}  # fmt: skip
    return replace(
        base,
        world=replace(base.world, passes=1),
        vendors=replace(base.vendors, n=n_vendors, orders_least=least, orders_most=most),
        cash_out=replace(base.cash_out, **ways),
        ledger=replace(base.ledger, **others, **rounds, most_transactions=MOST_TRANSACTIONS),
    )
