# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts as a proposal in TOML has them: quoted, in lists, in comments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence


def quoted(text: str) -> str:
    """Return a TOML text."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def listed(texts: Sequence[str]) -> str:
    """Return a TOML list of texts."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"


def comment(text: str) -> Iterator[str]:
    """Yield a comment of one line."""
    yield f"# {shown_text(text)}"


def shown_text(text: str) -> str:
    """Return captured text for a comment: what cannot be printed is replaced."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
