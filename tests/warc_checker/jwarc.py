# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetch jwarc, the independent checker of WARC files: ``python jwarc.py`` prints its jar.

Needs ``mvn`` and ``java``.  VESTIGO_JWARC names a jar that is there already.  Standard
library only.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path.home() / ".cache" / "vestigo-test" / "jwarc"


def jwarc_jar() -> Path:
    """Return the jar; raises ``OSError`` or ``CalledProcessError`` where it cannot be had."""
    named = os.environ.get("VESTIGO_JWARC")
    if named:
        return Path(named)
    script = HERE.parent / "neo4j_server" / "assemble.py"
    spec = importlib.util.spec_from_file_location("vestigo_jwarc_assemble", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = module.assemble(CACHE, pom=HERE / "pom.xml")
    (jar,) = folder.glob("jwarc-*.jar")
    return jar


if __name__ == "__main__":
    sys.stdout.write(f"{jwarc_jar()}\n")
