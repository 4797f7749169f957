# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passes that the operator planned: a moment for each market, kept in the case folder.

While a console runs, a pass without an account begins by itself at its moment; one with an
account waits for a person, since no password is kept anywhere.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vestigo.clock import Clock, iso, parse_iso
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

FORMAT = 1
LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned pass: the market, when it is to begin, and who planned it."""

    market: str
    at: str
    by: str


class Plan:
    """The planned passes of one case, by market; the file is read each time."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()

    def all(self) -> dict[str, Planned]:
        """Return the planned passes; E-CON-053 where the file is damaged."""
        try:
            return _parsed(json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                "E-CON-053",
                _("The plan of passes cannot be read."),
                where=self._path.name,
                remedy=_("Move the file away and plan the passes again."),
            ) from error

    def put(self, market: str, at: datetime, by: str) -> None:
        """Plan a pass; an earlier plan for the market is replaced."""
        with self._lock:
            self._write({**self.all(), market: Planned(market, iso(at), by)})

    def drop(self, market: str) -> Planned | None:
        """Take a plan away and return it, None where there was none."""
        with self._lock:
            left = self.all()
            gone = left.pop(market, None)
            if gone is not None:
                self._write(left)
        return gone

    def due(self) -> list[Planned]:
        """Return the plans whose moment has come."""
        now = self._clock()
        return [one for _market, one in sorted(self.all().items()) if parse_iso(one.at) <= now]

    def _write(self, plans: dict[str, Planned]) -> None:
        rows = [asdict(one) for _market, one in sorted(plans.items())]
        text = json.dumps({"format": FORMAT, "passes": rows}, ensure_ascii=False, indent=1)
        write_atomically(self._path, text.encode("utf-8") + b"\n", mode=0o600)


def _parsed(document: dict[str, Any]) -> dict[str, Planned]:
    if document["format"] != FORMAT:
        raise ValueError(document["format"])
    found = [Planned(**row) for row in document["passes"]]
    return {one.market: one for one in found if parse_iso(one.at)}


class Follower:
    """A thread that begins what is due while the console runs."""

    def __init__(self, begin_due: Callable[[], None]) -> None:
        self._begin_due = begin_due
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="planned passes", daemon=True)

    def start(self) -> None:
        """Begin to follow the plan."""
        self._thread.start()

    def stop(self) -> None:
        """End; crawls that were begun go on."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self._begin_due()
