# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console where the case's graph lies on a real Neo4j: the same answers, and a server down."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from graph.neo4j_store import Neo4jStore
from graph.rebuild import rebuild
from vestigo.console.graphing.opened import ServedGraph
from vestigo.console.serving import bind, build_desk, build_server
from vestigo.pipeline.session import open_session

SERVER = Path(__file__).resolve().parent.parent / "neo4j_server"
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
PASSWORD = "a calm horse walks by the sea"
START = "bcrt1qvendor0000000000000000000000000000start"

pytestmark = pytest.mark.neo4j


def load(name):
    """Import a module of the folder that starts a Neo4j server."""
    spec = importlib.util.spec_from_file_location(f"vestigo_console_{name}", SERVER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def neo4j_server(tmp_path_factory):
    """A real server; skips where it cannot be had, fails where it is required."""
    try:
        named = os.environ.get("VESTIGO_NEO4J")
        cache = Path.home() / ".cache" / "vestigo-test" / "neo4j-5.26"
        jars = Path(named) if named else load("assemble").assemble(cache)
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("VESTIGO_REQUIRE_NEO4J") == "1":
            pytest.fail(f"no Neo4j server: {error}")
        pytest.skip(f"no Neo4j server: {error}")
    with load("server").running(jars, tmp_path_factory.mktemp("neo4j")) as server:
        yield server


@contextmanager
def console_on(case, connect):
    """Serve a case whose graph is what ``connect`` gives; yield a client that is signed in."""
    with open_session(case.path, write=False, clock=case.clock) as session, bind(0) as listener:
        port = listener.getsockname()[1]
        graph = ServedGraph(connect)
        server = build_server(build_desk(session, port, graph=graph))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=90, headers=SAME) as client:
            form = {"name": "ana.investigator", "password": PASSWORD}
            assert client.post("/sign-in", data=form).status_code == 303
            yield client
        server.should_exit = True
        thread.join(10)
        graph.close()


def steps(client):
    """Return what the steps of a person on the graph page give."""
    ref = ["Address", START]
    found = client.post("/graph/find", json={"text": START}).json()
    counts = client.post("/graph/counts", json={"node": ref}).json()["counts"]
    expanded = [
        client.post("/graph/expand", json={"node": ref, "limit": 10, "skip": 0, "canvas": [ref],
                    **{name: one[name] for name in ("direction", "kind", "label")}}).json()
        for one in counts
    ]  # fmt: skip
    asked = {"from": "testmarket/ana", "to": "any-cash-out", "k": 2, "canvas": []}
    ways = client.post("/graph/path", json=asked).json()
    edges = [edge for one in expanded for edge in one["edges"]]
    why = [client.post("/graph/why", json={"source": e["source"], "target": e["target"]}).json()
           for e in edges[:5]]  # fmt: skip
    return [found, counts, expanded, ways, why]


def test_every_step_on_the_graph_page_is_the_same_on_neo4j(graphed, graphed_case, neo4j_server):
    def connect():
        return Neo4jStore(neo4j_server.uri, neo4j_server.user, neo4j_server.password)

    with open_session(graphed_case.path, write=False, clock=graphed_case.clock) as session:
        store = connect()
        rebuild(session.ledger, store, state_path=None)
        store.close()
    with graphed.signed_in() as embedded:
        embedded.headers.update(SAME)
        expected = steps(embedded)
    with console_on(graphed_case, connect) as client:
        found = steps(client)
        page = client.get("/graph", headers={"Accept": "text/html"})
        searched = client.get("/search", params={"q": START}, headers={"Accept": "text/html"})
    assert found == expected
    assert expected[0]["nodes"], "something is compared"
    assert expected[3]["ways"]
    assert page.status_code == searched.status_code == 200


def test_a_server_that_is_down_is_said_and_asked_again(graphed_case, neo4j_server):
    down = [True]

    def connect():
        uri = "bolt://127.0.0.1:9" if down[0] else neo4j_server.uri
        return Neo4jStore(uri, neo4j_server.user, neo4j_server.password)

    with console_on(graphed_case, connect) as client:
        page = client.get("/graph", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "E-GRA-001" in page.text
        assert "Check that it runs" in page.text
        step = client.post("/graph/find", json={"text": START})
        assert (step.status_code, step.json()["code"]) == (503, "E-GRA-001")
        assert client.get("/listings", headers={"Accept": "text/html"}).status_code == 200
        down[0] = False
        assert client.post("/graph/find", json={"text": START}).status_code == 200
