# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small invented case: pages, records, transactions, keys; and its bundle."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from vestigo.cli.app import run
from vestigo.evidence.bundle import BuiltBundle, build_bundle
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.keys import UnlockedKeys, create_keys, seal_public_key, unlock_keys
from vestigo.evidence.merkle import merkle_root
from vestigo.evidence.merkle_proofs import inclusion_proof
from vestigo.evidence.note import parse_note
from vestigo.evidence.tlog_files import SUFFIX, InclusionFile
from vestigo.evidence.warc import Exchange, WarcArchive
from vestigo.identifiers.bitcoin import address_of_script
from vestigo.records import (
    CERTAIN,
    Authorization,
    Block,
    ByteRange,
    Capture,
    CashOutPoint,
    Feedback,
    FieldSpan,
    Hop,
    Listing,
    Method,
    Page,
    Selector,
    Span,
    Trace,
    Transaction,
)  # fmt: skip
from vestigo.store import CaseFolder, RecordLedger
from vestigo.store.atomic import write_atomically

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSPHRASE = "correct horse battery staple"
PASSWORD = "hunter2-planted-password"
COOKIE = "planted-cookie-0123456789"
BUYER = "b***r77"
METHOD = Method(rule="test.hand.v1", settings_sha256="0" * 64)
HOSTILE = "=cmd|' /C calc'!A0 \u202e gnp.exe \x1b[31m ../../etc/passwd {{7*7}}"


class Ticking:
    """A clock that moves on by a second a look."""

    def __init__(self, start: datetime = NOON) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class World:
    """An open case of the tests."""

    folder: CaseFolder
    ledger: RecordLedger
    custody: CustodyLog
    keys: UnlockedKeys
    clock: Ticking
    captures: list[Capture]

    def open_archive(self) -> WarcArchive:
        """Open the archive of the case for more captures."""
        return open_archive(self.folder, self.custody, self.clock)

    def build(self, **more) -> BuiltBundle:
        more.setdefault("attachments", {"graph/case.graphml": b"<graphml/>\n"})
        return build_bundle(
            self.folder, self.ledger, self.custody, self.keys, clock=self.clock, **more
        )


def page(title: str, more: str = "") -> bytes:
    text = (
        f"<html><head><title>x</title></head><body><h1>{title}</h1><p>10 g</p>{more}</body></html>"
    )
    return text.encode()


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers))
    return head.encode("latin-1") + b"\r\n" + body


def chunked(body: bytes, size: int = 40) -> bytes:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def exchanges(authorization_id: str) -> list[Exchange]:
    html = page("Blue &amp; fine", f"<p>feedback by {BUYER}: great</p><p>{HOSTILE}</p>")
    squeezed = chunked(gzip.compress(html, mtime=0))
    latin = page("Caf\u00e9", "<p>a\u00f1o</p>").decode().encode("latin-1")
    wires = [
        ("POST", "/login", response(b"welcome", "Content-Length: 7", "Set-Cookie: sid=" + COOKIE)),
        (
            "GET",
            "/listing/1",
            response(
                squeezed,
                "Content-Type: text/html; charset=utf-8",
                "Transfer-Encoding: chunked",
                "Content-Encoding: gzip",
            ),
        ),
        (
            "GET",
            "/listing/2?a=b",
            response(
                latin,
                "Content-Type: text/html; charset=iso-8859-1",
                f"Content-Length: {len(latin)}",
            ),
        ),
        ("GET", "/category", response(page("All"), "Content-Type: text/html")),
        (
            "GET",
            "/broken",
            response(b"5\r\nabc", "Content-Type: text/plain", "Transfer-Encoding: chunked"),
        ),
        ("GET", "/junk", b"not http at all"),
    ]
    found = []
    for n, (method, path, wire) in enumerate(wires):
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: m.test\r\nCookie: sid={COOKIE}\r\n\r\n".encode()
        )
        login = method == "POST"
        found.append(
            Exchange(
                uri=f"http://m.test{path}",
                method=method,
                began_at=NOON + timedelta(minutes=n),
                request=request + (f"user=a&password={PASSWORD}".encode() if login else b""),
                response=wire,
                authorization_id=authorization_id,
                account="avatar1",
                truncated="",
                secret_request_body=login,
            )
        )
    return found


def span(capture: Capture, body: bytes, text: bytes) -> Span:
    start = body.index(text)
    piece = ByteRange.cut(body, start, start + len(text))
    return Span(capture_id=capture.capture_id, ranges=(piece,), text=text.decode("latin-1"))


def derived(capture: Capture) -> dict:
    return dict(
        sources=(capture.record_id,),
        method=METHOD,
        confidence=CERTAIN,
        observed_at=capture.observed_at,
    )


def market_records(captures: list[Capture]) -> list:
    first, second = captures[1], captures[2]
    html = page("Blue &amp; fine", f"<p>feedback by {BUYER}: great</p><p>{HOSTILE}</p>")
    latin = page("Caf\u00e9", "<p>a\u00f1o</p>").decode().encode("latin-1")
    absent = dict(price_amount=None, price_currency=None)
    listing = dict(
        market="m", description="", vendor_handle="seller", category=("a", "b"), ships_from=None,
        ships_to=None, feedback_count=None, listed_on=None,
    )  # fmt: skip
    records = [
        Page(
            market="m",
            uri=c.uri,
            page_kind="listing",
            truncated=False,
            leftovers=(),
            failed_assertions=(),
            **derived(c),
        )
        for c in captures
    ]
    records += [
        Listing(listing_key="1", title="Blue & fine", price_amount=Decimal("1.50"), price_currency="EUR",
                spans=(FieldSpan(field="title", span=span(first, html, b"Blue &amp; fine")),), **listing, **derived(first)),
        Listing(listing_key="2", title="Caf\u00e9", spans=(FieldSpan(field="title", span=span(second, latin, "Caf\u00e9".encode("latin-1"))),),
                **absent, **listing, **derived(second)),
        Feedback(market="m", listing_key="1", vendor_handle="seller", buyer_handle=BUYER, given_on=None, rating="5", text=f"great says {BUYER}",
                 spans=(FieldSpan(field="buyer_handle", span=span(first, html, BUYER.encode())),), **absent, **derived(first)),
        Selector(subject="s", selector_kind="btc", value="1BoatSLRHtKNngkdXEeobR76b53LETtpyT", checksum_ok=True, party="vendor",
                 field="description", span=span(first, html, b"10 g"), **derived(first)),
    ]  # fmt: skip
    return records


def double(content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()


def script(n: int, vout: int) -> bytes:
    """Return an invented output script: key hash, script hash, or witness of either kind."""
    digest = bytes([n, vout]) * 10
    kinds = (b"\x00\x14" + digest, b"\x51\x20" + digest + b"\x07" * 12,
             b"\x76\xa9\x14" + digest + b"\x88\xac", b"\xa9\x14" + digest + b"\x87")  # fmt: skip
    return kinds[(n + vout) % 4]


def address(n: int, vout: int) -> str:
    return address_of_script(script(n, vout), "regtest")


def transaction(n: int, values: list[int], witness: bool = False) -> tuple[bytes, bytes]:
    """Return (raw, stripped) of an invented transaction."""
    inputs = b"\x01" + bytes([n]) * 32 + struct.pack("<I", 0) + b"\x00" + b"\xff" * 4
    outputs = bytes([len(values)]) + b"".join(
        struct.pack("<q", v) + bytes([len(script(n, i))]) + script(n, i)
        for i, v in enumerate(values)
    )
    stripped = b"\x02\x00\x00\x00" + inputs + outputs + b"\x00" * 4
    if not witness:
        return stripped, stripped
    return (
        b"\x02\x00\x00\x00\x00\x01" + inputs + outputs + b"\x02\x01\xaa\x00" + b"\x00" * 4,
        stripped,
    )


def chain_records() -> list:
    pairs = [transaction(1, [50]), transaction(2, [30, 20], witness=True), transaction(3, [7])]
    ids = [double(stripped) for _raw, stripped in pairs]
    level0 = [*ids, ids[2]]
    level1 = [double(level0[0] + level0[1]), double(level0[2] + level0[3])]
    root = double(level1[0] + level1[1])
    when = int(NOON.timestamp())
    for nonce in range(1000):
        header = (
            struct.pack("<I", 4)
            + b"\x11" * 32
            + root
            + struct.pack("<III", when, 0x207FFFFF, nonce)
        )
        if double(header)[31] < 0x7F:
            break
    block_hash = double(header)[::-1].hex()
    shared = dict(network="regtest", block_hash=block_hash, header_hex=header.hex(), mined_at=NOON)
    records = [Block(network="regtest", block_hash=block_hash, height=1, header_hex=header.hex(), mined_at=NOON,
                     n_transactions=3, raw_sha256="1" * 64, source_name="blk0")]  # fmt: skip
    for n, (raw, _stripped) in enumerate(pairs):
        branch = [level0[n ^ 1], level1[(n >> 1) ^ 1]]
        records.append(
            Transaction(txid=ids[n][::-1].hex(), raw_hex=raw.hex(), position=n,
                        merkle_branch=tuple(b[::-1].hex() for b in branch), **shared)
        )  # fmt: skip
    txid = ids[1][::-1].hex()
    made = dict(sources=(block_hash,), method=METHOD, confidence=CERTAIN, observed_at=NOON)
    hop = Hop(
        txid=txid,
        vout=1,
        from_address="a",
        to_address=address(2, 1),
        value_sat=20,
        traced_sat=20,
        mined_at=NOON,
        why="t.v1",
    )
    trace = Trace(
        network="regtest",
        accounting="fifo",
        start_address="a",
        hops=(hop,),
        stop_reason="tagged_service",
        stop_detail="",
        **made,
    )
    cash = CashOutPoint(network="regtest", address=address(2, 1), service="X", category=None, basis="tagged_address", txid=txid, vout=1,
                        value_sat=20, traced_sat=20, paid_at=NOON, start_address="a", trace_id=trace.record_id, tag_ids=(), **made)  # fmt: skip
    return [*records, trace, cash]


@cache
def keys_of_the_tests() -> tuple[dict[str, bytes], UnlockedKeys]:
    """Make one set of keys for all cases: a passphrase costs a fifth of a second."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = CaseFolder.create(Path(scratch) / "case", title="t", unit="Unit of tests")
        create_keys(folder, PASSPHRASE, lambda: NOON)
        files = {path.name: path.read_bytes() for path in folder.keys.iterdir()}
        return files, unlock_keys(folder, PASSPHRASE)


def make_world(path: Path) -> World:
    folder = CaseFolder.create(path, title="Case \u202e of tests", unit="Unit of tests")
    clock = Ticking()
    custody = CustodyLog(folder.custody, actor="ana@lab", clock=clock)
    custody.append("recognition", reason="case created")
    files, keys = keys_of_the_tests()
    for name, content in files.items():
        write_atomically(folder.keys / name, content)

    def log_head(head) -> None:
        custody.append("processing", object_sha256=head.entry_sha256, reason="record ledger head",
                       details={"n_entries": str(head.n_entries)})  # fmt: skip

    ledger = RecordLedger(folder.records, on_commit=log_head)
    authorization = Authorization(
        issuing_body="Court", reference="R-1", legal_basis="b", authorization_kind="k", order_sha256="",
        persons=("ana",), hosts=("m.test",), accounts=("avatar1",), acts=("view",),
        data_classes=("listing",), starts_at=NOON, ends_at=NOON + timedelta(days=9), amends=None,
    )  # fmt: skip
    ledger.append([authorization])
    captures = archive(folder, custody, clock, exchanges(authorization.record_id))
    ledger.append(captures)
    ledger.append(market_records(captures))
    ledger.append(chain_records())
    (folder.rates / "r.csv").write_text(
        "date,currency,btc_price,source\n2026-03-01,EUR,50000,test\n"
    )
    return World(folder, ledger, custody, keys, clock, captures)


def archive(folder: CaseFolder, custody: CustodyLog, clock, given: list[Exchange]) -> list[Capture]:
    with open_archive(folder, custody, clock) as warc:
        return [warc.write(exchange) for exchange in given]


def open_archive(folder: CaseFolder, custody: CustodyLog, clock) -> WarcArchive:
    """Open an archive whose closed files are logged as the crawl logs them."""

    def log_segment(segment) -> None:
        custody.append(
            "collection",
            object_sha256=segment.sha256,
            exhibit=segment.name,
            reason="WARC segment closed",
            details={"n_bytes": str(segment.n_bytes), "n_captures": str(segment.n_captures)},
        )

    return WarcArchive(
        folder.captures,
        folder.sealed,
        seal_public_key(folder),
        clock,
        "vestigo test",
        on_segment=log_segment,
    )


@pytest.fixture(scope="session")
def new_world():
    """What makes a world at a path, for tests that share one."""
    return make_world


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path / "case")
    yield made
    made.ledger.close()


@dataclass(frozen=True)
class Sealed:
    """A bundle of the small case, with the anchors that came from elsewhere."""

    path: Path
    anchors: Path
    keys: UnlockedKeys

    def _prove(self, bag, lines: list[bytes], note: str) -> None:
        """Make the proof of each exhibit that has one again, over the log as it is now."""
        for name in sorted(bag.files):
            if name.endswith(SUFFIX):
                number = Path(name).stem
                marks = (b'"reason":"exhibit recorded"', f'"exhibit":"{number}"'.encode())
                index = next(n for n, line in enumerate(lines) if all(m in line for m in marks))
                path = inclusion_proof(index, len(lines), lambda b, e: merkle_root(lines[b:e]))
                proof = InclusionFile(index, tuple(path), parse_note(note))
                self._put(bag, name, proof.written().encode())

    def reseal(self) -> None:
        """Make manifests, statement and signatures again: what the holder of the key can do."""
        from vestigo.evidence.bundle.payload import BagFolder, Digests, manifest
        from vestigo.evidence.bundle.seal import ALGORITHMS

        bag = BagFolder(self.path)
        for path in self.path.rglob("*"):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and not name.startswith(("manifest-", "tagmanifest-")):
                content = path.read_bytes()
                bag.files[name] = Digests(
                    len(content),
                    hashlib.sha256(content).hexdigest(),
                    hashlib.sha512(content).hexdigest(),
                )
        lines = (self.path / "data/custody/events.jsonl").read_bytes().splitlines()
        root = merkle_root(lines)
        note = self.keys.sign_checkpoint(len(lines), root)
        self._put(bag, "seal/checkpoint.note", note.encode())
        self._prove(bag, lines, note)
        for algorithm in ALGORITHMS:
            self._put(bag, f"manifest-{algorithm}.txt", manifest(bag.payload(), algorithm))
        statement = json.loads((self.path / "seal/statement.json").read_bytes())
        statement["checkpoint"] = {
            "origin": self.keys.origin,
            "size": len(lines),
            "root": root.hex(),
        }
        skipped = ("seal/statement.json", "seal/statement.json.p7s")
        statement["files"] = {n: d.sha256 for n, d in bag.tags().items() if n not in skipped}
        content = json.dumps(statement, indent=0, sort_keys=True).encode() + b"\n"
        self._put(bag, "seal/statement.json", content)
        self._put(bag, "seal/statement.json.p7s", self.keys.sign_statement(content))
        tags = bag.tags()
        for algorithm in ALGORITHMS:
            self._put(bag, f"tagmanifest-{algorithm}.txt", manifest(tags, algorithm))

    def _put(self, bag, name: str, content: bytes) -> None:
        bag.files.pop(name, None)
        bag._folded.discard(name)
        (self.path / name).unlink(missing_ok=True)
        bag.add(name, content)


@pytest.fixture(scope="session")
def original(tmp_path_factory) -> Sealed:
    """One bundle for the whole session; tests copy it before they touch it."""
    made = make_world(tmp_path_factory.mktemp("original") / "case")
    built = made.build()
    made.ledger.close()
    return Sealed(built.path, made.folder.anchors, made.keys)


@pytest.fixture
def sealed(original, tmp_path) -> Sealed:
    """A copy of the bundle that a test may change."""
    shutil.copytree(original.path, tmp_path / "bundle")
    return Sealed(tmp_path / "bundle", original.anchors, original.keys)


def run_sh(bundle: Path, anchors: Path | None, **more) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).parents[2] / "vestigo" / "evidence" / "stranger" / "verify.sh"
    words = ["sh", str(script), str(bundle), *(["--anchors", str(anchors)] if anchors else [])]
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


def run_py(bundle: Path, anchors: Path | None, **more) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).parents[2] / "vestigo" / "evidence" / "stranger" / "verify.py"
    words = [
        sys.executable,
        "-I",
        str(script),
        str(bundle),
        *(["--anchors", str(anchors)] if anchors else []),
    ]
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="session")
def stranger():
    """The two verifiers as programs: (bundle, anchors) -> finished process."""
    return run_sh, run_py


@pytest.fixture
def vestigo(capsys, monkeypatch):
    """Run a command in this process: (exit code, standard output, standard error)."""

    def call(*words, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return int(code), said.out, said.err

    return call
