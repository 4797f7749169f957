# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth of the chain side is exact: walked again from the blocks, nothing more or less."""

import json
from collections import Counter, defaultdict, deque

import pytest
from btclib.script.engine import verify_transaction
from btclib.tx.tx import Tx

from vestigo.training.truth.published import published_in

SEEDS = (1, 2, 77)
BOTH = [("full", seed) for seed in SEEDS] + [("demo", 1), ("demo", 9)]
HIDING = {"whirlpool", "wasabi1", "wasabi2", "joinmarket"}
KIND_OF_WAY = {"atm": "atm", "gift_card": "gift_card_shop"}
MIXES_OF_WAY = {"whirlpool": {"whirlpool"}, "wasabi": {"wasabi2"}, "joinmarket": {"joinmarket"}}


def walk(chain, address, owner):
    """Follow the coins of one owner; return {output: whether every way crosses a mix}."""
    hiding = {one["txid"] for one in chain.truth["mixes"] if one["kind"] in HIDING}
    reached = {}
    for may_cross in (False, True):
        waiting = deque(
            (one.txid, n)
            for one in chain.payments
            for n, (to, _v) in enumerate(one.outputs) if to == address
        )  # fmt: skip
        seen = set()
        while waiting:
            outpoint = waiting.popleft()
            one = chain.spender.get(outpoint)
            if one is None or outpoint in seen or (one.txid in hiding and not may_cross):
                continue
            seen.add(outpoint)
            for n, (to, _value) in enumerate(one.outputs):
                holder = chain.owner.get(to, "")
                if holder == owner:
                    waiting.append((one.txid, n))
                elif holder.partition(":")[0] in ("exchange", "atm", "gift_card_shop"):
                    reached.setdefault((one.txid, n), may_cross)
    return reached


@pytest.mark.parametrize(("name", "seed"), BOTH)
def test_the_cash_outs_are_those_that_a_walk_over_the_blocks_finds(chain_of, name, seed):
    chain = chain_of(name, seed)
    stated = defaultdict(dict)
    for row in chain.truth["cash_outs"]:
        stated[row["start_address"]][row["txid"], row["vout"]] = row["behind_mix"]
    for one in published_in(chain.world):
        assert walk(chain, one.address, one.party) == stated[one.address]


@pytest.mark.parametrize(("name", "seed"), BOTH)
def test_the_truth_agrees_with_the_blocks(chain_of, name, seed):
    chain = chain_of(name, seed)
    service_at = {address: one for one in chain.truth["services"]
                  for address in (*one["hot"], *one["deposits"])}  # fmt: skip
    for row in chain.truth["cash_outs"]:
        assert chain.read[row["txid"]].outputs[row["vout"]] == (row["address"], row["value_sat"])
        service = service_at[row["address"]]
        assert (service["name"], service["kind"]) == (row["service"], row["service_kind"])
        assert service["is_tagged"] == row["service_tagged"]
        assert bool(row["mix_kinds"]) == row["behind_mix"]


@pytest.mark.parametrize(("name", "seed"), BOTH)
def test_parties_cash_out_as_they_behave(chain_of, name, seed):
    chain = chain_of(name, seed)
    rows = defaultdict(list)
    for row in chain.truth["cash_outs"]:
        vendor = chain.world.market(row["market"]).vendor(row["vendor"])
        rows[vendor.party].append(row)
    profiles = {one.address for one in published_in(chain.world) if one.where == "vendor"}
    for party in chain.world.parties:
        mine = rows[party.id]
        if party.behaviour == "hold":
            assert mine == []
            continue
        assert mine, party
        main = [one for one in mine if one["start_address"] in profiles]
        kinds = {one["service_kind"] for one in main}
        assert kinds == {KIND_OF_WAY.get(party.behaviour, "exchange")}
        crossed = {kind for one in mine for kind in one["mix_kinds"]}
        assert crossed == MIXES_OF_WAY.get(party.behaviour, set())


@pytest.mark.parametrize(("name", "seed"), BOTH)
def test_no_address_has_two_owners_and_each_payment_is_accounted_for(chain_of, name, seed):
    chain = chain_of(name, seed)
    owners = Counter(a for one in chain.truth["clusters"] for a in one["addresses"])
    assert max(owners.values()) == 1
    for one in chain.payments:
        assert all(address in owners for address, _value in one.spent)
        assert all(address is None or address in owners for address, _value in one.outputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_party_has_one_wallet_for_all_its_accounts(chain_of, seed):
    chain = chain_of("full", seed)
    both = [one for one in chain.world.parties if len(one.accounts) > 1]
    assert len(both) >= 8
    held = {one["owner"]: set(one["addresses"]) for one in chain.truth["clusters"]}
    for party in both:
        shown = {one.address for one in chain.world.vendors_of(party.id)}
        assert len(shown) == 2
        assert shown <= held[party.id]


@pytest.mark.parametrize(("name", "seed"), BOTH)
def test_the_tagpack_names_what_anybody_can_know_and_not_everybody(chain_of, name, seed):
    chain = chain_of(name, seed)
    tagged = defaultdict(set)
    for tag in chain.pack["tags"]:
        tagged[tag["label"]].add(tag["address"])
    known = {one["name"] for one in chain.truth["services"] if one["is_tagged"]}
    assert set(tagged) == known
    n_unknown = chain.world.behaviour.ledger.untagged_services
    assert len(chain.truth["services"]) - len(known) == n_unknown
    for service in chain.truth["services"]:
        assert tagged.get(service["name"], set()) == set(service["tagged"])
        assert len(service["tagged"]) <= 3
        if service["kind"] != "atm":
            assert not tagged.get(service["name"], set()) & set(service["deposits"])


def test_categories_of_the_tagpack_are_those_that_count_as_cash_outs(full):
    from vestigo.settings import default_settings

    counted = set(default_settings()["ledger"]["cash_out_categories"])
    categories = {tag["label"]: tag["category"] for tag in full.pack["tags"]}
    assert set(categories.values()) == {"exchange", "atm", "merchant"}
    assert set(categories.values()) <= counted


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_replaced_is_in_no_block_and_what_replaced_it_is(chain_of, seed):
    chain = chain_of("full", seed)
    seen = {row["txid"]: row for row in map(json.loads, chain.mempool.splitlines())}
    assert len(seen) == 2 * len(chain.truth["replacements"])
    for row in chain.truth["replacements"]:
        first, second = (
            Tx.parse(bytes.fromhex(seen[row[key]]["raw"])) for key in ("replaced", "by")
        )
        assert first.id.hex() == row["replaced"]
        assert row["replaced"] not in chain.read
        assert row["by"] in chain.read
        assert [i.prev_out for i in first.vin] == [i.prev_out for i in second.vin]
        assert all(i.sequence < 0xFFFFFFFE for i in first.vin)
        assert sum(o.value for o in second.vout) < sum(o.value for o in first.vout)
        assert seen[row["replaced"]]["seen_at"] < seen[row["by"]]["seen_at"]
        # the output that shrinks is the change: a truth of its own
        shrunk = [n for n, (a, b) in enumerate(zip(first.vout, second.vout, strict=True))
                  if a.value > b.value]  # fmt: skip
        assert len(shrunk) == 1
        address = chain.read[row["by"]].outputs[shrunk[0]][0]
        assert chain.owner[address] == row["owner"]


def test_a_replaced_payment_is_signed_as_well_as_any(full):
    for one in full.ledger.replacements:
        spent = [Tx.parse(full.read[coin.txid].raw).vout[coin.vout] for coin in one.replaced.coins]
        verify_transaction(spent, Tx.parse(one.replaced.raw))


def test_every_signature_of_a_full_world_verifies_by_btclib(full):
    """Every fifth payment and every one that no key hash signs: btclib takes its time."""
    for number, one in enumerate(full.ledger.payments):
        plain = {coin.account.kind for coin in one.coins} <= {"p2wpkh", "p2pkh", "p2sh-p2wpkh"}
        if number % 5 and plain:
            continue
        spent = [Tx.parse(full.read[coin.txid].raw).vout[coin.vout] for coin in one.coins]
        verify_transaction(spent, Tx.parse(one.raw))
