# SPDX-License-Identifier: AGPL-3.0-or-later
"""The corpus: invented inputs, one file a target, one base64 line an input, sorted."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

SUFFIX = ".b64"


def read_corpus(folder: Path, target: str) -> list[bytes]:
    """Return the inputs kept for ``target``; none where there is no file."""
    path = folder / f"{target}{SUFFIX}"
    return [base64.b64decode(line) for line in path.read_bytes().split()] if path.is_file() else []


def keep_corpus(folder: Path, target: str, inputs: Iterable[bytes]) -> None:
    """Write the inputs of ``target``, none twice, the same order whatever order they came in."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = sorted(
        {base64.b64encode(one) for one in inputs if one}, key=lambda one: (len(one), one)
    )
    (folder / f"{target}{SUFFIX}").write_bytes(b"".join(line + b"\n" for line in lines))


def spread(folder: Path, inputs: Iterable[bytes]) -> None:
    """Write each input as a file of its own, named by its digest, as libFuzzer reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in inputs:
        (folder / hashlib.sha256(one).hexdigest()[:32]).write_bytes(one)


def gathered(folder: Path) -> list[bytes]:
    """Return the inputs of a folder that libFuzzer filled."""
    return [path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()]
