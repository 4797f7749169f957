# SPDX-License-Identifier: AGPL-3.0-or-later
"""The holder of the unit's key edits content and seals again: the bytes themselves contradict."""

from __future__ import annotations

import base64
import gzip
import json
import re

from vestigo.pipeline.tamper_bench.changes import (
    both,
    drop,
    edit,
    first_body,
    lines,
    packed,
    put,
    repack,
    replace,
    reseal,
    swap,
)
from vestigo.pipeline.tamper_bench.mutation import HOLDER, Change, Scene, Table
from vestigo.records import canonical_json

TABLE = Table(HOLDER, [])
LISTING, SELECTOR = "extraction/listing.jsonl", "extraction/selector.jsonl"
PAGE, CAPTURE = "extraction/page.jsonl", "crawl/capture.jsonl"
TRACE, TX, BLOCK = "ledger/trace.jsonl", "ledger/transaction.jsonl", "ledger/block.jsonl"
CASH, IDS, EVENTS = "ledger/cash_out_point.jsonl", "custody/records.txt", "custody/events.jsonl"


def add(name: str, change: Change, base: str = "first") -> None:
    """Name an attack that is sealed again."""
    TABLE.add(name, both(change, reseal), base=base)


def bytes_of(name: str, old: bytes, new: bytes) -> Change:
    """Replace bytes of a file below ``data/``."""
    return replace(f"data/{name}", old, new)


# ---------------------------------------------------------------- records

add("edited extraction", bytes_of(LISTING, b"1.50", b"9.50"))
add("edited quotation", bytes_of(LISTING, b"&amp; fine", b"&amp; mine"))
add(
    "edited quotation of bytes",
    bytes_of(LISTING, base64.b64encode(b"Caf\xe9"), base64.b64encode(b"Caf\xe8")),
)
add("moved quotation", bytes_of(SELECTOR, b'"start":68', b'"start":67'))
add("quotation beyond the page", bytes_of(SELECTOR, b'"end":72', b'"end":99999'))
add(
    "quotation of another page",
    edit(
        f"data/{SELECTOR}",
        lambda c: re.sub(rb'"capture_id":"[0-9a-f]{64}"', b'"capture_id":"' + b"0" * 64 + b'"', c),
    ),
)
add("dropped record", lines(PAGE, lambda given: given[1:]))
add("record given twice", lines(PAGE, lambda given: [given[0], *given]))
add("record of another kind", lines(TRACE, lambda given: [*given, b"{}\n"]))
add("record that is no JSON", lines(TRACE, lambda given: [*given, b"\xff\n"]))
add("record of deep nesting", lines(TRACE, lambda given: [*given, b"[" * 200_000 + b"\n"]))
add("record with not a number", lines(TRACE, lambda given: [*given, b'{"a":NaN}\n']))
add(
    "record with an endless number",
    lines(TRACE, lambda given: [*given, b'{"a":1' + b"0" * 5000 + b"}\n"]),
)
add("record with half a character", lines(TRACE, lambda given: [*given, b'{"a":"\\ud800"}\n']))
add(
    "record with a key twice",
    lines(TRACE, lambda given: [*given, b'{"kind":"trace","kind":"trace"}\n']),
)
add("record cut short", lines(TRACE, lambda given: [given[0][:-1]]))
add(
    "record in another spelling",
    lines(TRACE, lambda given: [given[0].replace(b'":', b'": ', 1), *given[1:]]),
)
add("ledger of ids shortened", lines(IDS, lambda given: given[:-1]))
add("ledger of ids reordered", lines(IDS, lambda given: [given[1], given[0], *given[2:]]))
add(
    "ledger of ids with another salt",
    edit(f"data/{IDS}", lambda c: re.sub(rb"[0-9a-f]{64}\n", b"0" * 64 + b"\n", c, count=1)),
)
add("record said to be destroyed", put("data/custody/disposed.txt", b"0" * 64 + b" 'an order'\n"))
add("tombstone taken away", put("data/custody/disposed.txt", b""), base="second")

# ----------------------------------------------------------- transactions

add("edited raw transaction", bytes_of(TX, b"0100010001000100", b"0100010001000101"))
add("edited transaction id", lines(TX, first_body(txid="0" * 64)))
add("wrong merkle branch", lines(TX, first_body(merkle_branch=["1" * 64, "2" * 64])))
add("endless merkle branch", lines(TX, first_body(merkle_branch=["1" * 64] * 5000)))
add("wrong place in the block", lines(TX, first_body(position=1)))
add("place beyond the block", lines(TX, first_body(position=4)))
add("another block header", lines(TX, first_body(header_hex="00" * 80)))
add("short block header", lines(TX, first_body(header_hex="00")))
add("another time of a block", lines(TX, first_body(mined_at="2020-01-01T00:00:00Z")))
add("block record of another header", lines(BLOCK, first_body(header_hex="11" * 80)))
add("huge count of transactions", lines(BLOCK, first_body(n_transactions=2**53 - 1)))
add("transaction of a huge count of outputs", lines(TX, first_body(raw_hex="02000000" + "ff" * 9)))
add("value of a cash-out", lines(CASH, first_body(value_sat=2100)))
add("cash-out without its transaction", lines(CASH, first_body(txid="f" * 64)))
add("output of a huge number", lines(CASH, first_body(vout=2**31)))
add("cited transaction dropped", lines(TX, lambda given: [given[0], given[2]]))

# --------------------------------------------------------------- captures

add("another address of a page", bytes_of(CAPTURE, b"/listing/1", b"/listing/9"))
add("another time of a page", bytes_of(CAPTURE, b"12:01:00Z", b"12:01:01Z"))
add("another digest of a page", lines(CAPTURE, first_body(content_sha256="0" * 64)))
add("capture dropped", lines(CAPTURE, lambda given: [given[0], *given[2:]]))
add(
    "edited page",
    repack(lambda rs: packed([r.replace(b"<title>x</title>", b"<title>y</title>") for r in rs])),
)
add("dropped answer", repack(lambda rs: packed([r for r in rs if b"/listing/2" not in r])))
add("answers in another order", repack(lambda rs: packed([rs[0], *reversed(rs[1:])])))
add("archive cut short", repack(lambda rs: packed(rs)[:-4]))
add("junk behind the archive", repack(lambda rs: packed(rs) + b"junk"))
add("archive that is no gzip", repack(b"".join))
add(
    "edited WARC date",
    repack(lambda rs: packed([r.replace(b"WARC-Date: 2026", b"WARC-Date: 2016") for r in rs])),
)
add(
    "WARC record without length",
    repack(lambda rs: packed([r.replace(b"Content-Length: ", b"Content-Size: ", 1) for r in rs])),
)
add(
    "WARC record of negative length",
    repack(
        lambda rs: packed(
            [r.replace(b"Content-Length: ", b"Content-Length: -4\r\nX: ", 1) for r in rs]
        )
    ),
)
add(
    "WARC length twice",
    repack(
        lambda rs: packed([r.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1) for r in rs])
    ),
)
add(
    "WARC length of a huge count",
    repack(
        lambda rs: packed(
            [r.replace(b"Content-Length: ", b"Content-Length: 99999999999999999999", 1) for r in rs]
        )
    ),
)
add(
    "WARC address twice",
    repack(
        lambda rs: packed(
            [r.replace(b"\r\n\r\n", b"\r\nWARC-Target-URI: http://x/\r\n\r\n", 1) for r in rs]
        )
    ),
)
add("two WARC records in one member", repack(lambda rs: packed([r + r for r in rs])))
add("member of no bytes", repack(lambda rs: packed([b"", *rs])))
add(
    "bomb behind the archive",
    repack(lambda rs: packed(rs) + gzip.compress(b"\0" * (600 << 20), 9, mtime=0)),
)

# ------------------------------------------------------------------ the log

add("event edited", bytes_of(EVENTS, b"case created", b"case invented"))
add("events swapped", lines(EVENTS, lambda given: [given[1], given[0], *given[2:]]))
add("event replayed", lines(EVENTS, lambda given: [*given, given[-1]]))
add("event with a fraction", lines(EVENTS, lambda given: [*given, b'{"id":1.5}\n']))
add("event that is none", lines(EVENTS, lambda given: [*given, b"null\n"]))

# ------------------------------------------------------ exhibits and tables

SECOND = "exhibits/0002/exhibit.json"


def facts(name: str, **more: object) -> Change:
    """Change fields of a JSON file."""
    return edit(
        name, lambda content: json.dumps({**json.loads(content), **more}, indent=1).encode()
    )


add(
    "edited description of an exhibit",
    bytes_of(SECOND, b'"content_sha256": "', b'"content_sha256": "0'),
)
add("exhibit that points elsewhere", facts(f"data/{SECOND}", warc_offset=1))
add("exhibit of another capture", facts(f"data/{SECOND}", capture_id="0" * 64))
add("sheet replaced", put("data/exhibits/0002/sheet.en.txt", b"nothing\n"))
add("text replaced", put("data/exhibits/0003/text.txt", b"nothing\n"))
add("file slipped into an exhibit", put("data/exhibits/0002/confession.txt", b"I did it"))
add("exhibits swapped", swap("data/exhibits/0002", "data/exhibits/0003"))
add("index of exhibits", bytes_of("exhibits/index.csv", b'"0002"', b'"0009"'))
add("table of cash-outs", bytes_of("ledger/cash-outs.csv", b'"20"', b'"2000"'))
add(
    "cash-out left out of the table",
    edit("data/ledger/cash-outs.csv", lambda c: c.splitlines(True)[0]),
)
add(
    "index of what is not included",
    edit("data/crawl/not-included.jsonl", lambda c: c + b'{"event": 1}\n'),
)
add("another file handed over", put("data/received/R0001/content", b"1another\n"), base="second")
add("handed-over file dropped", drop("data/received/R0001/content"), base="second")
add(
    "another bundle before this one",
    edit(
        "bag-info.txt",
        lambda c: re.sub(rb"(Previous-Bundle-SHA256: )\w+", rb"\g<1>" + b"0" * 64, c),
    ),
)
add(
    "other exhibits in bag-info",
    edit("bag-info.txt", lambda c: re.sub(rb"(Vestigo-Exhibits: ).+", rb"\g<1>0001-9999999", c)),
)

# ------------------------------------------------------------------ proofs

PROOF, OTHER = "data/custody/proofs/0002.tlog-proof", "data/custody/proofs/0003.tlog-proof"
CONSISTENCY, PREVIOUS = "data/custody/consistency.txt", "data/custody/previous.note"
NONE = base64.b64encode(bytes(32)).decode()


def proof_lines(place: int, *instead: str, name: str = PROOF) -> Change:
    """Put lines in the place of one line of a proof."""

    def change(content: bytes) -> bytes:
        rows = content.decode().split("\n")
        return "\n".join([*rows[:place], *instead, *rows[place + 1 :]]).encode()

    return edit(name, change)


def of_another(scene: Scene) -> None:
    """Give the proof of another exhibit."""
    (scene.path / PROOF).write_bytes((scene.path / OTHER).read_bytes())


def with_old_note(scene: Scene) -> None:
    """Let a proof end in the checkpoint of the bundle before."""
    head = (scene.path / PROOF).read_text("utf-8").partition("\n\n")[0]
    note = (scene.path / PREVIOUS).read_text("utf-8")
    (scene.path / PROOF).write_text(f"{head}\n\n{note}", "utf-8")


def other_root_before(scene: Scene) -> None:
    """Sign another root for the bundle before."""
    size = int((scene.path / PREVIOUS).read_text("utf-8").split("\n")[1])
    note = scene.sealed.keys.sign_checkpoint(size, b"r" * 32)
    (scene.path / PREVIOUS).write_text(note, "utf-8")


for name, change in {
    "proof dropped": drop(PROOF),
    "proof of another exhibit": of_another,
    "proof with another hash": proof_lines(2, NONE),
    "proof with a hash less": proof_lines(2),
    "proof with a hash more": proof_lines(1, "index 8", NONE),
    "proof that is none": put(PROOF, b"nonsense\n"),
    "proof of a huge index": proof_lines(1, "index 9007199254740999"),
    "proof of thousands of hashes": proof_lines(2, *[NONE] * 5000),
    "proof of no exhibit": put("data/custody/proofs/0009.tlog-proof", b"nonsense\n"),
    "proof from an old checkpoint": with_old_note,
    "no word of the bundle before": drop(PREVIOUS, CONSISTENCY),
    "another way from the bundle before": proof_lines(1, NONE, name=CONSISTENCY),
    "another root of the bundle before": other_root_before,
    "bundle before that the log did not sign": replace(
        PREVIOUS, "\u2014 vestigo".encode(), "\u2014 another".encode()),
}.items():  # fmt: skip
    add(name, change, base="second")

# -------------------------------------------------------- disclosed copies

WITHHELD, REDACTED = "data/custody/withheld.jsonl", "data/redactions/records.jsonl"


def withheld_but_not_listed(content: bytes) -> bytes:
    """Take the first record off the list of what is withheld."""
    rows = content.splitlines(True)
    first = next(row for row in rows if b'"what":"record"' in row)
    return b"".join(row for row in rows if row != first)


def value_put_back(content: bytes) -> bytes:
    """Undo a redaction."""
    return content.replace(b'"text":"[withheld]"', b'"text":"great says nobody"', 1)


def exhibit_put_back(scene: Scene) -> None:
    """Let the exhibit stand there that is to be withheld."""
    whole = scene.bases.untouched("second").path
    folder = scene.file("data/exhibits/0003/text.txt")
    folder.write_bytes((whole / "data/exhibits/0003/text.txt").read_bytes())


def nobody(content: bytes) -> bytes:
    """Say not who withholds."""
    first, *rows = content.splitlines(True)
    told = {**json.loads(first), "person": ""}
    return b"".join([canonical_json(told) + b"\n", *rows])


for name, change in {
    "redaction reversed": edit(REDACTED, value_put_back),
    "withheld and not listed": edit(WITHHELD, withheld_but_not_listed),
    "withheld exhibit put back": exhibit_put_back,
    "withheld by nobody": edit(WITHHELD, nobody),
    "redacted copy dropped": edit(REDACTED, lambda c: b"".join(c.splitlines(True)[1:])),
    "redacted copy twice": edit(REDACTED, lambda c: c.splitlines(True)[0] + c),
    "list of what is withheld dropped": drop(WITHHELD),
    "withheld event told": bytes_of(
        EVENTS, b'"withheld":true', b'"withheld":true,"reason":"x"'),
    "another commitment": edit(f"data/{IDS}", lambda c: re.sub(
        rb"withheld:[0-9a-f]{64}", b"withheld:" + b"0" * 64, c, count=1)),
}.items():  # fmt: skip
    add(name, change, base="part")
