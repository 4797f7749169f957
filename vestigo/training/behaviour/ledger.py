# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[cash_out]`` and ``[ledger]``: how coins become money, and who else is on the chain."""

from __future__ import annotations

from dataclasses import dataclass, fields

from vestigo.training.behaviour.keys import whole


@dataclass(frozen=True, slots=True, kw_only=True)
class CashOutSection:
    """How many parties cash out in which way; all others deposit directly."""

    tagged: int = whole(4, 0, 200, "Parties that pay an address that is in the TagPack.")
    peel_to_last: int = whole(6, 0, 200, "Parties that peel and deposit the last change.")
    peel_outputs: int = whole(3, 0, 200, "Parties that deposit a part at each hop of a peel chain.")
    consolidate: int = whole(5, 0, 200, "Parties that join several addresses before they deposit.")
    whirlpool: int = whole(2, 0, 10, "Parties that go through Whirlpool-like mixes.")
    wasabi: int = whole(2, 0, 10, "Parties that go through Wasabi-like mixes.")
    joinmarket: int = whole(2, 0, 10, "Parties that go through JoinMarket-like mixes.")
    atm: int = whole(3, 0, 50, "Parties that sell at an operator of crypto ATMs.")
    gift_card: int = whole(3, 0, 50, "Parties that buy at a gift-card shop.")
    hold: int = whole(3, 0, 200, "Parties that never cash out.")

    def counts(self) -> dict[str, int]:
        """Return parties by way of cashing out, without those that deposit directly."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSection:
    """Buyers, services, mixes and bystanders on the chain."""

    n_buyers: int = whole(60, 4, 400, "People who buy.")
    exchanges: int = whole(3, 1, 4, "Exchanges with deposit addresses and a hot wallet.")
    atm_operators: int = whole(1, 1, 2, "Operators of crypto ATMs, where anybody sells at one.")
    gift_card_shops: int = whole(2, 1, 2, "Gift-card shops, where anybody buys at one.")
    untagged_services: int = whole(2, 0, 4, "Services that the TagPack does not know.")
    block_minutes: int = whole(
        30, 0, 180, "Mean minutes between blocks; 0: one each three hours in which somebody paid."
    )
    whirlpool_rounds: int = whole(5, 0, 20, "Whirlpool-like rounds.")
    wasabi1_rounds: int = whole(2, 0, 10, "Wasabi-like rounds with one base denomination.")
    wasabi2_rounds: int = whole(2, 0, 10, "Wasabi-like rounds with many standard denominations.")
    joinmarket_rounds: int = whole(3, 0, 20, "JoinMarket-like rounds.")
    payjoins: int = whole(4, 0, 50, "PayJoin payments.")
    stonewalls: int = whole(3, 0, 50, "Stonewall-like payments of two parties.")
    exchange_batches: int = whole(20, 0, 200, "Withdrawals that exchanges pay together.")
    batch_least: int = whole(10, 2, 30, "The fewest customers paid in one withdrawal.")
    batch_most: int = whole(16, 2, 30, "The most customers paid in one withdrawal.")
    bystanders: int = whole(40, 4, 400, "Strangers with the same habits as vendors.")
    bystander_payments: int = whole(60, 0, 400, "Payments among bystanders.")
    bystander_deposits: int = whole(30, 0, 200, "Deposits of bystanders at services.")
    bystander_peel_chains: int = whole(4, 0, 50, "Peel chains of bystanders.")
    bystander_consolidations: int = whole(4, 0, 50, "Consolidations of bystanders.")
    atm_customers: int = whole(8, 0, 100, "Strangers who sell at the operator of crypto ATMs.")
    gift_card_customers: int = whole(8, 0, 100, "Strangers who buy at the gift-card shop.")
    look_alikes: int = whole(
        4, 0, 50, "Payments of equal amounts by one payer, which look like mixes and are none."
    )
    address_reuse_percent: int = whole(15, 0, 100, "Payments that go to an address used before.")
    replacements: int = whole(6, 0, 100, "Payments replaced by one with a higher fee.")
    most_transactions: int = whole(1500, 100, 5_000, "Transactions that must not be exceeded.")
