# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which services a world has, and what each begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.settings import read_toml
from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground
from vestigo.training.chain.mining import COINBASE_MATURITY
from vestigo.training.chain.services.atm import AtmOperator
from vestigo.training.chain.services.exchange import Exchange
from vestigo.training.chain.services.gift_cards import GiftCardShop
from vestigo.training.chain.services.service import Service
from vestigo.training.world import SAT

_FLOAT_SAT = 3 * SAT
_FLOAT_STEP_SAT = 7_700_000
_HOT_KINDS = ("p2wpkh", "p2wpkh", "p2wsh", "p2tr")


@cache
def service_names() -> dict[str, Any]:
    """Return the invented names by kind."""
    return read_toml(config_root() / "training" / "services.toml")


@dataclass(frozen=True, slots=True)
class Services:
    """All services of a world, by kind."""

    exchanges: tuple[Exchange, ...]
    atms: tuple[AtmOperator, ...]
    gift_cards: tuple[GiftCardShop, ...]

    @property
    def every(self) -> tuple[Service, ...]:
        """All of them, exchanges first."""
        return (*self.exchanges, *self.atms, *self.gift_cards)


def make_services(ground: Ground) -> Services:
    """Return the services that the behaviour asks for; those nobody uses are left out."""
    section, cash_out = ground.section, ground.world.behaviour.cash_out
    names = service_names()
    n_atms = section.atm_operators if cash_out.atm or section.atm_customers else 0
    n_shops = section.gift_card_shops if cash_out.gift_card or section.gift_card_customers else 0
    unknown = _unknown(section.exchanges, n_atms, n_shops, section.untagged_services)
    exchanges = tuple(
        Exchange(
            ground, name, is_tagged=name not in unknown,
            sweeps_in_batches=bool(number % 2), hot_kind=_HOT_KINDS[number],
        )
        for number, name in enumerate(names["exchanges"][: section.exchanges])
    )  # fmt: skip
    atms = [AtmOperator(ground, name, exchanges[0], is_tagged=name not in unknown)
            for name in names["atm_operators"][:n_atms]]  # fmt: skip
    shops = [GiftCardShop(ground, name, exchanges[-1], is_tagged=name not in unknown)
             for name in names["gift_card_shops"][:n_shops]]  # fmt: skip
    return Services(exchanges, tuple(atms), tuple(shops))


def _unknown(n_exchanges: int, n_atms: int, n_shops: int, n_unknown: int) -> set[str]:
    """Return who is not in the TagPack: the last of each kind, never the first of all."""
    names = service_names()
    shops = names["gift_card_shops"][:n_shops]
    atms = names["atm_operators"][:n_atms]
    exchanges = names["exchanges"][1:n_exchanges]
    turns = [kind[-1 - turn] for turn in range(n_unknown) for kind in (exchanges, shops, atms)
             if turn < len(kind)]  # fmt: skip
    return set(turns[:n_unknown])


def plan_opening(
    ground: Ground, services: Services, opens_at: datetime, closes_at: datetime
) -> None:
    """Plan how coins come to the exchanges, and when every service begins to work."""
    for number, exchange in enumerate(services.exchanges):
        at = opens_at + timedelta(hours=5 * number)
        ground.book.plan(at, partial(_fund_exchange, ground, exchange))
        exchange.open(at + timedelta(hours=9), closes_at + timedelta(hours=8 + number))
    others: Sequence[Service] = (*services.atms, *services.gift_cards)
    for number, service in enumerate(others):
        service.open(opens_at + timedelta(hours=26 + number), closes_at)


def _fund_exchange(ground: Ground, exchange: Exchange) -> None:
    targets = [Target(_FLOAT_SAT + number * _FLOAT_STEP_SAT, account)
               for number, account in enumerate(exchange.hot)]  # fmt: skip
    rest_to = ground.fresh("miner")
    ground.book.pay([matured(ground)], targets, ground.habit("miner"), "funding", rest_to)


def matured(ground: Ground) -> Coin:
    """Return the oldest coin of the miners that may be spent by now; ``ValueError`` if none."""
    blocks = ground.book.blocks
    young = {block.txids[0] for block in blocks[len(blocks) - COINBASE_MATURITY :]}
    old = [coin for coin in ground.book.coins("miner") if coin.txid not in young]
    if not old:
        raise ValueError(_("the miners have no coins left"))
    return old[0]
