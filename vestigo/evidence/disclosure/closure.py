# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must go with what is withheld.

A digest gives a short content away to whoever tries them all.  So whatever names a withheld
page or record by a digest goes too: its id, the records that cite it, the events that name
it.  In their place stand commitments under salts of 256 bits, which tell nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.bundle.received import numbered
from vestigo.evidence.bundle.view import HEAD_REASON, CaseView
from vestigo.evidence.disclosure.values import Values, values_of
from vestigo.evidence.disclosure.wish import Wish
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.evidence.warc import read_exchange
from vestigo.i18n import _
from vestigo.records import Capture, record_from_body

_DIGEST = re.compile(r"[0-9a-f]{64}")
_EMPTY = hashlib.sha256(b"").hexdigest()
PAGE = 500


@dataclass(slots=True)
class Withheld:
    """What a disclosed copy leaves out.

    ``records`` maps each record id to whether a redacted copy stands for it; ``digests`` are
    all that must not appear; ``events`` are numbers; ``exhibits`` and ``redacted`` are
    numbers of exhibits (left out, or given as a redacted page); ``values`` those of fields.
    """

    values: Values
    records: dict[str, bool] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    events: set[int] = field(default_factory=set)
    exhibits: set[str] = field(default_factory=set)
    redacted: set[str] = field(default_factory=set)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)


def withheld_by(view: CaseView, wish: Wish) -> Withheld:
    """Return what goes when ``wish`` is followed.

    Raises ``UsageError`` E-EVI-211 for an exhibit that the bundle has not, or where nothing
    is to be withheld; ``VerificationError`` E-EVI-213 where an entry of the log or ledger was
    written before there were salts, so that it cannot be withheld without giving it away.
    """
    bodies = dict(_bodies(view))
    numbers = {n: one for one, n in {**exhibit_numbers(view.entries), **numbered(view)}.items()}
    missing = sorted(n for n in wish.exhibits if numbers.get(n) not in bodies)
    chosen = {one: [n for n in values if n] for one, values in _chosen(bodies, wish).items()}
    if missing or not (wish.exhibits or chosen):
        raise _nothing(", ".join(missing))
    out = Withheld(Values(text for texts in chosen.values() for text in texts))
    walk = _Walk(view, bodies, out)
    walk.take((numbers[n] for n in sorted(wish.exhibits)), redacted=False)
    walk.take(chosen, redacted=True)
    walk.take(walk.cited_by(chosen), redacted=True)
    walk.take(walk.holding_values(), redacted=True)
    walk.name_exhibits()
    walk.find_events()
    out.bodies = {one: bodies[one] for one in out.records}
    return out


class _Walk:
    """Follows digests from record to record until nothing more is reached."""

    def __init__(self, view: CaseView, bodies: dict[str, dict[str, Any]], out: Withheld) -> None:
        self.view, self.bodies, self.out = view, bodies, out
        self.holders: dict[str, list[str]] = {}
        self.captures: dict[str, str] = {}
        for record_id, body in bodies.items():
            for digest in set(_DIGEST.findall(json.dumps(body))):
                self.holders.setdefault(digest, []).append(record_id)
            if body["kind"] == "capture":
                self.captures[body["capture_id"]] = record_id

    def take(self, record_ids: Iterable[str], *, redacted: bool) -> None:
        """Withhold records and all that names them; one without a copy stays without."""
        waiting = list(record_ids)
        while waiting:
            record_id = waiting.pop()
            known = self.out.records.get(record_id)
            if known is False or known is redacted:
                continue
            self.out.records[record_id] = redacted
            for digest in self._own_digests(record_id):
                self.out.digests.add(digest)
                waiting += [one for one in self.holders.get(digest, ()) if one != record_id]
            waiting += self._tied(record_id)

    def _own_digests(self, record_id: str) -> set[str]:
        body = self.bodies[record_id]
        own = {record_id}
        names = {"capture": ("capture_id", "content_sha256"), "screenshot": ("sha256",),
                 "received_item": ("sha256",)}  # fmt: skip
        own |= {str(body[name]) for name in names.get(body["kind"], ())}
        return own - {_EMPTY}

    def _tied(self, record_id: str) -> list[str]:
        """Return both ends of what ties a page to the received file that it was read out of."""
        body = self.bodies[record_id]
        if body["kind"] != "received_capture":
            return []
        ends = [self.captures.get(body["capture_id"], ""), body["item_id"]]
        return [one for one in ends if one in self.bodies]

    def cited_by(self, record_ids: Iterable[str]) -> set[str]:
        """Return the captures that records were read from: they hold the field in full."""
        found: set[str] = set()
        for record_id in record_ids:
            for digest in _DIGEST.findall(json.dumps(self.bodies[record_id])):
                capture = self.captures.get(digest, digest)
                if self.bodies.get(capture, {}).get("kind") == "capture":
                    found.add(capture)
        return found

    def holding_values(self) -> list[str]:
        """Return every record and capture in which a withheld value stands as a word."""
        values = self.out.values
        if not values.searched:
            return []
        return [one for one, body in self.bodies.items()
                if values.stand_in(json.dumps(body, ensure_ascii=False))
                or (body["kind"] == "capture" and self._page_holds(body))]  # fmt: skip

    def _page_holds(self, body: dict[str, Any]) -> bool:
        capture = record_from_body(body)
        assert isinstance(capture, Capture)
        exchange = read_exchange(self.view.folder.captures, capture)
        parts = (exchange.body, exchange.response, exchange.request)
        return any(self.out.values.stand_in_bytes(part) for part in parts)

    def name_exhibits(self) -> None:
        """Give the numbers of what is left out, and of what becomes a redacted page."""
        numbers = {**exhibit_numbers(self.view.entries), **numbered(self.view)}
        for record_id, redacted in self.out.records.items():
            if record_id in numbers:
                (self.out.redacted if redacted else self.out.exhibits).add(numbers[record_id])

    def find_events(self) -> None:
        """Withhold every event that names something withheld, by digest, file or word."""
        files = {self.bodies[one]["warc_name"] for one in self.out.records
                 if self.bodies[one]["kind"] == "capture"}  # fmt: skip
        for event in self.view.events:
            line = event.line().decode("utf-8")
            named = not self.out.digests.isdisjoint(_DIGEST.findall(line))
            if named or event.exhibit in files or self.out.values.stand_in(line):
                if not event.salt or event.reason == HEAD_REASON:
                    raise _unsalted(f"event {event.id}")
                self.out.events.add(event.id)
        for entry in self.view.ledger.chained(up_to=self.view.n_entries):
            if entry.record_id in self.out.records and not entry.salt:
                raise _unsalted(entry.record_id)


def _bodies(view: CaseView) -> Iterator[tuple[str, dict[str, Any]]]:
    last = 0
    while rows := view.ledger.entries(last, PAGE):
        for row in rows:
            last = row.seq
            if row.seq <= view.n_entries and row.body is not None:
                yield row.record_id, json.loads(row.body)


def _chosen(bodies: dict[str, dict[str, Any]], wish: Wish) -> dict[str, list[str]]:
    """Return the values of withheld fields, by the record that has any."""
    found: dict[str, list[str]] = {}
    for record_id, body in bodies.items():
        for kind, name in wish.fields:
            if body["kind"] == kind and body.get(name) not in (None, "", []):
                found.setdefault(record_id, []).extend(values_of(body, name))
    return found


def _nothing(missing: str) -> UsageError:
    return UsageError(
        "E-EVI-211",
        _("The bundle has no such exhibit or field: nothing can be withheld."),
        where=missing or "--withhold, --withhold-field",
        remedy=_("Give numbers of exhibits as its index does, or KIND.FIELD."),
    )


def _unsalted(where: str) -> VerificationError:
    return VerificationError(
        "E-EVI-213",
        _("This was written before there were salts: a digest of it would give it away."),
        where=where,
        remedy=_("Nothing was written. Disclose other exhibits, or hand the whole bundle over."),
    )
