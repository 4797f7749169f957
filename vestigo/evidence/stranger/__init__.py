# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stranger gets with every bundle: two verifiers and the pages that explain them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from vestigo.i18n import DOCUMENT_LANGUAGES

VERIFIERS = ("verify.py", "verify.sh")
EXPECTED = "expected.txt"
PAGES = tuple(
    f"{page}.{language}.md" for page in ("LIMITS", "VERIFY") for language in DOCUMENT_LANGUAGES
)


@cache
def shipped(name: str) -> bytes:
    """Return a verifier or page exactly as it goes into a bundle."""
    if name not in (*VERIFIERS, *PAGES):
        raise ValueError(f"nothing called {name} is shipped to strangers")
    return Path(__file__).with_name(name).read_bytes()


def verifier_digests() -> dict[str, str]:
    """Return the SHA-256 of each verifier and page of this release: what is published.

    The pages are among them because whoever replaces them tells the reader what to expect.
    """
    found = {name: shipped(name) for name in (*VERIFIERS, *PAGES)}
    found[EXPECTED] = expected_output()
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


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
