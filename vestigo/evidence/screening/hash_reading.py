# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the hash sets that units have: plain text, CSV, and JSON as VICS lays it out.

VICS (Project VIC's data model, github.com/VICSDATAMODEL/ProjectVic, "Media") is an OData
document: an object whose ``value`` is an array of objects with ``MD5`` and ``SHA1``.  A
plain JSON array of such objects is read too, and ``SHA256`` and ``PDQ`` beside them.
Files are read in pieces: memory does not grow with the set.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from vestigo.errors import UsageError
from vestigo.evidence.screening.hash_file import Digest
from vestigo.i18n import _

PIECE = 1 << 20
LONGEST_OBJECT = 8 << 20
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}
_BY_NAME = {"md5": "md5", "sha1": "sha1", "sha-1": "sha1", "sha256": "sha256",
            "sha-256": "sha256", "pdq": "pdq", "pdqhash": "pdq", "pdq_hash": "pdq"}  # fmt: skip
_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64}
_HEX = re.compile(r"[0-9A-Fa-f]+")
_PREFIXED = re.compile(r"(?P<kind>md5|sha-?1|sha-?256|pdq)\s*[:=]\s*(?P<hex>\S+)", re.IGNORECASE)
_SPACE = " \t\r\n,"


def read_digests(path: Path) -> Iterator[Digest]:
    """Yield (kind, digest) for each digest in the file.

    Text: one a line (its length tells the kind; 64 digits are SHA-256 unless ``pdq:`` stands
    before them), ``#`` begins a remark.  CSV: a first line that names the columns.  Raises
    ``UsageError`` E-SCR-001 with the line where something else stands; the digest itself
    is never said.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        start = handle.read(4096)
        handle.seek(0)
        if start.lstrip()[:1] in ("{", "["):
            yield from _from_json(handle, path)
        elif columns := _columns(start.partition("\n")[0]):
            yield from _from_csv(handle, path, columns)
        else:
            yield from _from_lines(handle, path)


def _from_lines(handle: TextIO, path: Path) -> Iterator[Digest]:
    for number, line in enumerate(handle, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        prefixed = _PREFIXED.fullmatch(text)
        if prefixed:
            yield _digest(_BY_NAME[prefixed["kind"].lower()], prefixed["hex"], path, number)
        else:
            yield _digest(_BY_LENGTH.get(len(text), ""), text, path, number)


def _columns(line: str) -> dict[int, str]:
    """Return the kinds of digest by column where the line is a head of CSV."""
    delimiter = ";" if line.count(";") > line.count(",") else ","
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a head of CSV is none of this
        return {}
    return {n: _BY_NAME[name] for n, cell in enumerate(cells)
            if (name := cell.strip().lower()) in _BY_NAME}  # fmt: skip


def _from_csv(handle: TextIO, path: Path, columns: dict[int, str]) -> Iterator[Digest]:
    head = handle.readline()
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        for number, row in enumerate(csv.reader(handle, delimiter=delimiter), 2):
            for place, kind in columns.items():
                if place < len(row) and row[place].strip():
                    yield _digest(kind, row[place].strip(), path, number)
    except csv.Error as error:
        raise unreadable(path, 0) from error


def _from_json(handle: TextIO, path: Path) -> Iterator[Digest]:
    for number, item in enumerate(_objects(handle, path), 1):
        for name, value in item.items():
            kind = _BY_NAME.get(name.lower())
            if kind and isinstance(value, str) and value.strip():
                yield _digest(kind, value.strip(), path, number)


def _objects(handle: TextIO, path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of the array (the top one, or ``value`` of the top object)."""
    decoder = json.JSONDecoder()
    rest = _after_head(handle, path)
    while True:
        rest = rest.lstrip(_SPACE)
        if rest.startswith("]"):
            return
        try:
            item, end = decoder.raw_decode(rest)
        except ValueError:
            piece = handle.read(PIECE)
            if not piece or len(rest) > LONGEST_OBJECT:
                raise unreadable(path, 0) from None
            rest += piece
            continue
        if not isinstance(item, dict):
            raise unreadable(path, 0)
        yield item
        rest = rest[end:]


def _after_head(handle: TextIO, path: Path) -> str:
    """Return what stands behind the bracket that opens the array of objects."""
    rest = handle.read(PIECE)
    if rest.lstrip().startswith("["):
        return rest.lstrip()[1:]
    opened = re.search(r'"value"\s*:\s*\[', rest)
    if opened is None:
        raise unreadable(path, 0)
    return rest[opened.end() :]


def _digest(kind: str, text: str, path: Path, number: int) -> Digest:
    if not kind or len(text) != _LENGTHS[kind] or not _HEX.fullmatch(text):
        raise unreadable(path, number)
    return kind, bytes.fromhex(text)


def unreadable(path: Path, number: int) -> UsageError:
    """Return the error for a file that is no hash set; what stands there is not repeated."""
    return UsageError(
        "E-SCR-001",
        _("This is no hash set that can be read."),
        where=f"{path}:{number}" if number else str(path),
        remedy=_("See docs/formats/hash-set.md for text, CSV and JSON; nothing was added."),
    )
