# SPDX-License-Identifier: AGPL-3.0-or-later
"""The holder of the unit's key rewrites what no record covers, or slips files in, and seals.

He also makes the index of what is not included again, so that only the log names the bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import zlib
from collections.abc import Iterator

from vestigo.pipeline.tamper_bench.changes import WARC, both, edit, found, put, reseal
from vestigo.pipeline.tamper_bench.mutation import HOLDER, Change, Scene, Table
from vestigo.records import canonical_json

TABLE = Table(HOLDER, [])
EVENTS, NOT_HERE = "data/custody/events.jsonl", "data/crawl/not-included.jsonl"
COLLECTING = ("collection", "storage", "receipt", "quarantine")
KEPT = ("at", "action", "object_sha256", "exhibit", "reason")
HEAD, TAIL = 10, 8  # bytes of a gzip member around its content


def index_anew(scene: Scene) -> None:
    """List what the log names and the bundle does not hold any more."""
    data = scene.path / "data"
    inside = {hashlib.sha256(path.read_bytes()).hexdigest() for path in data.rglob("*")
              if path.is_file() and path != scene.path / NOT_HERE}  # fmt: skip
    inside |= {"", *(data / "custody/records.txt").read_text().split()}
    events = [json.loads(line) for line in (scene.path / EVENTS).read_bytes().splitlines()]
    rows = [{"event": event["id"], **{key: event[key] for key in KEPT}} for event in events
            if event["action"] in COLLECTING and event["object_sha256"] not in inside]  # fmt: skip
    (scene.path / NOT_HERE).write_bytes(b"".join(canonical_json(row) + b"\n" for row in rows))


def other_request(scene: Scene) -> None:
    """Write another request into the archive; every record keeps its place."""
    path = found(scene, f"{WARC}/*")
    path.write_bytes(b"".join(_with_other_agent(*member) for member in _members(path.read_bytes())))


def _members(rest: bytes) -> Iterator[tuple[bytes, bytes]]:
    while rest:
        member = zlib.decompressobj(31)
        record = member.decompress(rest)
        yield rest[: len(rest) - len(member.unused_data)], record
        rest = member.unused_data


def _with_other_agent(packed: bytes, record: bytes) -> bytes:
    """Return the member with ``GET`` written as ``PUT`` in a request, of the same length."""
    head, _gap, rest = record.partition(b"\r\n\r\n")
    if b"WARC-Type: request" not in head:
        return packed
    block = rest[:-4]
    other = block.replace(b"GET ", b"PUT ", 1)
    old, new = (hashlib.sha256(one).hexdigest().encode() for one in (block, other))
    changed = head.replace(old, new) + b"\r\n\r\n" + other + b"\r\n\r\n"
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = body.compress(changed) + body.flush()
    end = zlib.crc32(changed).to_bytes(4, "little") + len(changed).to_bytes(4, "little")
    left = len(packed) - HEAD - len(content) - TAIL
    if left < 0:
        return packed
    flags = b"\x10" if left else b"\x00"  # a comment in the head makes up for the length
    comment = b"c" * (left - 1) + b"\0" if left else b""
    return b"\x1f\x8b\x08" + flags + bytes(5) + b"\xff" + comment + content + end


def once_more(scene: Scene) -> None:
    """Put an answer behind the archive a second time."""
    path = found(scene, f"{WARC}/*")
    answers = [one for _p, one in _members(path.read_bytes()) if b"WARC-Type: response" in one]
    path.write_bytes(path.read_bytes() + gzip.compress(answers[1], mtime=0))


def of_nobody(scene: Scene) -> None:
    """Put an archive there that neither log nor records know."""
    scene.file(f"{WARC}/crawl-00009-20260301T120000Z.warc.gz").write_bytes(
        found(scene, f"{WARC}/*").read_bytes()
    )


def price_without_rates(scene: Scene) -> None:
    """Take the rates away on which a price rests."""
    body = {"kind": "unit_price", "rate_on": "2026-03-01", "rate_source": "test"}
    line, ids = canonical_json(body) + b"\n", scene.path / "data/custody/records.txt"
    scene.file("data/extraction/unit_price.jsonl").write_bytes(line)
    record_id = hashlib.sha256(line[:-1]).hexdigest()
    ids.write_text(ids.read_text() + f"{record_id} unit_price\n")
    shutil.rmtree(scene.path / "data/ledger/rates")


def column(content: bytes) -> bytes:
    """Put a column of one's own into a table."""
    first, *rows = content.splitlines()
    return b"".join([first + b',"note"\r\n', *(row + b',"paid to the judge"\r\n' for row in rows)])


def last_row_twice(content: bytes) -> bytes:
    """Give the last row of a table twice."""
    return content + content.splitlines(True)[-1]


ONION = "a" * 56 + ".onion"
PASS = b'{"format": "vestigo-coverage-1", "passes": [{"market": "m", "pass": 1}]}\n'
LOGGED: dict[str, Change] = {
    "request edited in a closed archive": other_request,
    "answer put behind a closed archive": once_more,
    "archive of nobody": of_nobody,
    "rate file edited": edit("data/ledger/rates/*", lambda c: c + b"2026-03-02,EUR,1,test\n"),
    "rate file of nobody": put(f"data/ledger/rates/{'a' * 32}.csv", b"date,currency\n"),
    "rates left out on which a price rests": price_without_rates,
    "onion descriptor of nobody": put(f"data/origin/{ONION}/x.descriptor", b"x\n"),
}
STRAYS = {
    "folder of no format": "data/evil/confession.txt",
    "note slipped into the custody folder": "data/custody/previous2.note",
    "text slipped beside the captures": "data/crawl/zzz.txt",
    "records of a kind that the ledger has not": "data/extraction/zzz.jsonl",
    "records in the folder of others": "data/ledger/listing.jsonl",
    "machine export of no format": "data/partners/x.json",
    "redaction in a whole bundle": "data/redactions/0002/text.txt",
    "program beside the verifiers": "run-me.sh",
    "file slipped into the seal": "seal/extra.json",
}
CASH, INDEX = "data/ledger/cash-outs.csv", "data/exhibits/index.csv"
TABLES: dict[str, Change] = {
    "column slipped into the table of cash-outs": edit(CASH, column),
    "cash-out twice in the table": edit(CASH, last_row_twice),
    "another tag in the table of cash-outs": edit(
        CASH, lambda c: c.replace(b"regtest", b"mainnet")
    ),
    "column slipped into the index of exhibits": edit(INDEX, column),
    "exhibit at another time in the index": edit(INDEX, lambda c: c.replace(b"12:0", b"13:0", 1)),
    "coverage that no record tells": put("data/crawl/coverage.json", PASS),
}
for name, change in {**LOGGED, **TABLES}.items():
    TABLE.add(name, both(change, index_anew, reseal), base="first")
for name, path in STRAYS.items():
    TABLE.add(name, both(put(path, b""), reseal), base="first")
TABLE.add(
    "column slipped into the index of what was received",
    both(edit("data/received/index.csv", column), reseal),
    base="second",
)
