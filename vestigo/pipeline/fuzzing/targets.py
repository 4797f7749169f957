# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parsers that are fuzzed: each takes any bytes, and only a finding leaves it as an error.

A target feeds the same bytes to our own reader and to the one that ``verify.py`` carries; what
ours accepts, the stranger's must accept and read alike.  Typed errors and the ``ValueError`` that
a reader documents are its answer to bad input and no finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vestigo.pipeline.fuzzing import archives, lines, manifests, notes, pieces, tokens


@dataclass(frozen=True, slots=True)
class Target:
    """One parser: ``run`` takes the bytes and an empty folder; ``seeds`` are valid inputs."""

    run: Callable[[bytes, Path], None]
    seeds: Callable[[], list[bytes]]


TARGETS: dict[str, Target] = {
    "warc": Target(archives.run, archives.seeds),
    "manifest": Target(manifests.run, manifests.seeds),
    "jsonl": Target(lines.run, lines.seeds),
    "note": Target(notes.run, notes.seeds),
    "token": Target(tokens.run, tokens.seeds),
    "spans": Target(pieces.run, pieces.seeds),
}
