# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger fetch`` and ``serve``: a real node, our own explorer, and the gate."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ledger.ingest import ingest_file
from ledger.store import ChainStore
from vestigo.cli.app import run as main
from vestigo.cli.ledger_serve import serving
from vestigo.training.behaviour import load_behaviour
from vestigo.training.chain.files import blocks_file
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.telling import tell_world

NETWORK = "regtest"
SOURCE = """
[settings.ledger]
network = "regtest"

[[settings.chain.sources]]
name = "{name}"
kind = "{kind}"
url = "http://127.0.0.1:{port}"
own = {own}
secrecy = "{secrecy}"
credentials = "{credentials}"
"""


@pytest.fixture(scope="module")
def world():
    return make_ledger(tell_world(1, load_behaviour("demo")))


@pytest.fixture(scope="module")
def served(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    file = folder / "blk00000.dat"
    file.write_bytes(blocks_file(world))
    ingest_file(folder / "chain", file, NETWORK)
    with ChainStore(folder / "chain", NETWORK) as store:
        yield store


def case_of(tmp_path: Path, **source: object) -> Path:
    tmp_path.mkdir(exist_ok=True)
    case = tmp_path / "case"
    assert main(["case", "new", str(case), "--title", "t", "--unit", "u"]) == 0
    given = {"own": "true", "secrecy": "", "credentials": "", **source}
    toml = case / "case.toml"
    toml.write_text(toml.read_text("utf-8") + SOURCE.format(**given), "utf-8")
    return case


@contextmanager
def running(store: ChainStore):
    with serving(store, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(10)


def fetched(capsys, case: Path, *words: str, code: int = 0) -> dict:
    assert main(["ledger", "fetch", str(case), *words, "--json"]) == code
    out = capsys.readouterr().out
    return json.loads(out[out.index("{") :]) if "{" in out else {}


def test_a_real_node_serves_blocks_transactions_and_addresses(
    btcd, world, served, tmp_path: Path, capsys
):
    module, program = btcd
    with module.running(program, tmp_path / "node") as node:
        for block in world.blocks[1:]:
            node.submit(block.raw)
        login = tmp_path / "login"
        login.write_text(f"range:{node.password}", "utf-8")
        case = case_of(tmp_path, name="own", kind="node", port=node.port, credentials=login)
        tip = len(world.blocks) - 1
        assert fetched(capsys, case, "--blocks", f"0-{tip}")["blocks"] == tip + 1
        with ChainStore(case / "chain", NETWORK) as store:
            assert list(store.index.txids) == list(served.index.txids)
        assert fetched(capsys, case, "--blocks", f"{tip}-{tip + 3}", code=4) == {}
        other = case_of(tmp_path / "b", name="own", kind="node", port=node.port, credentials=login)
        address = busy_address(served)
        row = fetched(capsys, other, "--address", address, "--tx", world.payments[-1].txid)
        assert 1 < row["blocks"] < tip
        with ChainStore(other / "chain", NETWORK) as store:
            assert store.transactions_of(address) == served.transactions_of(address)
            assert store.transaction(world.payments[-1].txid) is not None


def busy_address(store: ChainStore) -> str:
    """Return the address with most outputs that is no miner's."""
    index = store.index
    paid = index.first_paid[1:] - index.first_paid[:-1]
    for script in paid.argsort()[::-1].tolist():
        outputs = index.outputs_to(script)
        if not any(index.coinbase[index.tx_of[output]] for output in outputs):
            return index.address(script)
    raise AssertionError


def test_an_explorer_is_asked_only_under_an_authorization_of_its_own(
    served, tmp_path: Path, capsys
):
    address = busy_address(served)
    with running(served) as port:
        case = case_of(tmp_path, name="public", kind="esplora", port=port, own="false",
                       secrecy="they learn the address")  # fmt: skip
        assert main(["ledger", "fetch", str(case), "--address", address]) == 6
        assert "E-AUT-001" in capsys.readouterr().err
        order = tmp_path / "order.toml"
        order.write_text(ORDER.format(port=port), "utf-8")
        assert main(["case", "authorize", str(case), str(order)]) == 0
        capsys.readouterr()
        assert main(["ledger", "fetch", str(case), "--address", address, "--json"]) == 0
        told = capsys.readouterr()
        assert "they learn the address" in told.err
        row = json.loads(told.out)
        assert row["transactions"] >= len(served.transactions_of(address))
        assert main(["ledger", "fetch", str(case), "--address", address]) == 0
    log = "".join(
        path.read_text("utf-8") for path in (case / "evidence" / "custody").glob("*.jsonl")
    )
    assert log.count("chain source asked") == 2
    with ChainStore(case / "chain", NETWORK) as store:
        assert store.transactions_of(address) == served.transactions_of(address)
        for txid in store.transactions_of(address):
            tx = store.index.tx_number(bytes.fromhex(txid)[::-1])
            if not store.index.coinbase[tx]:
                assert -1 not in store.index.spent_by(tx)


ORDER = """
issuing_body = "court"
reference = "1/26"
legal_basis = "as ordered"
authorization_kind = "court order"
order_sha256 = ""
persons = ["a"]
hosts = ["127.0.0.1:{port}"]
accounts = []
acts = ["ask_chain"]
data_classes = ["chain"]
starts_at = 2020-01-01T00:00:00Z
ends_at = 2090-01-01T00:00:00Z
"""


def test_nothing_is_sent_in_a_dry_run_and_a_dead_source_is_told(tmp_path: Path, capsys):
    with closing(__import__("socket").socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    case = case_of(tmp_path, name="own", kind="node", port=port)
    assert fetched(capsys, case, "--blocks", "1", "--dry-run")["host"] == f"127.0.0.1:{port}"
    assert main(["ledger", "fetch", str(case), "--blocks", "1"]) == 7
    assert "E-LED-100" in capsys.readouterr().err
    assert main(["ledger", "fetch", str(case)]) == 2
    assert main(["ledger", "fetch", str(case), "--blocks", "2-1"]) == 2
    assert main(["ledger", "fetch", str(case), "--source", "other", "--blocks", "1"]) == 5


@pytest.mark.parametrize(
    "change",
    [{"kind": "core"}, {"name": "Own Node"}, {"own": '"yes"'}, {"own": "false"},
     {"credentials": "/no/such/file"}],
)  # fmt: skip
def test_wrong_settings_of_a_source_are_refused(tmp_path: Path, capsys, change):
    case = case_of(tmp_path, **{"name": "own", "kind": "node", "port": 1, **change})
    assert main(["ledger", "fetch", str(case), "--blocks", "1"]) == 5
    assert "E-LED-107" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("LOCALHOST:1", 200), ("127.0.0.1:80", 200), ("evil.example", 421),
     ("127.0.0.1.evil.example", 421), ("[::", 421), ("", 421)],
)  # fmt: skip
def test_a_page_whose_name_leads_here_is_told_nothing(served, host: str, status: int):
    with running(served) as port:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        link.putrequest("GET", "/blocks/tip/height", skip_host=True)
        link.putheader("Host", host)
        link.endheaders()
        answer = link.getresponse()
        content = answer.read()
        link.close()
    assert answer.status == status
    assert content.isdigit() == (status == 200)


def test_the_command_serves_a_case_until_it_is_stopped(served, tmp_path: Path):
    case = case_of(tmp_path, name="own", kind="node", port=1)
    ingest_file(case / "chain", served.raw_paths[0], NETWORK)
    words = [sys.executable, "-m", "vestigo", "ledger", "serve", str(case), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            url = process.stdout.readline().decode().strip()
            with urllib.request.urlopen(f"{url}/blocks/tip/height", timeout=60) as answer:
                height = int(answer.read())
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert height == len(served.index.block_hashes) - 1
    log = "".join(
        path.read_text("utf-8") for path in (case / "evidence" / "custody").glob("*.jsonl")
    )
    assert "chain of the case served" in log
