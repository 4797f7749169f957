# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mixes as their coordinators make them: Whirlpool, its Tx0, Wasabi 1, Wasabi 2, JoinMarket.

Written from how the programs behave, not from the rules that are measured with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ledger.classes import Coin, TxView
from vestigo.pipeline.class_bench.drawing import BTC, Draw

POOLS = {100_000: 5_000, 1_000_000: 50_000, 5_000_000: 175_000, 50_000_000: 1_750_000,
         2_500_000: 125_000, 25_000_000: 1_250_000}  # fmt: skip
DUST = 5_000
FEE = 3_000


def whirlpool(draw: Draw) -> TxView:
    """Return a round: remixers bring the exact sum, one to four entrants pay the miner."""
    pool = draw.choice(list(POOLS))
    n = draw.choice([5, 5, 5, 5, 6, 7, 8, 9, 10])
    n_new = draw.randint(1, 4)
    each = draw.randint(100, 90_000)
    surplus = [each + draw.randint(0, 9_000) for _ in range(n_new)] + [0] * (n - n_new)
    inputs = draw.coins((pool + extra for extra in surplus), "p2wpkh")
    outputs = draw.coins([pool] * n, *(["p2wpkh"] * 9 + ["p2wsh"]))
    return draw.view(draw.shuffled(inputs), draw.shuffled(outputs))


def tx0(draw: Draw) -> TxView:
    """Return the transaction that cuts a coin for a pool, with or without change."""
    pool = draw.choice(list(POOLS))
    fee = draw.choice([POOLS[pool], POOLS[pool] // 2 + 1])
    premix = pool + draw.randint(150, 60_000)
    n = draw.choice([1, 1, 2, 3, 5, 8, 20, 70])
    change = [draw.wealth(2_000, 3 * pool)] if draw.random() < 0.8 else []  # noqa: PLR2004 - mostly
    values = [fee, *change, *[premix] * n]
    inputs = draw.coins(draw.split(sum(values) + 900, draw.randint(1, 4)))
    mark = Coin(0, b"\x6a\x4c\x50" + draw.randbytes(80))
    return draw.view(inputs, draw.shuffled([mark, *draw.coins(values)]))


def wasabi1(draw: Draw) -> TxView:
    """Return a round of equal outputs near a tenth of a bitcoin, doublings, and change."""
    base = draw.randint(9_000_000, 11_500_000)
    levels: Counter[int] = Counter()
    inputs: list[Coin] = []
    change: list[Coin] = []
    fees, again = 0, draw.choice([0, 0, 0.2, 0.5, 0.8])  # the share of coins mixed before
    for _peer in range(draw.choice([10, 15, 25, 40, 60, 90])):
        if draw.random() < again:
            fee = draw.randint(3_000, 40_000)
            inputs += draw.coins([base + fee])
            levels[0] += 1
            fees += fee
            continue
        held = draw.wealth(base + 60_000, draw.choice([base * 2, base * 12]))
        inputs += draw.coins(draw.split(held, draw.choice([1, 1, 1, 2, 3, 5])))
        level = 0
        while held >= (base << level) + DUST:
            held -= base << level
            levels[level] += 1
            level += 1
        share = min(held, draw.randint(8_000, 40_000))
        fees += share
        if held - share > DUST:
            change += draw.coins([held - share])
    mixed = [base << level for level, n in levels.items() for _one in range(n)]
    outputs = [*draw.coins(mixed), *change, *draw.coins([fees * 2 // 3])]
    return draw.view(draw.shuffled(inputs), draw.shuffled(outputs))


def standard(most: int) -> list[int]:
    """Return WabiSabi's denominations up to a sum, the largest first."""
    powers = [2**i for i in range(60)] + [3**i for i in range(40)]
    powers += [2 * 3**i for i in range(40)]
    powers += [k * 10**i for i in range(16) for k in (1, 2, 5)]
    return sorted({one for one in powers if DUST <= one <= most}, reverse=True)


def wasabi2(draw: Draw) -> TxView:
    """Return a round in which wallets cut their sums into denominations that others use too."""
    n_wallets = draw.choice([8, 12, 20, 40, 80])
    kinds = ("p2wpkh", "p2tr")
    held = [draw.wealth(60_000, 50 * BTC) for _ in range(n_wallets)]
    inputs: list[Coin] = []
    for sum_of in held:
        inputs += draw.coins(draw.split(sum_of, draw.randint(2, 9)), *kinds)
    usual = Counter(one for sum_of in held for one in _greedy(sum_of, standard(sum_of)))
    shared = [one for one in standard(max(held)) if usual[one] > 1] or standard(max(held))
    outputs: list[Coin] = []
    for sum_of in held:
        left = sum_of - 60 * len(shared)
        start = draw.randint(0, 3)
        parts = _greedy(left, [one for one in shared if one <= left][start:])
        rest = left - sum(parts)
        parts += [rest] if rest >= DUST else []
        outputs += draw.coins(parts, *kinds)
    return draw.view(draw.shuffled(inputs), sorted(outputs, key=lambda coin: -coin.value_sat))


def _greedy(total: int, denominations: list[int]) -> list[int]:
    found: list[int] = []
    for one in denominations:
        while total >= one and len(found) < 8:  # noqa: PLR2004 - a wallet makes few outputs
            found.append(one)
            total -= one
    return found


def joinmarket(draw: Draw) -> TxView:
    """Return a taker's mix with makers, each with change but sometimes the taker."""
    value, n = draw.wealth(200_000, 20 * BTC), draw.randint(3, 10)
    kinds = (draw.choice(["p2wpkh", "p2sh"]),)
    inputs: list[Coin] = []
    change: list[Coin] = []
    earned = [draw.randint(0, 900) for _maker in range(n - 1)]
    for peer, extra in enumerate([-sum(earned) - FEE, *earned]):
        sweeps = not peer and draw.random() < 0.3  # noqa: PLR2004 - some takers spend all
        left = 0 if sweeps else draw.wealth(30_000, 30 * BTC)
        brought = draw.split(value + left - extra, draw.choice([1, 1, 2, 3]))
        inputs += draw.coins(brought, *kinds)
        if left:
            change += draw.coins([left], *kinds)
    outputs = [*draw.coins([value] * n, *kinds), *change]
    return draw.view(draw.shuffled(inputs), draw.shuffled(outputs))


MIXES: dict[str, Callable[[Draw], TxView]] = {
    "whirlpool": whirlpool, "whirlpool_tx0": tx0, "wasabi1": wasabi1, "wasabi2": wasabi2,
    "joinmarket_candidate": joinmarket,
}  # fmt: skip
