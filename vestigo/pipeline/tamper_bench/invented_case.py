# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small invented case: pages, records, transactions, keys; and its bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from vestigo.clock import Clock
from vestigo.evidence.bundle import BuiltBundle, build_bundle
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.keys import UnlockedKeys, create_keys, seal_public_key, unlock_keys
from vestigo.evidence.warc import Exchange, WarcArchive
from vestigo.evidence.warc.exchange import ClosedSegment
from vestigo.pipeline.tamper_bench.invented_chain import chain_records
from vestigo.pipeline.tamper_bench.invented_pages import NOON, exchanges, market_records
from vestigo.records import Authorization, Capture
from vestigo.store import CaseFolder, LedgerHead, RecordLedger
from vestigo.store.atomic import write_atomically

PASSPHRASE = "correct horse battery staple"  # noqa: S105 (of keys that sign invented cases)
GRAPH = {"graph/case.graphml": b"<graphml/>\n"}


class Ticking:
    """A clock that moves on by a second a look."""

    def __init__(self, start: datetime = NOON) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the next second."""
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class Plan:
    """What an invented case holds."""

    pages: Sequence[int] = (
        0,
        1,
        2,
        3,
        4,
        5,
    )  # out of ``exchanges``: none, or the first three and more
    chain: bool = True
    rates: bool = True
    title: str = "Case \u202e of tests"


@dataclass
class World:
    """An open invented case."""

    folder: CaseFolder
    ledger: RecordLedger
    custody: CustodyLog
    keys: UnlockedKeys
    clock: Clock
    captures: list[Capture] = field(default_factory=list)

    def open_archive(self) -> WarcArchive:
        """Open the archive of the case for more captures."""
        return open_archive(self.folder, self.custody, self.clock)

    def build(self, **more: Any) -> BuiltBundle:
        """Build a bundle as ``build_bundle`` does, with a small graph."""
        more.setdefault("attachments", GRAPH)
        return build_bundle(
            self.folder, self.ledger, self.custody, self.keys, clock=self.clock, **more
        )


@cache
def invented_keys() -> tuple[dict[str, bytes], UnlockedKeys]:
    """Return one set of keys for all cases: a passphrase costs a fifth of a second."""
    return new_set_of_keys()


def new_set_of_keys() -> tuple[dict[str, bytes], UnlockedKeys]:
    """Make keys; return the files beside a case and the unlocked keys."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = CaseFolder.create(Path(scratch) / "case", title="t", unit="Unit of tests")
        create_keys(folder, PASSPHRASE, lambda: NOON)
        files = {path.name: path.read_bytes() for path in folder.keys.iterdir()}
        return files, unlock_keys(folder, PASSPHRASE)


def make_world(path: Path, plan: Plan = Plan()) -> World:
    """Make an invented case in the new folder ``path`` and leave it open."""
    folder = CaseFolder.create(path, title=plan.title, unit="Unit of tests")
    clock = Ticking()
    custody = CustodyLog(folder.custody, actor="ana@lab", clock=clock)
    custody.append("recognition", reason="case created")
    files, keys = invented_keys()
    for name, content in files.items():
        write_atomically(folder.keys / name, content)
    ledger = RecordLedger(folder.records, on_commit=_logged_heads(custody))
    authorization = _authorization()
    ledger.append([authorization])
    given = exchanges(authorization.record_id)
    captures = _archive(folder, custody, clock, [given[n] for n in plan.pages])
    if captures:
        ledger.append(captures)
        ledger.append(market_records(captures))
    if plan.chain:
        ledger.append(chain_records())
    if plan.rates:
        (folder.rates / "r.csv").write_text(
            "date,currency,btc_price,source\n2026-03-01,EUR,50000,test\n"
        )
    return World(folder, ledger, custody, keys, clock, captures)


def _logged_heads(custody: CustodyLog) -> Callable[[LedgerHead], None]:
    def log_head(head: LedgerHead) -> None:
        custody.append("processing", object_sha256=head.entry_sha256, reason="record ledger head",
                       details={"n_entries": str(head.n_entries)})  # fmt: skip

    return log_head


def _authorization() -> Authorization:
    return Authorization(
        issuing_body="Court", reference="R-1", legal_basis="b", authorization_kind="k",
        order_sha256="", persons=("ana",), hosts=("m.test",), accounts=("avatar1",),
        acts=("view",), data_classes=("listing",), starts_at=NOON,
        ends_at=NOON + timedelta(days=9), amends=None,
    )  # fmt: skip


def _archive(
    folder: CaseFolder, custody: CustodyLog, clock: Clock, given: list[Exchange]
) -> list[Capture]:
    if not given:
        return []
    with open_archive(folder, custody, clock) as warc:
        return [warc.write(exchange) for exchange in given]


def open_archive(folder: CaseFolder, custody: CustodyLog, clock: Clock) -> WarcArchive:
    """Open an archive whose closed files are logged as the crawl logs them."""

    def log_segment(segment: ClosedSegment) -> None:
        custody.append(
            "collection",
            object_sha256=segment.sha256,
            exhibit=segment.name,
            reason="WARC segment closed",
            details={"n_bytes": str(segment.n_bytes), "n_captures": str(segment.n_captures)},
        )

    return WarcArchive(
        folder.captures, folder.sealed, seal_public_key(folder), clock, "vestigo test",
        on_segment=log_segment,
    )  # fmt: skip
