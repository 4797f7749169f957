# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is so on the ledger of a world: format ``vestigo.range.truth.v2``, chain side.

A cash-out is an output that a party paid to a service with coins that came, through its
own addresses only, from a published address.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from vestigo.clock import iso
from vestigo.training.chain.coins import Payment
from vestigo.training.chain.ledger import Ledger
from vestigo.training.chain.services import AtmOperator
from vestigo.training.truth.published import published_in
from vestigo.training.truth.walking import MIX_KINDS, Walk

CONSOLIDATIONS = ("consolidation", "hot_consolidation", "commission", "sweep", "atm_sweep",
                  "shop_sale")  # fmt: skip
LEAST_JOINED = 3
LEAST_BATCH = 5


def chain_truth(ledger: Ledger) -> dict[str, Any]:
    """Return the chain side of the truth as plain JSON values."""
    return {
        "cash_outs": cash_outs(ledger),
        "mixes": [{"txid": one.txid, "kind": one.kind} for one in ledger.of_kind(*MIX_KINDS)],
        "tx0s": [{"txid": one.txid, "owner": _payer(one)} for one in ledger.of_kind("tx0")],
        "payjoins": [_payjoin(one) for one in ledger.of_kind("payjoin")],
        "look_alikes": [
            {"txid": one.txid, "owner": _payer(one)} for one in ledger.of_kind("look_alike")
        ],
        "peel_chains": _peel_chains(ledger),
        "consolidations": [
            {"txid": one.txid, "owner": _payer(one), "n_inputs": len(one.coins)}
            for one in ledger.of_kind(*CONSOLIDATIONS)
            if len(one.coins) >= LEAST_JOINED and len(one.targets) == 1
        ],
        "batches": [
            {"txid": one.txid, "owner": _payer(one), "n_outputs": len(one.targets)}
            for one in ledger.of_kind("withdrawal", "funding")
            if len(one.targets) >= LEAST_BATCH
        ],
        "replacements": _replacements(ledger),
        "services": _services(ledger),
        "clusters": _clusters(ledger),
        "chain": {
            "network": "regtest",
            "n_blocks": len(ledger.blocks),
            "n_payments": len(ledger.payments),
            "tip": ledger.blocks[-1].block_hash,
        },
    }


def cash_outs(ledger: Ledger) -> list[dict[str, Any]]:
    """Return every cash-out of every published address, in order of the chain."""
    services = {one.owner: one for one in ledger.services.every}
    order = {payment.txid: number for number, payment in enumerate(ledger.payments)}
    walk = Walk(ledger.payments)
    found: list[dict[str, Any]] = []
    for one in published_in(ledger.world):
        for arrival in walk.arrivals(one.address, one.party):
            target = arrival.payment.targets[arrival.vout]
            assert target.account is not None
            service = services[target.account.owner]
            row = {
                "market": one.market, "vendor": one.vendor, "start_address": one.address,
                "address": target.account.address, "service": service.name,
                "service_kind": service.kind, "service_tagged": service.is_tagged,
                "txid": arrival.payment.txid, "vout": arrival.vout,
                "value_sat": target.value_sat,
                "behind_mix": bool(arrival.mixes), "mix_kinds": list(arrival.mixes),
            }  # fmt: skip
            found.append(row)
    found.sort(key=lambda row: (order[row["txid"]], row["vout"], row["start_address"]))
    return found


def _payer(payment: Payment) -> str:
    return payment.coins[0].account.owner


def _payjoin(payment: Payment) -> dict[str, Any]:
    """Return who built a PayJoin: the payee is the one who has more afterwards."""
    gained: dict[str, int] = defaultdict(int)
    for coin in payment.coins:
        gained[coin.account.owner] -= coin.value_sat
    for target in payment.targets:
        if target.account is not None:
            gained[target.account.owner] += target.value_sat
    (payer, _paid), (payee, won) = sorted(gained.items(), key=lambda item: item[1])
    return {"txid": payment.txid, "payer": payer, "payee": payee, "value_sat": won}


def _peel_chains(ledger: Ledger) -> list[dict[str, Any]]:
    chains: dict[str, list[Payment]] = {}
    for payment in ledger.payments:
        if payment.group:
            chains.setdefault(payment.group, []).append(payment)
    return [
        {"owner": _payer(hops[0]), "txids": [one.txid for one in hops]}
        for hops in chains.values()
        if len(hops) > 1
    ]


def _replacements(ledger: Ledger) -> list[dict[str, Any]]:
    return [
        {
            "replaced": one.replaced.txid, "by": one.by.txid, "owner": _payer(one.by),
            "replaced_seen_at": iso(one.replaced.sent_at), "by_seen_at": iso(one.by.sent_at),
        }
        for one in ledger.replacements
    ]  # fmt: skip


def _services(ledger: Ledger) -> list[dict[str, Any]]:
    used = {target.account for payment in ledger.payments for target in payment.targets}
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "is_tagged": one.is_tagged,
            "tagged": [account.address for account in one.front] if one.is_tagged else [],
            "hot": [account.address for account in one.hot],
            "kiosks": [a.address for a in one.kiosks] if isinstance(one, AtmOperator) else [],
            "deposits": sorted(a.address for a in one.customer_accounts if a in used),
        }
        for one in ledger.services.every
    ]


def _clusters(ledger: Ledger) -> list[dict[str, Any]]:
    """Return who really holds which used addresses (a heuristic can only come near)."""
    held: dict[str, set[str]] = {}
    accounts = [coin.account for payment in ledger.payments for coin in payment.coins]
    accounts += [t.account for p in ledger.payments for t in p.targets if t.account]
    for account in accounts:
        held.setdefault(account.owner, set()).add(account.address)
    return [{"owner": owner, "addresses": sorted(held[owner])} for owner in sorted(held)]
