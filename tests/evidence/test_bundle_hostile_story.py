# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hostile expert with the unit's own key: bundles sealed anew, right in form, wrong in substance."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import struct
from pathlib import Path

import pytest

from vestigo.evidence.stranger import verify
from vestigo.records import canonical_json


def failures(sealed) -> dict[str, str]:
    found: dict[str, str] = {}
    for status, check, detail in verify.verify(sealed.path, sealed.anchors).findings:
        if status == verify.FAILED:
            found[check] = found.get(check, "") + detail + "\n"
    return found


class Log:
    """The holder of the unit's key writes another ledger, log and seal, all in order."""

    def __init__(self, sealed) -> None:
        self.sealed, self.data = sealed, sealed.path / "data"
        for note in sealed.anchors.glob("checkpoint-*.note"):
            note.unlink()

    def change(self, name: str, edit) -> None:
        """Edit the records of one file, and everything that names them by id."""
        path, new = self.data / name, {}
        lines = []
        for line in path.read_bytes().splitlines():
            body = edit(json.loads(line))
            lines.append(canonical_json(body) if body is not None else line)
            new[hashlib.sha256(line).hexdigest()] = hashlib.sha256(lines[-1]).hexdigest()
        changed = {old: now for old, now in new.items() if old != now}
        assert changed, "the attack changed nothing"
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        self.rename(changed)

    def rename(self, changed: dict[str, str]) -> None:
        """Put new ids into ledger and exhibits, and make the log and the seal again."""
        listed = self.data / "custody/records.txt"
        text = listed.read_text()
        for old, now in changed.items():
            text = text.replace(old, now)
            for exhibit in self.data.glob("exhibits/*/exhibit.json"):
                exhibit.write_text(exhibit.read_text().replace(old, now))
            table = self.data / "ledger/cash-outs.csv"
            table.write_bytes(table.read_bytes().replace(old.encode(), now.encode()))
        listed.write_text(text)
        self.relog()

    def relog(self) -> None:
        chain, heads = "0" * 64, ["0" * 64]
        for line in (self.data / "custody/records.txt").read_text().splitlines():
            link = verify.committed(*line.split(" ")[0::2])
            chain = hashlib.sha256(f"{chain}\n{link}".encode()).hexdigest()
            heads.append(chain)
        previous, lines = "0" * 64, []
        for line in (self.data / "custody/events.jsonl").read_bytes().splitlines():
            event = json.loads(line)
            event["previous_sha256"] = previous
            if event["reason"] == "record ledger head":
                event["object_sha256"] = heads[
                    min(int(event["details"]["n_entries"]), len(heads) - 1)
                ]
            lines.append(canonical_json(event))
            previous = hashlib.sha256(lines[-1]).hexdigest()
        (self.data / "custody/events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        self.sealed.reseal()


@pytest.fixture
def holder(sealed, tmp_path):
    """The holder of the unit's key, against anchors without an earlier checkpoint."""
    shutil.copytree(sealed.anchors, tmp_path / "anchors")
    return Log(type(sealed)(sealed.path, tmp_path / "anchors", sealed.keys))


def test_the_holder_of_the_key_can_still_write_another_story(holder):
    """The attacks below differ from this one in nothing but their fault."""
    listed = holder.data / "authority/authorization.jsonl"
    old = hashlib.sha256(listed.read_bytes()[:-1]).hexdigest()
    holder.change("extraction/feedback.jsonl", lambda body: {**body, "rating": "1"})
    assert old in (holder.data / "custody/records.txt").read_text()
    assert failures(holder.sealed) == {}


def first(**more):
    done: list[int] = []

    def edit(body):
        return None if done or done.append(1) else {**body, **more}

    return edit


def other_address(body):
    return {**body, "address": "bcrt1qqgqqyqsqqgqqyqsqqgqqyqsqqgqqyqsqpc8rdk"}


def other_hop_address(body):
    hop = {**body["hops"][0], "to_address": "bcrt1qqgqqyqsqqgqqyqsqqgqqyqsqqgqqyqsqpc8rdk"}
    return {**body, "hops": [hop]}


def other_start(body):
    return {**body, "hops": [{**body["hops"][0], "from_address": "somebody"}]}


def unconnected_hops(body):
    hop = body["hops"][0]
    return {**body, "hops": [hop, {**hop, "from_address": hop["to_address"]}]}


def other_capture(body):
    """The bytes stand on that page too, but the record says that it rests on another one."""
    return {**body, "sources": ["f" * 64]} if body["listing_key"] == "1" else body


def easy_mainnet(body):
    return {**body, "network": "mainnet"}


def no_authority(body):
    return {**body, "authorization_id": "a" * 64}


def other_status(body):
    return {**body, "status": 404} if body["status"] == 200 else body


WRONG = {
    "cash-out to another address": ("ledger/cash_out_point.jsonl", other_address, "cited", "another address"),
    "cash-out at another time": ("ledger/cash_out_point.jsonl", first(paid_at="2020-01-01T00:00:00Z"), "cited", "another time"),
    "cash-out without its trace": ("ledger/cash_out_point.jsonl", first(trace_id="c" * 64), "cited", "without its trace"),
    "cash-out of another start": ("ledger/cash_out_point.jsonl", first(start_address="zz"), "cited", "without its trace"),
    "trace to another address": ("ledger/trace.jsonl", other_hop_address, "cited", "another address"),
    "trace from another address": ("ledger/trace.jsonl", other_start, "cited", "does not follow"),
    "trace of unconnected steps": ("ledger/trace.jsonl", unconnected_hops, "cited", "does not follow"),
    "source that is not here": ("extraction/listing.jsonl", other_capture, "records", "which is not in the bundle"),
    "practice block as a real one": ("ledger/block.jsonl", easy_mainnet, "transactions", "was never that easy"),
    "unknown network": ("ledger/block.jsonl", lambda b: {**b, "network": "moon"}, "transactions", "moon"),
    "block nobody looked at": ("ledger/block.jsonl", lambda b: {**b, "mined_at": "2020-01-01T00:00:00Z"}, "transactions", "time is not"),
    "fewer transactions": ("ledger/block.jsonl", lambda b: {**b, "n_transactions": 2}, "transactions", "no such position"),
    "more transactions": ("ledger/block.jsonl", lambda b: {**b, "n_transactions": 900}, "transactions", "no such position"),
    "capture without authority": ("crawl/capture.jsonl", no_authority, "records", "its authorization is not in the bundle"),
    "capture with another status": ("crawl/capture.jsonl", other_status, "captures", "another status"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_story_that_its_own_bytes_do_not_bear_out_is_named(holder, stranger, name):
    file, edit, check, words = WRONG[name]
    holder.change(file, edit)
    assert words in failures(holder.sealed)[check]
    assert (
        "records" not in failures(holder.sealed)
        or check == "records"
        or "rests on" in failures(holder.sealed)["records"]
    )
    assert stranger[1](holder.sealed.path, holder.sealed.anchors).returncode == 3


def test_a_quotation_from_a_page_that_the_record_does_not_rest_on_is_named(holder):
    """Both pages hold the same words; the record takes them from the wrong one."""
    captures = [
        json.loads(x) for x in (holder.data / "crawl/capture.jsonl").read_bytes().splitlines()
    ]
    others = {c["uri"]: c for c in captures}
    wrong = others["http://m.test/category"]["capture_id"]

    def edit(body):
        span = {**body["span"], "capture_id": wrong, "text": "<h1>",
                "ranges": [{"start": 41, "end": 45, "quoted": "<h1>", "encoding": "utf-8"}]}  # fmt: skip
        return {**body, "span": span}

    holder.change("extraction/selector.jsonl", edit)
    found = failures(holder.sealed)
    assert "on which it does not say that it rests" in found["records"]
    assert "spans" not in found


def append_record(holder, name: str, body: bytes, kind: str) -> None:
    path = holder.data / name
    path.write_bytes(path.read_bytes() + body + b"\n")
    listed = holder.data / "custody/records.txt"
    listed.write_text(listed.read_text() + f"{hashlib.sha256(body).hexdigest()} {kind}\n")
    holder.relog()


def test_records_that_the_log_never_counted_are_named(holder):
    line = (holder.data / "extraction/listing.jsonl").read_bytes().splitlines()[0]
    slipped_in = canonical_json({**json.loads(line), "listing_key": "slipped in"})
    append_record(holder, "extraction/listing.jsonl", slipped_in, "listing")
    assert "ids that the log does not count" in failures(holder.sealed)["records"]


def test_a_second_record_of_one_capture_is_named(holder):
    line = (holder.data / "crawl/capture.jsonl").read_bytes().splitlines()[1]
    second = canonical_json({**json.loads(line), "account": "somebody else"})
    append_record(holder, "crawl/capture.jsonl", second, "capture")
    assert "a second record of the same capture" in failures(holder.sealed)["records"]


def test_a_record_left_out_as_disposed_of_is_not_confirmed(holder, stranger):
    path = holder.data / "extraction/feedback.jsonl"
    record_id = hashlib.sha256(path.read_bytes().splitlines()[0]).hexdigest()
    path.write_bytes(b"")
    (holder.data / "custody/disposed.txt").write_text(f"{record_id} 'an order that nobody gave'\n")
    holder.relog()
    done = stranger[1](holder.sealed.path, holder.sealed.anchors)
    assert done.returncode in (3, 4)
    assert "this log has no such event" in done.stdout


def test_the_doubled_end_of_a_merkle_tree_is_no_place(holder):
    """CVE-2012-2459: the last of three transactions also leads to the root from place 3."""

    def edit(body):
        return {**body, "position": 3} if body["position"] == 2 else body

    holder.change("ledger/transaction.jsonl", edit)
    assert "does not lead to the block header" in failures(holder.sealed)["transactions"]


def test_an_inner_node_is_no_transaction(monkeypatch):
    """CVE-2017-12842: 64 bytes can be both an inner node and a transaction."""
    raw = (
        b"\2\0\0\0\1"
        + b"\7" * 36
        + b"\0"
        + b"\xff" * 4
        + b"\1"
        + b"\0" * 8
        + b"\4"
        + b"\x51" * 4
        + b"\0" * 4
    )
    assert len(raw) == 64
    digest = verify.twice(raw)
    for nonce in range(1000):
        header = (
            struct.pack("<I", 4) + b"\1" * 32 + digest + struct.pack("<III", 1, 0x207FFFFF, nonce)
        )
        if verify.twice(header)[31] < 0x7F:
            break
    bag = verify.Bag(Path("x"), None)
    bag.bodies["transaction"] = [{
        "txid": digest[::-1].hex(), "raw_hex": raw.hex(), "position": 0, "merkle_branch": [], "network": "regtest",
        "header_hex": header.hex(), "block_hash": verify.twice(header)[::-1].hex(), "mined_at": "1970-01-01T00:00:01Z",
    }]  # fmt: skip
    check = verify.Check(bag, "transactions")
    verify.check_transactions(bag, check)
    assert [detail for _s, _c, detail in bag.findings] == [
        f"{digest[::-1].hex()}: the raw bytes have another transaction id"
    ]


@pytest.mark.parametrize("bits", [0xFF7FFFFF, 0x217FFFFF, 0x2100FFFF, 0x20800000, 0x207FFFFF])
def test_a_target_beyond_the_limit_of_its_network_is_no_work(bits):
    header = struct.pack("<I", 4) + b"\1" * 64 + struct.pack("<III", 1_700_000_000, bits, 0)
    row = {"network": "mainnet", "block_hash": verify.twice(header)[::-1].hex(), "header_hex": header.hex(),
           "mined_at": "2023-11-14T22:13:20Z"}  # fmt: skip
    bag = verify.Bag(Path("x"), None)
    verify.check_header(verify.Check(bag, "transactions"), row)
    assert any(
        "never that easy" in detail or "own difficulty" in detail for _s, _c, detail in bag.findings
    )


def test_a_real_block_passes_and_an_easy_one_of_today_does_not():
    genesis = bytes.fromhex(
        "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
        "29ab5f49ffff001d1dac2b7c"
    )
    row = {"network": "mainnet", "block_hash": verify.twice(genesis)[::-1].hex(), "header_hex": genesis.hex(),
           "mined_at": "2009-01-03T18:15:05Z"}  # fmt: skip
    bag = verify.Bag(Path("x"), None)
    verify.check_header(verify.Check(bag, "transactions"), row)
    assert bag.findings == []
    easy = genesis[:68] + struct.pack("<I", 1_700_000_000) + genesis[72:]
    row.update(
        block_hash=verify.twice(easy)[::-1].hex(),
        header_hex=easy.hex(),
        mined_at="2023-11-14T22:13:20Z",
    )
    verify.check_header(verify.Check(bag, "transactions"), row)
    assert any("never that easy" in detail for _s, _c, detail in bag.findings)


ADDRESSES = {
    "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87": "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "0014751e76e8199196d454941c45d1b3a323f1433bd6": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798":
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "6a0474657374": "script:6a0474657374",
    "0013" + "00" * 19: "script:0013" + "00" * 19,
    "": "script:",
}  # fmt: skip


@pytest.mark.parametrize("script", ADDRESSES)
def test_the_stranger_reads_addresses_as_everybody_does(script):
    from vestigo.identifiers.bitcoin import address_of_script

    assert verify.address_of(bytes.fromhex(script), "mainnet") == ADDRESSES[script]
    for network in verify.SEGWIT:
        own = address_of_script(bytes.fromhex(script), network) or f"script:{script}"
        assert verify.address_of(bytes.fromhex(script), network) == own


TABLES = {
    "exhibits/index.csv": (b'"0002"', b'"0009"', "not the list of the exhibits"),
    "ledger/cash-outs.csv": (b'"20"', b'"2000"', "not what the record says"),
    "crawl/not-included.jsonl": (b"", b'{"event": 1}\n', "not what follows from the log"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_says_something_else_is_named(holder, name):
    old, new, words = TABLES[name]
    path = holder.data / name
    path.write_bytes(path.read_bytes().replace(old, new) if old else path.read_bytes() + new)
    holder.sealed.reseal()
    assert words in "".join(failures(holder.sealed).values())


def test_a_cash_out_left_out_of_the_table_is_named(holder):
    path = holder.data / "ledger/cash-outs.csv"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    holder.sealed.reseal()
    assert "is left out" in failures(holder.sealed)["exhibits"]


def test_a_file_slipped_into_an_exhibit_is_named(holder):
    (holder.data / "exhibits/0002/confession.txt").write_text("I did it")
    holder.sealed.reseal()
    assert "does not name it" in failures(holder.sealed)["exhibits"]


@pytest.mark.parametrize(
    "key", ["warc_offset", "warc", "exhibit", "capture_record_id", "capture_id"]
)
def test_an_exhibit_that_points_elsewhere_is_named(holder, key):
    path = holder.data / "exhibits/0002/exhibit.json"
    exhibit = json.loads(path.read_text())
    exhibit[key] = 1 if key == "warc_offset" else "0003"
    path.write_text(json.dumps(exhibit))
    holder.sealed.reseal()
    assert "exhibits" in failures(holder.sealed)


def repack(holder, change) -> None:
    path = next((holder.data / "captures").iterdir())
    records = [record for _offset, record in verify.gzip_members(path)]
    path.write_bytes(b"".join(gzip.compress(change(r), mtime=0) for r in records))
    holder.sealed.reseal()


WARCS = {
    "negative length": lambda r: r.replace(b"Content-Length: ", b"Content-Length: -4\r\nX: ", 1),
    "length twice": lambda r: r.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1),
    "address twice": lambda r: r.replace(b"\r\n\r\n", b"\r\nWARC-Target-URI: http://x/\r\n\r\n", 1),
    "length in other digits": lambda r: r.replace(
        b"Content-Length: ", "Content-Length: \u0661".encode(), 1
    ),
    "two records in one": lambda r: r + r,
    "an empty one": lambda r: b"",
}


@pytest.mark.parametrize("name", WARCS)
def test_a_warc_that_readers_would_read_apart_is_refused(holder, name):
    repack(holder, WARCS[name])
    assert "captures" in failures(holder.sealed)


LINES = {
    "not a number": b'{"a":NaN}',
    "an endless number": b'{"a":1' + b"0" * 5000 + b"}",
    "minus infinity": b'{"a":-Infinity}',
    "key twice": b'{"kind":"trace","kind":"trace"}',
    "half a character": b'{"a":"\\ud800"}',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "no bytes": b"",
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize(
    "file", ["ledger/trace.jsonl", "custody/events.jsonl", "crawl/not-included.jsonl"]
)
def test_lines_that_are_no_records_are_refused(holder, file, name):
    path = holder.data / file
    path.write_bytes(path.read_bytes() + LINES[name] + b"\n")
    holder.sealed.reseal()
    assert failures(holder.sealed)


def test_a_line_without_end_is_not_taken_into_memory(holder, monkeypatch):
    monkeypatch.setattr(verify, "LONGEST_LINE", 1 << 16)
    path = holder.data / "ledger/trace.jsonl"
    path.write_bytes(path.read_bytes() + b'"' + b"x" * (1 << 17) + b'"\n')
    holder.sealed.reseal()
    assert "too long" in failures(holder.sealed)["records"]
