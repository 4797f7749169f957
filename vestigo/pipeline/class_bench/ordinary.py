# SPDX-License-Identifier: AGPL-3.0-or-later
"""Payments by one payer, among them those that look like mixes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.classes import Coin, TxView
from vestigo.pipeline.class_bench.drawing import BTC, KINDS, Draw
from vestigo.pipeline.class_bench.mixes import POOLS

ANY = tuple(KINDS)
FEE = 5_000


def _paid(draw: Draw, values: Sequence[int], n_in: int, *kinds: str, order: str = "") -> TxView:
    """Return one payer's transaction: coins of one kind pay ``values`` and get change."""
    kinds = kinds or (draw.choice(ANY),)
    change = draw.wealth(1_000, 5 * BTC)
    inputs = draw.coins(draw.split(sum(values) + change + FEE, n_in), *kinds)
    payees = ("p2wpkh", "p2tr", "p2pkh", "p2sh") if len(kinds) == 1 else kinds
    outputs = [*draw.coins(values, *payees), *draw.coins([change], kinds[0])]
    if order == "down":
        return draw.view(inputs, sorted(outputs, key=lambda coin: -coin.value_sat))
    return draw.view(inputs, draw.shuffled(outputs))


def payment(draw: Draw) -> TxView:
    """Return a payment with change."""
    return _paid(draw, [draw.wealth(1_000, 50 * BTC)], draw.choice([1, 1, 1, 2, 2, 3, 5, 9]))


def sweep(draw: Draw) -> TxView:
    """Return many coins of one owner joined into one."""
    inputs = draw.coins((draw.wealth(1_000, BTC) for _ in range(draw.randint(2, 150))), "p2wpkh")
    return draw.view(inputs, draw.coins([sum(coin.value_sat for coin in inputs) - FEE]))


def round_sweep(draw: Draw) -> TxView:
    """Return many coins joined into a sum that somebody typed, with or without change."""
    value = draw.choice([1, 2, 5]) * 10 ** draw.randint(5, 9)
    parts = draw.split(value + FEE, draw.randint(15, 150))
    if draw.random() < 0.5:  # noqa: PLR2004 - as often as not
        return draw.view(draw.coins(parts, "p2wpkh"), draw.coins([value], "p2wpkh"))
    return _paid(draw, [value], len(parts), "p2wpkh", order="down")


def withdrawals(draw: Draw) -> TxView:
    """Return an exchange's batch: sums that customers typed, some of them round and equal."""

    def one() -> int:
        value = draw.wealth(10_000, 10 * BTC)
        return value if draw.random() < 0.6 else round(value, -draw.randint(4, 7)) or value  # noqa: PLR2004

    return _paid(draw, [one() for _ in range(draw.randint(5, 180))], draw.randint(1, 25))


def miners(draw: Draw) -> TxView:
    """Return a mining pool's payouts from one or few rewards."""
    values = [draw.wealth(20_000, 3 * BTC) for _ in range(draw.randint(20, 250))]
    return _paid(draw, values, draw.choice([1, 1, 2, 4]))


def airdrop(draw: Draw) -> TxView:
    """Return the same sum to many, from one or few coins."""
    n = draw.randint(5, 150)
    return _paid(draw, [draw.choice([1_000, 10_000, 546, 100_000, 1_000_000])] * n,
                 draw.randint(1, 4))  # fmt: skip


def faucet(draw: Draw) -> TxView:
    """Return small sums, a few different ones, to many."""
    sums = [1_000 * draw.randint(1, 60) for _ in range(draw.randint(2, 6))]
    n = draw.randint(10, 120)
    return _paid(draw, [draw.choice(sums) for _ in range(n)], draw.randint(1, 40), "p2wpkh",
                 order=draw.choice(["", "down"]))  # fmt: skip


def payroll(draw: Draw) -> TxView:
    """Return a few grades of pay, each to several, from many customers' coins."""
    grades = [draw.wealth(2_000_000, 30_000_000) for _ in range(draw.randint(1, 4))]
    values = [grade for grade in grades for _ in range(draw.randint(2, 12))]
    return _paid(draw, values, draw.randint(2, 40), draw.choice(["p2wpkh", "p2pkh", "p2tr"]),
                 order=draw.choice(["", "down"]))  # fmt: skip


def round_payroll(draw: Draw) -> TxView:
    """Return pay in round bitcoin, down from the highest, from many coins."""
    grades = draw.sample([100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
                          20_000_000, 50_000_000], draw.randint(2, 6))  # fmt: skip
    values = [grade for grade in grades for _ in range(draw.randint(2, 9))]
    return _paid(draw, values, draw.randint(5, 45), draw.choice(["p2wpkh", "p2tr"]),
                 order=draw.choice(["", "down", "down"]))  # fmt: skip


def tenths(draw: Draw) -> TxView:
    """Return a tenth of a bitcoin to several, from many coins: prizes, refunds, shares."""
    n = draw.randint(3, 20)
    value = draw.choice([10_000_000, 10_000_000, 9_950_000, 8_500_000, 11_000_000])
    return _paid(draw, [value] * n, draw.randint(10, 60), draw.choice(["p2wpkh", "p2pkh"]))


def pool_sums(draw: Draw) -> TxView:
    """Return a Whirlpool denomination to several, from as many coins as there are outputs."""
    n = draw.randint(4, 9)
    return _paid(draw, [draw.choice(list(POOLS))] * n, n + 1, "p2wpkh")


def own_split(draw: Draw) -> TxView:
    """Return a wallet that cuts its own coins into equal ones."""
    n, value = draw.randint(3, 60), draw.wealth(10_000, BTC)
    return _paid(draw, [value] * n, draw.randint(1, 12), "p2wpkh")


def equal_coins(draw: Draw) -> TxView:
    """Return a wallet that makes equal coins of many, with little or nothing left."""
    n, value = draw.randint(2, 40), draw.choice([2**20, 2**23, 10**6, 10**7, 5 * 10**7, 10**8])
    inputs = draw.coins(draw.split(n * value + FEE, draw.randint(10, 40)), "p2wpkh")
    return draw.view(inputs, draw.coins([value] * n, "p2wpkh"))


def tenths_among_others(draw: Draw) -> TxView:
    """Return a batch in which several customers withdraw a tenth of a bitcoin."""
    others = [draw.wealth(100_000, 10 * BTC) for _ in range(draw.randint(2, 40))]
    values = [BTC // 10] * draw.randint(3, 8) + others
    return _paid(draw, values, draw.randint(10, 60), "p2wpkh")


def bets(draw: Draw) -> TxView:
    """Return prizes that double from one grade to the next, from many coins."""
    stake = draw.wealth(100_000, 12_000_000)
    values = [stake << draw.randint(0, 3) for _ in range(draw.randint(3, 30))]
    return _paid(draw, values, draw.randint(1, 30), "p2wpkh", order=draw.choice(["", "down"]))


def equal_among_others(draw: Draw) -> TxView:
    """Return equal sums to some and others to others, from as many coins."""
    n = draw.randint(3, 10)
    values = [draw.wealth(100_000, BTC)] * n
    values += [draw.wealth(10_000, BTC) for _ in range(draw.randint(0, n - 1))]
    return _paid(draw, values, draw.randint(1, 24), order="")


def reused(draw: Draw) -> TxView:
    """Return a service that pays equal sums out of one address with many coins."""
    view = _paid(draw, [draw.wealth(50_000, BTC)] * draw.randint(3, 8), draw.randint(3, 30))
    inputs = tuple(
        Coin(coin.value_sat, (view.inputs or ())[0].script) for coin in view.inputs or ()
    )
    return draw.view(inputs, view.outputs)


def two_equal(draw: Draw) -> TxView:
    """Return two equal sums and change: a tip, two tickets; nobody can tell it from Stonewall."""
    return _paid(draw, [draw.wealth(10_000, BTC)] * 2, draw.randint(2, 4))


ORDINARY: dict[str, Callable[[Draw], TxView]] = {
    "payment": payment, "sweep": sweep, "withdrawals": withdrawals, "miners": miners,
    "airdrop": airdrop, "round_sweep": round_sweep,
}  # fmt: skip
LOOK_ALIKES: dict[str, Callable[[Draw], TxView]] = {
    "faucet": faucet, "payroll": payroll, "round_payroll": round_payroll, "tenths": tenths,
    "pool_sums": pool_sums, "own_split": own_split, "reused": reused, "two_equal": two_equal,
    "equal_coins": equal_coins, "tenths_among_others": tenths_among_others, "bets": bets,
    "equal_among_others": equal_among_others,
}  # fmt: skip
