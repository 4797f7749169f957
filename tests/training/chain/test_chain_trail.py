# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth holds on the blocks: a stranger who follows every coin finds it, no more, no less."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

SEEDS = (1, 2, 77, 123_456)
ROUND = timedelta(hours=4)


def claims(world, follow):
    return {
        (row["address"], *at)
        for row in world.truth["published_addresses"]
        for at in follow(row["address"])
    }


def reachable(world):
    rows = world.truth["cash_outs"]
    return {(r["start_address"], r["txid"], r["vout"]) for r in rows if not r["behind_mix"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_following_every_coin_finds_each_cash_out_and_no_false_one(world_of, seed):
    world = world_of(seed)
    assert len(reachable(world)) >= 15
    assert claims(world, world.follower.cash_outs) == reachable(world)


@pytest.mark.parametrize("seed", SEEDS)
def test_first_in_first_out_finds_the_same(world_of, seed):
    world = world_of(seed)
    assert claims(world, world.follower.first_in_first_out) == reachable(world)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_agrees_with_the_blocks(world_of, seed):
    world = world_of(seed)
    names = {address: service["name"] for service in world.truth["services"]
             for address in (*service["hot"], *service["deposits"])}  # fmt: skip
    for row in world.truth["cash_outs"]:
        assert world.read[row["txid"]].outputs[row["vout"]] == (row["address"], row["value_sat"])
        assert names[row["address"]] == row["service"]


@pytest.mark.parametrize("seed", SEEDS)
def test_vendors_cash_out_where_they_behave_to(world_of, seed):
    world = world_of(seed)
    behaves = {one.id: one.behaviour for one in world.world.parties}
    tagged = set(world.tags)
    deposits = {address for one in world.truth["services"] for address in one["deposits"]}
    for vendor in world.truth["vendors"]:
        rows = [one for one in world.truth["cash_outs"] if one["vendor"] == vendor["handle"]]
        if behaves[vendor["party"]] == "hold":
            assert rows == []
            assert any(world.follower.received[address] for address in vendor["addresses"])
            continue
        assert rows
        assert {one["start_address"] for one in rows} == set(vendor["addresses"])
        places = {one["address"] for one in rows}
        assert places <= (tagged | deposits if behaves[vendor["party"]] == "tagged" else deposits)
        assert any(one["behind_mix"] for one in rows) == (behaves[vendor["party"]] == "whirlpool")


def test_a_mixing_vendor_cashes_out_what_did_not_fit_into_the_mix(world):
    mixing = {
        name.partition("/")[2]
        for party in world.world.parties if party.behaviour == "whirlpool"
        for name in party.accounts
    }  # fmt: skip
    rows = [one for one in world.truth["cash_outs"] if one["vendor"] in mixing]
    assert Counter(one["behind_mix"] for one in rows) == {True: 4, False: 1}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tagpack_names_hot_wallets_only(world_of, seed):
    world = world_of(seed)
    per_service = Counter(world.tags.values())
    assert set(per_service) == {one["name"] for one in world.truth["services"]}
    assert max(per_service.values()) <= 3
    for service in world.truth["services"]:
        assert not set(service["deposits"]) & set(world.tags)
        assert set(service["hot"]) & set(world.tags)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hot_wallet_is_one_cluster_and_the_exchanges_are_two(world_of, seed):
    world = world_of(seed)
    roots = []
    for service in world.truth["services"]:
        found = {world.follower.service(address) for address in service["hot"]}
        assert found == {service["name"]}
        roots.append({world.follower._root(address) for address in service["hot"]})
    assert [len(one) for one in roots] == [1, 1]
    assert roots[0] != roots[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_deposit_is_swept_within_three_days(world_of, seed):
    world = world_of(seed)
    for service in world.truth["services"]:
        hot = set(service["hot"])
        for address in service["deposits"]:
            for outpoint in world.follower.received[address]:
                sweep = world.follower.spender[outpoint]
                assert {to for to, _value in sweep.outputs} <= hot
                assert sweep.at - world.read[outpoint[0]].at <= timedelta(hours=72)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_else_looks_like_a_deposit_address(world_of, seed):
    world = world_of(seed)
    known = {
        address for one in world.truth["services"] for address in (*one["deposits"], *one["hot"])
    }
    assert set(world.follower.deposits) <= known


def test_one_exchange_sweeps_alone_the_other_in_batches(world):
    sizes = {one["name"]: Counter() for one in world.truth["services"]}
    for payment in world.ledger.payments:
        if payment.kind == "sweep":
            sizes[payment.coins[0].account.owner.partition(":")[2]][len(payment.coins)] += 1
    alone, batched = sizes.values()
    assert set(alone) == {1}
    assert max(batched) > 1


@pytest.mark.parametrize("seed", SEEDS)
def test_walking_through_an_exchange_would_claim_what_is_false(world_of, seed):
    """The trap that the range sets: withdrawals lead from the hot wallet to strangers."""
    world = world_of(seed)
    true = {one["txid"] for one in world.truth["cash_outs"]}
    deposits = {address for one in world.truth["services"] for address in one["deposits"]}
    reached, waiting = set(), []
    for row in world.truth["published_addresses"]:
        waiting += world.follower.received[row["address"]]
    while waiting:
        one = world.follower.spender.get(waiting.pop())
        if one is None or one.txid in reached or one.is_equal_output_mix:
            continue
        reached.add(one.txid)
        waiting += [(one.txid, vout) for vout in range(len(one.outputs))]
    false = {txid for txid in reached - true
             for address, _value in world.read[txid].outputs if address in deposits}  # fmt: skip
    assert len(false) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_mixes_have_the_form_of_whirlpool(world_of, seed):
    world = world_of(seed)
    assert len(world.truth["mixes"]) == 3
    for row in world.truth["mixes"]:
        mix = world.read[row["txid"]]
        assert len(mix.inputs) == len(mix.outputs) in (5, 6, 7, 8)
        assert {value for _address, value in mix.outputs} == {1_000_000}
        addresses = [address for address, _value in [*mix.outputs, *mix.spent]]
        assert len(set(addresses)) == 2 * len(mix.inputs)
        surplus = [value - 1_000_000 for _address, value in mix.spent]
        assert all(one == 0 or 100 <= one <= 110_000 for one in surplus)
        assert 1 <= sum(one > 0 for one in surplus) <= 4
    found = {
        one.txid for one in world.read.values() if not one.is_coinbase and one.is_equal_output_mix
    }
    assert found == {one["txid"] for one in world.truth["mixes"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_entrant_makes_a_tx0(world_of, seed):
    world = world_of(seed)
    assert len(world.truth["tx0s"]) == 4
    for row in world.truth["tx0s"]:
        outputs = world.read[row["txid"]].outputs
        values = sorted(value for _address, value in outputs)
        assert values[0] == 0
        assert [address for address, value in outputs if value == 0] == [None]
        premix = [value for value in values if 1_000_100 <= value <= 1_110_000]
        assert 1 <= len(premix) <= 70
        assert len(premix) >= len(values) - 2
        assert 25_000 <= values[1] <= 150_000


@pytest.mark.parametrize("seed", SEEDS)
def test_peel_chains_are_two_to_six_hops_long(world_of, seed):
    world = world_of(seed)
    for party in world.world.parties:
        peels = [
            p
            for p in world.ledger.payments
            if p.kind == "peel" and p.coins[0].account.owner == party.id
        ]
        if party.behaviour == "peel_to_last":
            assert 2 <= len(peels) <= 6
        for peel in peels:
            small, large = sorted(target.value_sat for target in peel.targets)
            assert small * 3 < large
            assert small % 1000 == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_suppliers_keep_what_they_get(world_of, seed):
    world = world_of(seed)
    kept = [one for one in world.truth["clusters"] if one["owner"].startswith("supplier:")]
    assert kept
    spent = {address for one in world.read.values() for address, _value in one.spent}
    assert not spent & {address for one in kept for address in one["addresses"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_order_is_paid_in_full_shortly_before_its_feedback(world_of, seed):
    world = world_of(seed)
    vendors = {one["handle"]: one for one in world.truth["vendors"]}
    for row in world.truth["orders"]:
        payment = world.read[row["payment_txid"]]
        paid_at = datetime.fromisoformat(row["paid_at"])
        assert paid_at <= payment.at <= paid_at + ROUND
        escrow = [
            vout
            for vout, (_address, value) in enumerate(payment.outputs)
            if value == row["price_sat"]
        ]
        assert escrow
        if row["is_direct"]:
            assert {payment.outputs[vout][0] for vout in escrow} & set(
                vendors[row["vendor"]]["addresses"]
            )
            continue
        reviewed_at = datetime.fromisoformat(row["reviewed_at"])
        assert timedelta(0) < reviewed_at - payment.at <= timedelta(hours=72)
        release = world.read[row["release_txid"]]
        assert release.inputs[0] in {(payment.txid, vout) for vout in escrow}
        assert reviewed_at < release.at <= reviewed_at + timedelta(hours=5) + ROUND


@pytest.mark.parametrize("seed", SEEDS)
def test_most_orders_end_at_a_published_address(world_of, seed):
    world = world_of(seed)
    vendors = {one["handle"]: set(one["addresses"]) for one in world.truth["vendors"]}
    released = [one for one in world.truth["orders"] if one["release_txid"]]
    published = [
        one for one in released
        if vendors[one["vendor"]] & {a for a, _v in world.read[one["release_txid"]].outputs}
    ]  # fmt: skip
    assert len(published) > len(released) * 3 // 4


@pytest.mark.parametrize("seed", SEEDS)
def test_no_address_has_two_owners(world_of, seed):
    owners = Counter(a for one in world_of(seed).truth["clusters"] for a in one["addresses"])
    assert max(owners.values()) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_common_spending_joins_nobody_with_anybody_else(world_of, seed):
    """Outside the mixes every payment has inputs of one owner."""
    world = world_of(seed)
    owner = {a: one["owner"] for one in world.truth["clusters"] for a in one["addresses"]}
    for one in world.read.values():
        if not one.is_coinbase and not one.is_equal_output_mix:
            assert len({owner[address] for address, _value in one.spent}) == 1


def test_bystanders_have_the_same_habits(world):
    kinds = Counter(
        payment.kind for payment in world.ledger.payments
        if payment.coins[0].account.owner.startswith("bystander:")
    )  # fmt: skip
    assert kinds["friendly"] >= 12
    assert kinds["deposit"] >= 4
    assert kinds["peel"] >= 2


def test_withdrawals_leave_the_hot_wallets_in_batches(world):
    sizes = [len(p.targets) for p in world.ledger.payments if p.kind == "withdrawal"]
    assert len(sizes) >= 15
    assert min(sizes) >= 6
