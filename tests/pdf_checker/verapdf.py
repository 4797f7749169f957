# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetch veraPDF, the independent checker of PDF/A: ``python verapdf.py`` prints its folder.

Needs ``mvn`` and ``java``.  VESTIGO_VERAPDF names a folder of its jars that is there
already.  Standard library only.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path.home() / ".cache" / "vestigo-test" / "verapdf"
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
PATIENCE = 300


def verapdf_jars() -> Path:
    """Return the folder; raises ``OSError`` or ``CalledProcessError`` where it cannot be had."""
    named = os.environ.get("VESTIGO_VERAPDF")
    if named:
        return Path(named)
    script = HERE.parent / "neo4j_server" / "assemble.py"
    spec = importlib.util.spec_from_file_location("vestigo_verapdf_assemble", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.assemble(CACHE, pom=HERE / "pom.xml")


def verdicts(jars: Path, flavour: str, paths: Sequence[Path]) -> dict[str, str]:
    """Return ``PASS`` or ``FAIL`` by path, as veraPDF says for a flavour (``2a``, ``ua1``)."""
    words = ["java", "-cp", f"{jars}/*", MAIN, "--format", "text", "-f", flavour]
    done = subprocess.run(
        [*words, *map(str, paths)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    return {row[1]: row[0] for row in rows if len(row) > 1}


if __name__ == "__main__":
    sys.stdout.write(f"{verapdf_jars()}\n")
