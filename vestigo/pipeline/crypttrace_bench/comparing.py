# SPDX-License-Identifier: AGPL-3.0-or-later
"""Both sides against the truth, one row a function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ledger.classes import MIXES
from vestigo.pipeline.crypttrace_bench.ours import Ours
from vestigo.pipeline.crypttrace_bench.world import World

CASHED = ("exchange", "offramp")  # its types of findings that name where coins leave
LIKELY = Decimal("0.9")
SAT = 100_000_000
CLASS_OF = {"joinmarket": "joinmarket_candidate", "stonewall": "stonewall_candidate"}
Row = dict[str, Any]
Place = tuple[str, str]


def table(world: World, ours: Ours, peer: Mapping[str, Any]) -> list[Row]:
    """Return the rows: function, how much there is, what each side finds."""
    kinds = sorted({one["service_kind"] for one in world.truth["cash_outs"]})
    return [
        *(_cash_outs(world, ours, peer, kind) for kind in kinds),
        _exact_outputs(world, ours),
        _amounts(world, ours, peer),
        _deposits(world, ours, peer),
        _mixes(world, ours),
        _look_alikes(world, ours),
        _clusters(world, ours, peer),
        _change(world, ours, peer),
    ]


def _row(function: str, n: int, ours: Row, **peers: Row | None) -> Row:
    return {"function": function, "n": n, "ours": ours, **peers}


def _claimed_by_peer(world: World, findings: Mapping[str, Any]) -> set[Place]:
    return {
        (world.owner[start], one["address"])
        for start, found in findings.items()
        for one in found
        if one["type"] in CASHED
    }


def _places(world: World, keep: Callable[[Row], bool]) -> set[Place]:
    """Return (owner of the start, address) of the cash-outs of the truth that are kept."""
    return {
        (world.owner[one["start_address"]], one["address"])
        for one in world.truth["cash_outs"]
        if keep(one)
    }


def _cash_outs(world: World, ours: Ours, peer: Mapping[str, Any], kind: str) -> Row:
    """Compare addresses where a party cashed out, behind no mix, at a service with a tag."""
    true = _places(world, lambda one: _is_open(one) and one["service_kind"] == kind)
    every = _places(world, lambda _one: True)
    here = _addresses_of(world, kind)

    def judged(claims: Iterable[Place]) -> Row:
        found = set(claims)
        return {
            "right": len(found & true),
            "wrong": len({p for p in found - every if p[1] in here}),
        }

    points = [(p.confidence, (world.owner[p.start_address], p.address)) for p in ours.cash_outs]
    return _row(
        f"cash-out at a known service: {kind}",
        len(true),
        judged(place for _chance, place in points)
        | {f"likely_{k}": v
           for k, v in judged(place for chance, place in points if chance >= LIKELY).items()},
        **{name: judged(_claimed_by_peer(world, found)) for name, found in peer["traces"].items()},
    )  # fmt: skip


def _is_open(one: Row) -> bool:
    return bool(one["service_tagged"]) and not one["behind_mix"]


def _addresses_of(world: World, kind: str) -> set[str]:
    """Return all addresses of the services of a kind: a wrong claim is counted with its kind."""
    holders = {f"{kind}:{one['name']}" for one in world.truth["services"] if one["kind"] == kind}
    return {address for address, owner in world.owner.items() if owner in holders} | {
        address for one in world.truth["services"] if one["kind"] == kind
        for key in ("tagged", "hot", "kiosks", "deposits") for address in one[key]
    }  # fmt: skip


def _exact_outputs(world: World, ours: Ours) -> Row:
    true = {(world.owner[one["start_address"]], one["txid"], one["vout"])
            for one in world.truth["cash_outs"] if _is_open(one)}  # fmt: skip
    every = {(world.owner[one["start_address"]], one["txid"], one["vout"])
             for one in world.truth["cash_outs"]}  # fmt: skip
    found = {(world.owner[p.start_address], p.txid, p.vout) for p in ours.cash_outs}
    said = {"right": len(found & true), "wrong": len(found - every)}
    return _row("the very output (txid:vout) of a cash-out", len(true), said, usual=None, wide=None)


def _amounts(world: World, ours: Ours, peer: Mapping[str, Any]) -> Row:
    """Of the places found by start, those whose sum is right to the satoshi."""
    true: Counter[Place] = Counter()
    for one in world.truth["cash_outs"]:
        if _is_open(one):
            true[one["start_address"], one["address"]] += one["value_sat"]
    mine: Counter[Place] = Counter()
    for point in ours.cash_outs:
        mine[point.start_address, point.address] += point.value_sat

    def judged(sums: Mapping[Place, int]) -> Row:
        common = set(sums) & set(true)
        return {"found": len(common), "right": sum(sums[place] == true[place] for place in common)}

    peers = {name: judged(_sums(found)) for name, found in peer["traces"].items()}
    return _row("the amount paid in, to the satoshi", len(true), judged(mine), **peers)


def _sums(findings: Mapping[str, Any]) -> dict[Place, int]:
    """Return the value that it says reached a place, in satoshi; the nearest it ever said."""
    return {
        (start, one["address"]): round(one["value_reached"] * SAT)
        for start, found in findings.items()
        for one in found
        if one["type"] in CASHED
    }


def _deposits(world: World, ours: Ours, peer: Mapping[str, Any]) -> Row:
    asked = set(world.addresses)
    true = world.deposits & asked
    every = {a for one in world.truth["services"] for a in one["deposits"]}

    def judged(found: set[str]) -> Row:
        return {"right": len(found & true), "wrong": len(found - every - _service_addresses(world))}

    said = {address for address, one in peer["addresses"].items() if one["offramp"]}
    told = judged(said)
    name = "deposit, kiosk and invoice addresses of known services"
    return _row(name, len(true), judged(ours.deposits & asked), usual=told, wide=told)


def _service_addresses(world: World) -> set[str]:
    kinds = tuple(f"{one['kind']}:{one['name']}" for one in world.truth["services"])
    return {address for address, owner in world.owner.items() if owner in kinds}


def _mixes(world: World, ours: Ours) -> Row:
    true = {one["txid"]: CLASS_OF.get(one["kind"], one["kind"]) for one in world.truth["mixes"]}
    true |= {one["txid"]: "whirlpool_tx0" for one in world.truth["tx0s"]}
    alike = {one["txid"] for one in world.truth["look_alikes"]}
    classes = (*MIXES, *CLASS_OF.values(), "whirlpool_tx0")
    false = {t for t, name in ours.classes.items() if name in classes} - set(true) - alike
    right = sum(ours.classes[txid] == name for txid, name in true.items())
    return _row("mixes recognised, by kind", len(true), {"right": right, "wrong": len(false)},
                usual=None, wide=None)  # fmt: skip


def _look_alikes(world: World, ours: Ours) -> Row:
    alike = [one["txid"] for one in world.truth["look_alikes"]]
    passed = sum(ours.classes[txid] not in (*MIXES, *CLASS_OF.values()) for txid in alike)
    return _row("look-alikes left alone", len(alike),
                {"right": passed, "wrong": len(alike) - passed}, usual=None, wide=None)  # fmt: skip


def _clusters(world: World, ours: Ours, peer: Mapping[str, Any]) -> Row:
    """Of the addresses that a side groups with others: those grouped with their owner's only."""

    def judged(groups: Mapping[str, Iterable[str]]) -> Row:
        said = Counter(
            all(world.owner.get(other) == world.owner[address] for other in others)
            for address, others in groups.items()
            if set(others) - {address}
        )
        return {"right": said[True], "wrong": said[False]}

    groups = {address: one["co_spend"] for address, one in peer["addresses"].items()}
    said = judged(groups)
    return _row("addresses grouped with others of one owner", len(world.addresses),
                judged(ours.clusters), usual=said, wide=said)  # fmt: skip


def _change(world: World, ours: Ours, peer: Mapping[str, Any]) -> Row:
    """Compare outputs that their payer holds still, in payments of one owner."""
    paid = {address: {tuple(row) for row in one["paid"]}
            for address, one in peer["addresses"].items()}  # fmt: skip
    n, mine, theirs = 0, Counter[bool](), Counter[bool]()
    for txid, (inputs, outputs) in ours.payments.items():
        owners = {world.owner.get(address) for address in inputs}
        if len(owners) != 1 or len(outputs) < 2 or not set(inputs) <= set(paid):  # noqa: PLR2004
            continue
        for address in set(outputs) & set(world.owner):
            is_change = world.owner[address] in owners
            n += is_change
            if ours.change[txid, address]:
                mine[is_change] += 1
            if not any((txid, address) in paid[payer] for payer in inputs):
                theirs[is_change] += 1
    said = {"right": theirs[True], "wrong": theirs[False]}
    return _row("change outputs", n, {"right": mine[True], "wrong": mine[False]},
                usual=said, wide=said)  # fmt: skip
