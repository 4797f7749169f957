# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the money went: mixes, clusters, cash-outs, services."""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.records import CashOutPoint, Trace
from vestigo.training.scoring.area import Area
from vestigo.training.scoring.comparison import UNKNOWN, Comparison, Explained, Fact
from vestigo.training.scoring.holdings import Claims

NO_CHAIN, NOT_TRACED, UNTAGGED = "no_blocks", "not_traced", "service_untagged"


def chain_areas(work: Comparison) -> Iterator[Area]:
    """Yield trails that stop at a mix, clusters, cash-outs and services."""
    yield _behind_mix(work)
    yield _clusters(work)
    yield _cash_outs(work)
    yield _services(work)


def _untraced(work: Comparison, account: str) -> str:
    """Return why the money of an account was not looked at."""
    if not work.held.n_blocks:
        return NO_CHAIN
    if not work.held.traces:
        return NOT_TRACED
    return work.view.account(account) if account in work.truth.accounts else ""


def _behind_mix(work: Comparison) -> Area:
    """Start addresses whose money went through a mix, and stops that are no mix."""
    true = {
        row["start_address"]: Fact(
            _untraced(work, f"{row['market']}/{row['vendor']}"), detail=str(row["service"])
        )
        for row in work.truth.document["cash_outs"]
        if row["behind_mix"]
    }
    around = set(work.truth.mixes) | {one["txid"] for one in work.truth.document["tx0s"]}
    claims = Claims()
    for record_id, trace in work.held.traces.items():
        if trace.stop_reason != "mix":
            continue
        txid = trace.stop_detail.rpartition(" ")[2]
        if txid not in around:
            claims.add(f"mix {txid}", record_id)
        elif trace.start_address in true:
            claims.add(trace.start_address, record_id)

    def explain(key: str, _ids: set[str]) -> Explained:
        txid = key.rpartition(" ")[2]
        kinds = {"payjoins": "payjoin", "batches": "batch", "consolidations": "consolidation",
                 "look_alikes": "look-alike"}  # fmt: skip
        for name, word in kinds.items():
            rows = work.truth.document.get(name, ())
            if any(txid == row["txid"] for row in rows):
                return "no_mix", word
        return "no_mix", ""

    return work.area("behind_mix", true, claims, explain)


def _clusters(work: Comparison) -> Area:
    """Return the clusters: right when one owner holds all its addresses.

    Owners are parties and services with two addresses or more; a party whose addresses
    were never spent together cannot be clustered, so recall says how near it came.
    """
    wanted: dict[str, Fact] = {}
    parties = set(work.truth.party_of.values())
    for item in work.truth.document["clusters"]:
        owner = str(item["owner"])
        if len(item["addresses"]) > 1 and owner in parties:
            wanted[owner] = Fact("" if work.held.traces else NOT_TRACED, "party")
    claims = Claims()
    for record_id, cluster in work.held.clusters.items():
        owners = sorted({work.truth.owner_at.get(one, "?") for one in cluster.addresses})
        claims.add(owners[0] if len(owners) == 1 else " + ".join(owners), record_id)
        if len(owners) == 1:
            wanted.setdefault(owners[0], Fact(group=owners[0].partition(":")[0]))
    payjoins = {row["txid"] for row in work.truth.document["payjoins"]}

    def explain(_key: str, ids: set[str]) -> Explained:
        joins = (join for one in sorted(ids) for join in work.held.clusters[one].joins)
        txid = next((join.txid for join in joins if join.txid in payjoins), "")
        return ("through_payjoin", txid) if txid else ("two_owners", "")

    return work.area("clusters", wanted, claims, explain)


def _cash_outs(work: Comparison) -> Area:
    """Points by the party that cashed out and the address paid; one party, one wallet."""
    true: dict[str, Fact] = {}
    behind: dict[str, Fact] = {}
    for row in work.truth.document["cash_outs"]:
        account = f"{row['market']}/{row['vendor']}"
        key = f"{work.truth.first_account(account)} > {row['address']}"
        unseen = _untraced(work, account) or ("" if row["service_tagged"] else UNTAGGED)
        fact = Fact(unseen, str(row["service_kind"]), f"{row['service']} {row['txid']}")
        (behind if row["behind_mix"] else true).setdefault(key, fact)
    claims = Claims()
    for record_id, point in work.held.cash_outs_claimed():
        account = work.truth.vendor_at.get(point.start_address, point.start_address)
        claims.add(f"{work.truth.first_account(account)} > {point.address}", record_id)

    def explain(key: str, ids: set[str]) -> Explained:
        if key in behind:
            return "crossed_mix", behind[key].detail
        points = [work.held.cash_outs[one] for one in sorted(ids) if one in work.held.cash_outs]
        return next((cause for point in points if (cause := _why_wrong(work, point))), UNKNOWN)

    def group(_key: str, ids: set[str]) -> str:
        points = (work.held.cash_outs[one] for one in sorted(ids))
        kinds = (work.truth.service_at.get(point.address, ("", ""))[1] for point in points)
        return next((kind for kind in kinds if kind), "no_service")

    return work.area("cash_outs", true, claims, explain, group)


def _why_wrong(work: Comparison, point: CashOutPoint) -> Explained | None:
    """Return why a cash-out is not one: what its trace crossed, or who holds the address."""
    trace = work.held.traces.get(point.trace_id)
    crossed = _crossed_service(work, trace, point.address) if trace else ""
    if crossed:
        return "crossed_service", crossed
    if point.start_address not in work.truth.vendor_at:
        return "start_not_published", point.start_address
    if point.address not in work.truth.service_at:
        return "no_service", work.truth.owner_at.get(point.address, "")
    return "payer_not_vendor", work.truth.service_at[point.address][0]


def _crossed_service(work: Comparison, trace: Trace, end: str) -> str:
    """Return the service that a trace went through before its end, "" for none."""
    passed = [hop.to_address for hop in trace.hops if hop.to_address != end]
    passed += [hop.from_address for hop in trace.hops]
    named = (work.truth.service_at.get(address, ("", ""))[0] for address in passed)
    return next((name for name in named if name), "")


def _services(work: Comparison) -> Area:
    """Services at which vendors really cash out, and which the case names rightly."""
    true: dict[str, Fact] = {}
    for row in work.truth.document["cash_outs"]:
        if not row["behind_mix"]:
            account = f"{row['market']}/{row['vendor']}"
            unseen = _untraced(work, account) or ("" if row["service_tagged"] else UNTAGGED)
            fact = Fact(unseen, str(row["service_kind"]))
            known = true.get(str(row["service"]))
            if known is None or known.unseen:
                true[str(row["service"])] = fact
    claims = Claims()
    for record_id, point in work.held.cash_outs_claimed():
        named = work.truth.service_at.get(point.address, (point.service, ""))[0]
        key = point.service if named == point.service else f"{point.service} ({named})"
        claims.add(key, record_id)
    return work.area("services", true, claims, lambda _key, _ids: ("another_service", ""))
