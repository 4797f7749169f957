# SPDX-License-Identifier: AGPL-3.0-or-later
"""Updates that are stopped, refused or attacked half-way, and the next one that repairs."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from graph import catalogue
from graph import rebuild as rebuilding
from graph.canonical import canonical
from graph.faults import too_long
from graph.kglite_store import KgliteStore
from graph.neo4j_store import LOCK_ATTEMPTS, Neo4jStore
from graph.projecting.state import State
from graph.rebuild import rebuild, update
from vestigo.errors import InputError, SourceUnreachable, UsageError
from vestigo.errors import VestigoError as AnyError
from vestigo.pipeline.graph_kills.rounds import KillRounds

HERE = Path(__file__).resolve().parent


def load(name, folder=HERE):
    """Import a module of the tests by its file (the folders are no packages)."""
    spec = importlib.util.spec_from_file_location(f"vestigo_repair_{name}", folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def histories():
    return load("histories")


@pytest.fixture
def history(histories, world):
    """A ledger with a little of everything."""
    grown = histories.History(world)
    grown.begin()
    return grown


@pytest.fixture
def places(tmp_path, request):
    """Open the graph of one engine as often as asked; the state lies beside it."""

    class Places:
        def __init__(self, engine):
            self.state = tmp_path / f"{engine}.state"
            self._engine = engine
            if engine == "neo4j":
                request.getfixturevalue("wipe")()
                self._server = request.getfixturevalue("neo4j_server")

        def store(self, uri=None):
            if self._engine == "kglite":
                return KgliteStore(tmp_path / "graph")
            return Neo4jStore(uri or self._server.uri, self._server.user, self._server.password)

        def update(self, ledger, **more):
            with closing(self.store()) as store:
                report = update(ledger, store, state_path=self.state, **more)
                assert canonical(store) == report.canonical_sha256 == expected_of(ledger)
                return report

    return Places


def expected_of(ledger):
    """The digest that any way to the graph must end in."""
    from graph.canonical import Digest
    from graph.model import NODES

    drawn, _n = rebuilding.project(ledger)
    digest = Digest()
    for label in NODES:
        digest.add_nodes(label, drawn.nodes(label))
    digest.add_edges(drawn.edges())
    return digest.hexdigest()


ENGINES = pytest.mark.parametrize(
    "engine", ["kglite", pytest.param("neo4j", marks=pytest.mark.neo4j)]
)


def grow(history, steps=((3, 5), (4, 3), (5, 2), (7, 8), (0, 11), (1, 4), (10, 9))):
    for step in steps:
        history.step(*step)


@ENGINES
def test_only_what_changed_is_written(engine, places, history):
    at = places(engine)
    first = at.update(history.ledger)
    assert first.whole
    again = at.update(history.ledger)
    assert (again.n_new_entries, again.n_written, again.whole) == (0, 0, False)
    grow(history, [(3, 5)])
    changed = at.update(history.ledger)
    assert not changed.whole
    assert 0 < changed.n_written < first.n_written / 3
    assert changed.n_new_entries == 1


@ENGINES
def test_a_lost_or_damaged_state_is_made_again(engine, places, history):
    at = places(engine)
    at.update(history.ledger)
    grow(history)
    at.state.unlink()
    assert at.update(history.ledger).whole
    at.state.write_bytes(b"no database at all" * 1000)
    assert at.update(history.ledger).whole


@pytest.mark.parametrize("anew", [False, True])
def test_a_state_that_is_damaged_inside_is_made_again(tmp_path, history, anew):
    where = tmp_path / "state"
    with closing(KgliteStore(tmp_path / "graph")) as store:
        expected = update(history.ledger, store, state_path=where).canonical_sha256
    whole = where.read_bytes()
    # the first page still says that it is a database
    where.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with closing(KgliteStore(tmp_path / "graph")) as store:
        work = rebuild if anew else update
        assert work(history.ledger, store, state_path=where).canonical_sha256 == expected
        assert canonical(store) == expected


def test_a_check_makes_a_damaged_graph_again(tmp_path, history):
    with closing(KgliteStore(tmp_path / "graph")) as store:
        expected = update(history.ledger, store).canonical_sha256
    (built,) = (tmp_path / "graph").glob("generation-*/case.kgl")
    built.write_bytes(b"not a graph")
    with closing(KgliteStore(tmp_path / "graph")) as store:
        assert update(history.ledger, store, check=True).whole
        assert canonical(store) == expected


@ENGINES
def test_a_state_of_another_graph_is_noticed(engine, places, history, histories, world):
    at = places(engine)
    at.update(history.ledger)
    other = histories.History(world)
    other.begin()
    grow(other)
    with closing(at.store()) as store:
        rebuild(other.ledger, store, state_path=at.state.with_name("elsewhere"))
    assert at.update(history.ledger).whole


@ENGINES
def test_a_ledger_that_went_back_is_noticed(engine, places, history, histories, world):
    at = places(engine)
    grow(history)
    at.update(history.ledger)
    restored = histories.History(world)
    restored.begin()
    assert at.update(restored.ledger).whole


@ENGINES
def test_a_change_by_hand_is_repaired_by_a_check(engine, places, history):
    at = places(engine)
    at.update(history.ledger)
    with closing(at.store()) as store:
        store.begin_update({"state": "x", "generation": 1}, 1)
        store.put_nodes("Market", [{"key": "forged", "name": "forged"}])
        store.commit(before_summary(at))
    assert at.update(history.ledger, check=True).whole


def before_summary(at):
    with closing(at.store()) as store:
        return store.summary()


@ENGINES
def test_a_kill_between_the_graph_and_the_state_is_settled(engine, places, history, monkeypatch):
    at = places(engine)
    at.update(history.ledger)
    grow(history)

    class KilledError(BaseException):
        pass

    with closing(at.store()) as store:
        commit = store.commit

        def commit_and_die(summary):
            commit(summary)
            raise KilledError

        monkeypatch.setattr(store, "commit", commit_and_die)
        with pytest.raises(KilledError):
            update(history.ledger, store, state_path=at.state)
    report = at.update(history.ledger)
    assert (report.n_written, report.whole) == (0, False)


@ENGINES
def test_an_update_that_breaks_off_is_resumed(engine, places, history, monkeypatch):
    at = places(engine)
    at.update(history.ledger)
    grow(history)
    monkeypatch.setattr("graph.neo4j_store.AT_ONCE", 0)

    class KilledError(BaseException):
        pass

    for kind in ("put_nodes", "remove_edges", "commit"):
        with closing(at.store()) as store:
            written = getattr(store, kind)

            def write_and_die(*given, written=written, kind=kind):
                if kind != "commit":
                    written(*given)
                raise KilledError

            monkeypatch.setattr(store, kind, write_and_die)
            with pytest.raises(KilledError):
                update(history.ledger, store, state_path=at.state)
        with closing(at.store()) as reader:
            if engine == "neo4j":
                with pytest.raises(UsageError, match="E-GRA-006"):
                    catalogue.run(reader, "shared-keys")
            else:
                assert canonical(reader) == reader.summary()["canonical_sha256"]
        grow(history, [(3, 7)])
    assert not at.update(history.ledger).whole


@ENGINES
def test_a_second_writer_is_refused(engine, places, history, tmp_path):
    at = places(engine)
    at.update(history.ledger)
    with closing(at.store()) as first:
        first.hold()
        for path in (at.state, tmp_path / "another.state"):
            with closing(at.store()) as second, pytest.raises(UsageError) as caught:
                update(history.ledger, second, state_path=path)
            assert caught.value.code == "E-GRA-003"
    at.update(history.ledger)
    with closing(State(at.state)), closing(at.store()) as store:
        with pytest.raises(UsageError) as caught:
            update(history.ledger, store, state_path=at.state)
        assert caught.value.code == "E-GRA-003"


@pytest.mark.parametrize("n_slow", [1, LOCK_ATTEMPTS])
def test_a_server_that_is_slow_is_no_second_writer(places, history, monkeypatch, n_slow):
    at = places("neo4j")
    at.update(history.ledger)
    rows, asked = Neo4jStore._rows, []

    def slow(self, text, parameters, timeout=None):
        if timeout is not None:
            asked.append(text)
            if len(asked) <= n_slow:
                raise too_long("bolt://slow", timeout)
        return rows(self, text, parameters, timeout)

    monkeypatch.setattr(Neo4jStore, "_rows", slow)
    with closing(at.store()) as store:
        if n_slow < LOCK_ATTEMPTS:
            store.hold()
        else:
            with pytest.raises(InputError, match="E-GRA-009"):
                store.hold()
    assert len(asked) == min(n_slow + 1, LOCK_ATTEMPTS)


@ENGINES
def test_readers_see_the_old_graph_until_the_new_one_is_whole(engine, places, history):
    at = places(engine)
    at.update(history.ledger)
    with closing(at.store()) as writer, closing(at.store()) as reader:
        before = canonical(reader)
        writer.begin_update({"state": "x", "generation": 9}, 1)
        writer.put_nodes("Market", [{"key": "new", "name": "new"}])
        assert canonical(reader) == before
        assert catalogue.run(reader, "shared-keys") is not None
        writer.commit({"canonical_sha256": "x"})
        reader_again = at.store()
        assert any(node["key"] == "new" for node in reader_again.nodes("Market"))
        reader_again.close()


@ENGINES
def test_three_kills_lose_nothing(engine, request, tmp_path):
    server = None
    if engine == "neo4j":
        request.getfixturevalue("wipe")()
        running = request.getfixturevalue("neo4j_server")
        server = (running.uri, running.user, running.password)
    found = KillRounds(tmp_path / "kills", server, seed=3, n_pages=12).run(3)
    assert found.n_rounds == 3
    assert (found.n_lost, found.n_half_graphs_seen, found.n_other_digests) == (0, 0, 0)


class MortalServer:
    """A server of its own that is killed and started again on the same data."""

    def __init__(self, like_pid, folder):
        self._module = load("server", HERE.parent / "neo4j_server")
        words = Path(f"/proc/{like_pid}/cmdline").read_text().split("\0")
        self._jars = Path(words[words.index("-cp") + 1]).parent
        self._folder, self._held, self._again = folder, ExitStack(), None

    def __enter__(self):
        self._server = self._held.enter_context(self._module.running(self._jars, self._folder))
        cmdline = Path(f"/proc/{self._server.pid}/cmdline").read_text()
        self._words = cmdline.rstrip("\0").split("\0")
        return self

    def __exit__(self, *_error):
        if self._again is not None:
            self._again.kill()
            self._again.wait()
        self._held.close()

    def store(self):
        return Neo4jStore(self._server.uri, self._server.user, self._server.password)

    def kill(self):
        os.kill(self._server.pid, signal.SIGKILL)

    def start(self):
        self._again = subprocess.Popen(
            self._words, env=self._module._environment(self._folder),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        port = int(self._server.uri.rpartition(":")[2])
        self._module._await_port(self._again, port, self._folder)


class Line:
    """A line to a server that can be cut: connections are passed on until then."""

    def __init__(self, port):
        self._port, self._open, self._threads = port, [], []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"bolt://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def _start(self, work, *given):
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                here, _address = self._listener.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self._port))
            self._open += [here, there]
            for a, b in ((here, there), (there, here)):
                self._start(self._pass_on, a, b)

    def _pass_on(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        # closing alone would leave the other thread in its recv, and the server's side open
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        for end in (self._listener, *self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        """Cut the line and wait until nothing of it is left."""
        self.cut()
        self._threads[0].join()
        self.cut()  # what was being accepted meanwhile
        for thread in self._threads:
            thread.join()
        for end in (self._listener, *self._open):
            end.close()


@pytest.mark.neo4j
@pytest.mark.parametrize("at_once", [0, 5000])
def test_a_line_that_breaks_is_unreachable_and_the_next_update_repairs(
    places, history, neo4j_server, monkeypatch, at_once
):
    at = places("neo4j")
    at.update(history.ledger)
    grow(history)
    monkeypatch.setattr("graph.neo4j_store.AT_ONCE", at_once)
    line = Line(int(neo4j_server.uri.rpartition(":")[2]))
    with closing(line), closing(at.store(line.uri)) as store:
        put = store.put_nodes

        def put_and_cut(*given):
            put(*given)
            line.cut()

        monkeypatch.setattr(store, "put_nodes", put_and_cut)
        with pytest.raises(SourceUnreachable) as caught:
            update(history.ledger, store, state_path=at.state)
        assert caught.value.code == "E-GRA-001"
    assert not at.update(history.ledger).whole


@pytest.mark.neo4j
def test_what_the_server_refuses_has_a_code_and_the_next_update_repairs(
    places, history, monkeypatch
):
    at = places("neo4j")
    at.update(history.ledger)
    grow(history)
    with closing(at.store()) as store:
        monkeypatch.setattr(store, "_write", lambda _text, _rows: store._rows("CREATE (", {}))
        with pytest.raises(AnyError) as caught:
            update(history.ledger, store, state_path=at.state)
        assert caught.value.code == "E-GRA-010"
    at.update(history.ledger)


def test_a_full_disk_while_following_keeps_what_was_acknowledged(tmp_path, history, monkeypatch):
    kept = []
    state = tmp_path / "graph" / "embedded.state"
    with closing(KgliteStore(tmp_path / "graph")) as store:
        update(history.ledger, store)
    grow(history)
    grow(history, [(n % 14, n) for n in range(60)])
    n_batches = 0

    def full(_place):
        nonlocal n_batches
        n_batches += 1
        kept.append(_place)
        if n_batches == 2:
            raise OSError(28, "No space left on device")

    with closing(KgliteStore(tmp_path / "graph")) as store:
        before = canonical(store)
        with pytest.raises(OSError, match="No space"):
            update(history.ledger, store, on_kept=full, batch=10)
        assert canonical(KgliteStore(tmp_path / "graph")) == before
    with closing(State(state)) as held:
        assert int(held.get("seq")) == kept[-1]
    with closing(KgliteStore(tmp_path / "graph")) as store:
        assert update(history.ledger, store).canonical_sha256 == expected_of(history.ledger)


def test_the_state_holds_no_text_of_what_was_disposed_of(tmp_path, world, histories):
    ledger = histories.MemoryLedger()
    page = world.capture(1)
    secret = "a sentence that an order destroys"
    offer = world.listing("bazar", "1", "ana", page, title=secret)
    ledger.append(page, offer)
    with closing(KgliteStore(tmp_path / "graph")) as store:
        update(ledger, store)
        ledger.dispose(offer.record_id)
        update(ledger, store)
    for path in (tmp_path / "graph").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_the_pointer_and_the_state_carry_the_same_name(tmp_path, history):
    with closing(KgliteStore(tmp_path / "graph")) as store:
        update(history.ledger, store)
    pointer = json.loads((tmp_path / "graph" / "current.json").read_text())
    with closing(State(tmp_path / "graph" / "embedded.state")) as state:
        assert pointer["summary"]["state"] == state.get("id")
        assert pointer["summary"]["ledger_head"] == history.ledger.head()[1]


@pytest.mark.neo4j
def test_a_server_that_is_killed_in_the_middle_is_started_again_and_repaired(
    history, tmp_path, neo4j_server, monkeypatch
):
    """SIGKILL to the server itself while a large update is written."""
    monkeypatch.setattr("graph.neo4j_store.AT_ONCE", 0)
    state = tmp_path / "state"
    with MortalServer(neo4j_server.pid, tmp_path / "neo4j") as server:
        store = server.store()
        update(history.ledger, store, state_path=state)
        store.close()
        grow(history)
        store = server.store()
        put = store.put_nodes

        def put_and_kill(*given):
            put(*given)
            server.kill()

        store.put_nodes = put_and_kill
        with pytest.raises(SourceUnreachable):
            update(history.ledger, store, state_path=state)
        store.close()
        with pytest.raises(SourceUnreachable):
            server.store()
        server.start()
        with closing(server.store()) as again:
            report = update(history.ledger, again, state_path=state)
            assert canonical(again) == report.canonical_sha256 == expected_of(history.ledger)
            assert not report.whole
