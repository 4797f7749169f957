# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looks at case material, and the custody events that they become before they are answered."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from vestigo.evidence.custody import CustodyLog
from vestigo.pipeline.session import CaseSession, os_account


@dataclass(frozen=True, slots=True)
class Look:
    """What a person looks at, for the custody log."""

    reason: str
    object_sha256: str = ""
    action: str = "access"


class AccessLog:
    """Writes each look at case material to the custody log before it is answered.

    The actor stays the OS account that runs the console; the signed-in account stands
    in the details, its role in the event.  Threads that append at once share one wait.
    """

    def __init__(self, session: CaseSession) -> None:
        self._lock = threading.Lock()
        self._session = session
        self._logs: dict[str, CustodyLog] = {}

    def write(self, look: Look, account: str, role: str, details: Mapping[str, str]) -> None:
        """Append one event; an error here means that the page is not shown."""
        with self._lock:
            if role not in self._logs:
                self._logs[role] = CustodyLog(
                    self._session.folder.custody, os_account(), self._session.clock, role=role
                )
        self._logs[role].append(
            look.action,
            object_sha256=look.object_sha256,
            reason=f"console: {look.reason}",
            details={"account": account, **details},
        )
