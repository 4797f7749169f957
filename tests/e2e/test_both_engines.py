# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration's graph on the embedded engine and on a real Neo4j: the same answers."""

import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest

from graph import catalogue
from graph.kglite_store import KgliteStore
from graph.neo4j_store import Neo4jStore
from vestigo.pipeline.session import open_session
from vestigo.records import CashOutPoint, Cluster, Selector, Trace, VendorAccount

HERE = Path(__file__).resolve().parent
pytestmark = pytest.mark.neo4j


def load(name, path):
    """Import a module of the tests by its file (the folders are no packages)."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Neo4j server of its own; skips where Maven or Java is absent."""
    assemble = load("vestigo_e2e_assemble", HERE.parent / "neo4j_server" / "assemble.py")
    running = load("vestigo_e2e_server", HERE.parent / "neo4j_server" / "server.py").running
    default = Path.home() / ".cache" / "vestigo-test" / "neo4j-5.26"
    jars = Path(os.environ.get("VESTIGO_NEO4J", default))
    try:
        if not any(jars.glob("neo4j-*.jar")):
            assemble.assemble(jars)
    except Exception as error:
        if os.environ.get("VESTIGO_REQUIRE_NEO4J") == "1":
            raise
        pytest.skip(f"no Neo4j server could be assembled: {error}")
    with running(jars, tmp_path_factory.mktemp("neo4j")) as started:
        yield started


def parameters(case):
    """Return a value for each parameter of each question, taken from the case itself."""
    with open_session(case, write=False) as session:
        start = next(iter(session.ledger.of_kind(CashOutPoint))).start_address
        named = [s for s in session.ledger.of_kind(Selector) if s.value == start]
        vendors = {v.record_id: v for v in session.ledger.of_kind(VendorAccount)}
        account = next(vendors[s.subject] for s in named if s.subject in vendors)
        cluster = max(session.ledger.of_kind(Cluster), key=lambda c: len(c.addresses))
        trace = next(iter(session.ledger.of_kind(Trace)))
    vendor = f"{account.market}/{account.handle}"
    return {
        "vendor-to-cash-out": {"vendor": vendor},
        "flows": {"vendor": vendor},
        "vendor-timeline": {"vendor": vendor},
        "shared-keys": {},
        "cluster-members": {"address": cluster.addresses[0]},
        "neighbourhood": {"label": "Address", "key": start, "limit": 100},
        "cash-outs-per-service": {},
        "provenance": {"record_id": trace.record_id},
        "substance-vendors": {"substance": "cocaine"},
        "tagged-addresses": {},
    }


MAY_BE_EMPTY = {"shared-keys"}  # the vendors of the first range share nothing
# In the demonstration nobody did so: one honest market, seen once, nothing judged.
NOBODY_DID = {
    "candidate-links", "changed-judgements", "cluster-payments", "clusters-of-vendors",
    "conflicting-clusters", "conflicting-tags", "contradicted-links", "gone-listings",
    "heuristic-links", "holding-prices", "impostors", "judgements", "persona-accounts", "personas",
    "price-changes", "rotated-keys", "same-names", "shared-addresses", "shared-clusters",
    "shared-contacts", "shared-keys", "shared-pictures", "shared-texts", "unjudged-links",
    "unpriced-listings", "vendor-gaps", "vendor-payments",
}  # fmt: skip


def rebuilt_on_both(case, server, vestigo):
    """Rebuild the graph of a case in its folder and on a server; return the words for it."""
    to = ("--to", server.uri, "--user", server.user, "--password-stdin")
    rebuilt = vestigo("graph", "rebuild", case, *to, "--json", stdin=server.password)
    assert rebuilt.returncode == 0, rebuilt.stderr
    embedded = vestigo("graph", "rebuild", case, "--json")
    ours, theirs = json.loads(embedded.stdout), json.loads(rebuilt.stdout)
    assert ours["canonical_sha256"] == theirs["canonical_sha256"]
    assert (ours["nodes"], ours["relationships"]) == (theirs["nodes"], theirs["relationships"])
    return to


def test_the_projection_and_the_answers_of_the_command_line_agree(demo_case, server, vestigo):
    to = rebuilt_on_both(demo_case, server, vestigo)
    for name, given in parameters(demo_case).items():
        words = [f"--param={key}={value}" for key, value in given.items()]
        here = vestigo("graph", "query", demo_case, name, *words, "--json")
        there = vestigo("graph", "query", demo_case, name, *words, *to, "--json",
                        stdin=server.password)  # fmt: skip
        assert here.returncode == 0, (name, here.stderr)
        assert here.stdout == there.stdout, name
        assert json.loads(here.stdout) or name in MAY_BE_EMPTY, name


def test_every_question_has_the_same_answer_and_rows_where_somebody_did_so(
    demo_case, server, vestigo
):
    asking = load("vestigo_e2e_asking", HERE.parent / "graph" / "asking.py")
    rebuilt_on_both(demo_case, server, vestigo)
    here = KgliteStore(demo_case / "graph")
    there = Neo4jStore(server.uri, server.user, server.password)
    asker = asking.Asker.of(here)
    calls = {name: asker.calls(here, name, wanted=1, tries=150) for name in catalogue.names()}
    assert {name for name in calls if not calls[name]} <= NOBODY_DID
    assert asking.differing(there, [call for found in calls.values() for call in found]) == []
    here.close()
    there.close()
