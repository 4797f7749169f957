# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simple changes that attacks are made of."""

from __future__ import annotations

import gzip
import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vestigo.pipeline.tamper_bench.mutation import Change, Scene
from vestigo.records import canonical_json

Lines = list[bytes]
EditLines = Callable[[Lines], Lines]
EditRecords = Callable[[list[bytes]], bytes]
WARC = "data/captures"


def both(*changes: Change) -> Change:
    """Return the changes one after the other."""

    def change(scene: Scene) -> None:
        for one in changes:
            one(scene)

    return change


def reseal(scene: Scene) -> None:
    """Seal again with the keys of the scene."""
    scene.sealed.reseal()


def remanifest(scene: Scene) -> None:
    """Make all manifests again, which needs no key."""
    scene.sealed.remanifest()


def list_tags(scene: Scene) -> None:
    """Make the tag manifests again, which needs no key."""
    scene.sealed.list_tags()


def flip(name: str, place: float = 0.5, bit: int = 1) -> Change:
    """Flip one bit, so far into the file."""

    def change(scene: Scene) -> None:
        content = bytearray(found(scene, name).read_bytes())
        content[int(place * (len(content) - 1))] ^= bit
        found(scene, name).write_bytes(content)

    return change


def found(scene: Scene, pattern: str) -> Path:
    """Return the first file of the bundle that a pattern names."""
    return min(scene.path.glob(pattern))


def drop(*names: str) -> Change:
    """Delete files."""

    def change(scene: Scene) -> None:
        for name in names:
            found(scene, name).unlink()

    return change


def put(name: str, content: bytes) -> Change:
    """Write a file, whether it is there or not."""

    def change(scene: Scene) -> None:
        scene.file(name).write_bytes(content)

    return change


def edit(name: str, change_content: Callable[[bytes], bytes]) -> Change:
    """Change the content of a file; it must not stay what it was."""

    def change(scene: Scene) -> None:
        path = found(scene, name)
        content = path.read_bytes()
        changed = change_content(content)
        if changed == content:
            raise AssertionError(f"the attack on {name} changed nothing")
        path.write_bytes(changed)

    return change


def replace(name: str, old: bytes, new: bytes, count: int = -1) -> Change:
    """Replace some bytes of a file."""
    return edit(name, lambda content: content.replace(old, new, count))


def cut(name: str, n_bytes: int) -> Change:
    """Take bytes off the end of a file."""
    return edit(name, lambda content: content[:-n_bytes])


def swap(one: str, other: str) -> Change:
    """Exchange the contents of two files, or two folders."""

    def change(scene: Scene) -> None:
        first, second = scene.path / one, scene.path / other
        between = scene.work / "between"
        shutil.move(first, between)
        shutil.move(second, first)
        shutil.move(between, second)

    return change


def rename(old: str, new: str) -> Change:
    """Give a file another name."""

    def change(scene: Scene) -> None:
        (scene.path / old).rename(scene.file(new))

    return change


def lines(name: str, change_lines: EditLines) -> Change:
    """Change the lines of a file below ``data/``."""
    return edit(
        f"data/{name}", lambda content: b"".join(change_lines(content.splitlines(keepends=True)))
    )


def first_body(**more: Any) -> EditLines:
    """Change fields of the record in the first line."""

    def change(given: Lines) -> Lines:
        return [canonical_json({**json.loads(given[0]), **more}) + b"\n", *given[1:]]

    return change


def records_of(path: Path) -> list[bytes]:
    """Return the uncompressed records of a WARC file."""
    records, rest = [], path.read_bytes()
    while rest:
        member = zlib.decompressobj(31)
        records.append(member.decompress(rest))
        rest = member.unused_data
    return records


def packed(records: list[bytes]) -> bytes:
    """Return records as a file of gzip members."""
    return b"".join(gzip.compress(record, mtime=0) for record in records)


def repack(change_records: EditRecords) -> Change:
    """Write the WARC file again."""

    def change(scene: Scene) -> None:
        path = found(scene, f"{WARC}/*")
        path.write_bytes(change_records(records_of(path)))

    return change


def statement(change_text: Callable[[str], str]) -> Change:
    """Change the text of the statement and list it again; nobody signs it."""
    name = "seal/statement.json"
    return both(edit(name, lambda content: change_text(content.decode()).encode()), list_tags)
