# SPDX-License-Identifier: AGPL-3.0-or-later
"""Histories of a record ledger: what may happen to it, in any order, from small numbers.

A step is a pair of numbers; the same steps give the same history.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from vestigo.records import Record, Retraction, canonical_json
from vestigo.store import LedgerEntry

HANDLES = ("ana", "anita", "b | z/ero")
MARKETS = ("bazar", "feria")
ADDRESSES = tuple(f"bcrt1q{name}" for name in ("ana", "mid", "sink", "hot", "other"))


class MemoryLedger:
    """A record ledger in memory: appends, retractions, disposals."""

    def __init__(self) -> None:
        self._order: list[tuple[str, str]] = []
        self._bodies: dict[str, bytes] = {}
        self._disposed: dict[str, str] = {}
        self._chain: list[str] = []

    def append(self, *records: Record) -> None:
        for record in records:
            body = canonical_json(record.body())
            record_id = hashlib.sha256(body).hexdigest()
            if any(known == record_id for known, _kind in self._order):
                continue
            self._order.append((record_id, record.KIND))
            self._bodies[record_id] = body
            last = self._chain[-1] if self._chain else ""
            self._chain.append(hashlib.sha256(f"{last}{record_id}".encode()).hexdigest())

    def dispose(self, record_id: str) -> None:
        self._disposed[record_id] = "order 7"
        self._bodies.pop(record_id, None)

    def ids(self) -> list[str]:
        return [record_id for record_id, _kind in self._order]

    def head(self) -> tuple[int, str]:
        return len(self._order), self._chain[-1] if self._chain else ""

    def entry_sha256(self, seq: int) -> str | None:
        return self._chain[seq - 1] if 0 < seq <= len(self._chain) else None

    def entries(self, after: int, limit: int) -> list[LedgerEntry]:
        return [
            LedgerEntry(after + n, record_id, kind, self._bodies.get(record_id))
            for n, (record_id, kind) in enumerate(self._order[after : after + limit], start=1)
        ]

    def body_of(self, record_id: str) -> bytes | None:
        return self._bodies.get(record_id)

    def disposed(self) -> dict[str, str]:
        return dict(self._disposed)


class History:
    """A ledger that grows by steps; ``world`` is the module that builds invented records."""

    def __init__(self, world: Any) -> None:
        self.ledger = MemoryLedger()
        self._world = world
        self._made: dict[str, list[Any]] = {}
        self._n = 0

    def begin(self) -> None:
        """Append a little of everything that the model knows."""
        for record in self._world.small_world():
            known = self._made.setdefault(record.KIND, [])
            if len(known) < 2:
                known.append(record)
                self.ledger.append(record)

    def step(self, kind: int, choice: int) -> None:
        """Append one record, or retract or dispose of one."""
        self._n += 1
        if kind == 0 and self.ledger.ids():
            self.ledger.append(self._retraction(choice))
        elif kind == 1 and self.ledger.ids():
            self.ledger.dispose(self.ledger.ids()[choice % len(self.ledger.ids())])
        else:
            record = self._record(max(kind, 2), choice)
            self._made.setdefault(record.KIND, []).append(record)
            self.ledger.append(record)

    def _retraction(self, choice: int) -> Retraction:
        ids = self.ledger.ids()
        return Retraction(
            retracts=ids[choice % len(ids)], reason="wrong", person="p",
            retracted_at=datetime(2026, 5, 1, tzinfo=UTC),
        )  # fmt: skip

    def _one(self, choice: int, *kinds: str) -> Any:
        made = [record for kind in kinds for record in self._made.get(kind, ())]
        return made[choice % len(made)] if made else None

    def _capture(self, choice: int) -> Any:
        found = self._one(choice, "capture")
        return found or self._world.capture(choice % 7, MARKETS[choice % 2])

    def _subject(self, choice: int) -> Any:
        found = self._one(choice, "listing", "vendor_account")
        return found or self._world.vendor(MARKETS[0], HANDLES[0], self._capture(choice))

    def _record(self, kind: int, choice: int) -> Record:
        ways = {
            2: self._page, 3: self._vendor, 4: self._listing, 5: self._selector,
            6: self._mention, 7: self._trace, 8: self._cash_out, 9: self._tag,
            10: self._judgement, 11: self._detail, 12: self._link, 13: self._other,
        }  # fmt: skip
        return ways[kind](choice)

    def _page(self, choice: int) -> Record:
        return self._world.capture(choice % 9, MARKETS[choice % 2])

    def _vendor(self, choice: int) -> Record:
        handle = HANDLES[choice % 3]
        made = self._world.vendor(MARKETS[choice % 2], handle, self._capture(choice))
        text = f"ask buyer_{choice % 3}x for {handle}"
        return replace(made, profile_captured=choice % 4 > 0, profile_text=text)

    def _listing(self, choice: int) -> Record:
        seller = HANDLES[choice % 3] if choice % 5 else None
        page, title = self._capture(choice), f"Offer {choice % 6}"
        made = self._world.listing(MARKETS[choice % 2], str(choice % 2), seller, page, title=title)
        return replace(made, description=f"sent to buyer_{choice % 3}x")

    def _selector(self, choice: int) -> Record:
        coin = ("btc", "telegram", "pgp_fingerprint")[choice % 3]
        value = ADDRESSES[choice % 5] if coin == "btc" else f"value{choice % 3}"
        party = "third" if choice % 7 == 0 else "vendor"
        return self._world.selector(self._subject(choice), coin, value, party=party)

    def _mention(self, choice: int) -> Record:
        status = ("stated", "declared", "negated")[choice % 3]
        return self._world.mention(self._subject(choice), ("mdma", "lsd")[choice % 2], status)

    def _tag(self, choice: int) -> Record:
        actor = (None, "casa")[choice % 2]
        return self._world.tag(ADDRESSES[choice % 5], actor, f"Service {choice % 2}")

    def _link(self, choice: int) -> Record:
        accounts = tuple(self._made.get("vendor_account", ()))[:2] or (self._subject(choice),)
        here, there = f"bazar/{HANDLES[choice % 3]}", f"feria/{HANDLES[choice // 3 % 3]}"
        low, high = sorted((here, there))
        return self._world.link(low, high, accounts, f"0.{choice % 9}123")

    def _other(self, choice: int) -> Record:
        ways = (self._gone, self._feedback, self._transaction, self._cluster)
        return ways[choice % 4](choice)

    def _trace(self, choice: int) -> Record:
        source = self._one(choice, "selector", "transaction", "tag") or self._capture(choice)
        name = f"t{choice % 4}"
        first, second = ADDRESSES[choice % 5], ADDRESSES[(choice + 1 + choice % 3) % 5]
        hops = [self._world.hop(name, (first, second), 100 + choice % 3, choice % 50)]
        if choice % 2:
            hops.append(self._world.hop(f"t{choice % 3}", (second, ADDRESSES[2]), 50, choice % 40))
        made = self._world.trace(tuple(hops), (_name_of(source),))
        return replace(made, start_address=ADDRESSES[choice % 4])

    def _cash_out(self, choice: int) -> Record:
        trail = self._one(choice, "trace") or self._trace(choice)
        tag = self._one(choice, "tag")
        tags = (tag.record_id,) if tag is not None else ()
        return self._world.cash_out(trail, f"Service {choice % 2}", tags, "tagged_address")

    def _judgement(self, choice: int) -> Record:
        point = self._one(choice, "cash_out_point")
        low, high = sorted((f"bazar/{HANDLES[choice % 3]}", f"feria/{HANDLES[choice // 3 % 3]}"))
        subjects = [f"{low} | {high}"] * 3 + [ADDRESSES[choice % 5], low]
        if point is not None:
            subjects.append(f"{point.txid}:{point.vout}")
        subject = subjects[choice % len(subjects)]
        verdict = ("same", "same", "different", "confirmed", "rejected")[choice // 7 % 5]
        seen = self._one(choice, "vendor_link", "vendor_account")
        return self._world.judgement(
            subject, verdict, choice % 30, seen="" if seen is None else seen.record_id
        )

    def _detail(self, choice: int) -> Record:
        subject = self._subject(choice)
        if choice % 3 == 0:
            flags = ("holding_price",) if choice % 2 else ()
            return self._world.reading(subject, ("es", "en", None)[choice % 3], ("mdma",), flags)
        if choice % 3 == 1 and subject.KIND == "listing":
            price = self._world.unit_price(subject, f"{choice % 20}.50")
            return replace(price, eur=None if choice % 2 else Decimal(choice))
        return self._world.picture(subject, f"http://127.0.0.1/image/{choice % 3}")

    def _gone(self, choice: int) -> Record:
        if choice % 8 > 3:
            body = self._world.capture(50 + choice % 3)
            return replace(body, media_type="image/png", uri=f"http://127.0.0.1/image/{choice % 3}")
        return self._world.page(MARKETS[choice % 2], "not-found", self._capture(choice + 1))

    def _feedback(self, choice: int) -> Record:
        buyer = f"buyer_{choice % 3}x" if choice % 5 else HANDLES[1]
        return self._world.feedback("bazar", buyer, HANDLES[0], self._capture(choice))

    def _transaction(self, choice: int) -> Record:
        return self._world.transaction(f"t{choice % 4}", choice % 3)

    def _cluster(self, choice: int) -> Record:
        source = self._one(choice, "transaction", "trace") or self._capture(choice)
        joins = ((f"j{choice % 3}", ADDRESSES[choice % 5], ADDRESSES[(choice + 1) % 5]),)
        return self._world.cluster(joins, (_name_of(source),))


def _name_of(record: Any) -> str:
    """The name by which a source is cited: captures and transactions have one of their own."""
    name = getattr(record, "capture_id", None) or getattr(record, "txid", None)
    return str(name or record.record_id)


def described(steps: list[tuple[int, int]]) -> str:
    """The steps as text, to write a failing one down."""
    return json.dumps(steps)
