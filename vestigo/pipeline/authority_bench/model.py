# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be asked for: a table, made without any code of crawler or gate.

It knows a page by the first letter of its path, as the servers of the benchmark give
them out, and an authorization by the plain words of the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

# First letter of the path -> (act, class of data), after the words of the order.
TABLE = {
    "": ("view", "listing"),
    "c": ("view", "listing"),
    "p": ("view", "listing"),
    "v": ("view", "vendor_profile"),
    "f": ("view", "feedback"),
    "s": ("search", "listing"),
    "x": ("view", "listing"),
    "i": ("fetch_image", "listing"),
    "login": ("login", "listing"),
    "captcha.png": ("login", "listing"),
    "favicon.ico": ("fetch_image", "listing"),
}
ELSEWHERE = ("view", "listing")  # what no link leads to: a trap that was spelled oddly
AS_PICTURE = "as=img"  # an address that a page embeds as a picture


@dataclass(frozen=True, slots=True)
class Paper:
    """One order: units of time since the beginning, the rest in words; ``replaces`` is an index."""

    begins: int
    ends: int
    hosts: tuple[str, ...]
    acts: tuple[str, ...]
    classes: tuple[str, ...]
    accounts: tuple[str, ...]
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as a server's socket saw it, ``at`` units of time from the beginning."""

    host: str
    port: int
    method: str
    target: str
    at: int


@dataclass(slots=True)
class Model:
    """The orders of one schedule and the account that is used."""

    papers: Sequence[Paper]
    account: str
    replaced: set[int] = field(init=False)

    def __post_init__(self) -> None:
        """Leave out the orders that a later one replaces."""
        self.replaced = {p.replaces for p in self.papers if p.replaces is not None}

    def allows(self, arrival: Arrival) -> bool:
        """Say whether any order in force covers what arrived."""
        return self.covers(arrival, *wanted(arrival))

    def covers(self, arrival: Arrival, act: str, data_class: str) -> bool:
        """Say whether an order covers an act on a class of data where and when it arrived."""
        names = {arrival.host, f"{arrival.host}:{arrival.port}"}
        for number, paper in enumerate(self.papers):
            rows = (
                number not in self.replaced,
                paper.begins <= arrival.at,
                arrival.at < paper.ends,
                bool(names.intersection(paper.hosts)),
                act in paper.acts,
                data_class in paper.classes,
                self.account in ("", *paper.accounts),
            )
            if False not in rows:
                return True
        return False

    def steady(self, until: int) -> bool:
        """Say whether nothing begins or ends between the beginning and ``until``."""
        current = [p for n, p in enumerate(self.papers) if n not in self.replaced]
        return not any(0 < p.begins <= until or 0 < p.ends <= until for p in current)


def wanted(arrival: Arrival) -> tuple[str, str]:
    """Return act and class of data of a request; a form that is sent belongs to the log-in."""
    if arrival.method == "POST":
        return TABLE["login"]
    path, _mark, query = arrival.target.partition("?")
    if query == AS_PICTURE:
        return TABLE["i"]
    path = path.strip("/")
    return TABLE.get(path) or TABLE.get(path[:1], ELSEWHERE)
