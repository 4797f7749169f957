# SPDX-License-Identifier: AGPL-3.0-or-later
"""The custody log by what is asked of it: act, person, role, text, days; and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from vestigo.console.accounts import ROLES
from vestigo.evidence.custody_event import ACTIONS, CustodyEvent

COLUMNS = ("id", "at", "action", "actor", "account", "role", "reason", "details", "object_sha256",
           "exhibit", "sha256")  # fmt: skip
NAMES = ("action", "account", "role", "text", "from", "to")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of the log; nonsense is left out, and named in ``not_understood``."""

    action: str = ""
    account: str = ""
    role: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None
    not_understood: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filter:
        """Return the filter of a query string."""
        wrong: list[str] = []
        return cls(
            action=_one_of(query, "action", ACTIONS, wrong),
            account=query.get("account", "").strip()[:100],
            role=_one_of(query, "role", ROLES, wrong),
            text=query.get("text", "").strip()[:200],
            first=_day(query, "from", wrong),
            last=_day(query, "to", wrong),
            not_understood=tuple(wrong),
        )

    @property
    def is_empty(self) -> bool:
        """Whether everything is asked for."""
        return not self.query()

    def query(self) -> dict[str, str]:
        """Return the query again."""
        given = (self.action, self.account, self.role, self.text,
                 self.first.isoformat() if self.first else "",
                 self.last.isoformat() if self.last else "")  # fmt: skip
        return {name: text for name, text in zip(NAMES, given, strict=True) if text}

    def keeps(self, event: CustodyEvent) -> bool:
        """Return whether an event is what is asked for."""
        return (
            self.action in ("", event.action)
            and self.role in ("", event.role)
            and (not self.account or self.account in (who(event), event.actor))
            and (self.first is None or event.at >= _midnight(self.first))
            and (self.last is None or event.at.date() <= self.last)
            and (not self.text or self.text.casefold() in _said(event))
        )


def chosen(events: Iterable[CustodyEvent], wanted: Filter) -> list[CustodyEvent]:
    """Return the events that are asked for, the latest first."""
    return [event for event in events if wanted.keeps(event)][::-1]


def who(event: CustodyEvent) -> str:
    """Return the account that an event names, else the actor."""
    return event.details.get("account", event.actor)


def csv_rows(events: Iterable[CustodyEvent]) -> Iterator[tuple[str | int | datetime, ...]]:
    """Yield the lines of the CSV file."""
    for event in events:
        details = "; ".join(f"{name}: {value}" for name, value in sorted(event.details.items()))
        yield (event.id, event.at, event.action, event.actor, event.details.get("account", ""),
               event.role, event.reason, details, event.object_sha256, event.exhibit,
               event.sha256)  # fmt: skip


def _said(event: CustodyEvent) -> str:
    details = " ".join(f"{name} {value}" for name, value in event.details.items())
    return f"{event.reason} {details} {event.object_sha256} {event.exhibit}".casefold()


def _one_of(query: Mapping[str, str], name: str, allowed: tuple[str, ...], wrong: list[str]) -> str:
    text = query.get(name, "").strip()
    if text and text not in allowed:
        wrong.append(name)
        return ""
    return text


def _day(query: Mapping[str, str], name: str, wrong: list[str]) -> date | None:
    text = query.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        wrong.append(name)
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
