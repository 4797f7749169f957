# SPDX-License-Identifier: AGPL-3.0-or-later
"""One demonstration with seed 1, made once and looked at by many tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ENVIRONMENT = {**os.environ, "VESTIGO_LANG": "en"}


def run_vestigo(*words, stdin="", prefix=(), **environment):
    """Run the command line as a user would and return the finished process."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "vestigo", *map(str, words)],
        input=stdin, capture_output=True, text=True, check=False, timeout=540,
        env={**ENVIRONMENT, **environment},
    )  # fmt: skip


@pytest.fixture(scope="session")
def vestigo():
    """The command line."""
    return run_vestigo


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory):
    """The process and the case of ``vestigo demo --seed 1``; do not change the case."""
    path = tmp_path_factory.mktemp("demo") / "case"
    done = run_vestigo("demo", "--case", path, "--seed", 1, "--json")
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-4000:]
    return json.loads(done.stdout), path


@pytest.fixture
def demo_case(finished_demo, tmp_path) -> Path:
    """A copy of the finished demonstration that a test may change."""
    copy = tmp_path / "case"
    shutil.copytree(finished_demo[1], copy)
    return copy
