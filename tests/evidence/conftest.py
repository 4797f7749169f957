# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small invented case: pages, records, transactions, keys; and its bundle."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vestigo.cli.app import run
from vestigo.pipeline.tamper_bench.invented_case import make_world
from vestigo.pipeline.tamper_bench.sealed import Sealed


@pytest.fixture(scope="session")
def new_world():
    """What makes a world at a path, for tests that share one."""
    return make_world


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path / "case")
    yield made
    made.ledger.close()


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
