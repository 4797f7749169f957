# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is so on the range, for scoring: no stage of the pipeline reads it."""

from __future__ import annotations

from typing import Any

from vestigo.training.behaviour.writing import behaviour_sha256
from vestigo.training.chain.ledger import Ledger
from vestigo.training.site import shared_pictures
from vestigo.training.truth.chain import chain_truth
from vestigo.training.truth.market import market_truth, order_truth
from vestigo.training.world import World

FORMAT = "vestigo.range.truth.v2"


def truth(world: World, ledger: Ledger) -> dict[str, Any]:
    """Return everything that is so in one world, as plain JSON values."""
    return {
        "format": FORMAT,
        "seed": world.seed,
        "behaviour": world.behaviour.name,
        "behaviour_sha256": behaviour_sha256(world.behaviour),
        **market_truth(world),
        "shared_pictures": shared_pictures(world),
        "orders": _orders(world, ledger),
        **chain_truth(ledger),
    }


def _orders(world: World, ledger: Ledger) -> list[dict[str, Any]]:
    paid, released = ledger.trade.paid, ledger.trade.released
    return [
        order_truth(
            world, one, paid[one.number].txid,
            released[one.number].txid if one.number in released else None,
        )
        for one in world.orders
    ]  # fmt: skip
