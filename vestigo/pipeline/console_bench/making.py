# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the invented case folder: record ledger, a small archive, the graph, the accounts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from graph.kglite_store import KgliteStore
from graph.rebuild import rebuild
from vestigo.clock import system_clock
from vestigo.evidence.warc import Exchange, WarcArchive
from vestigo.pipeline.console_bench import invented, money
from vestigo.pipeline.console_bench.drawn_rows import DrawnRows
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Capture, Listing, Mention, Record, Selector
from vestigo.store import CaseFolder

R = TypeVar("R", bound=Record)
MADE = "bench-console.json"
AT_ONCE = 2_000
ARCHIVED = 200
ACCOUNT = "bench.investigator"
PASSWORD = "an invented case is measured here"  # noqa: S105 (of a case of nobody)


@dataclass(frozen=True, slots=True)
class Size:
    """How large the case is: listings, payments between two, addresses of one cluster."""

    n_listings: int
    n_between: int = 3_000
    n_cluster: int = 5_000

    @property
    def n_vendors(self) -> int:
        """A vendor for fifty listings."""
        return max(2, self.n_listings // invented.PER_VENDOR)


def case_of(folder: Path, size: Size, on_batch: Callable[[int], None]) -> Path:
    """Return the case in ``folder``, made now unless one of this size lies there."""
    path, stamp = folder / "case", folder / MADE
    wanted = asdict(size)
    if stamp.is_file() and json.loads(stamp.read_text("utf-8")) == wanted:
        return path
    CaseFolder.create(path, title="An invented case of many listings", unit="Bench")
    with open_session(path) as session:
        order = invented.order()
        archived = _archived(session, size, order.record_id)
        on_batch(session.ledger.append([order, *_people_and_money(size, order.record_id)]))
        store = KgliteStore(session.folder.graph)
        rebuild(session.ledger, store)
        _add_listings(session, store, size, archived, order.record_id, on_batch)
        store.close()
    _add_account(path)
    stamp.write_text(json.dumps(wanted), "utf-8")
    return path


def _people_and_money(size: Size, order_id: str) -> Iterator[Record]:
    tags, first = money.tags(), ""
    yield from tags
    for rank in range(size.n_vendors):
        capture = invented.capture_of(rank, f"/v/vendor{rank}", order_id)
        for record in invented.vendor_records(rank, capture):
            yield record
            if isinstance(record, Selector) and record.selector_kind == "btc":
                first = first or record.record_id
                yield from money.payments_of(rank, record.record_id, tags[rank % len(tags)])
    yield money.huge_cluster(size.n_cluster, first)
    yield from money.many_between_two(size.n_between, first)


def _add_listings(
    session: CaseSession,
    store: KgliteStore,
    size: Size,
    archived: dict[int, Capture],
    order_id: str,
    on_batch: Callable[[int], None],
) -> None:
    """Append the listings, and put them into the graph in the same order."""
    summary = store.summary() or {}
    store.begin_update(summary, 8 * size.n_listings)
    drawn = DrawnRows()
    drawn.add_grounds()
    for begin in range(0, size.n_listings, AT_ONCE):
        waiting: list[Record] = []
        for number in range(begin, min(begin + AT_ONCE, size.n_listings)):
            capture = archived.get(number) or invented.capture_of(number, f"/l/{number}", order_id)
            found = list(invented.listing_records(number, size.n_vendors, capture))
            waiting += found
            drawn.add(capture, _only(found, Listing), _only(found, Mention))
        on_batch(session.ledger.append(waiting))
        drawn.write(store)
    grown = {"n_nodes": drawn.n_nodes, "n_relationships": drawn.n_relationships}
    store.commit({**summary, "ledger_entries": session.ledger.head().n_entries,
                  **{name: int(summary[name]) + n for name, n in grown.items()}})  # fmt: skip


def _only(records: list[Record], cls: type[R]) -> R:
    return next(one for one in records if isinstance(one, cls))


def _archived(session: CaseSession, size: Size, order_id: str) -> dict[int, Capture]:
    """Return the captures of the first pages, which lie in the archive as well."""
    with WarcArchive(
        session.folder.captures, session.folder.sealed, None, system_clock, "bench"
    ) as archive:
        waiting = {
            number: archive.submit(_exchange(number, order_id))
            for number in range(min(ARCHIVED, size.n_listings))
        }
        return {number: future.result() for number, future in waiting.items()}


def _exchange(number: int, order_id: str) -> Exchange:
    body = invented.page_of(number).encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    request = f"GET /l/{number} HTTP/1.1\r\nHost: market.test\r\n\r\n"
    return Exchange(uri=f"http://market.test/l/{number}", method="GET",
                    began_at=invented.moment_of(number), request=request.encode(),
                    response=head.encode() + body, authorization_id=order_id,
                    account="avatar")  # fmt: skip


def _add_account(path: Path) -> None:
    command = [sys.executable, "-m", "vestigo", "console", "account", "add", str(path), ACCOUNT,
               "--password-stdin"]  # fmt: skip
    subprocess.run(command, input=f"{PASSWORD}\n".encode(), check=True, capture_output=True)
