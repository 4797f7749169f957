# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stranger gets with every bundle: two verifiers and the pages that explain them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

VERIFIERS = ("verify.py", "verify.sh")
PAGES = ("LIMITS.en.md", "LIMITS.es.md", "VERIFY.en.md", "VERIFY.es.md")


@cache
def shipped(name: str) -> bytes:
    """Return a verifier or page exactly as it goes into a bundle."""
    if name not in (*VERIFIERS, *PAGES):
        raise ValueError(f"nothing called {name} is shipped to strangers")
    return Path(__file__).with_name(name).read_bytes()


def verifier_digests() -> dict[str, str]:
    """Return the SHA-256 of each verifier of this release: the value that is published."""
    return {name: hashlib.sha256(shipped(name)).hexdigest() for name in VERIFIERS}


def expected_output() -> bytes:
    """Return status and name of every line that the verifiers print for a right bundle."""
    from vestigo.evidence.stranger import verify

    lines = ["sh verify.sh --anchors DIR", *_lines(verify.LAYER_A), "exit code 0", ""]
    layer_b = [name for check in verify.LAYER_B for name in _printed(check)]
    lines += ["python3 -I verify.py --anchors DIR", *_lines(verify.LAYER_A), *_lines(layer_b)]
    return "\n".join([*lines, "exit code 0", ""]).encode("ascii")


def _lines(checks: object) -> list[str]:
    assert isinstance(checks, dict | list)
    return [f"{'ok':<11}  {name}" for name in checks]


def _printed(check: str) -> tuple[str, ...]:
    return ("spans", "captures") if check == "captures" else (check,)
