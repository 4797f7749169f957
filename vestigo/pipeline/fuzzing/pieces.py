# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quoted pieces: how they are cut from a body, written into records and cut again."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from vestigo.evidence.stranger import verify
from vestigo.pipeline.fuzzing.agreeing import agree, bag_of
from vestigo.records.canonical import canonical_json
from vestigo.records.codec import from_plain, to_plain
from vestigo.records.text import ByteRange, Span

_NAME = "0" * 64


def run(data: bytes, folder: Path) -> None:
    """Cut ``data`` where its first bytes say; read what follows them as a record with spans."""
    head, body = data[:8], data[8:]
    _cut(sorted(min(place, len(body)) for place in head), body, folder)
    _read(body, folder)


def _cut(places: list[int], body: bytes, folder: Path) -> None:
    ranges = tuple(ByteRange.cut(body, a, b) for a, b in itertools.pairwise(places))
    span = Span(capture_id=_NAME, ranges=ranges, text="")
    line = canonical_json({"one": to_plain(span)})
    value, exact = verify.read_canonical(line)
    bag = bag_of(folder, {})
    agree("quoted captures", {_NAME}, verify.collect_spans(bag, "fuzz", value))
    theirs = [row[1:] for row in bag.spans.get(_NAME, [])]
    agree("pieces", [(r.start, r.end, r.raw()) for r in ranges], theirs)
    agree("cut again", [body[a:b] for a, b in itertools.pairwise(places)], [r[2] for r in theirs])
    agree("canonical", True, exact)
    agree("read again", span, from_plain(Span, value["one"]))


def _read(body: bytes, folder: Path) -> None:
    try:
        value, exact = verify.read_canonical(body)
        bag = bag_of(folder, {})
        verify.collect_spans(bag, "fuzz", value)
    except verify.UNREADABLE:
        return
    if exact and isinstance(value, dict) and set(value) == {"capture_id", "ranges", "text"}:
        theirs = [row[3] for row in bag.spans.get(value["capture_id"], [])]
        agree("pieces", [one.raw() for one in from_plain(Span, value).ranges], theirs)


def seeds() -> list[bytes]:
    """Return a page with places to cut it at, and a record that quotes."""
    span = Span(capture_id=_NAME, ranges=(ByteRange.cut("año €".encode(), 0, 4),), text="año")
    quoted = canonical_json(to_plain(span))
    latin = json.dumps({"a": 1}).encode("utf-8") + "señal".encode("latin-1")
    return [
        b"\x01\x04\x05\x09\x09\x0c\x10\x20" + "<p>1 g de azúcar, 20 €</p>".encode(),
        bytes(range(8)) + latin,
        bytes(8) + quoted,
        bytes(8) + quoted.replace(b"utf-8", b"base64"),
    ]
