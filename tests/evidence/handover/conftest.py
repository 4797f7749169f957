# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case with keys, pages and records; helpers that look for a text in everything it holds."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from vestigo.cli.app import run as run_cli
from vestigo.pipeline.tamper_bench import invented_case, invented_pages
from vestigo.pipeline.tamper_bench.sealed import Sealed


@pytest.fixture(scope="session")
def small(stranger):
    """What the small case is made of: ``small.make_world``, ``small.page`` …"""
    parts = vars(invented_pages) | vars(invented_case) | {"Sealed": Sealed}
    return SimpleNamespace(**parts, run_sh=stranger[0], run_py=stranger[1])


@pytest.fixture
def case(tmp_path, small):
    """The folder of the small case, closed."""
    made = small.make_world(tmp_path / "case")
    made.ledger.close()
    return made.folder


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command; return its exit code, stdout and stderr."""
    import io

    def command(*words, stdin="correct horse battery staple\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = run_cli([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def unpacked(path: Path) -> bytes:
    """Return a file, and what is in it where it is gzip of any number of members."""
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    plain, rest = [content], content
    while rest:
        member = zlib.decompressobj(31)
        try:
            plain.append(member.decompress(rest))
        except zlib.error:
            break
        rest = member.unused_data
    return b"\n".join(plain)


@pytest.fixture(scope="session")
def everything():
    """Return name and unpacked content of every file below a folder."""

    def below(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): unpacked(path) for path in files}

    return below


@pytest.fixture
def gz():
    return lambda content: gzip.compress(content, mtime=0)
