# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a page a person does not see: by its tag, its own style or the page's style sheet."""

from __future__ import annotations

import re
from typing import Any

SKIPPED = frozenset(
    {"script", "style", "template", "select", "textarea", "head", "svg", "button", "noscript"}
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_RULE = re.compile(r"(?P<names>[^{}]{1,300})\{(?P<body>[^{}]{0,2000})\}")
_ICON_FONT = re.compile(r"(?:^|\s)material-(?:icons|symbols)")
MOST_STYLE = 200_000


def hidden_classes(root: Any) -> frozenset[str]:
    """Return the classes (``.a``) and ids (``#a``) that a page's own style sheet hides."""
    sheets = " ".join(style.text or "" for style in root.iter("style"))[:MOST_STYLE]
    found: set[str] = set()
    for match in _RULE.finditer(sheets):
        if _HIDDEN.search(match["body"]):
            found.update(name.strip() for name in match["names"].split(","))
    return frozenset(name for name in found if re.fullmatch(r"[.#][\w-]+", name))


def is_hidden(hidden: frozenset[str], element: Any) -> bool:
    """Return whether a class or the id of an element is among those that are hidden."""
    names = [f".{token}" for token in element.get("class", "").split()]
    return f"#{element.get('id')}" in hidden or any(name in hidden for name in names)


def is_skipped(element: Any) -> bool:
    """Return whether an element is not shown at all, or by its own mark-up."""
    if element.tag in SKIPPED or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or _is_icon(element)


def _is_icon(element: Any) -> bool:
    """Return whether a word stands there that a font draws as a picture: "flight_takeoff"."""
    return bool(_ICON_FONT.search(element.get("class") or "")) and len(element) == 0
