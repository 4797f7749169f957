# SPDX-License-Identifier: AGPL-3.0-or-later
"""The store on a real server: refusals, broken builds, nobody else's data."""

from __future__ import annotations

import socket

import pytest

from graph import catalogue
from graph.canonical import canonical
from graph.neo4j_store import Neo4jStore
from graph.rebuild import rebuild
from vestigo.errors import ConfigurationError, InputError, SourceUnreachable, UsageError
from vestigo.errors import VestigoError as AnyError

pytestmark = pytest.mark.neo4j


def test_a_wrong_password_is_a_refused_log_in(neo4j_server):
    with pytest.raises(ConfigurationError) as caught:
        Neo4jStore(neo4j_server.uri, "neo4j", "not the password")
    assert caught.value.code == "E-GRA-002"
    assert "not the password" not in str(caught.value)


def test_a_port_where_nobody_listens_is_unreachable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(SourceUnreachable) as caught:
        Neo4jStore(f"bolt://127.0.0.1:{port}", "neo4j", "x")
    assert caught.value.code == "E-GRA-001"


def test_a_listener_that_speaks_something_else_is_unreachable_or_refused():
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            line, _address = listener.accept()
            with line:
                line.recv(100)
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(AnyError) as caught:
            Neo4jStore(f"bolt://127.0.0.1:{listener.getsockname()[1]}", "neo4j", "x")
        thread.join()
    assert caught.value.code in ("E-GRA-001", "E-GRA-010")


def test_a_database_of_somebody_else_is_left_as_it_is(served, wipe, neo4j_server, small):
    import neo4j

    wipe()
    auth = (neo4j_server.user, neo4j_server.password)
    with neo4j.GraphDatabase.driver(neo4j_server.uri, auth=auth) as driver:
        driver.execute_query("CREATE (:Address {key: 'of another tool'})")
        with pytest.raises(UsageError) as caught:
            rebuild(small, served)
        assert caught.value.code == "E-GRA-008"
        found = driver.execute_query("MATCH (n) RETURN n.key AS key").records
    assert [record["key"] for record in found] == ["of another tool"]
    wipe()


def test_a_build_that_was_broken_off_is_never_read_and_can_be_repeated(
    served, wipe, neo4j_server, small
):
    wipe()

    class BrokenOffError(Exception):
        pass

    def breaks(_n):
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        rebuild(small, served, breaks)
    store = Neo4jStore(neo4j_server.uri, neo4j_server.user, neo4j_server.password)
    assert store.summary() is None
    with pytest.raises(UsageError) as caught:
        catalogue.run(store, "shared-keys")
    assert caught.value.code == "E-GRA-006"
    report = rebuild(small, store)
    assert canonical(store) == report.canonical_sha256
    assert store.summary()["canonical_sha256"] == report.canonical_sha256
    store.close()


def test_rebuilding_replaces_everything(served, small, large):
    rebuild(large, served)
    report = rebuild(small, served)
    assert canonical(served) == report.canonical_sha256


def test_a_query_that_takes_too_long_is_stopped(neo4j_server, large, served):
    rebuild(large, served)
    store = Neo4jStore(
        neo4j_server.uri, neo4j_server.user, neo4j_server.password, timeout_seconds=0.2
    )
    with pytest.raises(InputError) as caught:
        store.read("MATCH (a)-[:PAID*1..14]->(b) RETURN count(*) AS n", {})
    assert caught.value.code == "E-GRA-009"
    store.close()


def test_what_the_engine_refuses_is_an_error_of_ours(served, small):
    rebuild(small, served)
    with pytest.raises(AnyError) as caught:
        served.read("MATCH (a RETURN a", {})
    assert caught.value.code == "E-GRA-010"


def test_the_server_calls_nobody(served):
    settings = {
        row["name"]: row["value"]
        for row in served._rows("SHOW SETTINGS YIELD name, value RETURN name, value", {})
    }
    assert settings["dbms.usage_report.enabled"] == "false"
    assert settings["client.allow_telemetry"] == "false"
    assert settings["server.http.enabled"] == "false"
    assert settings["server.bolt.listen_address"].startswith("127.0.0.1:")
