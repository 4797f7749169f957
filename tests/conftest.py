# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures that every test folder shares."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from vestigo import i18n

settings.register_profile("vestigo", deadline=None)  # no test depends on how fast a machine is
settings.load_profile("vestigo")

REPOSITORY = Path(__file__).resolve().parent.parent

BTCD_FOLDER = Path.home() / ".cache" / "vestigo-test" / "btcd"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; skips where it is absent, fails where it is required."""
    path = Path(os.environ.get("VESTIGO_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not path.is_dir():
        message = f"real data is not at {path} (set VESTIGO_REAL_DATA)"
        if os.environ.get("VESTIGO_REQUIRE_REAL_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one: skipped, or failed where it is required."""
    path = os.environ.get("VESTIGO_CHROMIUM") or shutil.which("chromium")
    if path:
        return path
    if os.environ.get("VESTIGO_REQUIRE_BROWSER") == "1":
        pytest.fail("no Chromium here (set VESTIGO_CHROMIUM)")
    pytest.skip("no Chromium here (set VESTIGO_CHROMIUM)")


@pytest.fixture
def mounted(tmp_path) -> Iterator[Callable[[str], Path]]:
    """Mount a tmpfs of a size; where nothing may be mounted: skipped, or failed if required."""
    folder = tmp_path / "disk"

    def mount(size: str) -> Path:
        folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
            if os.environ.get("VESTIGO_REQUIRE_NAMESPACES") == "1":
                pytest.fail("this machine cannot mount a tmpfs (needs root)")
            pytest.skip("this machine cannot mount a tmpfs (needs root)")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(autouse=True)
def _english() -> None:
    """Every test begins in the source language."""
    i18n.activate("en")


def _module(name: str, path: Path) -> ModuleType:
    """Return a module of the test folder, which is no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def btcd() -> tuple[ModuleType, Path]:
    """The module that runs btcd, and its program; skips where it cannot be had."""
    folder = Path(__file__).resolve().parent / "btcd_node"
    named = os.environ.get("VESTIGO_BTCD")
    install = _module("btcd_install", folder / "install.py").install
    try:
        program = Path(named) if named else install(BTCD_FOLDER)
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("VESTIGO_REQUIRE_BTCD") == "1":
            pytest.fail(f"no btcd: {error}")
        pytest.skip(f"no btcd: {error}")
    return _module("btcd_node", folder / "node.py"), program
