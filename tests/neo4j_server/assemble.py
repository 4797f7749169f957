# SPDX-License-Identifier: AGPL-3.0-or-later
"""Resolve the jars of a Neo4j server through Maven: ``python assemble.py DIR [VERSION]``.

``assemble`` does so for any other ``pom.xml`` as well (the checker of WARC files).

Needs ``mvn`` and a Java 17 runtime (no compiler: the server brings its own entry
point).  VERSION is 5.26.30 unless told.  Standard library only, so that it runs before
anything is installed.  Run again it does nothing; after a change of ``pom.xml`` or for
another version it resolves afresh.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

POM = Path(__file__).resolve().parent / "pom.xml"
STAMP = "assembled-from.sha256"


def assemble(folder: Path, version: str = "", pom: Path = POM) -> Path:
    """Return ``folder``, filled with the jars; a resolution that fails leaves it as it was."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # two test processes must not take the jars from under each other's server
    with (folder.parent / f".{folder.name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _assemble(folder, version, pom)


def _assemble(folder: Path, version: str, pom: Path) -> Path:
    wanted = hashlib.sha256(pom.read_bytes() + version.encode("ascii")).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text("ascii").strip() == wanted:
        return folder
    if shutil.which("mvn") is None or shutil.which("java") is None:
        raise FileNotFoundError("mvn and java (17) are needed: apt-get install maven")
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        subprocess.run(_command(fresh, version, pom), check=True, stdout=sys.stderr)
        (fresh / STAMP).write_text(wanted + "\n", "ascii")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _command(folder: Path, version: str, pom: Path) -> list[str]:
    chosen = [f"-Dneo4j.version={version}"] if version else []
    return [
        "mvn", "-q", "-B", "-ntp", "-f", str(pom), "dependency:copy-dependencies",
        "-DincludeScope=runtime", f"-DoutputDirectory={folder}", *chosen,
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python assemble.py DIR [VERSION]")
    sys.stdout.write(f"{assemble(Path(sys.argv[1]).resolve(), *sys.argv[2:])}\n")
