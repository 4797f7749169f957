# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was read from one page, kind by kind, each value beside the words it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from vestigo.evidence.bundle.documents.field_rows import field_rows, value_rows
from vestigo.evidence.bundle.documents.quoting import Surroundings
from vestigo.evidence.bundle.thirds import MASK
from vestigo.evidence.report.blocks import Block, Cell, facts, heading, mono, note, parts, table
from vestigo.evidence.report.writing import count, share, unknown
from vestigo.evidence.words import kind_words, selector_words, status_words
from vestigo.i18n import _, ngettext

MOST = 60  # records of one kind that a sheet shows; the others stand in the data
Bodies = list[tuple[str, dict[str, Any]]]
FIRST = ("listing", "vendor_account", "feedback")
READ = ("mention", "quantity", "price_quote", "unit_price", "selector")
ELSEWHERE = frozenset({"page", "screenshot", "coverage_estimate"})


def reading_blocks(derived: Bodies, page: Surroundings) -> Iterator[Block]:
    """Yield what was read from a page: whole records first, then single values."""
    by_kind: dict[str, Bodies] = {}
    for record_id, body in sorted(derived, key=lambda item: item[0]):
        by_kind.setdefault(body["kind"], []).append((record_id, body))
    others = sorted(set(by_kind) - {*FIRST, *READ, *ELSEWHERE})
    for kind in (*FIRST, *READ, *others):
        found = by_kind.get(kind, [])
        if not found:
            continue
        yield heading(kind_words(kind).capitalize(), 3)
        maker = _records if kind in FIRST else _values if kind in READ else _others
        yield from maker(found[:MOST], page)
        if len(found) > MOST:
            yield note(_more(len(found) - MOST, kind))


def _more(n: int, kind: str) -> str:
    words = ngettext("{n} more stands in {file}.", "{n} more stand in {file}.", n)
    return words.format(n=count(n), file=f"data/extraction/{kind}.jsonl")


def made_by(record_id: str, body: dict[str, Any]) -> Cell:
    """Return rule, confidence and id of a record, in small print."""
    words = _("Rule {rule}, confidence {share}. Record {id}")
    confidence = share(Decimal(body["confidence"]))
    return words.format(rule=body["method"]["rule"], share=confidence, id=record_id)


def _records(found: Bodies, page: Surroundings) -> Iterator[Block]:
    head = (_("Field"), _("What was read"), _("Words on the page, in their surroundings"))
    for record_id, body in found:
        yield table(head, (3, 5, 8), field_rows(body, page))
        yield note(made_by(record_id, body))


def _values(found: Bodies, page: Surroundings) -> Iterator[Block]:
    head = (_("What was read"), _("Words on the page, in their surroundings"), _("Rule"))
    rows = []
    for _record_id, body in found:
        hidden = body.get("party") == "third"
        span = body.get("span")
        words = page.quoted(span, hidden=hidden) if span else "–"
        by = parts([mono(body["method"]["rule"]), share(Decimal(body["confidence"]))])
        rows.append((MASK if hidden else _READINGS[body["kind"]](body, page), words, by))
    yield table(head, (5, 7, 4), rows)


def _others(found: Bodies, page: Surroundings) -> Iterator[Block]:
    for record_id, body in found:
        yield facts(value_rows(body, page))
        yield note(made_by(record_id, body))


def _mention(body: dict[str, Any], page: Surroundings) -> Cell:
    return f"{page.seen(body['substance_name'])} ({status_words(body['status'])})"


def _quantity(body: dict[str, Any], _page: Surroundings) -> Cell:
    units = (("grams", "g"), ("ml", "ml"), ("dose_mg", "mg"))
    sizes = [f"{_number(body[name])} {unit}" for name, unit in units if body[name] is not None]
    times = [] if body["count"] is None else [count(body["count"])]
    return " × ".join([*times, " / ".join(sizes)]).rstrip(" ×") or unknown()


def _price(body: dict[str, Any], _page: Surroundings) -> Cell:
    return f"{body['amount']} {body['currency'] or unknown()} / {body['per']}"


def _unit_price(body: dict[str, Any], page: Surroundings) -> Cell:
    lines = [f"{body['amount']} {body['currency'] or unknown()} / {body['per_unit']}"]
    lines += [f"≈ {body[c]} {c.upper()}" for c in ("eur", "usd") if body[c] is not None]
    if body["rate_source"]:
        words = _("rate of {day}: {source}")
        lines.append(words.format(day=body["rate_on"], source=page.seen(body["rate_source"])))
    return parts(lines)


def _selector(body: dict[str, Any], page: Surroundings) -> Cell:
    checks = {True: _("checksum right"), False: _("checksum wrong"), None: ""}
    lines: list[Cell] = [selector_words(body["selector_kind"]), mono(page.seen(body["value"]))]
    return parts([*lines, *filter(None, [checks[body["checksum_ok"]]])])


def _number(value: str) -> str:
    return format(Decimal(value).normalize(), "f")


_READINGS: dict[str, Callable[[dict[str, Any], Surroundings], Cell]] = {
    "mention": _mention, "quantity": _quantity, "price_quote": _price,
    "unit_price": _unit_price, "selector": _selector,
}  # fmt: skip
