# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reading seam: by address, by transaction, by spender, with proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.index import NONE, ChainIndex
from ledger.ingest import ingest_file
from ledger.parsing import parse_header, root_of_branch
from ledger.parsing.digest import from_displayed
from ledger.store import ChainStore
from vestigo.errors import InputError

KEY = bytes.fromhex(
    "2102" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" + "ac"
)


@pytest.fixture
def story(chain, tmp_path: Path):
    first = chain.coin("alice", 10_000)
    second = chain.pay([first], [("bob", 6_000), ("alice", 3_900)])
    third = chain.pay([(second, 0)], [("carol", 5_900)])
    chain.mine()
    bare = chain.step([(second, 1)], [(KEY, 3_800), (b"\x6a\x01\x01", 0)])
    folder = tmp_path / "chain"
    ingest_file(folder, chain.write(tmp_path / "b.dat"), "regtest")
    with ChainStore(folder, "regtest") as store:
        yield chain, store, {"first": first[0], "second": second, "third": third, "bare": bare}


def test_transactions_of_an_address_in_chain_order(story):
    chain, store, ids = story
    assert store.transactions_of(chain.address("alice")) == [
        ids["first"],
        ids["second"],
        ids["bare"],
    ]
    assert store.transactions_of(chain.address("alice").upper()) == store.transactions_of(
        chain.address("alice")
    )
    assert store.transactions_of(chain.address("carol")) == [ids["third"]]
    assert store.transactions_of(chain.address("nobody")) == []


def test_an_address_that_is_none_or_of_another_network(story):
    _chain, store, _ids = story
    for text, code in (("alice", "E-LED-001"), ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "E-LED-002")):
        with pytest.raises(InputError) as caught:
            store.transactions_of(text)
        assert caught.value.code == code


def test_spenders(story):
    _chain, store, ids = story
    assert store.spender_of(ids["second"], 0) == (ids["third"], 0)
    assert store.spender_of(ids["third"], 0) is None
    assert store.spender_of("00" * 32, 0) is None


def test_a_transaction_carries_the_proof_of_its_block(story):
    chain, store, ids = story
    for txid in ids.values():
        found = store.transaction(txid)
        assert found is not None
        leaf = from_displayed(found.txid)
        assert found.scan.txid == leaf
        branch = [from_displayed(node) for node in found.merkle_branch]
        assert (
            root_of_branch(leaf, branch, found.position) == parse_header(found.header).merkle_root
        )
        assert store.raw_block(found.block_hash) in chain.blocks
    assert store.transaction("11" * 32) is None


def test_the_index_knows_who_spends_what(story):
    chain, store, ids = story
    index = ChainIndex.load(store)
    number = {index.txid(tx): tx for tx in range(len(index.txids))}
    alice, bob = (chain.address(name) for name in ("alice", "bob"))
    outputs = index.outputs(number[ids["second"]])
    assert [index.address(int(index.script_of[o])) for o in outputs] == [bob, alice]
    assert [int(index.spender[o]) for o in outputs] == [number[ids["third"]], number[ids["bare"]]]
    assert [index.vout(o) for o in outputs] == [0, 1]
    assert index.view(number[ids["first"]]).is_coinbase
    bare = index.outputs(number[ids["bare"]])
    assert index.address(int(index.script_of[bare[0]])) == f"script:{KEY.hex()}"
    assert int(index.spender[bare[0]]) == NONE
    spent = index.spender[index.spender != NONE]
    assert (index.tx_of[index.spender != NONE] < spent).all()


def test_chain_order_does_not_trust_timestamps(new_chain, tmp_path: Path):
    chain = new_chain()
    coin = chain.coin("a", 1_000)
    chain.step([coin], [("b", 900)], hours=-1.5)
    folder = tmp_path / "chain"
    ingest_file(folder, chain.write(tmp_path / "b.dat"), "regtest")
    with ChainStore(folder, "regtest") as store:
        index = ChainIndex.load(store)
    assert index.txid(0) == coin[0]


def test_one_transaction_in_two_blocks_counts_once(new_chain, tmp_path: Path):
    chain = new_chain()
    coin = chain.coin("a", 1_000)
    fork, now = chain.previous, chain.now
    txid = chain.step([coin], [("b", 900)])
    raw = chain.blocks[-1]
    start = raw.index(bytes.fromhex(coin[0])[::-1]) - 5
    chain.previous, chain.now, chain.height = fork, now + 60, 1
    chain.pending = [raw[start:]]
    chain.mine()
    folder = tmp_path / "chain"
    ingest_file(folder, chain.write(tmp_path / "b.dat"), "regtest")
    with ChainStore(folder, "regtest") as store:
        assert store.query(
            "SELECT count(*) FROM transactions WHERE txid = ?", [from_displayed(txid)]
        ) == [(1,)]
        assert store.query("SELECT sum(n_transactions) FROM blocks") == [(5,)]
        index = ChainIndex.load(store)
    assert [index.txid(tx) for tx in range(len(index.txids))].count(txid) == 1
    assert len(index.outputs_to(index.script_number[index.scripts[0]])) >= 1


def test_an_empty_chain(tmp_path: Path):
    with ChainStore(tmp_path, "regtest") as store:
        assert store.heights() == {}
        assert len(ChainIndex.load(store).txids) == 0
