# SPDX-License-Identifier: AGPL-3.0-or-later
"""A large embedded graph is read from a mapped folder: the same graph, the same answers."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import pytest

from graph import catalogue
from graph.canonical import canonical, lines
from graph.kglite_store import FILE, KgliteStore
from graph.reading_form import READING, give_back_pages
from graph.rebuild import rebuild, update
from vestigo.records import canonical_json

SIMPLE = [
    name for name in catalogue.names()
    if all(item.default is not None for item in catalogue.query(name).parameters)
]  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory, large):
    """The same world as a small graph and as a large one."""
    folder = tmp_path_factory.mktemp("forms")
    stores = KgliteStore(folder / "small"), KgliteStore(folder / "large", large=0)
    for store in stores:
        rebuild(large, store)
    yield stores
    for store in stores:
        store.close()


def generation(store_folder: Path) -> Path:
    pointer = json.loads((store_folder / "current.json").read_text("utf-8"))
    return store_folder / pointer["generation"]


def test_both_forms_hold_the_same_graph(both, tmp_path):
    small, large = both
    assert canonical(small) == canonical(large)
    assert list(lines(small)) == list(lines(large))
    assert not (generation(small.state_path.parent) / READING).exists()
    place = generation(large.state_path.parent)
    assert (place / READING).is_dir()
    assert (place / FILE).is_file()
    assert len(list((place / READING / "generations").iterdir())) == 1


@pytest.mark.parametrize("name", SIMPLE)
def test_both_forms_give_the_same_answers(both, name):
    small, large = both
    assert canonical_json(catalogue.run(small, name)) == canonical_json(catalogue.run(large, name))


@pytest.mark.parametrize("label", ["Address", "VendorAccount", "Listing", "Transaction"])
def test_a_node_is_found_by_its_key_in_both(both, label):
    small, _large = both
    keys = sorted(str(node["key"]) for node in small.nodes(label))[:5]
    for key in keys:
        for name in ("neighbourhood", "exhibits-of"):
            answers = [catalogue.run(store, name, label=label, key=key) for store in both]
            assert answers[0] == answers[1]


def test_an_index_serves_the_reading_form(both):
    _small, large = both
    plan = large.read("SHOW INDEXES", {})
    keyed = {row["labelsOrTypes"][0] for row in plan if row["properties"] == ["key"]}
    assert {"Address", "VendorAccount"} <= keyed


def test_an_update_of_a_large_graph_begins_with_the_file(tmp_path, small):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        store = KgliteStore(tmp_path / "graph", large=0)
        first = rebuild(small, store)
        second = update(small, store)
    assert second.canonical_sha256 == first.canonical_sha256 == canonical(store)
    store.close()


@pytest.mark.skipif(sys.platform != "linux", reason="says how memory is given back on Linux")
def test_pages_are_given_back_and_read_again(both):
    _small, large = both
    place = generation(large.state_path.parent) / READING
    assert catalogue.run(large, "rules")
    assert give_back_pages(place) > 0
    assert catalogue.run(large, "rules")


def test_nothing_is_given_back_of_other_folders(tmp_path):
    assert give_back_pages(tmp_path) == 0
