# SPDX-License-Identifier: AGPL-3.0-or-later
"""Resolve the jars of a Neo4j Community server through Maven: ``python assemble.py DIR``.

Needs ``mvn`` and a Java 17 runtime (no compiler: the server brings its own entry
point).  Standard library only, so that it runs before anything is installed.  Run
again it does nothing; after a change of ``pom.xml`` it resolves afresh.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

POM = Path(__file__).resolve().parent / "pom.xml"
STAMP = "assembled-from.sha256"


def assemble(folder: Path) -> Path:
    """Return ``folder``, filled with the jars; a resolution that fails leaves it as it was."""
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text("ascii").strip() == wanted:
        return folder
    if shutil.which("mvn") is None or shutil.which("java") is None:
        raise FileNotFoundError("mvn and java (17) are needed: apt-get install maven")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        subprocess.run(_command(fresh), check=True, stdout=sys.stderr)
        (fresh / STAMP).write_text(wanted + "\n", "ascii")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _command(folder: Path) -> list[str]:
    return [
        "mvn", "-q", "-B", "-ntp", "-f", str(POM), "dependency:copy-dependencies",
        "-DincludeScope=runtime", f"-DoutputDirectory={folder}",
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python assemble.py DIR")
    sys.stdout.write(f"{assemble(Path(sys.argv[1]).resolve())}\n")
