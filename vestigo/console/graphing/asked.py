# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page asks, as JSON: read strictly, nothing is taken on trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.browsing.reading import Count
from graph.model import EDGES, NODES, NodeRef
from vestigo.errors import UsageError
from vestigo.i18n import _

MOST_ON_CANVAS = 1_500
MOST_AT_ONCE = 300
MOST_KEY = 4_000
MOST_BODY = 2_000_000
Asked = Mapping[str, Any]


def ref_of(value: object) -> NodeRef:
    """Return the node that ``[label, key]`` names; E-CON-020 for anything else."""
    match value:
        case [str(label), str(key)] if label in NODES and 0 < len(key) <= MOST_KEY:
            return NodeRef(label, key)
    raise not_understood("node")


def refs_of(asked: Asked, name: str) -> list[NodeRef]:
    """Return the nodes of a list; E-CON-021 where there are more than a canvas takes."""
    value = asked.get(name, [])
    if not isinstance(value, list):
        raise not_understood(name)
    if len(value) > MOST_ON_CANVAS:
        raise too_many(len(value))
    return list(dict.fromkeys(ref_of(one) for one in value))


def count_of(asked: Asked) -> Count:
    """Return which step is asked for: direction, type of relationship and label."""
    direction, kind, label = (text_of(asked, name) for name in ("direction", "kind", "label"))
    if direction not in ("in", "out") or kind not in EDGES or label not in NODES:
        raise not_understood("kind")
    return Count(direction, kind, label, 0)


def text_of(asked: Asked, name: str, default: str | None = None, most: int = MOST_KEY) -> str:
    """Return a text of at most ``most`` characters."""
    value = asked.get(name, default)
    if not isinstance(value, str) or len(value) > most:
        raise not_understood(name)
    return value


def whole_of(asked: Asked, name: str, default: int, lowest: int, highest: int) -> int:
    """Return a whole number within its bounds."""
    value = asked.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise not_understood(name)
    return value


def yes_of(asked: Asked, name: str) -> bool:
    """Return whether something was asked for."""
    value = asked.get(name, False)
    if not isinstance(value, bool):
        raise not_understood(name)
    return value


def refuse_crowd(new: Sequence[NodeRef], present: Sequence[NodeRef]) -> None:
    """Raise E-CON-021 where a canvas would hold more than it takes."""
    n = len({*new, *present})
    if n > MOST_ON_CANVAS:
        raise too_many(n)


def too_many(n: int) -> UsageError:
    """Return the refusal of a canvas that would hold ``n`` things."""
    return UsageError(
        "E-CON-021",
        _("The canvas would hold {n} things; it takes {most}.").format(n=n, most=MOST_ON_CANVAS),
        remedy=_("Take away or group what is not needed, or expand by less."),
    )


def not_understood(where: str) -> UsageError:
    """Return the refusal of a request that no page of ours sends."""
    return UsageError(
        "E-CON-020",
        _("The request was not understood."),
        where=where[:100],
        remedy=_("Load the page again."),
    )
