# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asks the questions in a process of their own, and names the figures that come back."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from vestigo.errors import VestigoError
from vestigo.i18n import _
from vestigo.pipeline.graph_bench.engines import Place

QUESTIONS = ("one_hop", "three_hops", "path")
MEASURES = ("p50", "p99", "most", "rows")


@dataclass(frozen=True, slots=True)
class Read:
    """What a reading process found: values by name, versions of what it used."""

    values: dict[str, float]
    versions: dict[str, str]


def read_apart(place: Place, asked: dict[str, Any]) -> Read:
    """Run the reading process; E-BEN-014 where it fails."""
    order = json.dumps({"place": place.as_words(), "questions": asked})
    words = [sys.executable, "-m", "vestigo.pipeline.graph_bench.reader"]
    done = subprocess.run(words, input=order, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VestigoError(
            "E-BEN-014",
            _("The reading process failed: {reason}").format(reason=done.stderr[-500:]),
            remedy=_("Correct the cause and run it again with --resume."),
        )
    found = json.loads(done.stdout)
    values = {"open_s": found["open_s"]}
    if place.engine == "kglite":
        values.update(_memory(found))
    for name in QUESTIONS:
        values.update({f"{name}_{measure}": found[name][measure] for measure in MEASURES})
    return Read(values, found["versions"])


def _memory(found: dict[str, Any]) -> dict[str, float]:
    opened, after = found["memory_open"], found["memory"]
    if not after:
        return {}
    return {
        "resident_open_mb": float(opened["resident"]),
        "resident_mb": float(after["resident"]),
        "anonymous_mb": float(after["anonymous"]),
        "peak_mb": float(after["peak"]),
    }
