# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking crypttrace in a process of its own, by whichever Python has it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vestigo.errors import UsageError
from vestigo.i18n import _

VERSION = "0.29.0"
PROGRAM = Path(__file__).with_name("peer_program.py")
NAMES_VERSION = "from importlib.metadata import version; print(version('crypttrace'))"
REACHES = {"usual": (3, 3), "wide": (10, 25)}  # its own defaults; as far as a patient user goes
MOST_SECONDS = 3_600


def version_of(python: Path) -> str:
    """Return the version of crypttrace that ``python`` has; raises ``UsageError`` E-BEN-030."""
    words = [str(python), "-c", NAMES_VERSION]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(
            "E-BEN-030",
            _("This Python has no crypttrace."),
            where=str(python),
            remedy=_("Install crypttrace=={version} into it, or name another with --peer.").format(
                version=VERSION
            ),
        ) from error
    return ended.stdout.strip()


def ask_peer(
    python: Path,
    base: str,
    labels: Mapping[str, str],
    *,
    starts: Sequence[str] = (),
    addresses: Sequence[str] = (),
    reconcile: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what it answers about the chain behind ``base``; its own folder is temporary."""
    asked = {
        "base": base, "labels": dict(labels), "starts": list(starts),
        "addresses": list(addresses), "reaches": REACHES if starts else {},
        "reconcile": list(reconcile),
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="vestigo-peer-") as home:
        ended = subprocess.run(
            [str(python), str(PROGRAM)], input=json.dumps(asked), text=True, check=True,
            capture_output=True, timeout=MOST_SECONDS,
            env={**os.environ, "CRYPTTRACE_HOME": home, "HOME": home, "NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
