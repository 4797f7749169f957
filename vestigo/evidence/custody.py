# SPDX-License-Identifier: AGPL-3.0-or-later
"""The custody log: who did what to which object, when, on which machine.

One canonical JSON line an event in ``events.jsonl``.  ``previous_sha256`` is the
SHA-256 of the previous line (without its line feed), so that a changed, dropped
or moved line shows.  A line is also the leaf of the Merkle tree that checkpoints
are signed over (``vestigo.evidence.checkpoint``).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from vestigo import __version__
from vestigo.clock import Clock, iso
from vestigo.errors import UsageError
from vestigo.evidence.custody_event import ACTIONS, ZERO, CustodyEvent, CustodyHead, well_formed
from vestigo.evidence.custody_file import LogFile
from vestigo.evidence.custody_reading import compare_tree, read_events, verified_head
from vestigo.evidence.custody_tail import Tail
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.machine import machine_id
from vestigo.i18n import _

__all__ = ["ACTIONS", "ZERO", "CustodyEvent", "CustodyHead", "CustodyLog"]

SALT_BYTES = 32
SOFTWARE = f"vestigo {__version__}"


class CustodyLog:
    """Appends events durably and reads them back.

    Any process that may touch the case may append: appends are serialised between
    processes by a lock on the log itself, not by the lock of the case's writer.
    """

    def __init__(self, folder: Path, actor: str, clock: Clock, role: str = "operator") -> None:
        self._folder = folder
        self._file = LogFile(folder / "events.jsonl", self._torn_event)
        self._actor = actor
        self._role = role
        self._clock = clock

    def act_as(self, operator: str) -> None:
        """Name an operator, whose key was unlocked, beside the account from now on."""
        self._actor = f"{self._actor} (operator {operator})"

    @property
    def path(self) -> Path:
        """The file of the log."""
        return self._file.path

    def append(
        self,
        action: str,
        *,
        object_sha256: str = "",
        exhibit: str = "",
        reason: str = "",
        authorization_id: str = "",
        details: Mapping[str, str] | None = None,
    ) -> CustodyEvent:
        """Write one event and return it once it is on the disk.

        Raises ``UsageError`` E-EVI-001 for an action that does not exist and E-EVI-002
        when the clock stands before the last event; ``OSError`` when the disk is
        full (then nothing of the event is left).
        """
        return self.append_all([_given(action, object_sha256, exhibit, reason,
                                       authorization_id, details)])[0]  # fmt: skip

    def append_all(self, wanted: Sequence[Mapping[str, Any]]) -> list[CustodyEvent]:
        """Write several events at once (keywords as in ``append``); all of them or none."""
        for given in wanted:
            if given["action"] not in ACTIONS:
                raise _unknown_action(given["action"])
        return self._file.append([partial(self._event, **_well_formed(g)) for g in wanted])

    def events(self, *, up_to: int | None = None) -> Iterator[CustodyEvent]:
        """Yield the events in order, up to event ``up_to``; E-EVI-003 for a line that is none."""
        return read_events(self._file.path, up_to)

    def head(self) -> CustodyHead:
        """Return the number of events and the hash of the last one."""
        with self._file.reading() as tail:
            return CustodyHead(tail.n_events, tail.sha256)

    def verify(self) -> CustodyHead:
        """Recompute the chain and return its head.

        Raises ``VerificationError``: E-EVI-003 a line is no event, E-EVI-005 the numbers do
        not run on, E-EVI-006 time runs backwards, E-EVI-106 events are gone at the end,
        E-EVI-107 … 111 an event was rewritten, dropped, moved, put in again, or the whole
        log from it on is another one.
        """
        head = verified_head(self._file.path)
        compare_tree(self._file.path, self._file.tree)
        return head

    def tree(self) -> LogTree:
        """Return the stored hashes of the log, brought up to its last event."""
        return self._file.follow()

    def tree_made_again(self) -> LogTree:
        """Return the stored hashes made again from the log, after a crash took some away.

        Raises ``VerificationError`` E-EVI-106 and E-EVI-111 as ``verify`` does.
        """
        compare_tree(self._file.path, self._file.tree)
        return self._file.make_tree_again()

    def torn_bytes(self) -> int:
        """Return how many bytes of an unfinished last line there are (after a crash)."""
        with self._file.reading() as tail:
            return len(tail.torn)

    def refuse_clock(self) -> None:
        """Raise ``UsageError`` E-EVI-002 where no event could be written by the clock of now.

        For acts that are done before they are logged: nothing is done then.
        """
        with self._file.reading() as tail:
            self._now(tail)

    def _now(self, tail: Tail) -> datetime:
        now = self._clock()
        if tail.at is not None and now < tail.at:
            raise UsageError(
                "E-EVI-002",
                _("The clock ({now}) stands before the last event ({last}).").format(
                    now=iso(now), last=iso(tail.at)
                ),
                where=str(self._file.path),
                remedy=_("Set the clock of this machine right; nothing was logged."),
            )
        return now

    def _torn_event(self, tail: Tail, path: Path, digest: str) -> CustodyEvent:
        """Return the event that says that an unfinished last line was set apart."""
        return self._event(tail, **_well_formed(_given(
            "fail", digest, "",
            "an unfinished event was found at the end of the log and set apart", "",
            {"file": path.name, "n_bytes": str(path.stat().st_size)},
        )))  # fmt: skip

    def _event(self, tail: Tail, **given: Any) -> CustodyEvent:
        return CustodyEvent(
            id=tail.n_events + 1,
            at=self._now(tail),
            actor=well_formed(self._actor),
            role=self._role,
            software=SOFTWARE,
            machine_id=machine_id(self._folder),
            previous_sha256=tail.sha256,
            salt=secrets.token_hex(SALT_BYTES),
            **given,
        )


def _given(
    action: str,
    object_sha256: str,
    exhibit: str,
    reason: str,
    authorization_id: str,
    details: Mapping[str, str] | None,
) -> dict[str, Any]:
    return {"action": action, "object_sha256": object_sha256, "exhibit": exhibit,
            "reason": reason, "authorization_id": authorization_id,
            "details": details or {}}  # fmt: skip


def _well_formed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all fields of an event, absent ones empty, as UTF-8 can hold them."""
    fields = {**_given("", "", "", "", "", None), **given}
    details = {well_formed(k): well_formed(v) for k, v in fields["details"].items()}
    return {
        **fields,
        "exhibit": well_formed(fields["exhibit"]),
        "reason": well_formed(fields["reason"]),
        "details": details,
    }


def _unknown_action(action: str) -> UsageError:
    return UsageError(
        "E-EVI-001",
        _("“{action}” is no action of the custody log.").format(action=action),
        remedy=_("Use one of: {actions}.").format(actions=", ".join(ACTIONS)),
    )
