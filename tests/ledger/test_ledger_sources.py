# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nodes and explorers: complete, or a typed error and nothing kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.index import ChainIndex
from ledger.ingest import ingest_file, ingest_loose
from ledger.serving import Esplora
from ledger.sources import faults
from ledger.sources.esplora import Explorer
from ledger.sources.rpc import Node
from ledger.store import ChainStore
from vestigo.errors import InputError, SourceUnreachable, VestigoError

NETWORK = "regtest"
N_PAYMENTS = 30


@pytest.fixture
def story(chain, tmp_path: Path):
    """An address with 31 transactions (two pages), one of them with 120 outputs."""
    coin = chain.coin("a", 1_000_000)
    for n in range(N_PAYMENTS - 1):
        coin = (chain.step([coin], [("a", chain.values[coin] - 100)], hours=0.2), 0)
        assert n >= 0
    chain.step([coin], [(f"many{n}", 1_000) for n in range(120)])
    folder = tmp_path / "served"
    ingest_file(folder, chain.write(tmp_path / "blk00000.dat"), NETWORK)
    with ChainStore(folder, NETWORK) as store:
        yield chain, Esplora(store)


def fetching(esplora: Esplora, change: Callable[[str, bytes], bytes] = lambda _path, body: body):
    asked = []

    def get(path: str) -> bytes:
        asked.append(path)
        answer = esplora.answer(path)
        if answer.status != 200:
            raise faults.refused(answer.status, path)
        return change(path, answer.content)

    return Explorer(get, "explorer", NETWORK), asked


def test_a_history_is_fetched_whole_and_verifies_offline(story, tmp_path: Path):
    chain, esplora = story
    explorer, asked = fetching(esplora)
    found = explorer.history(chain.address("a"))
    assert len(found) == N_PAYMENTS + 1
    assert ingest_loose(tmp_path / "c", found, NETWORK, "explorer") == N_PAYMENTS + 1
    assert ingest_loose(tmp_path / "c", found, NETWORK, "explorer") == 0
    with ChainStore(tmp_path / "c", NETWORK) as store:
        index = ChainIndex.load(store)
        assert [index.txid(tx) for tx in range(len(index.txids))] == esplora._store.transactions_of(
            chain.address("a")
        )
        served = esplora._store
        for tx in range(len(index.txids)):
            mine, theirs = store.stored(tx), served.transaction(index.txid(tx))
            assert mine.proof == "branch"
            assert mine.merkle_branch == theirs.merkle_branch
            assert (mine.header, mine.raw, mine.position) == (
                theirs.header, theirs.raw, theirs.position
            )  # fmt: skip
        assert len(index.outputs(len(index.txids) - 1)) == 120
    assert not any("mempool" in path for path in asked)


def edited(path_end: str, edit: Callable[[object], object]):
    def change(path: str, body: bytes) -> bytes:
        return json.dumps(edit(json.loads(body))).encode() if path.endswith(path_end) else body

    return change


def drop_outputs(row):
    if isinstance(row, dict) and len(row.get("vout", ())) > 101:
        row["vout"] = row["vout"][:101]
    return row


def bump(row):
    row["chain_stats"]["tx_count"] += 1
    return row


def swap(row):
    row["merkle"] = [("11" * 32) for _ in row["merkle"]]
    return row


def flip(path: str, body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1]) if path.endswith("/raw") else body


FAULTS = {
    "short_page": (lambda chain: edited("/txs/chain", lambda rows: rows[:-1]), "E-LED-104"),
    "count_too_high": (lambda chain: edited(chain.address("a"), bump), "E-LED-104"),
    "more_than_101_outputs_dropped": (
        lambda chain: (lambda path, body: edited("", drop_outputs)(path, body)
                       if path.startswith("/tx/") and path.count("/") == 2 else body),
        "E-LED-103",
    ),
    "wrong_bytes": (lambda chain: flip, "E-LED-103"),
    "wrong_proof": (lambda chain: edited("/merkle-proof", swap), "E-LED-103"),
    "no_json": (lambda chain: lambda path, body: b"<html>" if "address" in path else body,
                "E-LED-102"),
    "cut_bytes": (lambda chain: lambda path, body: body[:-3] if path.endswith("/raw") else body,
                  "E-LED-102"),
    "another_header": (
        lambda chain: lambda path, body: ("00" * 80).encode() if path.endswith("/header") else body,
        "E-LED-103",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_of_an_explorer_is_silent(story, name: str):
    chain, esplora = story
    change, code = FAULTS[name]
    explorer, _asked = fetching(esplora, change(chain))
    with pytest.raises(InputError) as caught:
        explorer.history(chain.address("a"))
    assert caught.value.code == code
    assert caught.value.where


def test_a_history_that_grows_meanwhile_is_told(story):
    chain, esplora = story
    seen = []

    def change(path: str, body: bytes) -> bytes:
        if path == f"/address/{chain.address('a')}":
            seen.append(path)
            if len(seen) > 1:
                row = json.loads(body)
                row["chain_stats"]["tx_count"] += 1
                return json.dumps(row).encode()
        return body

    explorer, _asked = fetching(esplora, change)
    with pytest.raises(InputError) as caught:
        explorer.history(chain.address("a"))
    assert caught.value.code == "E-LED-104"


def test_too_many_questions_are_told(story):
    chain, esplora = story
    asked = []

    def get(path: str) -> bytes:
        asked.append(path)
        if len(asked) > 9:
            raise faults.refused(429, path)
        return esplora.answer(path).content

    with pytest.raises(SourceUnreachable) as caught:
        Explorer(get, "explorer", NETWORK).history(chain.address("a"))
    assert caught.value.code == "E-LED-101"


class Scripted:
    """Stands for the wire to a node: answers calls from a table, in order of asking."""

    def __init__(self, answer: Callable[[str, list[object]], object], code: int = -5) -> None:
        self._answer = answer
        self._code = code

    def post(self, content: bytes, _headers) -> bytes:
        asked = json.loads(content)
        try:
            result = {"result": self._answer(asked["method"], asked["params"]), "error": None}
        except KeyError as error:
            result = {"result": None, "error": {"code": self._code, "message": str(error)}}
        return json.dumps(result).encode()


def node_of(chain, change=lambda method, parameters, result: result):
    hashes = [from_displayed_hash(raw) for raw in chain.blocks]

    def answer(method: str, parameters: list[object]) -> object:
        if method == "getblockcount":
            return change(method, parameters, len(hashes))
        at = parameters[0] - 1 if method == "getblockhash" else hashes.index(parameters[0])
        given = {"getblockhash": hashes[at], "getblock": chain.blocks[at].hex()}
        return change(method, parameters, given[method])

    return Node(Scripted(answer), "node")


def from_displayed_hash(raw: bytes) -> str:
    from ledger.parsing.digest import displayed, double_sha256

    return displayed(double_sha256(raw[:80]))


def test_blocks_of_a_node_are_a_chain_or_an_error(chain):
    for _ in range(4):
        chain.mine()
    assert list(node_of(chain).blocks(1, 4)) == chain.blocks
    asked = []

    def reorganised(method, parameters, result):
        if method == "getblockhash":
            asked.append(parameters)
            if len(asked) > 4:
                return "11" * 32
        return result

    with pytest.raises(InputError) as caught:
        list(node_of(chain, reorganised).blocks(1, 4))
    assert caught.value.code == "E-LED-105"


def test_another_block_than_asked_for_is_told(chain):
    chain.mine()
    chain.mine()

    def lie(method, _parameters, result):
        return chain.blocks[0].hex() if method == "getblock" else result

    with pytest.raises(InputError) as caught:
        list(node_of(chain, lie).blocks(1, 2))
    assert caught.value.code == "E-LED-103"


@pytest.mark.parametrize("result", [None, 7, "zz", {"a": 1}])
def test_answers_of_no_form_are_typed(chain, result: object):
    chain.mine()

    def nonsense(method, _parameters, found):
        return result if method == "getblock" else found

    with pytest.raises(VestigoError) as caught:
        list(node_of(chain, nonsense).blocks(1, 1))
    assert caught.value.code == "E-LED-102"


NO_SUCH_METHOD = -32601


def answering(answers: dict[str, object]) -> Node:
    """A node that gives recorded answers, by method; calls that it lacks it refuses."""
    scripted = Scripted(lambda method, _parameters: answers[method], NO_SUCH_METHOD)
    return Node(scripted, "node")


BLOCKS = ["11" * 32, "22" * 32]


def test_blocks_of_an_address_by_the_filters_of_core():
    """``scanblocks`` as Core 25 and later answer it (recorded form, not a live node)."""
    recorded = {"from_height": 0, "to_height": 9, "relevant_blocks": BLOCKS, "completed": True}
    assert answering({"scanblocks": recorded}).blocks_of("x") == BLOCKS


@pytest.mark.parametrize(
    "recorded",
    [
        {"relevant_blocks": BLOCKS, "completed": False},
        {"relevant_blocks": "11"},
        {},
        [],
        None,
    ],
)
def test_a_scan_that_was_cut_or_has_no_form_is_told(recorded: object):
    with pytest.raises(InputError) as caught:
        answering({"scanblocks": recorded}).blocks_of("x")
    assert caught.value.code == "E-LED-102"
    assert "scanblocks" in caught.value.where


def test_a_node_without_any_index_of_addresses_says_so():
    with pytest.raises(InputError) as caught:
        answering({}).blocks_of("x")
    assert caught.value.code == "E-LED-106"


def test_pages_of_the_index_of_btcd_are_all_read():
    """A page that is full is followed by another; an error behind the last one is its end."""
    rows = [{"blockhash": f"{n // 3:064x}"} for n in range(250)]

    def answer(method: str, parameters: list[object]) -> object:
        assert method == "searchrawtransactions"
        return rows[parameters[2] : parameters[2] + parameters[3]]

    found = Node(Scripted(answer), "node").blocks_of("x")
    assert found == list(dict.fromkeys(row["blockhash"] for row in rows))
