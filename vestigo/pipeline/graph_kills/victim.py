# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process that is killed: one update of a graph, saying aloud what it has kept.

``python -m vestigo.pipeline.graph_kills.victim FOLDER [URI USER]``; the password of a
server comes on standard input.  Prints ``begin``, then a place in the ledger for each
batch that is acknowledged, then ``end`` and the digest.
"""

from __future__ import annotations

import sys
from pathlib import Path

from graph.kglite_store import KgliteStore
from graph.rebuild import update
from graph.store import GraphStore
from vestigo.store import RecordLedger

BATCH = 10


def store_of(folder: Path, server: tuple[str, str, str] | None) -> GraphStore:
    """Return the embedded graph in ``folder``, or that of a server (URI, user, password)."""
    if server is None:
        return KgliteStore(folder / "graph")
    from graph.neo4j_store import Neo4jStore

    return Neo4jStore(*server)


def state_path(folder: Path, server: tuple[str, str, str] | None) -> Path | None:
    """Return where the state of a server's graph lies; the embedded store knows its own."""
    return None if server is None else folder / "graph" / "server.state"


def main(arguments: list[str]) -> None:
    """Run one update and say how far it is."""
    folder = Path(arguments[0])
    password = sys.stdin.readline().rstrip("\n")
    server = (arguments[1], arguments[2], password) if len(arguments) > 1 else None
    with RecordLedger(folder / "records.sqlite") as ledger:
        store = store_of(folder, server)
        _say("begin")
        report = update(
            ledger, store, state_path=state_path(folder, server), batch=BATCH,
            on_kept=lambda place: _say(str(place)),
        )  # fmt: skip
        _say(f"end {report.canonical_sha256}")
        store.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
