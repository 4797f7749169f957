#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verify an evidence bundle: python3 verify.py [BUNDLE] --anchors DIR.

Needs Python 3.9 or later, its standard library, and the ``openssl`` program for
signatures.  Layer A: nothing missing or extra, digests, signatures, stamps.
Layer B: custody chain, records, archived pages, quoted bytes, transactions.
Exit code: 0 all right, 3 a check failed, 4 something was NOT CHECKED.
Compare the SHA-256 of this file with its published value before you run it.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # the bundle's own folder: a json.py planted there must not be imported

import argparse
import base64
import csv
import hashlib
import hmac
import io
import json
import os
import re
import subprocess
import tempfile
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable  # noqa: UP035 (Python 3.9)

OK, FAILED, UNCHECKED = "ok", "FAILED", "NOT CHECKED"
SHOWN = 20
LARGEST_RECORD = 512 * 1024 * 1024
LARGEST_BODY = 128 * 1024 * 1024
MOST_CODINGS = 4
LONGEST_LINE = 64 * 1024 * 1024
LARGEST_READ = 64 * 1024 * 1024
BLOCK = 1 << 22  # bytes read at once where a file is digested
SHORT = 1 << 18  # a shorter piece is not worth a second thread
WORKERS = min(4, os.cpu_count() or 1)  # digesting and decoding let other threads work
BATCH = 1 << 23  # bytes of records that are taken apart at a time
AT_ONCE = 512  # files handed to the workers at a time
LARGE = 1 << 24  # while records of this size are worked on, no others are read
LONGEST_NUMBER = 20
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
PLAIN_PATH = re.compile(rf"{NAME.pattern}(/{NAME.pattern})*")
BEYOND_BMP = re.compile(rb"[\xf0-\xff]")  # only there do UTF-16 and code points sort apart
LONG_NUMBER = re.compile(rb"[0-9]{20}")
LINE = re.compile(r"([0-9a-f]+)  ([A-Za-z0-9][A-Za-z0-9._/-]*)")
UNSTATED = re.compile(
    r"seal/(statement\.json(\.p7s)?|stamps/[A-Za-z0-9_-]+\.ts[qr]|witness/[A-Za-z0-9_-]+\.note)"
)
STAMP_FILE = re.compile(
    r"seal/stamps/[a-z0-9][a-z0-9-]{0,31}/"
    r"(stamp\.ts[qr]|chain-[0-9]\.cer|revocation-[0-9]{1,3}\.(crl|ocsp))"
)
SHOWN_TIME = re.compile(
    r"^(?:Time stamp: |lastUpdate=)([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(\.[0-9]+)? ([0-9]{4}) GMT$", re.MULTILINE,
)  # fmt: skip
ACCURACY = re.compile(r"^Accuracy: (.*)$", re.MULTILINE)
LIST = re.compile(r"-----BEGIN X509 CRL-----[A-Za-z0-9+/=\s]+-----END X509 CRL-----\s")
SOURCES = re.compile(r"CRL Distribution Points|OCSP - URI")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
BLOCK_AHEAD = 7200  # seconds by which the time of a block may run ahead of the network's
TAG_MANIFESTS = ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt")
LOG = "data/custody/events.jsonl"
# Every name that a file of a bundle can have: what the builder writes, and nothing else.
TAG_FILE = re.compile(
    r"bagit\.txt|bag-info\.txt|(tag)?manifest-sha(256|512)\.txt|(VERIFY|LIMITS)\.[a-z]{2}\.md"
    r"|verify\.(sh|py)|expected\.txt"
    r"|seal/(statement\.json(\.p7s)?|checkpoint\.note|sbom\.json|build-environment\.json|time\.json"
    r"|keys/[A-Za-z0-9._-]+|stamps/[A-Za-z0-9_-]+\.ts[qr]|witness/[A-Za-z0-9_-]+\.note)"
)
DATA_FILE = re.compile(
    r"data/(captures/[A-Za-z0-9._-]+\.warc\.gz"
    r"|crawl/((capture|coverage_estimate|not-included)\.jsonl|coverage\.(json|[a-z]{2}\.txt))"
    r"|origin/[a-z2-7]{56}\.onion/[A-Za-z0-9._-]+\.(descriptor|json)"
    r"|custody/(events\.jsonl|proofs/[0-9]{4,}\.tlog-proof|previous\.note|consistency\.txt"
    r"|records\.txt|disposed\.txt|withheld\.jsonl)"
    r"|received/((received_item|received_capture|verification_receipt)\.jsonl|index\.csv"
    r"|R[0-9]{4,}/(content|received\.json|sheet\.[a-z]{2}\.txt))"
    r"|authority/(authorization|retention)\.jsonl"
    r"|ledger/((block|transaction|tag|cluster|trace|cash_out_point)\.jsonl|cash-outs\.csv"
    r"|rates/[0-9a-f]{32}\.csv|chain/[0-9a-f]{32}\.(dat|jsonl))"
    r"|graph/case\.graphml"
    r"|exhibits/(index\.csv|[0-9]{4,}/(exhibit\.json|text\.txt|sheet\.[a-z]{2}\.(txt|pdf)"
    r"|[A-Za-z0-9_-]+\.png))"
    r"|report/report\.[a-z]{2}\.(txt|pdf))"
)
REDACTION_FILE = re.compile(
    r"data/redactions/(records\.jsonl|R?[0-9]{4,}/(text\.txt|redaction\.json))"
)
EXTRACTION = re.compile(r"data/extraction/([a-z_]+)\.jsonl")
ELSEWHERE = frozenset({
    "authorization", "retention", "received_item", "received_capture", "verification_receipt",
    "capture", "coverage_estimate", "block", "transaction", "tag", "cluster", "trace",
    "cash_out_point",
})  # fmt: skip
ARCHIVES, ORIGIN, RATES = "data/captures/", "data/origin/", "data/ledger/rates/"
CHAIN = "data/ledger/chain/"
RATES_REASON = b'"reason":"exchange rates"'
COLLECTED = (b'{"action":"collection",', b'{"action":"disposal",')
OBJECT = re.compile(rb'"object_sha256":"([0-9a-f]{64})"')
COLUMNS = {
    "data/exhibits/index.csv":
        ["exhibit", "captured_at", "address", "page_kind", "title", "capture_id"],
    "data/ledger/cash-outs.csv":
        ["record_id", "paid_at", "network", "service", "category", "basis", "address", "txid",
         "vout", "value_sat", "traced_sat", "confidence", "start_address", "trace_id"],
    "data/received/index.csv":
        ["number", "received_at", "from_whom", "act", "file_name", "sha256", "hash", "record_id"],
}  # fmt: skip
RECORD_FOLDERS = ("authority", "crawl", "extraction", "ledger", "received")
KEPT_KINDS = ("block", "transaction", "cluster", "trace", "cash_out_point", "screenshot",
              "coverage_estimate",
              "received_item", "received_capture", "verification_receipt")  # fmt: skip
DEPTH = 3
WITHHELD, BLOT = "withheld:", "[withheld]"
RECEIVED = r"data/received/R[0-9]+/received\.json"
REDACTION = r"data/redactions/R?[0-9]+/redaction\.json"
RECEIVED_WARC = "-received.warc.gz"
NOT_RECORDS = ("not-included.jsonl",)
REPARSE_POINT = 0x400
COLLECTING = ("collection", "storage", "receipt", "quarantine")
HEAD_REASON = "record ledger head"
POW_LIMITS = {"mainnet": 0xFFFF << 208, "testnet": 0xFFFF << 208, "signet": 0x377AE << 216,
              "regtest": 0x7FFFFF << 232}  # fmt: skip
# From the time of a block on, a main chain header must be a tenth as hard as that block's own
# header says: blocks 277647 (...b1e052a8), 413567 (...325d4069), 481829 (...c975e726).  The tenth
# is a margin of ours: it stops made-up headers, and is no proof that a header is of the chain.
FLOORS = ((1388367102, 118092319), (1464307123, 19931206753), (1503545437, 88817185625))
SEGWIT = {"mainnet": "bc", "testnet": "tb", "signet": "tb", "regtest": "bcrt"}
# What a fit openssl accepts: SAMPLE, signed by CMS with a certificate and by an Ed25519 key.
SAMPLE = b"self-test\n"
FIT: dict[tuple[str, str], bool] = {}
SAMPLE_CERTIFICATE = (
    "MIIBazCCARGgAwIBAgIUNUJu19xgm6AxzpuDTcJeUDdbI14wCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJc2VsZi10ZXN0MCAX"
    "DTI1MTIzMTAwMDAwMFoYDzIwNTAxMjI1MDAwMDAwWjAUMRIwEAYDVQQDDAlzZWxmLXRlc3QwWTATBgcqhkjOPQIBBggqhkjO"
    "PQMBBwNCAARwDALlnq6V5n49iHdIGqM6Dc0VdVNjpukNl58G0Xq1f5s2Xk2wVIE5wJao/nrKtknodbBOfcgCANKjSZllxAmF"
    "oz8wPTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIGwDAdBgNVHQ4EFgQU+rp0maQ0p0pC6Bn4UVxH9jpdJUEwCgYIKoZI"
    "zj0EAwIDSAAwRQIgbNtQ2zzYc/i5Byn3EPOHZX1YpG88xI6pZSRe3i8FcGgCIQDiAg8ggYqPvhiV4no5jRSubEAGLA1eXnO+"
    "tB14VSjTKQ=="
)
SAMPLE_CMS = (
    "MIIBdQYJKoZIhvcNAQcCoIIBZjCCAWICAQExDzANBglghkgBZQMEAgEFADALBgkqhkiG9w0BBwExggE9MIIBOQIBATAsMBQx"
    "EjAQBgNVBAMMCXNlbGYtdGVzdAIUNUJu19xgm6AxzpuDTcJeUDdbI14wDQYJYIZIAWUDBAIBBQCggaEwGAYJKoZIhvcNAQkD"
    "MQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjYxMTIxMjMyNjU0WjAvBgkqhkiG9w0BCQQxIgQg7/ch5lnX85tuJoxJ"
    "0g+yl02Fp1j3C61WefGxdIrgHS4wNgYJKoZIhvcNAQkPMSkwJzALBglghkgBZQMEASowCwYJYIZIAWUDBAEWMAsGCWCGSAFl"
    "AwQBAjAKBggqhkjOPQQDAgRHMEUCIQDCGZLIzvIX72Tomr1wDMpHioIA/Ge1Uk64yev+s7VTPwIgHYvZ3t8bN87GdO85mLlZ"
    "RsKmajnrrnMZFRawT1Ah5SU="
)
SAMPLE_KEY = "MCowBQYDK2VwAyEAUa3TDjfie+29R0rs8Z1JvRQoWIeayxHPL0ESskl/jX4="
SAMPLE_NOTE = (
    "W4RuBTWGM43Z2VkhSaDHfjKDfGKQZietv5xCUfL6A3u31AvoipkGnMmwpkTUP5ebV8p5iAewO9+FCqJvx6sJBg=="
)
# A stamp of SAMPLE by an authority whose certificate was good for the 22nd of November 2026 only.
SAMPLE_TSA = (
    "MIIBUDCB9qADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCXNlbGYtdGVzdDAeFw0yNjExMjIwMDAwMDBaFw0yNjEx"
    "MjMwMDAwMDBaMBQxEjAQBgNVBAMMCXNlbGYtdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABASQlKcQC/vIs0MsQKon"
    "CxTmvqb8UlqHs+NsLpGqNOJOTMFQEbrR7RnlUAigw5/TzZaRmio6+Wa5lAwebfWqpjWjOTA3MBYGA1UdJQEB/wQMMAoGCCsG"
    "AQUFBwMIMB0GA1UdDgQWBBTnnpm8xWpDC+aREqud8vEfCFpEPTAKBggqhkjOPQQDAgNJADBGAiEA45nBve1H3y6US/0+nYCD"
    "zGenM29L8AoeyDcU/WFnwPgCIQCB4ZBr4h1Ij+TfQk2/oH5PIKskJvwXeQvuhG1UGzxyOw=="
)
STAMPED_AT = "1795339719"
SAMPLE_STAMP = (
    "MIIBxDADAgEAMIIBuwYJKoZIhvcNAQcCoIIBrDCCAagCAQMxDzANBglghkgBZQMEAgEFADBhBgsqhkiG9w0BCRABBKBSBFAw"
    "TgIBAQYCKgMwMTANBglghkgBZQMEAgEFAAQg7/ch5lnX85tuJoxJ0g+yl02Fp1j3C61WefGxdIrgHS4CAQIYDzIwMjYxMTIy"
    "MDkyODM5WjGCAS0wggEpAgEBMBkwFDESMBAGA1UEAwwJc2VsZi10ZXN0AgEHMA0GCWCGSAFlAwQCAQUAoIGkMBoGCSqGSIb3"
    "DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTIyMDkyODM5WjAvBgkqhkiG9w0BCQQxIgQgjLyRvaOl"
    "ZGnKIhQVrs0KOsUnS9zKiQRvyfyIssjJX3UwNwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQg1xVXGI/hSi0kisPw7FiPc1CN+IQl"
    "h0xm4C8nyqDv8G4wCgYIKoZIzj0EAwIERzBFAiEA3hV3OSFdzRsxaUm+pmNVdpvAqch8tlJCSoOEam/2FpcCIGBh491GE+fK"
    "GERfnR4QUclJx/t8btzl2mu3Ctif/ad+"
)
ZERO = "0" * 64
EMPTY_ROOT = hashlib.sha256(b"").digest()
LOG_KEY, WITNESS_KEY = 1, 4  # the types of Ed25519 keys in C2SP signed notes
SPKI = "MCowBQYDK2VwAyEA"  # what stands before the 32 bytes of an Ed25519 key (DER, base64)
RECORDED, BUILT = "exhibit recorded", "bundle built"
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
PROOF = re.compile(r"data/custody/proofs/([0-9]+)\.tlog-proof")
FIRST_FORMAT = b"Vestigo-Format-Version: 1"
EXHIBIT = re.compile(r"data/exhibits/([0-9]+)/exhibit\.json")
MOST_HASHES, MOST_EXHIBITS = 63, 10_000_000
KEY_FILE = re.compile(
    r"seal/keys/(handover-([0-9]{4})\.(note|old\.p7s|new\.p7s)"
    r"|operator-([a-z0-9][a-z0-9-]{0,31})\.note|revoked\.txt)"
)
HAND_OVER, HAND_OVER_LINES = "vestigo/handover/v1", 10
OPERATOR, OPERATOR_LINES = "vestigo/operator/v1", 6
OPERATOR_NAME = "vestigo/operator/"
MOST_KEYS, MOST_CHANGES = 200, 1000  # of one log: what is more is there to keep a verifier busy
ROTATED, OPERATOR_ADDED, KEY_REVOKED = "keys rotated", "operator key added", "key revoked"
REVOCATION = re.compile(r"([0-9a-f]{8}) ([0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}Z) .+")
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
              OverflowError, OSError, MemoryError, zlib.error, csv.Error)  # fmt: skip
ANCHORS_ARE = "folder with the keys and notes that you have from elsewhere"
ALL_RIGHT = "Every check was made and is right."
SOME_FAILED = "At least one check FAILED: do not rely on this bundle."
SOME_UNCHECKED = "Something was NOT CHECKED: this is no confirmation."
COMPARE_THIS = "Compare the SHA-256 of this program with its published value."
ALONE = "No outside anchor was compared: no protection against the holder of the unit key."
SAID = {
    "es": {
        ALL_RIGHT: "Se hicieron todas las comprobaciones y son correctas.",
        SOME_FAILED: "Al menos una comprobación FALLÓ: no confíe en este paquete.",
        SOME_UNCHECKED: "Algo quedó SIN COMPROBAR: esto no es una confirmación.",
        COMPARE_THIS: "Compare el SHA-256 de este programa con su valor publicado.",
        ALONE: "No se comparó ningún ancla externa: sin protección frente a quien tenga la clave "
               "de la unidad.",
    },
    "pt": {
        ALL_RIGHT: "Todas as verificações foram feitas e estão corretas.",
        SOME_FAILED: "Pelo menos uma verificação FALHOU: não confie neste pacote.",
        SOME_UNCHECKED: "Algo ficou SEM VERIFICAR: isto não é uma confirmação.",
        COMPARE_THIS: "Compare o SHA-256 deste programa com o valor publicado.",
        ALONE: "Nenhuma âncora externa foi comparada: sem proteção contra quem detém a chave da "
               "unidade.",
    },
    "fr": {
        ALL_RIGHT: "Tous les contrôles ont été faits et sont concluants.",
        SOME_FAILED: "Au moins un contrôle a ÉCHOUÉ : ne vous fiez pas à ce dossier.",
        SOME_UNCHECKED: "Quelque chose N’A PAS ÉTÉ CONTRÔLÉ : ce n’est pas une confirmation.",
        COMPARE_THIS: "Comparez le SHA-256 de ce programme avec sa valeur publiée.",
        ALONE: "Aucune ancre extérieure n’a été comparée : aucune protection contre le détenteur "
               "de la clé de l’unité.",
    },
}  # fmt: skip


class Bag:
    """A bundle folder: its files, what was read of them, and the findings so far."""

    def __init__(
        self, root: Path, anchors: Path | None, on_bytes: Callable[[int], None] | None = None
    ) -> None:
        self.root = root
        self.anchors = anchors
        self.on_bytes = on_bytes or (lambda _n: None)
        self.files: dict[str, tuple[str, str]] = {}
        self.findings: list[tuple[str, str, str]] = []
        self.manifests: dict[str, dict[str, str]] = {}
        self.outside = False
        self.odd = False
        self.stamped: list[datetime] = []
        self.n_unlisted = 0
        self.captures: dict[str, dict[str, Any]] = {}
        self.capture_records: dict[str, dict[str, Any]] = {}
        self.retracted: set[str] = set()
        self.gone: set[str] = set()
        self.withheld: dict[str, str] = {}
        self.cited: list[tuple[str, list[str], set[str]]] = []
        self.spans: dict[str, list[tuple[str, int, int, bytes]]] = {}
        self.records: dict[str, str] = {}
        self.bodies: dict[str, list[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self.roots: dict[int, bytes] = {}
        self.keys: list[UnitKey] = []
        self.operators: dict[str, tuple[tuple[str, int, bytes], str]] = {}
        self.links: list[tuple[str, str, str]] = []

    def add(self, status: str, check: str, detail: str) -> None:
        """Keep one finding."""
        shown = "".join(c if " " <= c <= "~" else "?" for c in detail[:400])
        self.findings.append((status, check, shown))

    def path(self, name: str) -> Path:
        """Return where a plain file of the bundle lies: no link, no pipe, no device."""
        if name not in self.files:
            raise ValueError(f"{name}: no such plain file")
        return self.root / name

    def read(self, name: str) -> bytes:
        """Return the content of one file of the bundle."""
        with self.path(name).open("rb") as handle:
            content = handle.read(LARGEST_READ + 1)
        if len(content) > LARGEST_READ:
            raise ValueError(f"{name}: too large")
        return content

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file; every line ends with a line feed."""
        with self.path(name).open("rb") as handle:
            for line in iter(lambda: handle.readline(LONGEST_LINE), b""):
                if not line.endswith(b"\n"):
                    raise ValueError(f"{name}: a line is cut or too long")
                yield line[:-1]

    def anchor(self, name: str) -> Path | None:
        """Return an anchor by its name, or None where it was not handed over."""
        path = self.anchors / name if self.anchors else None
        return path if path is not None and path.is_file() else None


class UnitKey:
    """One key of the log with its certificate (PEM); ``until``: the size that it signs up to."""

    def __init__(self, key: tuple[str, int, bytes], certificate: bytes) -> None:
        self.key, self.certificate = key, certificate
        self.until: int | None = None

    @property
    def id(self) -> str:
        """Return the eight hex digits that name the key."""
        return key_id(self.key)


class Check:
    """Collects the faults of one named check."""

    def __init__(self, bag: Bag, name: str) -> None:
        self.bag, self.name, self.n_faults, self.unchecked = bag, name, 0, 0

    def fault(self, where: str, why: str) -> None:
        """Say that something is wrong."""
        self.n_faults += 1
        if self.n_faults <= SHOWN:
            self.bag.add(FAILED, self.name, f"{where}: {why}")

    def skip(self, why: str) -> None:
        """Say that something could not be checked."""
        self.unchecked += 1
        if self.unchecked <= SHOWN:
            self.bag.add(UNCHECKED, self.name, why)

    def end(self, detail: str) -> None:
        """Close the check: the detail counts what was right."""
        if self.n_faults > SHOWN:
            self.bag.add(FAILED, self.name, f"and {self.n_faults - SHOWN} more")
        if not self.n_faults and not self.unchecked:
            self.bag.add(OK, self.name, detail)


# ---------------------------------------------------------------- layer A


def check_names(bag: Bag, check: Check) -> str:
    """Only plain files and folders with harmless, distinct names."""
    seen: dict[str, str] = {}

    def unread(error: OSError) -> None:
        check.fault(ascii(error.filename), "a folder that cannot be read")

    for folder, folders, files in os.walk(bag.root, onerror=unread):
        folders.sort()
        if not folders and not files and Path(folder) != bag.root:
            check.fault(ascii(Path(folder).relative_to(bag.root).as_posix()), "an empty folder")
        for entry in sorted(folders + files):
            path = Path(folder, entry)
            name = path.relative_to(bag.root).as_posix()
            attributes = getattr(path.lstat(), "st_file_attributes", 0)
            junction = path.is_dir() and attributes & REPARSE_POINT  # a link of Windows
            if path.is_symlink() or junction or not (path.is_dir() or path.is_file()):
                check.fault(ascii(name), "neither a plain file nor a folder")
                bag.odd = True
                continue
            if not NAME.fullmatch(entry):
                check.fault(ascii(name), "a name that a bundle does not use")
            elif seen.setdefault(name.lower(), name) != name:
                check.fault(name, "differs from another name by case only")
            if path.is_file() and PLAIN_PATH.fullmatch(name):
                bag.files[name] = ("", "")
    return f"{len(bag.files)} files"


def read_manifest(bag: Bag, name: str, length: int) -> dict[str, str]:
    """Return path and digest of each line; ``ValueError`` where the form is not exact."""
    rows: dict[str, str] = {}
    last = ""
    for line in bag.lines(name):
        matched = LINE.fullmatch(line.decode("ascii"))
        if not matched or len(matched[1]) != length or matched[2] <= last:
            raise ValueError(f"{name}: a line is malformed, repeated or out of order")
        last = matched[2]
        rows[last] = matched[1]
    return rows


def check_files(bag: Bag, check: Check) -> str:
    """Every file stands in both manifests of its kind, and nothing else does."""
    declaration = bag.read("bagit.txt") if "bagit.txt" in bag.files else b""
    if declaration != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        check.fault("bagit.txt", "not the declaration of BagIt 1.0")
    if "fetch.txt" in bag.files:
        check.fault("fetch.txt", "a bundle fetches nothing")
    payload = {name for name in bag.files if name.startswith("data/")}
    tags = set(bag.files) - payload - set(TAG_MANIFESTS)
    for kind, present in (("manifest", payload), ("tagmanifest", tags)):
        for algorithm, length in (("sha256", 64), ("sha512", 128)):
            manifest = f"{kind}-{algorithm}.txt"
            try:
                rows = bag.manifests[manifest] = read_manifest(bag, manifest, length)
            except UNREADABLE as error:
                check.fault(manifest, str(error))
                continue
            for name in sorted(set(rows) - present):
                check.fault(name, f"missing, but in {manifest}")
            for name in sorted(present - set(rows)):
                check.fault(name, f"extra, not in {manifest}")
    for name in strays(bag):
        check.fault(name, "a file that no bundle of this format holds")
    n_bytes = sum((bag.root / name).stat().st_size for name in payload)
    if bag_info(bag).get("Payload-Oxum") != f"{n_bytes}.{len(payload)}":
        check.fault("bag-info.txt", "its Payload-Oxum is not the size of the payload")
    return f"{len(payload)} payload files, {len(tags)} tag files: nothing missing, nothing extra"


def strays(bag: Bag) -> list[str]:
    """Return the files whose names the format does not give."""
    ids = "data/custody/records.txt"
    kinds = {line.decode("ascii", "replace").split(" ")[1:2][0]
             for line in bag.lines(ids) if b" " in line} if ids in bag.files else set()  # fmt: skip
    found = []
    for name in sorted(bag.files):
        kind = EXTRACTION.fullmatch(name)
        if kind is not None:
            known = kind[1] in kinds and kind[1] not in ELSEWHERE
        elif REDACTION_FILE.fullmatch(name):
            known = "data/custody/withheld.jsonl" in bag.files
        else:
            profile = DATA_FILE if name.startswith("data/") else TAG_FILE
            known = bool(profile.fullmatch(name) or STAMP_FILE.fullmatch(name))
        if not known and name != "fetch.txt":
            found.append(name)
    return found


def bag_info(bag: Bag) -> dict[str, str]:
    """Return what the bag says of itself; nothing where a label stands there twice."""
    content = bag.read("bag-info.txt") if "bag-info.txt" in bag.files else b""
    rows = [line.partition(": ") for line in content.decode("utf-8", "replace").split("\n")]
    found = {label: value for label, _colon, value in rows}
    return found if len(found) == len(rows) else {}


def digest_files(bag: Bag) -> None:
    """Read every file that a manifest names once, and every tag file, and keep both digests."""
    listed = {name for rows in bag.manifests.values() for name in rows} & set(bag.files)
    tags = {name for name in bag.files if not name.startswith("data/")}
    listed |= {name for name in tags if (bag.root / name).stat().st_size <= LARGEST_READ}
    names = sorted(listed)
    with ThreadPoolExecutor(WORKERS) as readers, ThreadPoolExecutor(WORKERS) as helpers:
        for begin in range(0, len(names), AT_ONCE):
            some = names[begin : begin + AT_ONCE]
            bag.files.update(readers.map(lambda n: (n, both_digests(bag, n, helpers)), some))


def both_digests(bag: Bag, name: str, helpers: ThreadPoolExecutor) -> tuple[str, str]:
    """Read a file once; a helper takes the second digest of a block beside the first."""
    first, second = hashlib.sha256(), hashlib.sha512()
    with (bag.root / name).open("rb", buffering=0) as handle:
        block = handle.read(BLOCK)
        while block:
            beside = helpers.submit(second.update, block) if len(block) > SHORT else None
            first.update(block)
            if beside is None:
                second.update(block)
            following = handle.read(BLOCK)
            if beside is not None:
                beside.result()
            bag.on_bytes(len(block))
            block = following
    return first.hexdigest(), second.hexdigest()


def check_digests(bag: Bag, check: Check) -> str:
    """Compare the digests of one algorithm (named by the check), payload and tag files."""
    algorithm, right = int(check.name == "sha512"), 0
    for manifest, rows in bag.manifests.items():
        if manifest.endswith(f"-{check.name}.txt"):
            for name, digest in rows.items():
                if name in bag.files and bag.files[name][algorithm] != digest:
                    check.fault(name, f"its {check.name} digest differs")
            right += len(rows)
    return f"{right} digests"


def no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse JSON objects that name a key twice."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a JSON object names a key twice")
    return value


def whole_number(text: str) -> int:
    """Return a whole number of a length that a record can hold."""
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(text)


def no_such_number(text: str) -> Any:
    """Refuse fractions, NaN and the infinite."""
    raise ValueError(f"{text[:LONGEST_NUMBER]} is not a number that a bundle uses")


QUICK = json.JSONDecoder(parse_float=no_such_number, parse_constant=no_such_number)


def loads(content: bytes) -> Any:
    """Read strict JSON: no key twice, whole numbers only."""
    return json.loads(
        content.decode("utf-8"), object_pairs_hook=no_repeats, parse_int=whole_number,
        parse_float=no_such_number, parse_constant=no_such_number,
    )  # fmt: skip


def read_canonical(line: bytes) -> tuple[Any, bool]:
    """Return the value of a line and whether the line is its canonical form.

    A key named twice does not survive the way there and back, so the quick reader
    will do; a long run of digits goes to the strict one.
    """
    value = loads(line) if LONG_NUMBER.search(line) else QUICK.decode(line.decode("utf-8"))
    return value, canonical(value) == line


def check_statement(bag: Bag, check: Check) -> str:
    """Compare the signed statement with every top-level file and the seal."""
    statement = loads(bag.read("seal/statement.json"))
    stated = statement["files"]
    if statement["format"] != "vestigo-statement-1":
        check.fault("seal/statement.json", "a format that this verifier does not know")
    due = {name for name in bag.files if not name.startswith("data/")} - set(TAG_MANIFESTS)
    due = {n for n in due if not UNSTATED.fullmatch(n) and not STAMP_FILE.fullmatch(n)}
    for name in sorted(due ^ set(stated)):
        check.fault(name, "only in the bundle" if name in due else "only in the statement")
    for name in sorted(due & set(stated)):
        if bag.files[name][0] != stated[name]:
            check.fault(name, "its digest is not the one in the statement")
    return f"{len(stated)} files"


def openssl_program(bag: Bag) -> str:
    """Return the openssl program of this machine, or "".

    Relative entries of PATH and the bundle itself are passed over: a program that
    lies in the bundle must never run (Windows would look there first).
    """
    inside = os.path.realpath(bag.root)
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in ("openssl.exe", "openssl") if os.name == "nt" else ("openssl",):
            program = f"{entry}{os.sep}{name}"
            if Path(entry).is_absolute() and os.access(program, os.X_OK):
                real = os.path.realpath(program)
                if Path(real).is_file() and not real.startswith(inside.rstrip(os.sep) + os.sep):
                    return program
    return ""


def openssl(bag: Bag, *arguments: str) -> tuple[int, str]:
    """Run the openssl program; return its exit code and what it said."""
    done = subprocess.run(
        [openssl_program(bag), *arguments], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode("utf-8", "replace")


def cms_verified(bag: Bag, signature: Path, content: Path, certificate: Path) -> tuple[int, str]:
    """Ask openssl whether the holder of a certificate signed the content."""
    return openssl(
        bag, "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature),
        "-content", str(content), "-nointern", "-certfile", str(certificate),
        "-CAfile", str(certificate), "-purpose", "any", "-no_check_time", "-out", os.devnull,
    )  # fmt: skip


def ed25519_verified(bag: Bag, signature: Path, content: Path, key: Path) -> tuple[int, str]:
    """Ask openssl (3.0 or later) whether an Ed25519 key signed the content."""
    return openssl(
        bag, "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin",
        "-in", str(content), "-sigfile", str(signature),
    )  # fmt: skip


def fit(bag: Bag, verified: Callable[..., tuple[int, str]]) -> bool:
    """Say whether openssl accepts a right signature and refuses a wrong one."""
    known = (openssl_program(bag), verified.__name__)
    if known in FIT:
        return FIT[known]
    if verified is stamp_verified:
        return FIT.setdefault(known, stamp_fit(bag))
    ed = verified is ed25519_verified
    label, der = ("PUBLIC KEY", SAMPLE_KEY) if ed else ("CERTIFICATE", SAMPLE_CERTIFICATE)
    with tempfile.TemporaryDirectory() as folder:
        content, key, signature = (Path(folder, n) for n in ("content", "key", "signature"))
        body = "\n".join(der[i : i + 64] for i in range(0, len(der), 64))
        key.write_bytes(f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode("ascii"))
        signature.write_bytes(base64.b64decode(SAMPLE_NOTE if ed else SAMPLE_CMS))
        answers = []
        for sample in (SAMPLE, b"x" + SAMPLE):
            content.write_bytes(sample)
            answers.append(verified(bag, signature, content, key)[0] == 0)
    return FIT.setdefault(known, answers == [True, False])


def stamp_fit(bag: Bag) -> bool:
    """Say whether openssl judges a stamp by the time of the stamp, and refuses a wrong one."""
    with tempfile.TemporaryDirectory() as folder:
        content, root, stamp = (Path(folder, n) for n in ("content", "root", "stamp"))
        lines = [SAMPLE_TSA[i : i + 64] for i in range(0, len(SAMPLE_TSA), 64)]
        body = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
        root.write_bytes(body.encode("ascii"))
        stamp.write_bytes(base64.b64decode(SAMPLE_STAMP))
        answers = []
        for sample in (SAMPLE, b"x" + SAMPLE):
            content.write_bytes(sample)
            asked = ("-data", STAMPED_AT)
            answers.append(stamp_verified(bag, stamp, content, root, None, asked)[0])
        content.write_bytes(SAMPLE)
        late = ("-data", str(int(STAMPED_AT) + 400000))
        answers.append(stamp_verified(bag, stamp, content, root, None, late)[0])
    return answers[0] == 0 and 0 not in answers[1:]


def usable(
    bag: Bag, check: Check, anchor: str, verified: Callable[..., tuple[int, str]] | None = None
) -> bool:
    """Say whether a fit openssl and the anchor are there; note what is not."""
    if not openssl_program(bag):
        check.skip("the openssl program is not there")
    elif bag.anchors is None:
        check.skip("no --anchors: the key must come from elsewhere than the bundle")
    elif bag.anchor(anchor) is None:
        check.skip(f"{anchor} is not among the anchors")
    elif verified is not None and not fit(bag, verified):
        check.skip("the installed openssl cannot check such signatures (3.0 or later can)")
    else:
        return True
    return False


def der_length(head: bytes) -> int:
    """Return how long the DER value is that begins with these bytes."""
    n = head[1] - 0x80 if head[1] > 0x80 else 0  # noqa: PLR2004 (DER: the long form of a length)
    return 2 + (int.from_bytes(head[2 : 2 + n], "big") if n else head[1]) + n


def one_der_value(bag: Bag, check: Check, name: str) -> None:
    """Nothing may stand behind a signature: openssl would not read it."""
    content = bag.read(name)
    if content[:1] != b"0" or content[1:2] == b"\x80" or der_length(content) != len(content):
        check.fault(name, "not exactly one DER value")


def key_id(key: tuple[str, int, bytes]) -> str:
    """Return the eight hex digits that name a key: name, type and 32 bytes."""
    named = key[0].encode("utf-8") + b"\n" + bytes([key[1]]) + key[2]
    return hashlib.sha256(named).hexdigest()[:8]


def pem_content(pem: bytes) -> bytes:
    """Return the bytes that a PEM file holds."""
    lines = [line for line in pem.splitlines() if not line.startswith(b"-")]
    return base64.b64decode(b"".join(lines), validate=True)


def as_certificate(content: bytes) -> bytes:
    """Return a certificate (DER) as PEM."""
    text = base64.b64encode(content).decode("ascii")
    body = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode("ascii")


def log_key(text: str) -> tuple[str, int, bytes]:
    """Return name, type and bytes of a key that a note names (a vkey)."""
    name, digits, encoded = text.split("+", 2)
    content = base64.b64decode(encoded, validate=True)
    key = (name, LOG_KEY, content[1:])
    if len(content) != 33 or content[0] != LOG_KEY or key_id(key) != digits:  # noqa: PLR2004
        raise ValueError("not the key of a log")
    return key


def told_lines(note: str, head: str, n_lines: int) -> tuple[list[str], list[str]]:
    """Return the lines of a note on keys and its signature lines; ``ValueError`` if it is none."""
    text, gap, signatures = note.partition("\n\n")
    lines = text.split("\n")
    other = not gap or lines[0] != head or len(lines) != n_lines
    if other or not re.fullmatch("[0-9]{1,15}", lines[2]):
        raise ValueError("no note on keys of this form")
    return lines, signatures.split("\n")


def check_keys(bag: Bag, check: Check) -> str:
    """Follow the keys from the first one, known from outside, to the one that sealed this."""
    text, size, _root, _signatures = note_parts(bag.read("seal/checkpoint.note").decode("utf-8"))
    origin = text.partition("\n")[0]
    first, unit = bag.anchor("checkpoint.pem"), bag.anchor("unit.pem")
    if first is not None and unit is not None:
        key = (origin, LOG_KEY, pem_content(first.read_bytes())[-32:])
        bag.keys = [UnitKey(key, as_certificate(pem_content(unit.read_bytes())))]
    inside = [name for name in sorted(bag.files) if name.startswith("seal/keys/")]
    notes = [name for name in inside if name.endswith(".note")]
    for name in inside:
        if not KEY_FILE.fullmatch(name):
            check.fault(name, "no file of the keys")
        elif name.endswith(".p7s"):
            one_der_value(bag, check, name)
    hand_overs = [name for name in notes if "/handover-" in name]
    compare_key_events(bag, check, notes[:MOST_KEYS], size)
    compare_outside_keys(bag, check, origin, size)
    if len(notes) > MOST_KEYS:
        check.fault("seal/keys", "more keys than a log has")
        return ""
    able = notes and usable(bag, check, "checkpoint.pem", ed25519_verified)
    if able and usable(bag, check, "unit.pem", cms_verified):
        follow_keys(bag, check, hand_overs, origin)
        for name in sorted(set(notes) - set(hand_overs)):
            take_operator(bag, check, name, origin)
    counted = f"handed over: {len(hand_overs)}, each by the key before it"
    return f"{counted}; operators: {len(bag.operators)}" if notes else "never handed over"


def compare_key_events(bag: Bag, check: Check, notes: list[str], size: int) -> None:
    """Every hand-over, operator and revocation stands in the log, and what stands there is here."""
    here = {bag.files[name][0]: name for name in notes}
    name, revoked = "seal/keys/revoked.txt", set()
    if name in bag.files:
        revoked = {hashlib.sha256(line + b"\n").hexdigest() for line in bag.lines(name)}
    logged: set[str] = set()
    n_changes = 0
    marks = [f'"reason":"{one}"'.encode("ascii") for one in (ROTATED, OPERATOR_ADDED, KEY_REVOKED)]
    for n, line in enumerate(bag.lines("data/custody/events.jsonl"), 1):
        if any(mark in line for mark in marks):
            event = loads(line)
            if event["reason"] in (ROTATED, OPERATOR_ADDED, KEY_REVOKED):
                n_changes += 1
                if n_changes > MOST_CHANGES:
                    check.fault("seal/keys", "more changes of keys than a log has")
                    return
                logged.add(event["object_sha256"])
                if event["object_sha256"] not in (revoked | set(here)):
                    check.fault(f"event {n}", f"{event['reason']}, but seal/keys does not hold it")
    for digest in sorted(set(here) - logged):
        if int(bag.read(here[digest]).decode("utf-8").split("\n")[2]) < size:
            check.fault(here[digest], "the log has no event of it")


def compare_outside_keys(bag: Bag, check: Check, origin: str, size: int) -> None:
    """Compare the hand-overs with those among the anchors: none may be left out or another."""
    for path in sorted(bag.anchors.glob("handover-*.note")) if bag.anchors else []:
        content, name = path.read_bytes(), f"seal/keys/{path.name}"
        lines = content.decode("utf-8").split("\n")
        if lines[1] != origin:
            continue
        if name in bag.files and bag.read(name) != content:
            check.fault(name, f"not the {path.name} that came from outside")
        elif name not in bag.files and int(lines[2]) < size:
            check.fault(name, "not here: the keys were handed over before this bundle")


def follow_keys(bag: Bag, check: Check, names: list[str], origin: str) -> None:
    """Take one hand-over after the other; the first that breaks the chain ends it."""
    for number, name in enumerate(names, 2):
        try:
            lines, signatures = told_lines(bag.read(name).decode("utf-8"), HAND_OVER,
                                           HAND_OVER_LINES)  # fmt: skip
            why = broken_link(bag, name, number, origin, (lines, signatures))
        except UNREADABLE:
            why = "no note on keys of this form"
        if why:
            check.fault(name, why)
            return


def broken_link(
    bag: Bag, name: str, number: int, origin: str, told: tuple[list[str], list[str]]
) -> str:
    """Return why a hand-over breaks the chain; take its key where it does not."""
    lines, signatures = told
    last, text = bag.keys[-1], "\n".join(lines) + "\n"
    new = UnitKey(log_key(lines[7]), as_certificate(base64.b64decode(lines[9], validate=True)))
    if name != f"seal/keys/handover-{number:04d}.note" or lines[5] != str(number):
        return "out of number"
    if lines[1] != origin or new.key[0] != origin:
        return "a hand-over of another log"
    before = as_certificate(base64.b64decode(lines[8], validate=True))
    if log_key(lines[6]) != last.key or before != last.certificate:
        return "does not begin at the key before it"
    both = ((last, "before it", "old"), (new, "that it names", "new"))
    for one, who, _word in both:
        if note_signed(bag, text, signatures, one.key) is None:
            return f"not signed by the key {who}"
    for one, who, word in both:
        if not signed_by_certificate(bag, f"{name[:-5]}.{word}.p7s", name, one.certificate):
            return f"not signed by the certificate {who}"
    last.until = int(lines[2])
    bag.links.append((name, last.id, lines[4]))
    bag.keys.append(new)
    return ""


def signed_by_certificate(bag: Bag, signature: str, name: str, certificate: bytes) -> bool:
    """Ask openssl whether the holder of a certificate (PEM) signed a file of the bundle."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "certificate")
        path.write_bytes(certificate)
        return cms_verified(bag, bag.path(signature), bag.path(name), path)[0] == 0


def take_operator(bag: Bag, check: Check, name: str, origin: str) -> None:
    """Take the key of an operator that a key of the log named, and that signed for itself."""
    try:
        lines, signatures = told_lines(bag.read(name).decode("utf-8"), OPERATOR, OPERATOR_LINES)
        key, text = log_key(lines[5]), "\n".join(lines) + "\n"
        who = name[len("seal/keys/operator-") : -len(".note")]
        if lines[1] != origin or key[0] != OPERATOR_NAME + who:
            check.fault(name, "of another log, or another name")
        elif note_signed(bag, text, signatures, key) is None:
            check.fault(name, "not signed by the key that it names")
        else:
            by = [one for one in bag.keys if note_signed(bag, text, signatures, one.key) == 0]
            if by:
                bag.operators[key_id(key)] = (key, lines[4])
                bag.links.append((name, by[0].id, lines[4]))
            else:
                check.fault(name, "not named by a key of the log")
    except UNREADABLE:
        check.fault(name, "no note on keys of this form")


def check_signature(bag: Bag, check: Check) -> str:
    """Check that the unit's key, known from outside, signed the statement."""
    signature, statement = bag.path("seal/statement.json.p7s"), bag.path("seal/statement.json")
    one_der_value(bag, check, "seal/statement.json.p7s")
    unit = bag.anchor("unit.pem")
    if usable(bag, check, "unit.pem", cms_verified) and unit is not None:
        with tempfile.TemporaryDirectory() as folder:
            certificate = Path(folder, "certificate")
            certificate.write_bytes(bag.keys[-1].certificate if bag.keys else unit.read_bytes())
            code, said = cms_verified(bag, signature, statement, certificate)
        if code:
            check.fault("seal/statement.json.p7s", f"not signed by the unit: {last_line(said)}")
    return "the statement is signed by the unit's certificate"


def last_line(said: str) -> str:
    """Return one harmless line of what a program said."""
    lines = [line for line in said.splitlines() if line.strip()] or ["no reason given"]
    return "".join(c if " " <= c <= "~" else "?" for c in lines[0])[:160]


def note_parts(note: str) -> tuple[str, int, bytes, list[str]]:
    """Return text, size, root and signature lines of a checkpoint note."""
    text, gap, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not gap or not re.fullmatch(r"[1-9][0-9]{0,15}|0", lines[1]):
        raise ValueError("not a checkpoint")
    return (
        text + "\n",
        int(lines[1]),
        base64.b64decode(lines[2], validate=True),
        signatures.split("\n"),
    )


def check_checkpoint(bag: Bag, check: Check) -> str:
    """Check that the checkpoint is signed and is the one in the statement."""
    note = "seal/checkpoint.note"
    text, size, root, signatures = note_parts(bag.read(note).decode("utf-8"))
    stated, origin = loads(bag.read("seal/statement.json"))["checkpoint"], text.split("\n")[0]
    if (stated["origin"], stated["size"], stated["root"]) != (origin, size, root.hex()):
        check.fault(note, "not the checkpoint of the statement")
    kept = bag.anchor(f"checkpoint-{size}.note")
    if kept and note_parts(kept.read_text("utf-8"))[0].split("\n")[:3] != text.split("\n")[:3]:
        check.fault(note, f"not the log of {kept.name}, which came from outside")
    if usable(bag, check, "checkpoint.pem", ed25519_verified):
        check_signers(bag, check, note, (text, size, signatures))
        for line in signatures[:SHOWN]:
            if f" {OPERATOR_NAME}" in line:
                check_operator(bag, check, note, text, line)
    return f"{size} events, signed"


def check_signers(bag: Bag, check: Check, where: str, note: tuple[str, int, list[str]]) -> None:
    """Check that a key of the log signed a checkpoint, and was in use at its size."""
    text, size, signatures = note
    for one in reversed(bag.keys or own_key(bag, text)):
        if note_signed(bag, text, signatures, one.key) is not None:
            if one.until is not None and size > one.until:
                check.fault(where, "signed by a key that was handed over before")
            return
    check.fault(where, "not signed by the checkpoint key")


def own_key(bag: Bag, text: str) -> list[UnitKey]:
    """Return the first key of the log where its certificate is not among the anchors."""
    pem = bag.anchor("checkpoint.pem")
    public = pem_content(pem.read_bytes())[-32:] if pem else b""
    return [UnitKey((text.partition("\n")[0], LOG_KEY, public), b"")]


def check_operator(bag: Bag, check: Check, where: str, text: str, line: str) -> None:
    """Check one line of an operator: by a key that the unit named, and right."""
    known = [key for key, _at in bag.operators.values() if names(line, key)]
    if not known:
        check.fault(where, "a line by an operator whom the unit did not name")
    elif note_signed(bag, text, [line], known[0]) is None:
        check.fault(where, f"the line by {known[0][0]} is wrong")


def check_revoked(bag: Bag, check: Check) -> str:
    """Compare who signed with the keys that are revoked, by the anchors and by the bundle."""
    revoked = revocations(bag, check)
    if not revoked:
        return "no key is revoked"
    n_hand_overs = sum("seal/keys/handover-" in name for name in bag.files if name[-5:] == ".note")
    if len(bag.keys) != n_hand_overs + 1:
        check.skip("keys are revoked, but who signed could not be followed")
        return ""
    statement = bag.read("seal/statement.json")
    built, sealer = loads(statement)["built_at"][:19] + "Z", bag.keys[-1].id
    if sealer in revoked:
        path, digest = bag.anchor("statements.sha256"), hashlib.sha256(statement).hexdigest()
        known = path is not None and digest in path.read_text("ascii").split()
        doubt(check, "seal/statement.json", (sealer, built), revoked[sealer], known)
    for name, signer, made_at in bag.links:
        if signer in revoked:
            anchor = bag.anchor(name[len("seal/keys/") :])
            known = anchor is not None and anchor.read_bytes() == bag.read(name)
            if not known:
                doubt(check, name, (signer, made_at), revoked[signer], known=False)
    lines = note_parts(bag.read("seal/checkpoint.note").decode("utf-8"))[3]
    for digits in sorted(set(bag.operators) & set(revoked)):
        if any(names(line, bag.operators[digits][0]) for line in lines):
            doubt(check, "seal/checkpoint.note", (digits, built), revoked[digits], known=True)
    return f"{len(revoked)} keys are revoked; nothing here rests on what they signed since"


def revocations(bag: Bag, check: Check) -> dict[str, str]:
    """Return the revoked keys and since when, the earliest moment of each."""
    found: dict[str, str] = {}
    path, name = bag.anchor("revoked.txt"), "seal/keys/revoked.txt"
    lines = path.read_text("utf-8").splitlines() if path else []
    lines += bag.read(name).decode("utf-8").splitlines() if name in bag.files else []
    for line in lines:
        matched = REVOCATION.fullmatch(line)
        if not matched:
            check.fault("revoked.txt", "a line that is none")
            continue
        found[matched[1]] = min(matched[2], found.get(matched[1], matched[2]))
    return found


def doubt(check: Check, where: str, signed: tuple[str, str], since: str, known: bool) -> None:
    """Say that a signature is doubtful: made since the key was revoked, or perhaps later."""
    key, stated = signed
    if stated >= since:
        check.fault(where, f"doubtful: key {key} signed at {stated}, revoked since {since}")
    elif not known:
        check.skip(
            f"{where}: doubtful: nothing from outside shows that key {key} signed before {since}"
        )


def note_signed(
    bag: Bag, text: str, signatures: list[str], key: tuple[str, int, bytes]
) -> int | None:
    """Return the second that a witness gives, 0 for a log, None where the key did not sign.

    The key is its name, type and 32 bytes; lines that name another key are passed over.
    """
    moment = None
    for line in signatures[:SHOWN]:
        if names(line, key):
            signature = base64.b64decode(line.split(" ")[2], validate=True)[4:]
            moment = signed_at(bag, text, signature, key[1], key[2])
            if moment is None:
                return None
    return moment


def names(line: str, key: tuple[str, int, bytes]) -> bool:
    """Say whether a signature line names a key: by its name and by its id."""
    name, kind, public = key
    dash, _space, rest = line.partition(" ")
    signer, _space, encoded = rest.partition(" ")
    if dash != "\u2014" or signer != name:
        return False
    key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public).digest()[:4]
    return base64.b64decode(encoded, validate=True)[:4] == key_id


def signed_at(bag: Bag, text: str, signature: bytes, kind: int, public: bytes) -> int | None:
    """Ask openssl about one signature; return its second (0 for a log), None where it is wrong."""
    moment = 0
    if kind == WITNESS_KEY:
        moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        text = f"cosignature/v1\ntime {moment}\n{text}"
    with tempfile.TemporaryDirectory() as folder:
        signed, made, key = (Path(folder, name) for name in ("text", "signature", "key"))
        signed.write_bytes(text.encode("utf-8"))
        made.write_bytes(signature)
        body = SPKI + base64.b64encode(public).decode("ascii")
        pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
        key.write_bytes(pem.encode("ascii"))
        return moment if ed25519_verified(bag, made, signed, key)[0] == 0 else None


def witness_key(path: Path) -> tuple[str, int, bytes]:
    """Return name, type and bytes of the key of a witness."""
    name, key_id, encoded = path.read_text("utf-8").strip().split("+", 2)
    content = base64.b64decode(encoded, validate=True)
    whole = hashlib.sha256(name.encode("utf-8") + b"\n" + content).hexdigest()
    if len(content) != 33 or content[0] != WITNESS_KEY or whole[:8] != key_id:  # noqa: PLR2004
        raise ValueError(f"{path.name}: not the key of a witness")
    return name, WITNESS_KEY, content[1:]


def check_witness(bag: Bag, check: Check) -> str:
    """Cosignatures of outside witnesses under this checkpoint, by the keys among the anchors."""
    inside = sorted(name for name in bag.files if name.startswith("seal/witness/"))
    paths = sorted(bag.anchors.glob("witness-*.vkey")) if bag.anchors else []
    own, notes, n_right = note_parts(bag.read("seal/checkpoint.note").decode("utf-8"))[0], [], 0
    for name in inside:
        text, _size, _root, signatures = note_parts(bag.read(name).decode("utf-8"))
        notes.append(signatures)
        if text != own:
            check.fault(name, "a cosignature of another checkpoint")
    if not inside and not paths:
        return "none: no outside witness"
    if not paths:
        check.skip("no key of a witness (witness-*.vkey) among the anchors")
    elif usable(bag, check, paths[0].name, ed25519_verified):
        for path in paths:
            n_right += cosigned(bag, check, own, notes, witness_key(path))
    bag.outside = bag.outside or (n_right > 0 and not check.n_faults)
    return f"{n_right} witnesses cosigned the checkpoint"


def cosigned(
    bag: Bag, check: Check, text: str, notes: list[list[str]], key: tuple[str, int, bytes]
) -> int:
    """Count one witness: 1 where it cosigned, 0 where it did not or its signature is wrong."""
    lines = [line for signatures in notes for line in signatures if names(line, key)]
    if not lines:
        check.skip(f"no cosignature by {key[0]}, whose key is among the anchors")
        return 0
    if note_signed(bag, text, lines, key) is None:
        check.fault("seal/witness", f"the cosignature by {key[0]} is wrong")
        return 0
    return 1


def check_proofs(bag: Bag, check: Check) -> str:
    """Lead from each exhibit to the checkpoint, and from the last bundle's checkpoint to it."""
    note = bag.read("seal/checkpoint.note").decode("utf-8")
    _text, size, root, _signatures = note_parts(note)
    events, previous = recorded_events(bag)
    files = {m[1]: name for name in sorted(bag.files) if (m := PROOF.fullmatch(name))}
    exhibits = {m[1] for n in bag.files if (m := EXHIBIT.fullmatch(n))}
    for number in sorted(set(files) - (exhibits & set(events))):
        check.fault(files[number], "a proof of no exhibit of this bundle")
    for number in sorted(exhibits & set(events)):
        if number not in files:
            check.fault(number, "an exhibit without its proof")
            continue
        try:
            index, path = proof_parts(bag.read(files[number]).decode("utf-8"), PROOF_HEAD, note)
        except ValueError:
            index, path = -1, []
        place, line = events[number]
        exhibit = loads(bag.read(f"data/exhibits/{number}/exhibit.json"))
        if index != place or loads(line)["object_sha256"] != exhibit["capture_id"]:
            check.fault(files[number], "not the proof of the event that recorded the exhibit")
        elif root_of_path(hashlib.sha256(b"\x00" + line).digest(), index, size, path) != root:
            check.fault(files[number], "does not lead to the checkpoint")
    later = len(exhibits - set(events))
    said = f"; {later} were recorded behind this checkpoint" if later else ""
    return f"{len(files)} exhibits proved{said}{check_consistency(bag, check, note, previous)}"


def recorded_events(bag: Bag) -> tuple[dict[str, tuple[int, bytes]], int]:
    """Return place (from 0) and line of the event of each exhibit; the last bundle's checkpoint."""
    found: dict[str, tuple[int, bytes]] = {}
    previous = 0
    for place, line in enumerate(bag.lines("data/custody/events.jsonl")):
        if RECORDED.encode("ascii") in line or BUILT.encode("ascii") in line:
            event = loads(line)
            if event["reason"] == RECORDED:
                found.setdefault(event["exhibit"], (place, line))
            elif event["reason"] == BUILT:
                previous = int(event["details"]["checkpoint"])
    return found, previous


def proof_parts(text: str, head: str, note: str) -> tuple[int, list[bytes]]:
    """Return number and hashes of a proof that ends in this very checkpoint."""
    if head:
        first, _feed, text = text.partition("\n")
        if first != head:
            raise ValueError("not a tlog-proof")
    proof, _gap, behind = text.partition("\n\n")
    first, *lines = proof.split("\n")
    matched = re.fullmatch("(index|old) (0|[1-9][0-9]{0,15})", first)
    if not matched or (matched[1] == "index") != bool(head) or len(lines) > MOST_HASHES:
        raise ValueError("not a proof")
    if behind != note:
        raise ValueError("a proof that ends in another checkpoint")
    hashes = [base64.b64decode(line, validate=True) for line in lines]
    if any(len(one) != 32 for one in hashes):  # noqa: PLR2004 (SHA-256)
        raise ValueError("a line of a proof is no hash")
    return int(matched[2]), hashes


def root_of_path(digest: bytes, at: int, size: int, path: list[bytes]) -> bytes:
    """Return the root that a path leads to (RFC 9162, 2.1.3.2); nothing where it does not fit."""
    last = size - 1
    if not 0 <= at < size:
        return b""
    for other in path:
        if last == 0:
            return b""
        if at & 1 or at == last:
            digest = node(other, digest)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = node(digest, other)
        at, last = at >> 1, last >> 1
    return digest if last == 0 else b""


def roots_of_proof(old: int, old_root: bytes, size: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """Return the two roots that a consistency proof gives (RFC 9162, 2.1.4.2)."""
    if old == size:
        return (old_root, old_root) if not path else (b"", b"")
    if not 0 < old < size or not path:
        return b"", b""
    path = [old_root, *path] if old & (old - 1) == 0 else path
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return b"", b""
        if at & 1 or at == last:
            before, after = node(other, before), node(other, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, other)
        at, last = at >> 1, last >> 1
    return (before, after) if last == 0 else (b"", b"")


def check_consistency(bag: Bag, check: Check, note: str, due: int) -> str:
    """Check that the log goes on from the checkpoint of the bundle before this one."""
    name, earlier = "data/custody/consistency.txt", "data/custody/previous.note"
    if not due:
        for file in {name, earlier} & set(bag.files):
            check.fault(file, "there was no bundle before this one")
        return "; no earlier bundle"
    if FIRST_FORMAT in bag.read("bag-info.txt").splitlines() and earlier not in bag.files:
        return f"; format 1 holds no proof from checkpoint {due}"
    text, old, old_root, signatures = note_parts(bag.read(earlier).decode("utf-8"))
    _text, size, root, _signatures = note_parts(note)
    begin, path = proof_parts(bag.read(name).decode("utf-8"), "", note)
    if (begin, old) != (due, due) or text.partition("\n")[0] != note.partition("\n")[0]:
        check.fault(earlier, f"not the checkpoint {due} of the bundle before this one")
    if roots_of_proof(old, old_root, size, path) != (old_root, root):
        check.fault(name, "the log does not go on from the bundle before this one")
    kept = bag.anchor(f"checkpoint-{old}.note")
    if kept and note_parts(kept.read_text("utf-8"))[0].split("\n")[:3] != text.split("\n")[:3]:
        check.fault(earlier, f"not the log of {kept.name}, which came from outside")
    bag.outside = bag.outside or (kept is not None and not check.n_faults)
    if usable(bag, check, "checkpoint.pem", ed25519_verified):
        check_signers(bag, check, earlier, (text, old, signatures))
    return f"; the log goes on from checkpoint {old}"


def check_stamps(bag: Bag, check: Check) -> str:
    """Time stamps of the checkpoint, where there are any, each with its request."""
    inside = sorted(n for n in bag.files if n.startswith("seal/stamps/"))
    stamps = [name for name in inside if name.endswith(".tsr")]
    for name in inside:
        one_der_value(bag, check, name)
        whole = f"{name.rpartition('/')[0]}/stamp.tsr" if STAMP_FILE.fullmatch(name) else name
        if name.endswith(".tsq") and f"{name[:-1]}r" not in stamps:
            check.fault(name, "a request without its stamp")
        elif whole != name and whole not in stamps:
            check.fault(name, "belongs to no stamp")
    for name in stamps:
        named = f"tsa-{authority_of(name)}.pem"
        anchor = named if bag.anchor(named) else "tsa.pem"
        if usable(bag, check, anchor, stamp_verified):
            try:
                check_stamp(bag, check, name, bag.anchor(anchor) or Path())
            except UNREADABLE as error:
                check.fault(name, f"no time stamp response: {ascii(str(error))[:100]}")
    absent = absent_authorities(bag, stamps)
    if not stamps:
        return f"none; time: own clock only{absent}"
    last = min(bag.stamped, default=None)
    said = f"{len(stamps)} stamps: not after {shown_time(last) if last else 'own clock only'}"
    return said + (f"; revocation not known for {bag.n_unlisted}: the certificates name no list"
                   if bag.n_unlisted else "") + absent  # fmt: skip


def absent_authorities(bag: Bag, stamps: list[str]) -> str:
    """Name the authorities whose roots came from outside and that stamped nothing here."""
    here = {authority_of(name) for name in stamps}
    roots = [path.name[4:-4] for path in bag.anchors.glob("tsa-*.pem")] if bag.anchors else []
    absent = sorted(one for one in roots if re.fullmatch("[A-Za-z0-9_-]+", one) and one not in here)
    return "".join(f"; no stamp by {one}, whose roots are among the anchors" for one in absent)


def authority_of(name: str) -> str:
    """Return the name of the authority of a stamp: its folder, or that of a single file."""
    parts = name.split("/")
    return parts[2] if STAMP_FILE.fullmatch(name) else parts[-1][:-4]


def check_stamp(bag: Bag, check: Check, name: str, roots: Path) -> None:
    """One stamp: of this checkpoint, an answer to its request, valid then and not revoked.

    Where its certificates name no revocation list and none is beside it, the last is not said.
    """
    with tempfile.TemporaryDirectory() as folder:
        between, texts = Path(folder, "between"), Path(folder, "texts")
        token = stated_token(bag, name, Path(folder, "token"))
        stated = openssl(bag, "ts", "-reply", "-in", str(token), "-token_in", "-text")[1]
        moment, error = stated_time(stated), stated_accuracy(stated)
        write_between(bag, name, token, roots, (between, texts))
        second = str(int(moment.timestamp()))
        request = f"{name[:-1]}q"
        pairs = [("-data", "seal/checkpoint.note"), ("-queryfile", request)]
        for option, what in (pair for pair in pairs if pair[1] in bag.files):
            code, said = stamp_verified(bag, bag.path(name), bag.path(what), roots, between,
                                        (option, second))  # fmt: skip
            if code:
                check.fault(name, f"no valid stamp of the checkpoint: {verify_error(said)}")
                return
        if check_revocation(bag, check, name, (roots, between, texts, moment)):
            bag.outside = True
            bag.stamped.append(whole_seconds(moment) + error)


def stamp_verified(
    bag: Bag, stamp: Path, content: Path, roots: Path, between: Path | None,
    asked: tuple[str, ...],
) -> tuple[int, str]:  # fmt: skip
    """Ask openssl whether a stamp holds at a given time, not by the clock of this machine.

    ``asked`` is ``-data`` or ``-queryfile``, the second (POSIX), and further options.
    """
    option, second, *more = asked
    return openssl(
        bag, "ts", "-verify", option, str(content), "-in", str(stamp), "-CAfile", str(roots),
        "-untrusted", str(between or roots), "-partial_chain", "-attime", second, *more,
    )  # fmt: skip


def stated_token(bag: Bag, name: str, token: Path) -> Path:
    """Cut the token out of a response: its status is signed by nobody and may say anything."""
    openssl(bag, "ts", "-reply", "-in", str(bag.path(name)), "-token_out", "-out", str(token))
    if not token.is_file():
        raise ValueError(f"{name}: no time stamp response")
    return token


def stated_time(text: str) -> datetime:
    """Return the time that openssl shows for a stamp or revocation list."""
    found = SHOWN_TIME.search(text)
    if not found:
        raise ValueError("openssl shows no time of a stamp")
    month, day, clock, fraction, year = found.groups()
    number = MONTHS.index(month) + 1
    moment = instant(f"{year}-{number:02d}-{int(day):02d}T{clock}Z")
    return moment + timedelta(microseconds=int((fraction or ".")[1:7].ljust(6, "0")))


def stated_accuracy(text: str) -> timedelta:
    """Return the error that a stamp states, in whole seconds (0 where it states none)."""
    found = ACCURACY.search(text)
    units = re.findall(r"(0x[0-9A-F]{1,8}) (seconds|millis|micros)", found[1] if found else "")
    size = {"seconds": 10**6, "millis": 10**3, "micros": 1}
    total = sum(int(number, 16) * size[unit] for number, unit in units)
    return timedelta(seconds=-(-total // 10**6))


def whole_seconds(moment: datetime) -> datetime:
    """Return the next whole second."""
    return moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)


def shown_time(moment: datetime) -> str:
    """Return a moment in UTC, in whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def verify_error(said: str) -> str:
    """Return why openssl refused a stamp, in its own words."""
    found = re.search(r"Verify error:([ -~]+)", said) or re.search(r"routines:\w*:([ -~]+?):", said)
    return found[1][:160] if found else "no reason given"


def write_between(bag: Bag, name: str, token: Path, roots: Path, out: tuple[Path, Path]) -> None:
    """Write the certificates that may link the stamp to an anchor, and how they read."""
    between, texts = out
    _code, printed = openssl(bag, "pkcs7", "-inform", "DER", "-in", str(token), "-print_certs")
    shown = openssl(bag, "pkcs7", "-inform", "DER", "-in", str(token), "-print_certs", "-text")[1]
    folder = name.rpartition("/")[0]
    for file in sorted(bag.files) if STAMP_FILE.fullmatch(name) else ():
        if file.startswith(f"{folder}/chain-"):
            words = ("x509", "-inform", "DER", "-in", str(bag.path(file)))
            printed += openssl(bag, *words)[1]
            shown += openssl(bag, *words, "-noout", "-text")[1]
    between.write_text(roots.read_text("utf-8") + "\n" + printed, "utf-8")
    texts.write_text(shown, "utf-8")


def check_revocation(
    bag: Bag, check: Check, name: str, known: tuple[Path, Path, Path, datetime]
) -> bool:
    """Compare the chain with the revocation lists beside the stamp, at its time or theirs.

    Every link must be covered; where the certificates name no source nothing is due, and
    nothing is known: such stamps are counted.
    Returns False where a certificate was revoked.
    """
    roots, between, texts, moment = known
    folder = f"{name.rpartition('/')[0]}/revocation-"
    lists = [n for n in sorted(bag.files) if n.startswith(folder) and n.endswith(".crl")]
    if not lists:
        if SOURCES.search(texts.read_text("utf-8")):
            check.skip(f"{name}: whether a certificate was revoked: no revocation list is here")
        else:
            bag.n_unlisted += 1
        return True
    store = between.with_name("store")
    content, latest = roots.read_text("utf-8"), moment
    for file in lists:
        words = ("crl", "-inform", "DER", "-in", str(bag.path(file)))
        content += "\n" + "".join(LIST.findall(openssl(bag, *words)[1]))
        try:
            latest = max(latest, stated_time(openssl(bag, *words, "-noout", "-lastupdate")[1]))
        except ValueError:
            check.fault(file, "no revocation list")
            return False
    store.write_text(content, "utf-8")
    second = str(int(latest.timestamp()))
    note, asked = bag.path("seal/checkpoint.note"), ("-data", second, "-crl_check_all")
    code, said = stamp_verified(bag, bag.path(name), note, store, between, asked)
    if "certificate revoked" in said:
        check.fault(name, "a certificate of its chain was revoked")
        return False
    if code:
        check.skip(f"{name}: whether a certificate was revoked: {verify_error(said)}")
    return True


def check_verifiers(bag: Bag, check: Check) -> str:
    """Check that the verifiers in the bundle have their published digests."""
    path = bag.anchor("verifiers.sha256")
    if path is None:
        check.skip("no published digests (verifiers.sha256) among the anchors")
        return ""
    published: dict[str, set[str]] = {}
    for line in path.read_text("ascii").splitlines():
        digest, _gap, name = line.partition("  ")
        published.setdefault(name, set()).add(digest)
    for name in sorted({"verify.sh", "verify.py"} | set(published)):
        if name in bag.files and bag.files[name][0] not in published.get(name, set()):
            what = "verifier" if name.startswith("verify.") else "page"
            check.fault(name, f"not the published {what}")
    return "verify.sh and verify.py are the published ones"


# ---------------------------------------------------------------- layer B


def canonical(value: Any) -> bytes:
    """Return canonical JSON (RFC 8785; records hold no floating-point numbers)."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    content = compact.encode("utf-8")
    if BEYOND_BMP.search(content) or not isinstance(value, dict):
        compact = json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":"))
        content = compact.encode("utf-8")
    return content


def ordered(value: Any) -> Any:
    """Sort the keys of every object by UTF-16 code units."""
    if isinstance(value, dict):
        return {k: ordered(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    if isinstance(value, list):
        return [ordered(item) for item in value]
    if isinstance(value, float):
        raise ValueError("a floating-point number")  # noqa: TRY004 (an unreadable input)
    return value


def instant(text: str) -> datetime:
    """Return the moment that ISO 8601 text names (Python 3.9 does not read a Z)."""
    return datetime.fromisoformat(re.sub("Z$", "+00:00", text))


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def folded(subtrees: list[tuple[int, bytes]]) -> bytes:
    """Return the root over complete subtrees, largest first."""
    root = subtrees[-1][1]
    for _size, digest in reversed(subtrees[:-1]):
        root = node(digest, root)
    return root


def join(subtrees: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Put one more leaf behind complete subtrees."""
    size, digest = 1, leaf
    while subtrees and subtrees[-1][0] == size:
        digest, size = node(subtrees.pop()[1], digest), size * 2
    subtrees.append((size, digest))


class Logged:
    """What the log says was collected: archives by name, files, digests, what is gone."""

    def __init__(self) -> None:
        self.archives: dict[str, str] = {}
        self.tombstones: set[str] = set()
        self.files: set[tuple[str, str]] = set()
        self.objects: set[str] = set()
        self.rates: set[str] = set()
        self.destroyed: set[str] = set()

    def take(self, check: Check, line: bytes) -> None:
        """Read one event: the first that names an archive counts, until part of it is gone."""
        objects = {digest.decode("ascii") for digest in OBJECT.findall(line)[-1:]}
        self.objects |= objects
        self.rates |= objects if RATES_REASON in line else set()
        if not line.startswith(COLLECTED):
            return
        event = loads(line)
        name, digest = event["exhibit"], event["object_sha256"]
        if event["action"] == "collection":
            self.files.add((name, digest))
            archive = digest and name.endswith(".warc.gz")
            if archive and self.archives.setdefault(name, digest) != digest:
                check.fault(name, "another digest than when it was closed")
            return
        self.destroyed.add(digest)
        if digest and name in self.archives:
            self.archives[name] = digest
            self.tombstones.add(name)


def check_collected(bag: Bag, check: Check) -> str:
    """Every file whose digest the log names is it: archives, descriptors, rates, chain data."""
    log = Logged()
    for line in bag.lines(LOG):
        log.take(check, line)
    captured, late = names_of_archives(bag), destroyed_later(bag, log.destroyed)
    n_right = n_open = 0
    for path in sorted(bag.files):
        name, digest = path.rpartition("/")[2], bag.files[path][0]
        if not digest or not path.startswith((ARCHIVES, ORIGIN, RATES, CHAIN)):
            continue  # in no manifest: said already
        if path.startswith(ARCHIVES) and name not in log.archives:
            n_open += 1
            if name not in captured:
                check.fault(path, "no event of the log and no capture names it")
        elif is_logged(log, path, digest):
            n_right += 1
        elif late and path.startswith(ARCHIVES):
            check.skip(f"{path}: not as the log says; a record in it was disposed of later")
        else:
            check.fault(path, "not a file that the log names with this digest")
    check_rates(bag, check, log.rates)
    n_buried = sum(ARCHIVES + name in bag.files for name in log.tombstones)
    buried = f", {n_buried} with tombstones" if n_buried else ""
    still = f"; {n_open} it does not name: still open then, or withheld" if n_open else ""
    return f"{n_right} files are those of the log{buried}{still}"


def is_logged(log: Logged, path: str, digest: str) -> bool:
    """Say whether the log names a file with its digest."""
    name = path.rpartition("/")[2]
    if path.startswith(ARCHIVES):
        return log.archives[name] == digest
    if path.startswith(ORIGIN):
        return (path[len(ORIGIN) :], digest) in log.files
    return digest in log.objects and name.partition(".")[0] == digest[:32]


def names_of_archives(bag: Bag) -> set[str]:
    """Return the names of WARC files in which a record of a capture says that it lies."""
    name, found = "data/crawl/capture.jsonl", set()
    for line in bag.lines(name) if name in bag.files else ():
        found |= set(re.findall(rb'"warc_name":"([A-Za-z0-9._-]+)"', line))
    return {one.decode("ascii") for one in found}


def destroyed_later(bag: Bag, destroyed: set[str]) -> bool:
    """Say whether a record is gone of whose disposal this log knows nothing yet."""
    name = "data/custody/disposed.txt"
    lines = bag.lines(name) if name in bag.files else ()
    return any(line.decode("ascii").partition(" ")[0] not in destroyed for line in lines)


def check_rates(bag: Bag, check: Check, logged: set[str]) -> None:
    """Where a rate file of the log is not here, no price may have been converted by it."""
    here = [name for name in sorted(bag.files) if name.startswith(RATES)]
    prices = "data/extraction/unit_price.jsonl"
    if prices not in bag.files or not logged - {bag.files[name][0] for name in here}:
        return
    days: set[bytes] = set()
    for line in bag.lines(prices):
        days |= set(re.findall(rb'"rate_on":"([0-9-]{10})"', line))
    known = b"\n".join(bag.read(name) for name in here)
    for day in sorted(days):
        if day not in known:
            check.fault(prices, f"rests on rates of {day.decode('ascii')}, which are not here")


def withheld_event(
    check: Check, event: dict[str, Any], exact: bool, n: int
) -> tuple[dict[str, Any], bytes, str]:
    """Return what stands for an event that a disclosed copy leaves out: its leaf and digest."""
    if not exact or set(event) != {"id", "leaf", "sha256", "withheld"} or event["id"] != n:
        check.fault(f"event {n}", "not in canonical form, or out of number")
    empty = {"id": n, "action": "withheld", "object_sha256": "", "exhibit": "", "reason": "",
             "details": {}, "at": "", "leaf": event["leaf"]}  # fmt: skip
    return empty, bytes.fromhex(event["leaf"]), event["sha256"]


def check_custody(bag: Bag, check: Check) -> str:
    """Every event follows from the one before it; the root is the checkpoint's."""
    previous, last, subtrees = ZERO, None, []  # type: ignore[var-annotated] # filled below
    for n, line in enumerate(bag.lines("data/custody/events.jsonl"), 1):
        event, exact = read_canonical(line)
        where = f"event {n}"
        if "withheld" in event:
            event, leaf, previous = withheld_event(check, event, exact, n)
            join(subtrees, leaf)
            bag.events.append(event)
            bag.roots[n] = folded(subtrees)
            continue
        moment = instant(event["at"])
        if not exact or event["id"] != n:
            check.fault(where, "not in canonical form, or out of number")
        if event["previous_sha256"] != previous:
            check.fault(where, "does not follow from the event before it")
        if last is not None and moment < last:
            check.fault(where, "earlier than the event before it")
        previous, last = hashlib.sha256(line).hexdigest(), moment
        join(subtrees, hashlib.sha256(b"\x00" + line).digest())
        bag.events.append(event)
        bag.roots[n] = folded(subtrees)
    _text, size, root, _lines = note_parts(bag.read("seal/checkpoint.note").decode("utf-8"))
    if size != len(bag.events) or root != bag.roots.get(size, EMPTY_ROOT):
        check.fault("data/custody/events.jsonl", "not the log of the checkpoint")
    built = [event["object_sha256"] for event in bag.events if event["reason"] == BUILT]
    due = {"Vestigo-Checkpoint": str(size),
           "Vestigo-Previous-Bundle-SHA256": built[-1] if built else "none"}  # fmt: skip
    for label, value in due.items():
        if bag_info(bag).get(label) != value:
            check.fault("bag-info.txt", f"its {label} is not what the log says")
    return f"{len(bag.events)} events, chain and root"


def check_history(bag: Bag, check: Check) -> str:
    """Checkpoints that were handed over earlier agree with this log."""
    compared = later = 0
    own = note_parts(bag.read("seal/checkpoint.note").decode("utf-8"))[0].split("\n")[0]
    notes = sorted(bag.anchors.glob("checkpoint-*.note")) if bag.anchors else []
    for path in notes:
        text, size, root, _signatures = note_parts(path.read_text("utf-8"))
        if text.split("\n")[0] != own or size > len(bag.events):
            later += text.split("\n")[0] == own
            continue
        compared += 1
        if size and bag.roots.get(size) != root:
            check.fault(f"event {size}", f"the log was rewritten: {path.name} has another root")
    for name in sorted(n for n in bag.files if n.startswith("seal/keys/") and n.endswith(".note")):
        lines = bag.read(name).decode("utf-8").split("\n")
        root = base64.b64decode(lines[3], validate=True)
        if bag.roots.get(int(lines[2]), root) != root:
            check.fault(name, f"the log was rewritten: another root at event {lines[2]}")
    bag.outside = bag.outside or compared > 0
    newer = f"; {later} from outside are newer than this bundle" if later else ""
    return f"{compared} checkpoints from outside agree{newer}"


def check_time(bag: Bag, check: Check) -> str:
    """Show between which moments the log came about: blocks that stand in it, and stamps."""
    begin, last = None, min(bag.stamped, default=None)
    text = "not before: own clock only"
    for event in bag.events:
        if "not_before_header" not in event["details"]:
            continue
        where, details = f"event {event['id']}", event["details"]
        header = bytes.fromhex(details["not_before_header"])
        if len(header) != 80 or twice(header)[::-1].hex() != details["not_before_block"]:  # noqa: PLR2004
            check.fault(where, "its header has another block hash")
        elif not has_work(header, details["not_before_network"]):
            check.fault(where, "the header of its block shows no proof of work")
        elif begin is None:
            time = int.from_bytes(header[68:72], "little") - BLOCK_AHEAD
            begin = datetime.fromtimestamp(time, timezone.utc)  # noqa: UP017 (Python 3.9)
            text = f"not before {shown_time(begin)} (block {details['not_before_block']}, {where})"
    if begin is not None and last is not None and last < begin:
        check.fault("seal/stamps", "earlier than a block that stands in the log")
    return f"{text}; not after {shown_time(last)}" if last else f"{text}; not after: own clock only"


def has_work(header: bytes, network: str) -> bool:
    """Say whether a header reaches its own difficulty, and that of its network at its time."""
    exponent, mantissa = header[75], int.from_bytes(header[72:75], "little")
    time, limit = int.from_bytes(header[68:72], "little"), POW_LIMITS[network]
    for since, difficulty in FLOORS if network == "mainnet" else ():
        limit = min(limit, POW_LIMITS["mainnet"] // difficulty) if time >= since else limit
    if mantissa >> 23 or exponent > 32:  # noqa: PLR2004 (a hash has 32 bytes)
        return False
    shift = 8 * (exponent - 3)
    target = mantissa << shift if shift >= 0 else mantissa >> -shift
    return int.from_bytes(twice(header), "little") <= target <= limit


def check_records(bag: Bag, check: Check) -> str:
    """Every record has the id of its content; the ledger of ids is the one in the log."""
    chain, heads = ZERO, {0: ZERO}
    for n, line in enumerate(bag.lines("data/custody/records.txt"), 1):
        record_id, kind, salt = [*line.decode("ascii").split(" "), "", ""][:3]
        link = committed(record_id, salt)
        if record_id.startswith(WITHHELD):
            link = record_id[len(WITHHELD) :]
            bag.withheld[link] = kind
        else:
            bag.records[record_id] = kind
        chain = hashlib.sha256(f"{chain}\n{link}".encode("ascii")).hexdigest()
        heads[n] = chain
    counted = 0
    for event in bag.events:
        if event["reason"] == HEAD_REASON:
            counted = int(event["details"]["n_entries"])
            if heads.get(counted) != event["object_sha256"]:
                check.fault(f"event {event['id']}", f"another record ledger at entry {counted}")
    if counted != len(heads) - 1 or len(bag.records) + len(bag.withheld) != len(heads) - 1:
        check.fault("data/custody/records.txt", "ids twice, or ids that the log does not count")
    gone = disposed_of(bag, check)
    found = set(gone)
    for name in sorted(bag.files):
        parts = name.split("/")
        holds_records = parts[0] == "data" and parts[1] in RECORD_FOLDERS and len(parts) == DEPTH
        if holds_records and name.endswith(".jsonl") and parts[2] not in NOT_RECORDS:
            found |= read_records(bag, check, name, parts[2][:-6])
    for record_id in sorted(set(bag.records) - found):
        check.fault(record_id, "in the record ledger, but not in the bundle")
    check_sources(bag, check)
    check_not_included(bag, check)
    return f"{len(bag.records)} records, {len(gone)} disposed of by order"


def committed(record_id: str, salt: str = "") -> str:
    """Return what stands in the chain for a record: its id, salted where there is a salt."""
    if not salt:
        return record_id
    if not re.fullmatch("[0-9a-f]{64}", salt):
        raise ValueError("a salt that is none")
    return hmac.new(salt.encode("ascii"), record_id.encode("ascii"), hashlib.sha256).hexdigest()


def disposed_of(bag: Bag, check: Check) -> set[str]:
    """Return the ids of records destroyed by order; the log must name the act."""
    logged = {event["object_sha256"] for event in bag.events if event["action"] == "disposal"}
    gone: set[str] = set()
    for line in bag.lines("data/custody/disposed.txt"):
        record_id = line.decode("ascii").partition(" ")[0]
        if record_id not in bag.records or record_id in gone:
            check.fault(record_id, "disposed of, but not in the record ledger, or named twice")
        elif record_id not in logged:
            check.skip(f"{record_id}: said to be disposed of by order; this log has no such event")
        gone.add(record_id)
    bag.gone = gone
    return gone


def check_sources(bag: Bag, check: Check) -> None:
    """Compare what records rest on and quote, and their authority, with what is here."""
    captures = {key: body.get("capture_id", "") for key, body in bag.capture_records.items()}
    known = set(bag.records) | set(bag.captures)
    known |= {row[key] for kind, key in (("block", "block_hash"), ("transaction", "txid"))
              for row in bag.bodies.get(kind, [])}  # fmt: skip
    for where, sources, quoted in bag.cited:
        for source in sources:
            if source not in known:
                check.fault(where, f"rests on {source}, which is not in the bundle")
        for capture_id in sorted(quoted - set(sources) - {captures.get(s, "") for s in sources}):
            check.fault(where, f"quotes {capture_id}, on which it does not say that it rests")
    for capture_id, body in sorted(bag.captures.items()):
        authority = body["authorization_id"]
        if authority and bag.records.get(authority) != "authorization":
            check.fault(capture_id, "its authorization is not in the bundle")


def check_not_included(bag: Bag, check: Check) -> None:
    """Make the index of what was collected but is not here again from the log."""
    name = "data/crawl/not-included.jsonl"
    inside = {first for file, (first, _second) in bag.files.items()
              if file.startswith("data/") and file != name}  # fmt: skip
    inside |= {"", *bag.records}
    kept = ("at", "action", "object_sha256", "exhibit", "reason")
    due = [
        {"event": event["id"], **{key: event[key] for key in kept}}
        for event in bag.events
        if event["action"] in COLLECTING and event["object_sha256"] not in inside
    ]
    if [loads(line) for line in bag.lines(name)] != due:
        check.fault(name, "not what follows from the log")


def read_records(bag: Bag, check: Check, name: str, kind: str) -> set[str]:
    """Read one file of records; keep what later checks need; return the ids."""
    ids: set[str] = set()
    for n, line in enumerate(bag.lines(name), 1):
        where, record_id = f"{name} line {n}", hashlib.sha256(line).hexdigest()
        body, exact = read_canonical(line)
        if not exact or body["kind"] != kind:
            check.fault(where, "not in canonical form, or in the wrong file")
        if bag.records.get(record_id) != kind or record_id in ids:
            check.fault(where, "its content is not that of a record in the ledger")
        ids.add(record_id)
        if kind == "capture":
            if body["capture_id"] in bag.captures:
                check.fault(where, "a second record of the same capture")
            bag.captures[body["capture_id"]] = bag.capture_records[record_id] = body
        elif kind in KEPT_KINDS:
            bag.bodies.setdefault(kind, []).append({**body, "record_id": record_id})
        elif kind == "retraction":
            bag.retracted.add(body["retracts"])
        quoted = collect_spans(bag, where, body) if b'"ranges":' in line else set()
        if "sources" in body:
            bag.cited.append((where, body["sources"], quoted))
    return ids


def collect_spans(bag: Bag, where: str, value: Any) -> set[str]:
    """Keep every span that stands anywhere in a record; return the captures they quote."""
    found: set[str] = set()
    if isinstance(value, list):
        for item in value:
            found |= collect_spans(bag, where, item)
    elif isinstance(value, dict):
        if "capture_id" not in value or "ranges" not in value:
            return collect_spans(bag, where, list(value.values()))
        found.add(value["capture_id"])
        for piece in value["ranges"]:
            quoted = piece["quoted"].encode("utf-8")
            if piece["encoding"] == "base64":
                quoted = base64.b64decode(quoted, validate=True)
            row = (where, int(piece["start"]), int(piece["end"]), quoted)
            bag.spans.setdefault(value["capture_id"], []).append(row)
    return found


def gzip_members(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield offset and content of each gzip member of a file."""
    with path.open("rb") as handle:
        offset, rest = 0, b""
        while rest or (rest := handle.read(1 << 20)):
            member, pieces, taken, made = zlib.decompressobj(31), [], 0, 0
            while not member.eof:
                block = rest or handle.read(1 << 20)
                if not block:
                    raise ValueError(f"{path.name}: the record at {offset} is cut")
                rest = b""
                piece = member.decompress(block, LARGEST_RECORD - made)
                made += len(piece)
                if made >= LARGEST_RECORD:
                    raise ValueError(f"{path.name}: the record at {offset} is too large")
                pieces.append(piece)
                taken += len(block) - len(member.unused_data)
            rest = member.unused_data
            yield offset, b"".join(pieces)
            offset += taken


class WarcRecord:
    """One WARC record taken apart: its digests and, of a response, what its body is.

    The bytes themselves are let go.
    """

    def __init__(self, bag: Bag, due: dict[str, dict[str, Any]], where: str, record: bytes) -> None:
        end = record.find(b"\r\n\r\n")
        head = record[: end + 4] if end >= 0 else record
        self.fields = warc_fields(head[:-4] if end >= 0 else head)
        length = whole_number(self.fields["content-length"])
        if not re.fullmatch("[0-9]+", self.fields["content-length"]):
            raise ValueError(f"{where}: a length that is none")
        block = record[len(head) : len(head) + length]
        digest = "sha256:" + hashlib.sha256(block).hexdigest()
        whole = record[len(head) + length :] == b"\r\n\r\n"
        self.sound = whole and self.fields.get("warc-block-digest", "") == digest
        self.capture_id, self.status, self.unread = "", "", ""
        self.body_sha256, self.n_body_bytes = "", 0
        self.misquoted: list[tuple[str, int, int]] = []
        if self.fields["warc-type"] == "response":
            self.take_response(bag, due.get, head, block)

    def take_response(
        self, bag: Bag, due: Callable[[str], dict[str, Any] | None], head: bytes, block: bytes
    ) -> None:
        """Compute the id of a response and, where a capture waits for it, what it says."""
        both = hashlib.sha256(head)
        both.update(block)
        self.capture_id = both.hexdigest()
        capture = due(self.capture_id)
        if capture is not None:
            self.status = split_head(block)[0].decode("ascii")
            body, self.unread = decoded_body(block, capture["request_method"])
            self.body_sha256 = "" if self.unread else hashlib.sha256(body).hexdigest()
            self.n_body_bytes = len(body)
            for where, start, end, quoted in bag.spans.get(self.capture_id, []):
                if not 0 <= start <= end <= len(body) or body[start:end] != quoted:
                    self.misquoted.append((where, start, end))


Taken = tuple[list[tuple[int, WarcRecord]], "BaseException | None"]


def batches(
    members: Iterator[tuple[int, bytes]],
) -> Iterator[tuple[list[tuple[int, bytes]], BaseException | None]]:
    """Yield members some at a time, and with the last of them why there are no more."""
    some: list[tuple[int, bytes]] = []
    size = 0
    try:
        for member in members:
            some.append(member)
            size += len(member[1])
            if size >= BATCH:
                yield some, None
                some, size = [], 0
    except UNREADABLE as error:
        yield some, error
    else:
        yield some, None


def taken_apart(
    bag: Bag, due: dict[str, dict[str, Any]], name: str, some: list[tuple[int, bytes]]
) -> Taken:
    """Take members apart; with the last of them why the next one cannot be."""
    found: list[tuple[int, WarcRecord]] = []
    try:
        for offset, record in some:
            found.append((offset, WarcRecord(bag, due, f"{name} at {offset}", record)))
    except UNREADABLE as error:
        return found, error
    return found, None


def read_ahead(
    bag: Bag, name: str, due: dict[str, dict[str, Any]]
) -> Iterator[tuple[int, WarcRecord]]:
    """Yield offset and record of each member of a file.

    Some are taken apart by a worker while the next ones are read; what stands before a
    fault is given all the same.
    """
    waiting: deque[Future[Taken]] = deque()

    def ready(most: int) -> Iterator[tuple[int, WarcRecord]]:
        while len(waiting) > most:
            found, fault = waiting.popleft().result()
            yield from found
            if fault is not None:
                raise fault

    done = 0
    with ThreadPoolExecutor(1) as worker:
        for some, fault in batches(gzip_members(bag.root / name)):
            waiting.append(worker.submit(taken_apart, bag, due, name, some))
            large = sum(len(record) for _offset, record in some) > LARGE
            yield from ready(0 if large or fault is not None else 1)
            if some:
                bag.on_bytes(some[-1][0] - done)
                done = some[-1][0]
            if fault is not None:
                raise fault
        yield from ready(0)


def check_captures(bag: Bag, check: Check) -> str:
    """WARC digests, capture ids and decoded bodies; the bodies are cut for the spans."""
    spans, n_records = Check(bag, "spans"), 0
    waiting = dict(bag.captures)
    for name in sorted(bag.files):
        if not name.startswith("data/captures/"):
            continue
        for offset, record in read_ahead(bag, name, waiting):
            n_records += 1
            if not record.sound:
                check.fault(f"{name} at {offset}",
                            "the WARC record is cut or its block digest differs")  # fmt: skip
            capture = waiting.pop(record.capture_id, None)
            if capture is not None:
                check_capture(bag, check, spans, capture, (name[14:], offset), record)
    for capture_id, capture in sorted(waiting.items()):
        check.fault(capture_id, f"no such response in {capture['warc_name']}")
    n_spans = sum(len(rows) for rows in bag.spans.values())
    for capture_id in sorted(set(bag.spans) - set(bag.captures)):
        spans.fault(bag.spans[capture_id][0][0], f"quotes {capture_id}, which is not a capture")
    spans.end(f"{n_spans} quoted pieces, cut again and equal byte for byte")
    return f"{len(bag.captures)} captures in {n_records} WARC records"


def warc_fields(head: bytes) -> dict[str, str]:
    """Return the named fields of a WARC record by lower-case name."""
    lines = head.decode("utf-8").split("\r\n")
    if lines[0] != "WARC/1.1":
        raise ValueError("not a WARC 1.1 record")
    fields: dict[str, str] = {}
    for line in lines[1:]:
        name, _colon, value = line.partition(":")
        if name.lower() in fields and name.lower() != "warc-concurrent-to":
            raise ValueError("a WARC record names a field twice")
        fields[name.lower()] = value.strip()
    return fields


def check_capture(
    bag: Bag, check: Check, spans: Check, capture: dict[str, Any], place: tuple[str, int],
    record: WarcRecord,
) -> None:  # fmt: skip
    """One response: where it lies, its decoded body, and every piece quoted from it."""
    capture_id, fields = capture["capture_id"], record.fields
    placed = (*place, fields["warc-target-uri"], fields["warc-date"])
    wanted = tuple(capture[k] for k in ("warc_name", "warc_offset", "uri", "observed_at"))
    if placed != wanted:
        check.fault(capture_id, "name, place, address or time is not that of the WARC record")
    if str(capture["status"] or "") != record.status:
        check.fault(capture_id, "the archived answer has another status")
    if record.unread:
        check.skip(f"{capture_id}: {record.unread} cannot be decoded with the standard library")
        if bag.spans.get(capture_id):
            spans.skip(f"{capture_id}: its body cannot be decoded here")
        return
    if record.body_sha256 != capture["content_sha256"]:
        check.fault(capture_id, "the decoded body has another digest")
    if record.n_body_bytes != capture["n_body_bytes"]:
        check.fault(capture_id, "the decoded body has another length")
    for where, start, end in record.misquoted:
        spans.fault(where, f"bytes {start} to {end} of {capture_id} are not those quoted")


def decoded_body(wire: bytes, method: str) -> tuple[bytes, str]:
    """Undo transfer- and content-coding; name a coding that cannot be undone here."""
    status, headers, content = split_head(wire)
    if not status:
        return b"", ""
    if method == "HEAD" or status in (b"204", b"304"):
        return b"", ""
    coding = b",".join(v for k, v in headers if k == b"transfer-encoding").strip().lower()
    lengths = {v.strip() for k, v in headers if k == b"content-length"}
    if coding == b"chunked":
        content = dechunked(content)
    elif not coding and len(lengths) == 1:
        length = lengths.pop()
        content = content[: int(length)] if length.isdigit() and len(length) <= 18 else content  # noqa: PLR2004
    names = [
        n.strip().lower() for k, v in headers if k == b"content-encoding" for n in v.split(b",")
    ]
    names = [n for n in names if n not in (b"", b"identity")]
    for name in reversed(names if len(names) <= MOST_CODINGS else []):
        if name not in (b"gzip", b"x-gzip", b"deflate"):
            return content, ascii(name.decode("latin-1"))[:40] if content else ""
        content = inflated(content, name) if content else content
    return content, ""


def split_head(wire: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers (lower-case names) and the rest of the final response."""
    while True:
        matched = re.match(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\n]*?)?\r?\n", wire)
        if not matched:
            return b"", [], b""
        end = re.compile(rb"^\r?\n", re.MULTILINE).search(wire, matched.end())
        lines = wire[matched.end() : end.start() if end else len(wire)].split(b"\n")
        headers: list[tuple[bytes, bytes]] = []
        for line in lines:
            if line[:1] in (b" ", b"\t") and headers:
                headers[-1] = (headers[-1][0], headers[-1][1] + b" " + line.strip(b" \t\r"))
            elif re.match(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:", line):
                name, _colon, value = line.partition(b":")
                headers.append((name.lower(), value.strip(b" \t\r")))
        wire = wire[end.end() :] if end else b""
        if not matched[1].startswith(b"1") or matched[1] == b"101":
            return matched[1], headers, wire


def dechunked(wire: bytes) -> bytes:
    """Join the chunks of a body; what is cut gives what is there."""
    pieces, position = [], 0
    pattern = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
    matched = pattern.match(wire)
    while matched and int(matched[1], 16):
        position = matched.end() + int(matched[1], 16)
        pieces.append(wire[matched.end() : position])
        line_end = re.compile(rb"\r?\n").match(wire, position)
        matched = pattern.match(wire, line_end.end()) if line_end else None
    return b"".join(pieces)


def inflated(content: bytes, name: bytes) -> bytes:
    """Undo gzip or deflate; what is cut or followed by junk gives what can be read."""
    window = 31
    if name == b"deflate":
        zlib_head = content[0] & 15 == 8 and int.from_bytes(content[:2], "big") % 31 == 0  # noqa: PLR2004
        window = 15 if zlib_head else -15
    pieces, room = [], LARGEST_BODY
    while content and room > 0:
        member = zlib.decompressobj(window)
        try:
            piece = member.decompress(content, room)
        except zlib.error:
            break
        pieces.append(piece)
        room -= len(piece)
        content = member.unused_data if member.eof and window == 31 else b""  # noqa: PLR2004
        if not content.startswith(b"\x1f\x8b"):
            break
    return b"".join(pieces)


def twice(content: bytes) -> bytes:
    """Return the double SHA-256 that Bitcoin uses."""
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()


Output = tuple[int, bytes]
Parsed = tuple[bytes, list[bytes], list[Output]]


def read_transaction(raw: bytes) -> Parsed:
    """Return the bytes that the id covers (no witness), outputs spent, and (value, script) made."""
    place = 4

    def take(n: int) -> bytes:
        nonlocal place
        if n < 0 or place + n > len(raw):
            raise ValueError("a transaction is cut")
        place += n
        return raw[place - n : place]

    def count() -> int:
        first = take(1)[0]
        return first if first < 253 else int.from_bytes(take(1 << (first - 252)), "little")  # noqa: PLR2004

    witness = raw[4:6] == b"\x00\x01"
    begin = place = 6 if witness else 4
    spent: list[bytes] = []
    made: list[Output] = []
    for _ in range(count()):
        spent.append(take(36))
        take(count())
        take(4)
    for _ in range(count()):
        value = int.from_bytes(take(8), "little")
        made.append((value, take(count())))
    middle = raw[begin:place]
    for _ in spent if witness else ():
        for _item in range(count()):
            take(count())
    locktime = take(4)
    if place != len(raw):
        raise ValueError("bytes after a transaction")
    return raw[:4] + middle + locktime, spent, made


def check_header(check: Check, row: dict[str, Any]) -> bytes:
    """Hash, time and proof of work of the header that a block or transaction names."""
    where, header = row.get("txid", row["block_hash"]), bytes.fromhex(row["header_hex"])
    if len(header) != 80 or twice(header)[::-1].hex() != row["block_hash"]:  # noqa: PLR2004
        check.fault(where, "the header has another block hash")
    exponent, mantissa = header[75], int.from_bytes(header[72:75], "little")
    target = mantissa << 8 * (exponent - 3) if exponent >= 3 else mantissa >> 8 * (3 - exponent)  # noqa: PLR2004
    time = int.from_bytes(header[68:72], "little")
    limit = POW_LIMITS[row["network"]]
    for since, difficulty in FLOORS if row["network"] == "mainnet" else ():
        limit = min(limit, POW_LIMITS["mainnet"] // difficulty) if time >= since else limit
    if int.from_bytes(twice(header), "little") > target or mantissa >> 23:
        check.fault(where, "the header does not reach its own difficulty")
    if target > limit:
        check.fault(where, f"{row['network']} was never that easy: no proof of work")
    if int(instant(row["mined_at"]).timestamp()) != time:
        check.fault(where, "its time is not that of the header")
    return header


def check_transactions(bag: Bag, check: Check) -> str:
    """Transaction id, merkle branch, header and proof of work of each transaction."""
    blocks: dict[str, dict[str, Any]] = {}
    for row in bag.bodies.get("block", []):
        check_header(check, row)
        if blocks.setdefault(row["block_hash"], row) is not row:
            check.fault(row["block_hash"], "a second record of the same block")
    rows, places = bag.bodies.get("transaction", []), set()
    for row in rows:
        where, header = row["txid"], check_header(check, row)
        stripped, row["spent"], row["made"] = read_transaction(bytes.fromhex(row["raw_hex"]))
        if twice(stripped)[::-1].hex() != row["txid"] or len(stripped) == 64:  # noqa: PLR2004 (a node's size)
            check.fault(where, "the raw bytes have another transaction id")
        if not in_block(twice(stripped), row, header):
            check.fault(where, "the merkle branch does not lead to the block header")
        block, position = blocks.get(row["block_hash"]), row["position"]
        if block is not None and (block["header_hex"], block["network"]) != (
            row["header_hex"], row["network"],
        ):  # fmt: skip
            check.fault(where, "its header is not that of the block record")
        n = block["n_transactions"] if block is not None else 1 << len(row["merkle_branch"])
        if not 0 <= position < n or len(row["merkle_branch"]) != (n - 1).bit_length():
            check.fault(where, "the block has no such position")
        if (row["block_hash"], position) in places or row["txid"] in places:
            check.fault(where, "a second record of the same transaction or position")
        places |= {(row["block_hash"], position), row["txid"]}
    return f"{len(rows)} transactions"


def in_block(digest: bytes, row: dict[str, Any], header: bytes) -> bool:
    """Say whether a merkle branch leads from a transaction to the header.

    A left sibling that equals its right one is the doubled end of a level
    (CVE-2012-2459): a place where no transaction stands.
    """
    position = row["position"]
    for sibling in row["merkle_branch"]:
        other = bytes.fromhex(sibling)[::-1]
        if position & 1 and other == digest:
            return False
        digest = twice(other + digest) if position & 1 else twice(digest + other)
        position >>= 1
    return position == 0 and digest == header[36:68]


def address_of(script: bytes, network: str) -> str:
    """Return the address of an output script, or ``script:`` and its bytes."""
    main = network == "mainnet"
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":  # noqa: PLR2004
        return base58((b"\x00" if main else b"\x6f") + script[3:23])
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":  # noqa: PLR2004
        return base58((b"\x05" if main else b"\xc4") + script[2:22])
    version = script[0] - 0x50 if script[:1] > b"\x50" else 0
    program = script[2:]
    sizes = (20, 32) if version == 0 else range(2, 41)
    if script[:1] in b"\0QRSTUVWXYZ[\\]^_`" and len(program) in sizes and script[1] == len(program):
        return bech32(SEGWIT[network], version, program)
    return f"script:{script.hex()}"


def base58(payload: bytes) -> str:
    """Return Base58Check of a payload."""
    letters, text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", ""
    content = payload + twice(payload)[:4]
    number = int.from_bytes(content, "big")
    while number:
        number, rest = divmod(number, 58)
        text = letters[rest] + text
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + text


def bech32(prefix: str, version: int, program: bytes) -> str:
    """Return the address of a witness program (BIP 173, BIP 350)."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    n_bits, number = len(program) * 8, int.from_bytes(program, "big")
    pad = -n_bits % 5
    places = range(n_bits + pad - 5, -1, -5)
    values = [version] + [number << pad >> place & 31 for place in places]
    checksum, constant = 1, 1 if version == 0 else 0x2BC830A3
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    for value in [*head, *values, 0, 0, 0, 0, 0, 0]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= term if top >> bit & 1 else 0
    checksum ^= constant
    values += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1{''.join(letters[value] for value in values)}"


def check_cited(bag: Bag, check: Check) -> str:
    """Traces and cash-outs name outputs, addresses and steps that the raw bytes bear out."""
    rows = {row["txid"]: row for row in bag.bodies.get("transaction", [])}
    traces = {row["record_id"]: row for row in bag.bodies.get("trace", [])}
    wallets = [set(row["addresses"]) for row in bag.bodies.get("cluster", [])]
    steps = 0
    for trace in traces.values():
        spent, sender = b"", trace["start_address"]
        if trace["hops"] and trace["method"]["rule"].startswith("ledger.trace_wallet_"):
            first = trace["hops"][0]["from_address"]  # of the wallet cluster, where one holds both
            sender = first if any({first, sender} <= one for one in wallets) else sender
        for hop in trace["hops"]:
            row = check_step(check, rows, hop, (hop["to_address"], hop["mined_at"], "trace"))
            if hop["from_address"] != sender or (spent and spent not in row.get("spent", [spent])):
                check.fault(hop["txid"], "a step of a trace does not follow from the one before it")
            spent = bytes.fromhex(hop["txid"])[::-1] + hop["vout"].to_bytes(4, "little")
            sender, steps = hop["to_address"], steps + 1
    for cash in bag.bodies.get("cash_out_point", []):
        check_step(check, rows, cash, (cash["address"], cash["paid_at"], "cash-out"))
        steps += 1
        cause = traces.get(cash["trace_id"], {"hops": [], "start_address": None})
        ends = [(hop["txid"], hop["vout"]) for hop in cause["hops"]]
        if cause["start_address"] != cash["start_address"]:
            check.fault(cash["record_id"], "a cash-out without its trace")
        elif ends and ends[-1] != (cash["txid"], cash["vout"]):
            check.fault(cash["record_id"], "a cash-out that is not where its trace ends")
    return f"{steps} steps of traces and cash-outs"


def check_step(
    check: Check, rows: dict[str, dict[str, Any]], step: dict[str, Any], said: tuple[str, str, str]
) -> dict[str, Any]:
    """One output that a trace or cash-out names: its value, address and time; its transaction."""
    address, moment, kind = said
    row = rows.get(step["txid"])
    if row is None or "made" not in row:
        check.fault(step["txid"], f"cited by a {kind}, but its raw bytes are not here")
        return {}
    made, where = row["made"], f"{step['txid']}:{step['vout']}"
    value, script = made[step["vout"]] if 0 <= step["vout"] < len(made) else (-1, b"")
    if value != step["value_sat"]:
        check.fault(where, f"a {kind} gives it another value")
    elif address_of(script, row["network"]) != address:
        check.fault(where, f"a {kind} gives it another address")
    if moment != row["mined_at"]:
        check.fault(where, f"a {kind} gives it another time")
    return row


def check_pictures(bag: Bag, check: Check, found: dict[str, dict[str, str]]) -> None:
    """Compare the pictures in each exhibit (by capture id) with the records of pictures."""
    due: dict[str, dict[str, str]] = {}
    for body in bag.bodies.get("screenshot", []):
        if body["record_id"] not in bag.retracted:
            due.setdefault(body["sources"][0], {})[body["file_name"]] = body["sha256"]
    for capture_id in sorted({*due, *found}):
        if due.get(capture_id, {}) != found.get(capture_id, {}):
            check.fault(capture_id, "its pictures are not those that were recorded")


def check_exhibits(bag: Bag, check: Check) -> str:
    """Every exhibit names a capture and records that are here; the tables say the same."""
    names = [n for n in sorted(bag.files) if re.fullmatch(r"data/exhibits/[0-9]+/exhibit\.json", n)]
    due, rows = {"data/exhibits/index.csv"}, {}
    pictures: dict[str, dict[str, str]] = {}
    for name in names:
        exhibit, folder = loads(bag.read(name)), name[:-12]
        capture = bag.capture_records.get(exhibit["capture_record_id"], {})
        wanted = {key: capture.get(key) for key in ("capture_id", "content_sha256", "warc_offset")}
        wanted["warc"] = f"data/captures/{capture.get('warc_name')}"
        wanted["exhibit"] = folder.split("/")[2]
        if not capture or any(exhibit[key] != value for key, value in wanted.items()):
            check.fault(name, "its capture is not in the bundle, or is another one")
        for item in exhibit["derived"]:
            if bag.records.get(item["record_id"]) != item["kind"]:
                check.fault(
                    name, f"names the record {item['record_id']}, which is not in the bundle"
                )
        for file, digest in exhibit["files"].items():
            if bag.files.get(f"{folder}{file}", ("", ""))[0] != digest:
                check.fault(name, f"{file} is not the file that was described")
        drawn = {file: exhibit["files"][file] for file in exhibit["files"] if file.endswith(".png")}
        pictures[exhibit["capture_id"]] = drawn
        due |= {name, *(folder + file for file in exhibit["files"])}
        rows[exhibit["exhibit"]] = exhibit["capture_id"]
    check_pictures(bag, check, pictures)
    for name in sorted({n for n in bag.files if n.startswith("data/exhibits/")} - due):
        check.fault(name, "in the folder of an exhibit that does not name it")
    index = table(bag, check, "data/exhibits/index.csv")
    listed = {row["exhibit"]: (row["capture_id"], row["captured_at"]) for row in index}
    seen = {key: (one, bag.captures.get(one, {}).get("observed_at")) for key, one in rows.items()}
    if listed != seen or len(index) != len(rows):
        check.fault("data/exhibits/index.csv", "not the list of the exhibits")
    check_cash_out_table(bag, check)
    check_coverage(bag, check)
    if numbers_in(bag_info(bag).get("Vestigo-Exhibits", "")) != sorted(rows):
        check.fault("bag-info.txt", "its Vestigo-Exhibits are not those of the bundle")
    return f"{len(names)} exhibits"


def numbers_in(ranges: str) -> list[str]:
    """Return the exhibits that ``0001-0003 0007`` names; nothing for ``none``."""
    found: list[str] = []
    for part in ranges.split(" ") if ranges != "none" else ():
        first, _dash, last = part.partition("-")
        numbers = range(int(first), int(last or first) + 1)[:MOST_EXHIBITS]
        found += [f"{number:04d}" for number in numbers]
    return sorted(found)


def table(bag: Bag, check: Check, name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column; it has those of the format and no others."""
    text = io.StringIO(bag.read(name).decode("utf-8"), newline="")
    head, *rows = [*csv.reader(text, strict=True)] or [[]]
    if head != COLUMNS[name] or any(len(row) != len(head) for row in rows):
        check.fault(name, "not the columns of this table")
    found = [[*row, *[""] * len(COLUMNS[name])] for row in rows]
    return [{column: row[n] for n, column in enumerate(COLUMNS[name])} for row in found]


def tells(cell: str, value: Any) -> bool:
    """Say whether a cell of a table tells a value (one that is not printable is escaped there)."""
    stated = "" if value is None else str(value)
    return cell in (stated, "'" + stated) or not stated.isprintable()


def check_coverage(bag: Bag, check: Check) -> None:
    """Make the document on coverage again from the records, where it is here."""
    name = "data/crawl/coverage.json"
    if name not in bag.files:
        return
    rows = [row for row in bag.bodies.get("coverage_estimate", [])
            if row["record_id"] not in bag.retracted]  # fmt: skip
    newest = {(row["market"], row["pass_no"]): row for row in rows}
    passes = [coverage_of(newest[key]) for key in sorted(newest)]
    document = {"format": "vestigo-coverage-1", "passes": passes}
    if bag.read(name) != (json.dumps(document, indent=1, sort_keys=True) + "\n").encode("ascii"):
        check.fault(name, "not what the records of coverage say")


def coverage_of(one: dict[str, Any]) -> dict[str, Any]:
    """Return what the document says of one pass."""
    estimate = None if one["abstained"] else {
        "on_sale": one["on_sale_estimate"], "low": one["on_sale_low"],
        "high": one["on_sale_high"], "never_seen": one["unseen_estimate"],
        "never_seen_low": one["unseen_low"], "never_seen_high": one["unseen_high"],
        "level": "0.95",
    }  # fmt: skip
    counts = {key: {row["name"]: row["n"] for row in one[key]}
              for key in ("pages_failed", "pages_refused", "ways")}  # fmt: skip
    return {
        "record_id": one["record_id"], "market": one["market"], "pass": one["pass_no"],
        "last_capture_at": one["observed_at"] or None, "n_captures": one["n_captures"],
        "pages": {
            "known": one["pages_known"], "fetched": one["pages_fetched"],
            "failed": counts["pages_failed"], "refused": counts["pages_refused"],
            "not_attempted": one["pages_waiting"],
        },
        "listings": {
            "known": one["listings_known"], "on_sale": one["listings_on_sale"],
            "gone": one["listings_gone"], "unresolved": one["listings_unresolved"],
            "ways": counts["ways"],
        },
        "estimate": estimate, "method": one["method"]["rule"], "abstained": one["abstained"],
    }  # fmt: skip


def check_cash_out_table(bag: Bag, check: Check) -> None:
    """Compare the table for a spreadsheet with the records."""
    name = "data/ledger/cash-outs.csv"
    records = {body["record_id"]: body for body in bag.bodies.get("cash_out_point", [])}
    for row in table(bag, check, name):
        body = records.pop(row["record_id"], {})
        if row["record_id"] in bag.retracted:
            check.fault(name, f"{row['record_id']}: was taken back")
        for column in COLUMNS[name][1:]:
            if not body or not tells(row[column], body.get(column)):
                check.fault(name, f"{row['record_id']}: not what the record says ({column})")
    for record_id in sorted(set(records) - bag.retracted):
        check.fault(name, f"{record_id} is left out")


def check_received(bag: Bag, check: Check) -> str:
    """Compare what others handed over: bytes, facts, table, and what was read out of it."""
    rows = {body["record_id"]: body for body in bag.bodies.get("received_item", [])}
    names = [name for name in sorted(bag.files) if re.fullmatch(RECEIVED, name)]
    due, items = ({"data/received/index.csv"} if rows else set()), {}
    for name in names:
        facts, folder = loads(bag.read(name)), name[: -len("received.json")]
        body = rows.get(facts["record_id"], {})
        inside = {file: f"{folder}{file}" for file in facts["files"]}
        content = bag.files.get(f"{folder}content", ("", ""))
        if content != (body.get("sha256"), body.get("sha512")):
            check.fault(name, "its content is not what its record says was handed over")
        for file, path in inside.items():
            if bag.files.get(path, ("", ""))[0] != facts["files"][file]:
                check.fault(name, f"{file} is not the file that was described")
        if facts["record_id"] in items or facts["number"] != folder.split("/")[2]:
            check.fault(name, "a second folder of the same item, or another number")
        items[facts["record_id"]] = folder
        due |= {name, *inside.values()}
    for record_id in sorted(set(rows) - set(items)):
        check.fault(record_id, "handed over, but its file is not in the bundle")
    there = {n for n in bag.files if n.startswith("data/received/") and not n.endswith(".jsonl")}
    for name in sorted(there ^ due):
        check.fault(name, "in the folder of received items, but none names it, or missing")
    if rows:
        check_index_of_received(bag, check, rows, items)
    check_receipts(bag, check, rows)
    made = check_received_captures(bag, check, items)
    return f"{len(rows)} items from elsewhere, {made} captures read out of them"


def check_index_of_received(
    bag: Bag, check: Check, rows: dict[str, dict[str, Any]], items: dict[str, str]
) -> None:
    """Compare the table of received items with their records."""
    name = "data/received/index.csv"
    index = table(bag, check, name)
    if sorted(row["record_id"] for row in index) != sorted(rows):
        check.fault(name, "not the list of the received items")
    for row in index:
        key = row["record_id"]
        body = dict(rows.get(key, {}))
        body["number"] = items.get(key, "data/received/?").split("/")[2]
        body["hash"] = " ".join(body.get("given_hashes", [])) or "no hash came with it"
        for column in COLUMNS[name]:
            if not tells(row[column], body.get(column)):
                check.fault(name, f"not the list of the received items ({key}: {column})")


def check_receipts(bag: Bag, check: Check, rows: dict[str, dict[str, Any]]) -> None:
    """Compare each receipt with the received file and the bundle that it names."""
    built = {event["object_sha256"] for event in bag.events
             if event["action"] in ("packing", "disclose")}  # fmt: skip
    for receipt in bag.bodies.get("verification_receipt", []):
        if receipt["item_id"] not in set(rows) | bag.gone:
            check.fault(receipt["record_id"], "a receipt whose file was not handed over")
        if receipt["statement_sha256"] not in built:
            check.fault(receipt["record_id"], "a receipt of a bundle that the log does not name")


def check_received_captures(bag: Bag, check: Check, items: dict[str, str]) -> int:
    """Cut the responses out of the received files again and compare them with the captures."""
    wanted: dict[str, list[tuple[int, int, str]]] = {}
    tied: dict[str, str] = {}
    for body in bag.bodies.get("received_capture", []):
        tied[body["capture_id"]] = body["item_id"]
        if body["capture_id"] in bag.captures and body["item_id"] in items:
            place = (body["start"], body["end"], body["capture_id"])
            wanted.setdefault(body["item_id"], []).append(place)
    for capture_id, capture in sorted(bag.captures.items()):
        if capture["warc_name"].endswith(RECEIVED_WARC) != (capture_id in tied):
            check.fault(capture_id, "its origin is not the one that its records say")
    archived = received_blocks(bag) if wanted else {}
    for item_id, places in sorted(wanted.items()):
        blocks = cut_blocks(bag, f"{items[item_id]}content", [place[:2] for place in places])
        for start, end, capture_id in places:
            kept, ranges = archived.get(capture_id, (b"", []))
            original = bytearray(blocks.get((start, end), b""))
            for first, last in ranges:
                original[first:last] = b"x" * len(original[first:last])
            if not kept or bytes(original) != kept:
                check.fault(capture_id, f"not bytes {start} to {end} of the received file")
    return sum(len(places) for places in wanted.values())


def received_blocks(bag: Bag) -> dict[str, tuple[bytes, list[list[int]]]]:
    """Return block and masked ranges of each archived response that was read out of an item."""
    found: dict[str, tuple[bytes, list[list[int]]]] = {}
    for name in sorted(bag.files):
        if name.startswith("data/captures/") and name.endswith(RECEIVED_WARC):
            block = b""
            for _offset, record in gzip_members(bag.root / name):
                head, _gap, rest = record.partition(b"\r\n\r\n")
                fields = warc_fields(head)
                content = rest[: whole_number(fields["content-length"])]
                if fields["warc-type"] == "response":
                    block = content
                elif fields["warc-type"] == "metadata":
                    told = loads(content)
                    ranges = [pair for one in told["secrets"]["masked"]
                              if one["record"] == "response" for pair in one["ranges"]]  # fmt: skip
                    found[told["capture_id"]] = (block, ranges)
    return found


def cut_blocks(bag: Bag, name: str, places: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Return the byte ranges of a file, uncompressed where it is gzip, in one way through."""
    found: dict[tuple[int, int], bytearray] = {place: bytearray() for place in places}
    offset, waiting = 0, sorted(places)
    for piece in plain_pieces(bag.path(name)):
        if not waiting:
            break
        for start, end in waiting:
            if start >= offset + len(piece):
                break
            found[(start, end)] += piece[max(start - offset, 0) : max(end - offset, 0)]
        offset += len(piece)
        waiting = [place for place in waiting if place[1] > offset]
    return {place: bytes(content) for place, content in found.items()}


def plain_pieces(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece, uncompressed where it is gzip; what is cut ends it."""
    with path.open("rb") as handle:
        rest = handle.read(1 << 20)
        member = zlib.decompressobj(31) if rest.startswith(b"\x1f\x8b") else None
        while rest or (rest := handle.read(1 << 20)):
            if member is None:
                yield rest
                rest = b""
                continue
            try:
                piece = member.decompress(rest, 1 << 20)
            except zlib.error:
                return
            rest = member.unconsumed_tail
            if member.eof:
                rest, member = member.unused_data, zlib.decompressobj(31)
            yield piece


def check_withheld(bag: Bag, check: Check) -> str:
    """Compare what is left out of a disclosed copy with the list of it, and the redactions."""
    name = "data/custody/withheld.jsonl"
    rows = [loads(line) for line in bag.lines(name)] if name in bag.files else []
    listed = {row["commitment"]: row for row in rows if row["what"] == "record"}
    events = {row["id"] for row in rows if row["what"] == "event"}
    numbers = {row["number"]: row["redacted"] for row in rows if row["what"] == "exhibit"}
    if rows and (rows[0]["what"] != "copy" or not rows[0]["reason"] or not rows[0]["person"]):
        check.fault(name, "says not who withholds, or not why")
    for commitment in sorted(set(listed) ^ set(bag.withheld)):
        why = "left out, but not listed" if commitment in bag.withheld else "a reversed redaction"
        check.fault(commitment, f"{why}: the ledger of ids and {name} differ")
    for commitment in sorted(set(listed) & set(bag.withheld)):
        if listed[commitment]["kind"] != bag.withheld[commitment]:
            check.fault(commitment, "withheld as a record of another kind")
    left_out = {event["id"] for event in bag.events if event["action"] == "withheld"}
    for number in sorted(events ^ left_out):
        check.fault(f"event {number}", "listed as withheld and told, or left out and not listed")
    for number, redacted in sorted(numbers.items()):
        folder = "received" if number.startswith("R") else "exhibits"
        if any(n.startswith(f"data/{folder}/{number}/") for n in bag.files):
            check.fault(number, "a reversed redaction: it is to be withheld, but stands here")
        if not redacted and f"data/redactions/{number}/redaction.json" in bag.files:
            check.fault(number, "a redacted copy of what is to be withheld whole")
    n_copies = check_redacted_records(bag, check, listed)
    check_redacted_pages(bag, check, numbers)
    if not rows:
        return "nothing was withheld"
    counts = f"{len(listed)} records ({n_copies} redacted), {len(events)} events"
    return f"withheld are {len(numbers)} exhibits, {counts}"


def check_redacted_records(bag: Bag, check: Check, listed: dict[str, dict[str, Any]]) -> int:
    """Each redacted record stands beside its commitment, its withheld fields overwritten."""
    name, done = "data/redactions/records.jsonl", set()
    for line in bag.lines(name) if name in bag.files else ():
        row, exact = read_canonical(line)
        commitment, body = row["commitment"], row["body"]
        if not exact or commitment in done or not listed.get(commitment, {}).get("redacted"):
            check.fault(commitment, "a redacted copy of nothing that is withheld, or a second one")
        if body["kind"] != row["kind"] or row["kind"] != bag.withheld.get(commitment):
            check.fault(commitment, "a redacted copy of another kind of record")
        if any(body[field] != BLOT for field in row["withheld"]) or not row["made_by"]:
            check.fault(commitment, "a reversed redaction: a withheld field holds a value")
        if any_ranges(body):
            check.fault(commitment, "a reversed redaction: it quotes a page that is withheld")
        done.add(commitment)
    for commitment in sorted({c for c, row in listed.items() if row["redacted"]} - done):
        check.fault(commitment, "its redacted copy is not here")
    return len(done)


def any_ranges(value: Any) -> bool:
    """Say whether a span with quoted pieces stands anywhere in a value."""
    if isinstance(value, dict):
        return bool(value.get("ranges")) or any(any_ranges(one) for one in value.values())
    return isinstance(value, list) and any(any_ranges(one) for one in value)


def check_redacted_pages(bag: Bag, check: Check, numbers: dict[str, bool]) -> None:
    """Each redacted page names its exhibit, who made it and why, and every file of its folder."""
    due: set[str] = {"data/redactions/records.jsonl"} & set(bag.files)
    for name in sorted(n for n in bag.files if re.fullmatch(REDACTION, n)):
        facts, folder = loads(bag.read(name)), name[: -len("redaction.json")]
        if facts["exhibit"] != folder.split("/")[2] or not numbers.get(facts["exhibit"]):
            check.fault(name, "a redacted page of no exhibit that is listed so")
        if facts["commitment"] not in bag.withheld or not facts["made_by"] or not facts["reason"]:
            check.fault(name, "stands beside no commitment, or says not who made it and why")
        for file, digest in facts["files"].items():
            if bag.files.get(f"{folder}{file}", ("", ""))[0] != digest:
                check.fault(name, f"{file} is not the file that was described")
        due |= {name, *(folder + file for file in facts["files"])}
    for name in sorted({n for n in bag.files if n.startswith("data/redactions/")} - due):
        check.fault(name, "in the folder of redactions, but none names it")


LAYER_A: dict[str, Callable[[Bag, Check], str]] = {
    "names": check_names, "files": check_files, "sha256": check_digests, "sha512": check_digests,
    "statement": check_statement, "keys": check_keys, "signature": check_signature,
    "checkpoint": check_checkpoint, "revoked": check_revoked,
    "proofs": check_proofs, "collected": check_collected, "witness": check_witness,
    "stamps": check_stamps, "verifiers": check_verifiers,
}  # fmt: skip
LAYER_B: dict[str, Callable[[Bag, Check], str]] = {
    "custody": check_custody, "history": check_history, "time": check_time,
    "records": check_records,
    "captures": check_captures, "transactions": check_transactions, "cited": check_cited,
    "exhibits": check_exhibits, "received": check_received,
    "withheld": check_withheld,
}  # fmt: skip


def verify(root: Path, anchors: Path | None, on_bytes: Callable[[int], None] | None = None) -> Bag:
    """Run both layers and return the bag with its findings; nothing is raised.

    ``on_bytes`` hears how much was gone through; archived pages are gone through twice.
    """
    bag = Bag(root, anchors, on_bytes)
    for name, function in [*LAYER_A.items(), *LAYER_B.items()]:
        check = Check(bag, name)
        try:
            if name == "sha256":
                digest_files(bag)
            check.end(function(bag, check))
        except UNREADABLE as error:
            check.fault("the bundle", f"cannot be read: {ascii(str(error))[:200]}")
        if bag.odd:
            break  # reading a pipe, a device or a link could hang, or lead out of the bundle
    return bag


def exit_code(bag: Bag) -> int:
    """Return 0, 3 or 4 for the findings."""
    statuses = {status for status, _check, _detail in bag.findings}
    return 3 if FAILED in statuses or not statuses else 4 if UNCHECKED in statuses else 0


def which_bundle(bag: Bag) -> str:
    """Return the line that names the bundle: a receipt of this output is tied to it."""
    try:
        return f"statement sha256:{hashlib.sha256(bag.read('seal/statement.json')).hexdigest()}"
    except UNREADABLE:
        return "statement sha256:none"


def main(argv: list[str] | None = None) -> int:
    """Print one line a finding and a conclusion; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("bundle", nargs="?", default=str(Path(__file__).resolve().parent))
    parser.add_argument("--anchors", help=ANCHORS_ARE)
    given = parser.parse_args(argv)
    if given.anchors and not Path(given.anchors).is_dir():
        parser.error(f"no folder at {given.anchors!a}")
    bag = verify(Path(given.bundle), Path(given.anchors) if given.anchors else None)
    code = exit_code(bag)
    lines = [f"{status:<11}  {check:<12}  {detail}" for status, check, detail in bag.findings]
    said = {0: ALL_RIGHT, 3: SOME_FAILED, 4: SOME_UNCHECKED}
    tail = [said[code], COMPARE_THIS, *([] if bag.outside else [ALONE])]
    spoken = SAID.get(os.environ.get("LC_ALL", os.environ.get("LANG", ""))[:2], {})
    tail = [spoken.get(line, line) for line in tail]
    text = "\n".join([*lines, *tail, which_bundle(bag), ""])
    if sys.stdout is not None:  # None: nobody listens, and the exit code still says it
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return code


if __name__ == "__main__":
    sys.exit(main())
