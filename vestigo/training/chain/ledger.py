# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole ledger of one world: who starts with what, who does what, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.training.chain.book import Replacement
from vestigo.training.chain.coins import Payment
from vestigo.training.chain.ground import Ground
from vestigo.training.chain.mining import MinedBlock
from vestigo.training.chain.people.mixing import Mixing
from vestigo.training.chain.people.parties import Parties
from vestigo.training.chain.people.strangers import Strangers
from vestigo.training.chain.people.trade import Trade
from vestigo.training.chain.second_signer import confirm
from vestigo.training.chain.services import Exchange
from vestigo.training.chain.services.opening import Services, make_services, plan_opening
from vestigo.training.timeline import STORY_BEGINS_AT, STORY_ENDS_AT
from vestigo.training.world import World

OPENING_AT = datetime(2024, 8, 28, 8, tzinfo=UTC)
MIDDLE_AT = datetime(2024, 10, 1, tzinfo=UTC)
CASHING_AT = datetime(2024, 10, 27, tzinfo=UTC)
CLOSING_AT = datetime(2024, 11, 14, tzinfo=UTC)

_BUYER_SPARE_SAT = 400_000
_HALVES = 2
_MOST_PAID = 40


@dataclass(frozen=True, slots=True)
class Ledger:
    """Blocks with everything that only the truth may know about them."""

    world: World
    blocks: tuple[MinedBlock, ...]
    payments: tuple[Payment, ...]
    replacements: tuple[Replacement, ...]
    services: Services
    trade: Trade

    def of_kind(self, *kinds: str) -> list[Payment]:
        """Return the payments of some kinds, in order of the chain."""
        return [payment for payment in self.payments if payment.kind in kinds]


@lru_cache(maxsize=2)
def make_ledger(world: World) -> Ledger:
    """Return the ledger of ``world``: signed payments in blocks that anyone can check.

    Raises ``ConfigurationError`` E-TRA-040 when it would need more transactions than
    allowed, E-TRA-041 when somebody could not pay what the behaviour asks for,
    ``VerificationError`` E-TRA-042 when bitcoinlib signs otherwise.
    """
    ground = Ground(world)
    services, trade = make_services(ground), Trade(ground)
    try:
        _plan(ground, services, trade)
        ground.book.run(STORY_ENDS_AT)
    except ValueError as error:
        raise ConfigurationError(
            "E-TRA-041",
            _("The ledger of this world cannot be played: {reason}.").format(reason=error),
            where=f"seed {world.seed}",
            remedy=_("Bring the numbers in [ledger] and [cash_out] nearer to their defaults."),
        ) from error
    book = ground.book
    confirm(book.payments)
    return Ledger(
        world, tuple(book.blocks), tuple(book.payments), tuple(book.replacements), services, trade
    )


def _plan(ground: Ground, services: Services, trade: Trade) -> None:
    plan_opening(ground, services, OPENING_AT, CLOSING_AT)
    _plan_buyers(ground, services, trade)
    trade.plan()
    trade.plan_commission(MIDDLE_AT)
    trade.plan_commission(CLOSING_AT)
    strangers = Strangers(ground, services)
    strangers.plan(STORY_BEGINS_AT, CLOSING_AT - timedelta(days=4))
    parties = Parties(ground, services)
    parties.plan(MIDDLE_AT, CASHING_AT)
    mixing = Mixing(ground, services, parties, CASHING_AT)
    mixing.plan(OPENING_AT + timedelta(hours=14), MIDDLE_AT)


def _plan_buyers(ground: Ground, services: Services, trade: Trade) -> None:
    """Plan two withdrawals for each buyer, who is a customer of one exchange."""
    buyers = sorted({order.buyer for order in ground.world.orders})
    for number, exchange in enumerate(services.exchanges):
        mine = buyers[number :: len(services.exchanges)]
        for half in range(_HALVES):
            for part, first in enumerate(range(0, len(mine), _MOST_PAID)):
                hours = 30 + 24 * half + 5 * number + part
                at = OPENING_AT + timedelta(hours=hours)
                some = mine[first : first + _MOST_PAID]
                ground.book.plan(at, partial(_fund_buyers, ground, exchange, trade, some))


def _fund_buyers(ground: Ground, exchange: Exchange, trade: Trade, buyers: list[str]) -> None:
    for buyer in buyers:
        value = trade.wanted_by(buyer) * 7 // 10 + _BUYER_SPARE_SAT
        exchange.request_withdrawal(ground.fresh(buyer), value)
    exchange.pay_withdrawals()
