# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded graph: kglite, one file in the case folder, no server.

``graph/current.json`` names the generation that readers open.  A new one is built
beside it (empty, or from the present one), saved, and only then named: a process that
dies half-way leaves the old graph untouched.  A large graph stands there twice: as the
file that the next update begins with, and in the form that readers open.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import kglite

from graph.faults import cannot_store, no_graph, query_failed, second_writer, too_long
from graph.model import NODES, Edge, Properties
from graph.reading_form import (
    LARGE,
    READING,
    keep_within,
    open_reading_form,
    save_both,
    save_file,
)
from graph.store import Row, Summary, edge_of, plain, statement
from vestigo.errors import UsageError
from vestigo.store import writer_lock
from vestigo.store.atomic import sync_folder, write_atomically

POINTER = "current.json"
BUILDING = ".building"
FILE = "case.kgl"
STATE = "embedded.state"
OWN_NODE_NAMES = ("id", "title", "type")
OWN_EDGE_NAMES = ("type",)
ATTEMPTS = 5
LOOK_EVERY = 32  # reads between two looks at the memory of a mapped graph


class KgliteStore:
    """A graph in ``folder``; readers of other processes see the last commit."""

    engine = "kglite"

    def __init__(self, folder: Path, *, timeout_seconds: float = 30.0, large: int = LARGE) -> None:
        kglite.set_query_warning_policy("silent")  # a label without nodes is no fault here
        self._folder = folder
        self._timeout = timeout_seconds
        self._large = large
        self._is_keyed = True
        self._building: Any = None
        self._reading: Any = None
        self._mapped: Path | None = None
        self._n_reads = 0
        self._held = ExitStack()
        self._is_held = False

    @property
    def state_path(self) -> Path:
        """Return where the state of the projection into this graph is kept."""
        return self._folder / STATE

    def hold(self) -> None:
        """Become the one writer: E-GRA-003 where there is one."""
        if self._is_held:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._held.enter_context(writer_lock(self._folder / "writer.lock"))
        except UsageError as error:
            raise second_writer(self._folder) from error
        except OSError as error:
            raise cannot_store(self._folder, error) from error
        self._is_held = True

    def begin(self, pending: Summary | None = None) -> None:  # noqa: ARG002 (see loading)
        """Start an empty graph beside the present one."""
        self._start(None)

    def begin_update(self, pending: Summary, n_changes: int) -> None:  # noqa: ARG002 (see loading)
        """Start a graph beside the present one that holds the same."""
        pointer = self._pointer()
        if pointer is None:
            raise no_graph(self._folder)
        self._start(self._folder / pointer["generation"] / FILE)

    def _start(self, present: Path | None) -> None:
        self.hold()
        building = self._folder / BUILDING
        try:
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir(mode=0o700)
            self._is_keyed = present is not None
            self._building = (
                kglite.KnowledgeGraph() if present is None else kglite.load(str(present))
            )
        except (OSError, kglite.KgError) as error:
            raise cannot_store(self._folder, error) from error

    def write_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes of one label."""
        self._write(statement("create_nodes", label=label), rows, keyed=False)

    def write_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Add relationships of one type between two labels."""
        source, target = pair
        self._write(statement("create_edges", kind=kind, source=source, target=target), rows)

    def put_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes, or replace all properties of those that are there."""
        self._write(statement("put_nodes", label=label), rows)

    def remove_nodes(self, label: str, keys: Sequence[str]) -> None:
        """Take nodes away with their relationships."""
        self._write(statement("remove_nodes", label=label), keys)

    def remove_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Take away all relationships of one type between each source and target."""
        source, target = pair
        self._write(statement("remove_edges", kind=kind, source=source, target=target), rows)

    def _key(self) -> None:
        """Make keys unique, and found by an index: cheaper when the nodes are there."""
        if self._is_keyed:
            return
        for label in sorted(NODES):
            self._building.create_index(label, "key")
            name = f"{label.lower()}_key"
            self._building.cypher(statement("unique_key", name=name, label=label))
        self._is_keyed = True

    def _write(self, text: str, rows: Sequence[Any], *, keyed: bool = True) -> None:
        try:
            if keyed:
                self._key()
            self._building.cypher(text, params={"rows": list(rows)})
        except kglite.KgError as error:
            raise cannot_store(self._folder, error) from error

    def commit(self, summary: Summary) -> None:
        """Save the new generation, name it, and drop the others."""
        building = self._folder / BUILDING
        try:
            self._key()
            if int(summary.get("n_relationships", 0)) >= self._large:
                save_both(self._building, building / FILE, building / READING, sorted(NODES))
            else:
                save_file(self._building, building / FILE)
            self._building = None
            generation = f"generation-{self._next_number():06d}"
            building.rename(self._folder / generation)
            sync_folder(self._folder)
            pointer = {"generation": generation, "summary": summary}
            write_atomically(self._folder / POINTER, _json_bytes(pointer))
        except kglite.WriterLeaseHeldError as error:
            raise second_writer(self._folder) from error
        except (OSError, kglite.KgError) as error:
            raise cannot_store(self._folder, error) from error
        self._reading = None
        for old in self._generations():
            if old.name != generation:
                shutil.rmtree(old, ignore_errors=True)
        self._is_held = False
        self._held.close()

    def _generations(self) -> list[Path]:
        return sorted(self._folder.glob("generation-*"))

    def _next_number(self) -> int:
        return (
            max((int(path.name.rpartition("-")[2]) for path in self._generations()), default=0) + 1
        )

    def summary(self) -> Summary | None:
        """Return what the last commit was given."""
        pointer = self._pointer()
        return None if pointer is None else pointer["summary"]

    def loading(self) -> Summary | None:
        """Return None: what is not committed leaves nothing behind."""
        return None

    def _pointer(self) -> Any:
        try:
            return json.loads((self._folder / POINTER).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise cannot_store(self._folder / POINTER, error) from error

    def read(self, query: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return the rows of one reading query."""
        try:
            result = self._graph().cypher(
                query, params=dict(parameters), timeout_ms=int(self._timeout * 1000)
            )
            rows = [dict(row) for row in result]
        except kglite.CypherTimeoutError as error:
            raise too_long(str(self._folder), self._timeout) from error
        except kglite.CypherError as error:
            raise query_failed(str(self._folder), error) from error
        self._n_reads += 1
        if self._mapped is not None and self._n_reads % LOOK_EVERY == 0:
            keep_within(self._mapped)
        return rows

    def nodes(self, label: str) -> Iterator[Properties]:
        """Yield the nodes of one label."""
        for row in self._graph().cypher(statement("all_nodes", label=label)):
            yield plain(row["properties"], OWN_NODE_NAMES)

    def edges(self, kind: str) -> Iterator[Edge]:
        """Yield the relationships of one type."""
        for row in self._graph().cypher(statement("all_edges", kind=kind)):
            yield edge_of(kind, row, plain(row["properties"], OWN_EDGE_NAMES))

    def _graph(self) -> Any:
        """Return the graph being built, or else a snapshot of the last commit."""
        if self._building is not None:
            return self._building
        if self._reading is None:
            self._reading = self._opened()
        return self._reading

    def _opened(self) -> Any:
        """Open the named generation; a commit may replace it while we look."""
        failure: Exception | None = None
        for _attempt in range(ATTEMPTS):
            pointer = self._pointer()
            if pointer is None:
                raise no_graph(self._folder)
            try:
                return self._reader_of(self._folder / pointer["generation"])
            except (OSError, kglite.KgError) as error:
                failure = error
        raise cannot_store(self._folder, failure)

    def _reader_of(self, generation: Path) -> Any:
        """Open what readers read of a generation."""
        mapped = generation / READING
        self._mapped = mapped if mapped.is_dir() else None
        if self._mapped is None:
            return kglite.open_session(str(generation / FILE))
        return open_reading_form(mapped)

    def close(self) -> None:
        """Let the engine go; a graph that was not committed is dropped."""
        if self._building is not None:
            self._building = None
            shutil.rmtree(self._folder / BUILDING, ignore_errors=True)
        self._reading = None
        self._is_held = False
        self._held.close()


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode("utf-8") + b"\n"
