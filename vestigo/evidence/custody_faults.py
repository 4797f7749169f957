# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened to a log whose chain does not run on: which event, and how.

An event that was rewritten, dropped, moved or put in again leaves different marks: its
number, the digest that the event behind it names, and the hash that the tree kept of it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.custody_event import CustodyEvent, parse_event
from vestigo.i18n import _


def broken_chain(path: Path, lines: list[bytes], n: int) -> VerificationError:
    """Return the error for the log of ``lines`` whose event ``n`` (from 1) does not follow.

    E-EVI-107 an event was rewritten, E-EVI-108 dropped, E-EVI-109 moved, E-EVI-110 put in
    a second time.
    """
    found = parse_event(lines[n - 1])
    if found.id == n:
        return _rewritten(path, lines, found)
    if found.id < n:
        return _again(path, lines, found, n)
    if any(_number(line) == n for line in lines[n:]):
        return _error(
            "E-EVI-109",
            _("Events were reordered: event {id} stands where event {n} was.").format(
                id=found.id, n=n
            ),
            path,
            n,
        )
    return _error("E-EVI-108", _dropped(n, found.id - 1), path, n)


def cut_off(path: Path, first: int, last: int) -> VerificationError:
    """Return the error E-EVI-106: events at the end of the log are gone."""
    if first >= last:
        what = _("Event {n} was cut off the end of the log.").format(n=last)
    else:
        what = _("Events {first} to {last} were cut off the end of the log.").format(
            first=first, last=last
        )
    return _error("E-EVI-106", what, path, first)


def other_leaf(path: Path, n: int) -> VerificationError:
    """Return the error E-EVI-111: the chain runs on, but event ``n`` was another one."""
    what = _("The log was rewritten from event {n} on: its tree holds another event.").format(n=n)
    return _error("E-EVI-111", what, path, n)


def _rewritten(path: Path, lines: list[bytes], found: CustodyEvent) -> VerificationError:
    """Tell whether ``found`` was changed, or the event that stands before it."""
    n = found.id
    after = _event(lines[n]) if n < len(lines) else None
    confirmed = after is not None and after.previous_sha256 == _digest(lines[n - 1])
    changed = n - 1 if n > 1 and (confirmed or after is None) else n
    return _error("E-EVI-107", _("Event {n} was rewritten.").format(n=changed), path, changed)


def _again(path: Path, lines: list[bytes], found: CustodyEvent, n: int) -> VerificationError:
    what = _("Event {id} was replayed: it stands again where event {n} was.")
    if lines[n - 1] not in lines[: n - 1]:
        what = _("Another event {id} was put in where event {n} was.")
    return _error("E-EVI-110", what.format(id=found.id, n=n), path, n)


def _dropped(first: int, last: int) -> str:
    if first == last:
        return _("Event {n} was dropped.").format(n=first)
    return _("Events {first} to {last} were dropped.").format(first=first, last=last)


def _number(line: bytes) -> int:
    event = _event(line)
    return event.id if event is not None else 0


def _event(line: bytes) -> CustodyEvent | None:
    try:
        return parse_event(line)
    except ValueError:
        return None


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _error(code: str, what: str, path: Path, n: int) -> VerificationError:
    return VerificationError(
        code,
        what,
        where=f"{path} {n}",
        remedy=_("Restore the log from a copy or bundle that verifies; keep the broken one."),
    )
