# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vendor's life: when it was seen, what came and went, month by month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from vestigo.console.index import CaseIndex, Key, Named, Offer
from vestigo.console.masking import THIRD
from vestigo.console.trading.states import gone_pages, state_of
from vestigo.records import Selector

MOST_MONTHS = 48


@dataclass(frozen=True, slots=True)
class Month:
    """One month: captures of the account, listings first seen and captured, feedback given."""

    name: str
    n_captures: int
    n_new: int
    n_listings: int
    n_feedback: int


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """A key or address, and when a capture first showed it for this account."""

    selector: Named
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Life:
    """What the captures show of one account from its first to its last.

    ``market_seen_at`` is when any account of the market was last seen: a vendor that was not
    seen since may be gone, or was not asked for.
    """

    first_at: datetime | None
    last_at: datetime | None
    market_seen_at: datetime | None
    last_feedback_on: date | None
    states: dict[str, int]
    months: tuple[Month, ...]
    identifiers: tuple[FirstSeen, ...]


def life_of(index: CaseIndex, key: Key, offers: list[Offer]) -> Life:
    """Return the life of one vendor account as the captures show it."""
    own = [*index.vendors.get(key, ()), *(one for offer in offers for one in offer.captures)]
    times = sorted(one.light.observed_at for one in own if one.light.observed_at)
    market = [one.light.observed_at for (name, _h), found in index.vendors.items()
              if name == key[0] for one in found if one.light.observed_at]  # fmt: skip
    given = sorted(one.light.given_on for one in index.feedback_for.get(key, ())
                   if one.light.given_on)  # fmt: skip
    gone = gone_pages(index)
    return Life(
        first_at=times[0] if times else None, last_at=times[-1] if times else None,
        market_seen_at=max([*market, *times], default=None),
        last_feedback_on=given[-1] if given else None,
        states=dict(sorted(Counter(state_of(index, offer, gone) for offer in offers).items())),
        months=tuple(_months(times, given, offers)),
        identifiers=tuple(_identifiers(index, own)),
    )  # fmt: skip


def _months(times: list[datetime], given: list[date], offers: list[Offer]) -> list[Month]:
    captures = Counter(f"{at:%Y-%m}" for at in times)
    feedback = Counter(on.isoformat()[:7] for on in given)
    new: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for offer in offers:
        seen = sorted({f"{one.light.observed_at:%Y-%m}" for one in offer.captures
                       if one.light.observed_at})  # fmt: skip
        new.update(seen[:1])
        shown.update(seen)
    names = sorted({*captures, *feedback, *new})[-MOST_MONTHS:]
    return [Month(m, captures[m], new[m], shown[m], feedback[m]) for m in names]


def _identifiers(index: CaseIndex, own: list[Named]) -> list[FirstSeen]:
    found: dict[tuple[str, str], FirstSeen] = {}
    for subject in sorted(own, key=_at):
        for one in index.readings.get(subject.id, ()):
            if one.is_a(Selector) and one.light.party != THIRD:
                key = (one.light.selector_kind, one.light.value)
                found.setdefault(key, FirstSeen(one, subject.light.observed_at))
    return list(found.values())


def _at(one: Named) -> str:
    return one.light.observed_at.isoformat() if one.light.observed_at else ""
