# SPDX-License-Identifier: AGPL-3.0-or-later
"""The test world, a source of records, and both engines."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from graph.kglite_store import KgliteStore
from graph.neo4j_store import Neo4jStore
from vestigo.records import Record, Retraction

HERE = Path(__file__).resolve().parent


def load(name: str, path: Path) -> ModuleType:
    """Import a module of the tests by its file (the folders are no packages)."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_world = load("vestigo_test_graph_world", HERE / "world.py")
_server = load("vestigo_test_neo4j_server", HERE.parent / "neo4j_server" / "server.py")
_asking = load("vestigo_test_graph_asking", HERE / "asking.py")
_seeded = load("vestigo_test_graph_seeded", HERE / "seeded.py")
_crowd = load("vestigo_test_graph_crowd", HERE / "crowd.py")
_page = load("vestigo_test_questions_page", HERE / "questions_page.py")
_releases = load("vestigo_test_neo4j_releases", HERE.parent / "neo4j_server" / "releases.py")
_assemble = load("vestigo_test_neo4j_assemble", HERE.parent / "neo4j_server" / "assemble.py")


class Records:
    """A source of records in memory: what the record ledger offers, and no more."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def of_kind(self, cls):
        gone = self.retracted()
        return [r for r in self._records if isinstance(r, cls) and r.record_id not in gone]

    def retracted(self) -> set[str]:
        return {r.retracts for r in self._records if isinstance(r, Retraction)}


@pytest.fixture(scope="session")
def world() -> ModuleType:
    """The module that builds invented records."""
    return _world


@pytest.fixture(scope="session")
def seeded_world() -> ModuleType:
    """The module of the seeded graph of 50,000 relationships."""
    return _seeded


@pytest.fixture(scope="session")
def load_module() -> Callable[[str], ModuleType]:
    """Import another module of this folder by its name."""
    return lambda name: load(f"vestigo_{name}", HERE / f"{name}.py")


@pytest.fixture(scope="session")
def asking() -> ModuleType:
    """The module that finds parameters with which questions have answers."""
    return _asking


@pytest.fixture(scope="session")
def questions_page() -> ModuleType:
    """The module that writes the page of questions."""
    return _page


@pytest.fixture(scope="session")
def records() -> type[Records]:
    """The class of in-memory sources."""
    return Records


@pytest.fixture(scope="session")
def small() -> Records:
    """The small world, by hand."""
    return Records(_world.small_world())


@pytest.fixture(scope="session")
def crowded() -> Records:
    """The small world and more people in it: every question has an answer."""
    return Records(_crowd.crowded_world(_world))


@pytest.fixture(scope="session")
def large() -> Records:
    """The seeded random world."""
    return Records(_world.random_world())


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[KgliteStore]:
    """An embedded graph without content."""
    store = KgliteStore(tmp_path / "graph")
    yield store
    store.close()


def _jars() -> Path:
    named = os.environ.get("VESTIGO_NEO4J")
    if named:
        return Path(named)
    return _assemble.assemble(Path.home() / ".cache" / "vestigo-test" / "neo4j-5.26")


def _jars_2026() -> tuple[Path, str]:
    """Return the jars of the newest release, and a Java that runs them."""
    release = _releases.RELEASES["2026"]
    java = _releases.java_for(release)
    named = os.environ.get("VESTIGO_NEO4J_2026")
    if named:
        return Path(named), java
    folder = Path.home() / ".cache" / "vestigo-test" / "neo4j-2026"
    return _assemble.assemble(folder, release.version), java


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A real Neo4j server; skips where it cannot be had, fails where it is required."""
    try:
        jars = _jars()
    except (OSError, _assemble.subprocess.CalledProcessError) as error:
        if os.environ.get("VESTIGO_REQUIRE_NEO4J") == "1":
            pytest.fail(f"no Neo4j server: {error}")
        pytest.skip(f"no Neo4j server: {error}")
    with _server.running(jars, tmp_path_factory.mktemp("neo4j")) as server:
        yield server


@pytest.fixture(scope="session")
def newest_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A server of the release 2026.x; skips without Java 21+, fails where it is required."""
    release = _releases.RELEASES["2026"]
    try:
        jars, java = _jars_2026()
    except (OSError, _assemble.subprocess.CalledProcessError) as error:
        if os.environ.get("VESTIGO_REQUIRE_NEO4J_2026") == "1":
            pytest.fail(f"no Neo4j {release.version} server: {error}")
        pytest.skip(f"no Neo4j {release.version} server: {error}")
    folder = tmp_path_factory.mktemp("neo4j-2026")
    with _server.running(jars, folder, java=java, entry_point=release.entry_point,
                         settings=release.settings) as server:  # fmt: skip
        yield server


@pytest.fixture
def served(neo4j_server) -> Iterator[Neo4jStore]:
    """The graph on the server (one database: each test builds its own content)."""
    store = Neo4jStore(neo4j_server.uri, neo4j_server.user, neo4j_server.password)
    yield store
    store.close()


@pytest.fixture
def wipe(neo4j_server) -> Callable[[], None]:
    """Empty the whole database of the server."""
    import neo4j

    def empty() -> None:
        auth = (neo4j_server.user, neo4j_server.password)
        with neo4j.GraphDatabase.driver(neo4j_server.uri, auth=auth) as driver:
            # a lock that an earlier test left behind fails this one, it does not hang it
            driver.execute_query(neo4j.Query("MATCH (n) DETACH DELETE n", timeout=100))

    return empty
