# SPDX-License-Identifier: AGPL-3.0-or-later
"""The independent checker in Java: skips where it cannot be had, fails where it is required."""

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

from vestigo.pipeline.wire.benchmark import run_cases
from vestigo.pipeline.wire.cases import wire_cases

_SPEC = importlib.util.spec_from_file_location(
    "vestigo_test_jwarc", Path(__file__).parent / "jwarc.py"
)
_jwarc = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_jwarc)


@pytest.fixture(scope="session")
def jwarc():
    """The jar of jwarc (VESTIGO_REQUIRE_JWARC=1: it must be had)."""
    try:
        return _jwarc.jwarc_jar()
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("VESTIGO_REQUIRE_JWARC") == "1":
            pytest.fail(f"no jwarc: {error}")
        pytest.skip(f"no jwarc: {error}")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """Every hostile case, crawled and compared once: (folder, results by name)."""
    folder = tmp_path_factory.mktemp("hostile")
    return folder, {one.case.name: one for one in run_cases(wire_cases(), folder, None)}
