# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measurement of the console on a small invented case: every figure is there, and true."""

from __future__ import annotations

import json

import pytest

from graph.kglite_store import KgliteStore
from graph.model import NodeRef
from vestigo.cli.app import run
from vestigo.pipeline.console_bench.asking import p95
from vestigo.pipeline.console_bench.making import Size, case_of
from vestigo.pipeline.console_bench.running import LIMITS
from vestigo.pipeline.session import open_session
from vestigo.records import Listing

SERVED = {"first_page_cold_ms", "first_page_warm_ms", "search_p95_ms", "expand_p95_ms",
          "people_p95_ms", "memory_mb", "front_end_gzip_kb", "start_s"}  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder with a case of 120 listings."""
    folder = tmp_path_factory.mktemp("bench")
    case_of(folder, Size(120, n_between=120, n_cluster=120), lambda _n: None)
    return folder


def test_the_invented_case_verifies_and_its_graph_holds_what_its_records_say(kept):
    with open_session(kept / "case", write=False) as session:
        head = session.ledger.verify()
        listings = list(session.ledger.named_of_kind(Listing))
        store = KgliteStore(session.folder.graph)
    assert len(listings) == 120
    summary = store.summary()
    assert summary["ledger_entries"] == head.n_entries
    nodes = {NodeRef("Listing", row["key"]) for row in store.nodes("Listing")}
    assert nodes == {NodeRef("Listing", f"{r.market}/{r.listing_key}") for _id, r in listings}
    sold = {edge.properties["record_id"] for edge in store.edges("SELLS")}
    assert sold == {record_id for record_id, _record in listings}
    store.close()


def test_the_same_size_is_found_again_and_not_made_twice(kept):
    seen = []
    assert case_of(kept, Size(120, n_between=120, n_cluster=120), seen.append) == kept / "case"
    assert seen == []


def test_every_figure_of_the_server_is_measured(kept, capsys):
    words = ["bench", "console", "--listings", "120", "--rounds", "3", "--people", "2",
             "--no-browser", "--keep", str(kept), "--json"]  # fmt: skip
    code = run(words)
    found = json.loads(capsys.readouterr().out)
    assert set(found["figures"]) >= SERVED
    for name, figure in found["figures"].items():
        assert figure["unit"] == LIMITS[name][0]
        assert float(figure["value"]) > 0, name
    met = [figure.get("met", True) for figure in found["figures"].values()]
    assert (code, found["met"]) == ((0, True) if all(met) else (4, False))
    assert all(float(page["first_ms"]) > 0 for page in found["pages"].values())


def test_ninety_five_of_a_hundred_do_not_exceed_it():
    assert p95([float(n) for n in range(1, 101)]) == 95
    assert p95([7.0]) == 7
