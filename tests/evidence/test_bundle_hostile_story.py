# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hostile expert with the unit's own key: bundles sealed anew, right in form, wrong in substance."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from pathlib import Path

import pytest

from vestigo.evidence.stranger import verify
from vestigo.pipeline.tamper_bench.bases import Bases
from vestigo.pipeline.tamper_bench.mutation import Scene
from vestigo.pipeline.tamper_bench.own_key_stories import log_anew, story


def failures(sealed) -> dict[str, str]:
    found: dict[str, str] = {}
    for status, check, detail in verify.verify(sealed.path, sealed.anchors).findings:
        if status == verify.FAILED:
            found[check] = found.get(check, "") + detail + "\n"
    return found


class Log:
    """The holder of the unit's key writes another ledger, log and seal, all in order."""

    def __init__(self, sealed, work) -> None:
        self.sealed, self.data = sealed, sealed.path / "data"
        self.scene = Scene(sealed, Bases(work), work)
        self.scene.leave_outside("")

    def change(self, name: str, edit) -> None:
        """Edit the records of one file, and everything that names them by id."""
        story(name, edit)(self.scene)

    def relog(self) -> None:
        log_anew(self.scene)


@pytest.fixture
def holder(sealed, tmp_path):
    """The holder of the unit's key, against anchors without an earlier checkpoint."""
    shutil.copytree(sealed.anchors, tmp_path / "anchors")
    return Log(type(sealed)(sealed.path, tmp_path / "anchors", sealed.keys), tmp_path)


def test_the_holder_of_the_key_can_still_write_another_story(holder):
    """The attacks below differ from this one in nothing but their fault."""
    listed = holder.data / "authority/authorization.jsonl"
    old = hashlib.sha256(listed.read_bytes()[:-1]).hexdigest()
    holder.change("extraction/feedback.jsonl", lambda body: {**body, "rating": "1"})
    assert old in (holder.data / "custody/records.txt").read_text()
    assert failures(holder.sealed) == {}


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


def test_a_record_left_out_as_disposed_of_is_not_confirmed(holder, stranger):
    path = holder.data / "extraction/feedback.jsonl"
    record_id = hashlib.sha256(path.read_bytes().splitlines()[0]).hexdigest()
    path.write_bytes(b"")
    (holder.data / "custody/disposed.txt").write_text(f"{record_id} 'an order that nobody gave'\n")
    holder.relog()
    done = stranger[1](holder.sealed.path, holder.sealed.anchors)
    assert done.returncode in (3, 4)
    assert "this log has no such event" in done.stdout


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
