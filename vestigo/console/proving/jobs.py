# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long work of the evidence desk, one piece at a time, on a thread that outlives the request.

A job that is cut off by the end of the console leaves what its command line twin would leave:
nothing half-done stands under a final name.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vestigo.clock import Clock
from vestigo.console.familiar import familiar
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _

_LOG = logging.getLogger("vestigo.console")
MOST_KEPT = 20


@dataclass(slots=True)
class Job:
    """One piece of work: ``kind`` is verify, bundle, build, disclose or pack.

    ``state`` is running, done or failed; ``result`` what it gave, ``error`` why it failed.
    """

    number: int
    kind: str
    about: str
    account: str
    began_at: datetime
    state: str = "running"
    ended_at: datetime | None = None
    result: Any = None
    error: VestigoError | None = None


@dataclass(slots=True)
class Jobs:
    """The jobs of one console, the last twenty of them."""

    clock: Clock
    _jobs: list[Job] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def start(self, kind: str, about: str, account: str, work: Callable[[], Any]) -> Job:
        """Begin a job; E-CON-060 while another one is under way."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise UsageError(
                    "E-CON-060",
                    _("Another piece of work is under way."),
                    where=self._jobs[-1].about,
                    remedy=_("Wait until it is done: it stands on the evidence desk."),
                )
            number = self._jobs[-1].number + 1 if self._jobs else 1
            job = Job(number, kind, about, account, self.clock())
            self._jobs = [*self._jobs[-MOST_KEPT + 1 :], job]
            words = contextvars.copy_context()  # errors speak the language of who asked
            run = threading.Thread(target=words.run, args=(self._run, job, work), name=kind)
            run.daemon = True
            self._thread = run
            run.start()
        return job

    def all(self) -> list[Job]:
        """Return the jobs, the latest first."""
        with self._lock:
            return self._jobs[::-1]

    def wait(self, seconds: float) -> None:
        """Wait for the job that is under way, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self, job: Job, work: Callable[[], Any]) -> None:
        try:
            job.result, state = work(), "done"
        except VestigoError as error:
            job.error, state = error, "failed"
        except Exception as error:  # noqa: BLE001  # a thread has nobody above it to tell
            _LOG.exception("E-CON-009 %s", job.kind)
            job.error, state = familiar(error) or _unexpected(error), "failed"
        job.ended_at = self.clock()
        job.state = state


def _unexpected(error: Exception) -> VestigoError:
    return VestigoError(
        "E-CON-009",
        _("Something unexpected happened; it was not done."),
        where=type(error).__name__,
        remedy=_("Look at the console’s output on the machine that runs it."),
    )
