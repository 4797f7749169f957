# SPDX-License-Identifier: AGPL-3.0-or-later
"""Selectors that may find a place again on the other pages of its layout."""

from __future__ import annotations

import re
from typing import Any

REACH = 6
MOST = 48
LONGEST_TOKEN = 60
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
_MARKED = ("itemprop", "data-testid", "data-test", "data-field", "data-role", "role")
_TELLING = frozenset({"h1", "h2", "h3", "main", "article", "dl", "caption", "legend"})


def selectors_of(element: Any) -> list[str]:
    """Return CSS selectors of an element: by its own marks first, by its way from above last."""
    found: dict[str, None] = dict.fromkeys(_own(element))
    way = ""
    step: Any = element
    for _n in range(REACH):
        parent = step.getparent()
        if parent is None or parent.tag == "html":
            break
        way = f" > {_step(step)}{way}"
        for mark in _own(parent):
            found[f"{mark}{way}"] = None
            if way.count(">") > 1:
                for own in _own(element)[:2]:
                    found[f"{mark} {own}"] = None
        step = parent
    whole = _whole_way(element)
    kept = [one for one in found if one][: MOST - 1]
    return [*kept, whole] if whole not in found else kept


def _own(element: Any) -> list[str]:
    """Return selectors by id, marks, classes and telling tags, none where it has none."""
    name = element.tag
    found = []
    if _is_token(element.get("id")):
        found.append(
            f"{name}#{element.get('id')}"
            if _NAME.fullmatch(element.get("id"))
            else f'{name}[id="{element.get("id")}"]'
        )
    found += [
        f'{name}[{mark}="{element.get(mark)}"]' for mark in _MARKED if _is_token(element.get(mark))
    ]
    tokens = [token for token in element.get("class", "").split() if _is_token(token)]
    found += [f"{name}{_class(token)}" for token in tokens]
    if len(tokens) > 1:
        found.append(name + "".join(_class(token) for token in tokens))
    if name in _TELLING:
        found.append(name)
    return found


def _class(token: str) -> str:
    return f".{token}" if _NAME.fullmatch(token) else f'[class~="{token}"]'


def _is_token(value: str | None) -> bool:
    return (
        bool(value)
        and len(value or "") <= LONGEST_TOKEN
        and not re.search(r"[\"\\\s\x00-\x1f]", value or "")
    )


def _step(element: Any) -> str:
    tokens = [token for token in element.get("class", "").split() if _is_token(token)]
    if len(tokens) == 1:
        return f"{element.tag}{_class(tokens[0])}"
    return f"{element.tag}{_nth(element)}"


def _nth(element: Any) -> str:
    parent = element.getparent()
    if parent is None:
        return ""
    same = [one for one in parent if one.tag == element.tag]
    return f":nth-of-type({same.index(element) + 1})" if len(same) > 1 else ""


def _whole_way(element: Any) -> str:
    steps: list[str] = []
    while element is not None and element.tag != "html":
        steps.insert(0, f"{element.tag}{_nth(element)}")
        element = element.getparent()
    return " > ".join(steps)


def weight_of(selector: str) -> float:
    """Return how much a selector is liked: marks made by people first, bare ways last."""
    points = 0.0
    points += 0.6 if "itemprop" in selector or "data-" in selector else 0
    points += 0.5 if "#" in selector else 0
    points += 0.4 if re.search(r"\.[a-z]+(?:[-_][a-z]+)*(?![\w-])", selector) else 0
    points -= 0.15 * selector.count(":nth-of-type")
    points -= 0.08 * selector.count(">")
    points -= 0.4 if selector.startswith("body") else 0
    return points
