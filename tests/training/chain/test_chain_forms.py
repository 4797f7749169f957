# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands in the blocks of a full world has the forms that it is said to have."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from vestigo.identifiers.bitcoin import decode_address, script_kind

SEEDS = (1, 2, 77)
ROUND = timedelta(hours=72)


def of_kind(chain, kind):
    return [chain.read[one["txid"]] for one in chain.truth["mixes"] if one["kind"] == kind]


def values(transaction):
    return [value for _address, value in transaction.outputs]


def kinds_of(coins):
    return {
        script_kind(decode_address(address, "regtest").script) for address, _v in coins if address
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_full_world_has_a_thousand_payments_and_not_more_than_allowed(chain_of, seed):
    chain = chain_of("full", seed)
    assert 900 <= len(chain.payments) <= 1500
    assert len(chain.payments) == chain.truth["chain"]["n_payments"]


@pytest.mark.parametrize("seed", [1, 2, 77, 123_456])
def test_the_small_world_stays_small(chain_of, seed):
    chain = chain_of("demo", seed)
    assert 270 <= len(chain.payments) <= 350
    assert {one["kind"] for one in chain.truth["services"]} == {"exchange"}
    assert {one["kind"] for one in chain.truth["mixes"]} == {"whirlpool"}
    for name in ("payjoins", "replacements", "look_alikes"):
        assert chain.truth[name] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_that_the_behaviour_asks_for_is_there(chain_of, seed):
    chain = chain_of("full", seed)
    section = chain.world.behaviour.ledger
    made = Counter(one["kind"] for one in chain.truth["mixes"])
    assert made == {
        "whirlpool": section.whirlpool_rounds, "wasabi1": section.wasabi1_rounds,
        "wasabi2": section.wasabi2_rounds, "joinmarket": section.joinmarket_rounds,
        "stonewall": section.stonewalls,
    }  # fmt: skip
    assert len(chain.truth["payjoins"]) == section.payjoins
    assert len(chain.truth["replacements"]) == section.replacements
    assert len(chain.truth["look_alikes"]) == section.look_alikes
    assert len(chain.truth["peel_chains"]) >= 12
    assert len(chain.truth["batches"]) >= section.exchange_batches
    assert len(chain.truth["tx0s"]) == section.whirlpool_rounds * 3 // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_all_kinds_of_scripts_are_paid_and_spent(chain_of, seed):
    chain = chain_of("full", seed)
    wanted = {"p2wpkh", "p2pkh", "p2sh", "p2tr", "p2wsh"}
    assert set().union(*(kinds_of(one.outputs) for one in chain.payments)) >= wanted
    assert set().union(*(kinds_of(one.spent) for one in chain.payments)) >= wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_whirlpool_rounds_have_five_to_eight_sides_and_new_coins_pay(chain_of, seed):
    sizes = set()
    for mix in of_kind(chain_of("full", seed), "whirlpool"):
        sizes.add(len(mix.inputs))
        assert len(mix.inputs) == len(mix.outputs)
        assert set(values(mix)) == {1_000_000}
        addresses = [address for address, _value in [*mix.outputs, *mix.spent]]
        assert len(set(addresses)) == len(addresses)
        surplus = [value - 1_000_000 for _address, value in mix.spent if value != 1_000_000]
        assert 1 <= len(surplus) <= 4
        assert all(100 <= one <= 110_000 for one in surplus)
    assert sizes <= {5, 6, 7, 8}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_entrant_makes_a_tx0(chain_of, seed):
    chain = chain_of("full", seed)
    for row in chain.truth["tx0s"]:
        made = sorted(values(chain.read[row["txid"]]))
        assert made[0] == 0
        assert made[1] == 50_000
        assert all(1_000_100 <= value <= 1_110_000 for value in made[2:])
        assert chain.payers(row["txid"]) == {row["owner"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_wasabi1_rounds_have_one_base_denomination_near_a_tenth(chain_of, seed):
    for mix in of_kind(chain_of("full", seed), "wasabi1"):
        value, n = Counter(values(mix)).most_common(1)[0]
        assert 8_000_000 <= value <= 12_000_000
        assert n >= 10
        assert n <= len(mix.inputs) <= 7 * n
        assert len({address for address, _value in mix.outputs}) == len(mix.outputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_wasabi2_rounds_have_many_inputs_and_standard_denominations(chain_of, seed):
    for mix in of_kind(chain_of("full", seed), "wasabi2"):
        assert len(mix.inputs) >= 15
        assert kinds_of(mix.spent) <= {"p2wpkh", "p2tr"}
        assert values(mix) == sorted(values(mix), reverse=True)
        assert min(values(mix)) >= 5_000
        repeated = [n for n in Counter(values(mix)).values() if n > 1]
        assert len(repeated) >= 3
        assert 2 * sum(repeated) >= len(mix.outputs) - 1


@pytest.mark.parametrize("seed", SEEDS)
def test_joinmarket_rounds_give_each_peer_the_same_and_its_change(chain_of, seed):
    chain = chain_of("full", seed)
    for mix in of_kind(chain, "joinmarket"):
        value, n = Counter(values(mix)).most_common(1)[0]
        peers = chain.payers(mix.txid)
        assert n == len(peers) >= 4
        assert len(mix.outputs) == 2 * n
        equal = [chain.owner[a] for a, sat in mix.outputs if sat == value]
        assert sorted(equal) == sorted(peers)
        gained = Counter()
        for address, sat in mix.outputs:
            gained[chain.owner[address]] += sat
        for address, sat in mix.spent:
            gained[chain.owner[address]] -= sat
        makers = [one for one in peers if "taker" not in one and not one.startswith("party:")]
        assert len(makers) == n - 1
        assert all(gained[one] > 0 for one in makers)


@pytest.mark.parametrize("seed", SEEDS)
def test_payjoins_have_inputs_of_payer_and_payee(chain_of, seed):
    chain = chain_of("full", seed)
    for row in chain.truth["payjoins"]:
        paid = chain.read[row["txid"]]
        assert chain.payers(row["txid"]) == {row["payer"], row["payee"]}
        assert len(paid.outputs) == 2
        got = next(v for a, v in paid.outputs if chain.owner[a] == row["payee"])
        put = sum(v for a, v in paid.spent if chain.owner[a] == row["payee"])
        assert got - put == row["value_sat"] > 0
    assert any(one["payer"].startswith("party:") for one in chain.truth["payjoins"])


@pytest.mark.parametrize("seed", SEEDS)
def test_stonewalls_have_two_equal_outputs_of_two_parties(chain_of, seed):
    chain = chain_of("full", seed)
    for one in of_kind(chain, "stonewall"):
        assert len(one.outputs) == 4
        assert sorted(Counter(values(one)).values()) == [1, 1, 2]
        assert len(chain.payers(one.txid)) == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_look_alikes_have_one_payer_and_equal_outputs(chain_of, seed):
    chain = chain_of("full", seed)
    for row in chain.truth["look_alikes"]:
        assert chain.payers(row["txid"]) == {row["owner"]}
        assert Counter(values(chain.read[row["txid"]])).most_common(1)[0][1] >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_common_spending_joins_two_owners_only_where_the_truth_says_so(chain_of, seed):
    chain = chain_of("full", seed)
    joint = {one["txid"] for one in (*chain.truth["mixes"], *chain.truth["payjoins"])}
    for one in chain.payments:
        assert (len(chain.payers(one.txid)) > 1) == (one.txid in joint)


@pytest.mark.parametrize("seed", SEEDS)
def test_exchanges_pay_batches_of_at_least_ten_to_several_kinds_of_scripts(chain_of, seed):
    chain = chain_of("full", seed)
    large = [one for one in chain.truth["batches"]
             if one["owner"].startswith("exchange:") and one["n_outputs"] >= 10]  # fmt: skip
    assert len(large) >= 18
    several = [one for one in large if len(kinds_of(chain.read[one["txid"]].outputs)) >= 3]
    assert len(several) > len(large) // 2
    assert {one["owner"] for one in large} == {
        f"exchange:{one['name']}" for one in chain.truth["services"] if one["kind"] == "exchange"
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_peel_chains_hang_together_hop_by_hop(chain_of, seed):
    chain = chain_of("full", seed)
    for row in chain.truth["peel_chains"]:
        assert 2 <= len(row["txids"]) <= 6
        for before, after in pairwise(row["txids"]):
            assert before in {txid for txid, _vout in chain.read[after].inputs}
        assert all(len(chain.read[txid].outputs) == 2 for txid in row["txids"])
        assert set().union(*(chain.payers(txid) for txid in row["txids"])) == {row["owner"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_deposit_is_swept_within_three_days_into_the_same_service(chain_of, seed):
    chain = chain_of("full", seed)
    for service in chain.truth["services"]:
        owner = f"{service['kind']}:{service['name']}"
        for address in service["deposits"]:
            for one in chain.payments:
                for vout, (to, _value) in enumerate(one.outputs):
                    if to != address:
                        continue
                    sweep = chain.spender[one.txid, vout]
                    assert sweep.at - one.at <= ROUND
                    assert chain.payers(sweep.txid) == {owner}


@pytest.mark.parametrize("seed", SEEDS)
def test_kiosks_are_emptied_into_the_operators_own_account_at_an_exchange(chain_of, seed):
    chain = chain_of("full", seed)
    operators = [one for one in chain.truth["services"] if one["kind"] == "atm"]
    assert operators
    for operator in operators:
        assert len(operator["kiosks"]) == 4
        paid = Counter(a for one in chain.payments for a, _v in one.outputs)
        assert max(paid[kiosk] for kiosk in operator["kiosks"]) >= 5
        into = {
            to
            for one in chain.payments
            if {a for a, _v in one.spent} & set(operator["kiosks"])
            for to, _value in one.outputs
        }
        assert len(into) == 1
        exchanges = [one for one in chain.truth["services"] if one["kind"] == "exchange"]
        assert into <= {a for one in exchanges for a in one["deposits"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_invoice_of_a_gift_card_shop_is_paid_once(chain_of, seed):
    chain = chain_of("full", seed)
    paid = Counter(a for one in chain.payments for a, _v in one.outputs)
    shops = [one for one in chain.truth["services"] if one["kind"] == "gift_card_shop"]
    assert len(shops) == 2
    assert {paid[a] for shop in shops for a in shop["deposits"]} == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_bystanders_do_what_parties_do(chain_of, seed):
    chain = chain_of("full", seed)
    services = {a: one["kind"] for one in chain.truth["services"] for a in one["deposits"]}

    def used(group):
        return {
            services[a]
            for one in chain.payments
            if any(chain.owner[spent].startswith(group) for spent, _v in one.spent)
            for a, _v in one.outputs
            if a in services
        }

    assert used("bystander:") == used("party:") == {"exchange", "atm", "gift_card_shop"}
    peeling = {one["owner"].partition(":")[0] for one in chain.truth["peel_chains"]}
    joining = {one["owner"].partition(":")[0] for one in chain.truth["consolidations"]}
    assert {"party", "bystander"} <= peeling
    assert "bystander" in joining
    for kind in ("whirlpool", "wasabi2", "joinmarket"):
        mixed = {
            o.partition(":")[0] for mix in of_kind(chain, kind) for o in chain.payers(mix.txid)
        }
        assert mixed == {"party", "mixer"}


@pytest.mark.parametrize("seed", SEEDS)
def test_addresses_are_used_again_as_often_as_asked_for(chain_of, seed):
    chain = chain_of("full", seed)
    times = Counter(a for one in chain.payments for a, _v in one.outputs
                    if chain.owner.get(a, "").startswith("bystander:"))  # fmt: skip
    again = sum(n - 1 for n in times.values())
    assert 0.04 < again / sum(times.values()) < 0.25


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_come_as_by_chance(chain_of, seed):
    blocks = chain_of("full", seed).ledger.blocks[112:]
    gaps = [(b.mined_at - a.mined_at).total_seconds() / 60 for a, b in pairwise(blocks)]
    mean = chain_of("full", seed).world.behaviour.ledger.block_minutes
    assert min(gaps) > 0
    assert 0.9 * mean < sum(gaps) / len(gaps) < 1.1 * mean
    longer = sum(gap > mean for gap in gaps) / len(gaps)
    assert 0.33 < longer < 0.41  # 1/e of exponential gaps
