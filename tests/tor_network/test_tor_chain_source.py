# SPDX-License-Identifier: AGPL-3.0-or-later
"""An explorer that is an onion service: asked through Tor, under an order of its own, whole."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from crawler.tor.control import ControlPort
from ledger.ingest import ingest_file
from ledger.store import ChainStore
from tests.ledger.conftest import TinyChain
from vestigo.cli.app import run
from vestigo.cli.ledger_serve import serving
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization
from vestigo.store import CaseFolder

pytestmark = [pytest.mark.tor, pytest.mark.timeout(900)]
NETWORK = "regtest"
PATIENCE = 180.0
UNREACHABLE = 7
SECRET = "the operator of the explorer learns every address asked for, and when"
SOURCE = """
[settings.ledger]
network = "regtest"

[settings.chain]
proxy = "{proxy}"
deadline_seconds = 100

[[settings.chain.sources]]
name = "public"
kind = "esplora"
url = "http://{host}"
secrecy = "{secrecy}"
"""


@pytest.fixture
def explorer(network, tmp_path):
    """A chain served as an onion service of the private network: chain and host."""
    chain = TinyChain()
    coin = chain.coin("vendor", 10_000)
    chain.step([coin], [("hop", 6_000), ("change", 3_000)])
    ingest_file(tmp_path / "served", chain.write(tmp_path / "blk.dat"), NETWORK)
    names: list[str] = []
    with ChainStore(tmp_path / "served", NETWORK) as store, serving(store, 0, names) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with ControlPort("127.0.0.1", network.control_port) as control:
                control.authenticate(lambda: "")
                port = f"80,127.0.0.1:{server.server_port}"
                told = control.ask(f"ADD_ONION NEW:ED25519-V3 Port={port}")
                name = next(one for one in told if one.startswith("ServiceID="))
                names.append(f"{name.partition('=')[2]}.onion")
                yield chain, names[0]
        finally:
            server.shutdown()
            thread.join()


def ordered(case, host):
    """Add an order that lets the case ask this host for chain data, and nothing else."""
    now = datetime.now(UTC)
    order = Authorization(
        issuing_body="court", reference="2/26", legal_basis="-", order_sha256="",
        authorization_kind="training", persons=("p",), hosts=(host,), accounts=(),
        acts=("ask_chain",), data_classes=("chain",), starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip
    with open_session(case) as session:
        session.ledger.append([order])


def test_a_history_comes_whole_through_tor_under_its_own_order(network, explorer, tmp_path, capsys):
    chain, host = explorer
    case = CaseFolder.create(tmp_path / "case", title="tor", unit="u")
    with case.toml.open("a", encoding="utf-8") as toml:
        toml.write(SOURCE.format(proxy=network.proxy, host=host, secrecy=SECRET))
    asked = ["ledger", "fetch", str(case.path), "--address", chain.address("vendor"), "--json"]
    assert run(asked) == 6
    assert "E-AUT-001" in capsys.readouterr().err
    ordered(case.path, host)
    ends_at = time.monotonic() + PATIENCE
    while (code := run(asked)) == UNREACHABLE and time.monotonic() < ends_at:
        capsys.readouterr()  # no circuit or descriptor yet: nothing was kept
    told = capsys.readouterr()
    assert code == 0, told.err
    assert SECRET in told.err
    assert json.loads(told.out)["transactions"] == 2
    with ChainStore(case.chain, NETWORK) as store:
        found = [store.transaction(one) for one in store.transactions_of(chain.address("vendor"))]
    assert [one.proof for one in found] == ["branch", "branch"]
    assert [one.height for one in found] == [1, 2]
