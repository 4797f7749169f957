# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole ledger of one story: who starts with what, who does what, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from vestigo.training.chain.bystanders import Bystanders
from vestigo.training.chain.cashing import REST_HOURS, Cashing, plan_vendor, suppliers
from vestigo.training.chain.coins import Coin, Payment, Target
from vestigo.training.chain.exchange import Exchange
from vestigo.training.chain.mining import COINBASE_MATURITY, MinedBlock
from vestigo.training.chain.mixing import DENOMINATION_SAT, LIQUIDITY, N_LIQUIDITY, Pool
from vestigo.training.chain.stage import Stage
from vestigo.training.chain.trade import Trade
from vestigo.training.goods import words
from vestigo.training.keyring import Account
from vestigo.training.orders import buyer_names
from vestigo.training.story import SAT, Story, Vendor
from vestigo.training.telling import tell_story
from vestigo.training.timeline import STORY_BEGINS_AT, STORY_ENDS_AT
from vestigo.training.vendors import PROFILE_ACCOUNT, party

OPENING_AT = datetime(2024, 8, 28, 8, tzinfo=UTC)
MIDDLE_AT = datetime(2024, 10, 1, tzinfo=UTC)
CASHING_AT = datetime(2024, 10, 27, tzinfo=UTC)
MIXING_AT = datetime(2024, 10, 28, 6, tzinfo=UTC)
CLOSING_AT = datetime(2024, 11, 14, tzinfo=UTC)

_FLOAT_SAT = 3 * SAT
_BUYER_SPARE_SAT = 400_000
_HALVES = 2


@dataclass(frozen=True, slots=True)
class Ledger:
    """Blocks with everything that only the truth may know about them."""

    story: Story
    blocks: tuple[MinedBlock, ...]
    payments: tuple[Payment, ...]
    exchanges: tuple[Exchange, ...]
    pool: Pool
    trade: Trade


@lru_cache(maxsize=2)
def make_ledger(seed: int) -> Ledger:
    """Return the ledger of ``seed``: about 300 payments in blocks that anyone can check."""
    story = tell_story(seed)
    stage = Stage(story)
    first, second = words()["services"]["names"]
    exchanges = (
        Exchange(stage, first, sweeps_in_batches=False),
        Exchange(stage, second, sweeps_in_batches=True),
    )
    pool, trade = Pool(stage), Trade(stage)
    _plan_opening(stage, exchanges, pool, trade)
    trade.plan()
    trade.plan_commission(MIDDLE_AT)
    trade.plan_commission(CLOSING_AT)
    Bystanders(stage, list(exchanges)).plan(STORY_BEGINS_AT, CLOSING_AT - timedelta(days=4))
    for vendor in story.vendors:
        exchange = stage.stream("customer", vendor.handle).pick(exchanges)
        plan_vendor(stage, vendor, exchange, MIDDLE_AT, CASHING_AT)
    _plan_mix(stage, exchanges, pool)
    stage.book.run(STORY_ENDS_AT)
    book = stage.book
    return Ledger(story, tuple(book.blocks), tuple(book.payments), exchanges, pool, trade)


def _plan_opening(stage: Stage, exchanges: tuple[Exchange, ...], pool: Pool, trade: Trade) -> None:
    """Plan how coins come into the world: miners sell to exchanges, exchanges to buyers."""
    book = stage.book
    for number, exchange in enumerate(exchanges):
        at = OPENING_AT + timedelta(hours=5 * number)
        book.plan(at, partial(_fund_exchange, stage, exchange))
        exchange.open(at + timedelta(hours=9), CLOSING_AT + timedelta(hours=8 + number))
        for half in range(_HALVES):
            buyers = buyer_names()[number :: len(exchanges)]
            later = at + timedelta(hours=30 + 24 * half)
            book.plan(later, partial(_fund_buyers, stage, exchange, trade, buyers))
    book.plan(OPENING_AT + timedelta(hours=14), partial(_fund_mixers, stage, pool))


def _matured(stage: Stage) -> Coin:
    """Return the oldest coinbase coin of the miners that may be spent by now."""
    tip = stage.book.blocks[-1].height
    young = {block.txids[0] for block in stage.book.blocks[tip + 1 - COINBASE_MATURITY :]}
    return next(coin for coin in stage.book.coins("miner") if coin.txid not in young)


def _fund_exchange(stage: Stage, exchange: Exchange) -> None:
    targets = [Target(_FLOAT_SAT + number * 7_700_000, account)
               for number, account in enumerate(exchange.hot)]  # fmt: skip
    rest_to = stage.fresh("miner")
    stage.book.pay([_matured(stage)], targets, stage.habit("miner"), "funding", rest_to)


def _fund_buyers(stage: Stage, exchange: Exchange, trade: Trade, buyers: list[str]) -> None:
    for buyer in buyers:
        wanted = trade.wanted_by(buyer)
        value = wanted * 7 // 10 + _BUYER_SPARE_SAT
        exchange.request_withdrawal(stage.fresh(buyer), value)
    exchange.pay_withdrawals()


def _fund_mixers(stage: Stage, pool: Pool) -> None:
    """Give the pool its first coins and two bystanders what they need to take part."""
    liquidity = [Target(DENOMINATION_SAT, stage.fresh(LIQUIDITY)) for _coin in range(N_LIQUIDITY)]
    entrants = [
        Target(Pool.needed_sat() + 310_000 * (number + 1), stage.fresh(name))
        for number, name in enumerate(_mixing_bystanders())
    ]
    rest_to = stage.fresh("miner")
    targets = [*liquidity, *entrants]
    stage.book.pay([_matured(stage)], targets, stage.habit("miner"), "funding", rest_to)
    pool.add_liquidity(stage.book.coins(LIQUIDITY))


def _mixing_bystanders() -> tuple[str, str]:
    """Return two parties with the habits of bystanders who only mix."""
    return ("mixer:00", "mixer:01")


def _plan_mix(stage: Stage, exchanges: tuple[Exchange, ...], pool: Pool) -> None:
    """Plan entrance, rounds and what the entrants do afterwards."""
    vendors = [one for one in stage.story.vendors if one.behaviour == "mix"]
    owners = [party(vendor.handle) for vendor in vendors]
    stream = stage.stream("mix days")
    for number, vendor in enumerate(vendors):
        at = stage.moment(stream, CASHING_AT, 10)
        exchange = exchanges[number % len(exchanges)]
        stage.book.plan(at, partial(_enter_vendor, stage, pool, vendor, exchange, number == 0))
    for name in _mixing_bystanders():
        at = stage.moment(stream, CASHING_AT, 10)
        stage.book.plan(at, partial(_enter, stage, pool, name))
    pool.plan_rounds(MIXING_AT, [*owners, *_mixing_bystanders()])
    for number, owner in enumerate([*owners, *_mixing_bystanders()]):
        exchange = exchanges[number % len(exchanges)]
        at = stage.moment(stream, MIXING_AT + timedelta(hours=60 + REST_HOURS[0]), 48)
        stage.book.plan(at, partial(_spend_mixed, stage, pool, owner, exchange))


def _enter(stage: Stage, pool: Pool, owner: str) -> None:
    pool.enter(owner, stage.book.coins(owner), stage.fresh(owner))


def _enter_vendor(
    stage: Stage, pool: Pool, vendor: Vendor, exchange: Exchange, cashes_change: bool
) -> None:
    """Take a vendor into the pool; one of two deposits what did not fit into it."""
    owner = party(vendor.handle)
    profile = stage.keyring.account(owner, PROFILE_ACCOUNT, vendor.script_kind)
    change = stage.fresh(owner)
    pool.enter(owner, stage.book.coins_at(profile), change)
    if cashes_change:
        cashing = Cashing(stage, owner, exchange, suppliers())
        at = stage.book.now + timedelta(hours=REST_HOURS[1])
        stage.book.plan(at, partial(cashing.deposit, change))


def _spend_mixed(stage: Stage, pool: Pool, owner: str, exchange: Exchange) -> None:
    """Deposit the mixed coins of one entrant, each by itself, hours apart."""
    cashing = Cashing(stage, owner, exchange, suppliers())
    accounts: list[Account] = [coin.account for coin in pool.mixed[owner]]
    for number, account in enumerate(accounts):
        at = stage.book.now + timedelta(hours=5 * number + 1)
        stage.book.plan(at, partial(cashing.deposit, account))
