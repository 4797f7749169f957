# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long commands say on standard error which signal ended them, and where they were."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from vestigo.i18n import _

_ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU", "SIGUSR1", "SIGUSR2", "SIGALRM")
    if hasattr(signal, name)
)


@contextmanager
def told_when_ended(command: str) -> Iterator[Callable[[str], None]]:
    """Tell when a signal ends the block, then end in order with 128 and its number.

    Yields what takes down how far the work has come.  Only SIGKILL ends anything without a
    word: the last line that stood there says how far it was.
    """
    last = [""]

    def end(number: int, _frame: FrameType | None) -> None:
        told = _("{command} was ended by {signal} at: {place}").format(
            command=command, signal=signal.Signals(number).name, place=last[0] or "-"
        )
        _say(told + "\n")
        raise SystemExit(128 + number)

    # what is ignored (nohup) stays ignored
    heard = [number for number in _ENDING if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield lambda place: last.__setitem__(0, place)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(told: str) -> None:
    """Write to standard error, past its buffer where the signal came in the middle of a write."""
    try:
        sys.stderr.write(told)
        sys.stderr.flush()
    except RuntimeError:  # a buffered writer refuses to be called from within itself
        os.write(2, told.encode("utf-8", "backslashreplace"))
