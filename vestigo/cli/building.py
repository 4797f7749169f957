# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a bundle is, for a person who waits: phase, amount, rate, time left; on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from vestigo.evidence.bundle.watching import (
    COMPARING,
    COPYING,
    GRAPH,
    RECORDS,
    SEALING,
    SHEETS,
    SYNCING,
    VERIFYING,
    BuildWatch,
)
from vestigo.i18n import _

MB = 1_000_000


class AmountAndRate(ProgressColumn):
    """What is done of what is to do, and how much a second: megabytes, or exhibits."""

    def render(self, task: Task) -> Text:
        """Return the words; nothing where it is not known how much there is."""
        if not task.total:
            return Text("")
        speed = task.speed or 0.0
        if task.fields["pieces"]:
            shown = _("{done} of {total}, {rate} a second")
            return Text(shown.format(done=int(task.completed), total=int(task.total),
                                     rate=f"{speed:.1f}"))  # fmt: skip
        shown = _("{done} of {total} MB, {rate} MB/s")
        numbers = [f"{n / MB:.0f}" for n in (task.completed, task.total, speed)]
        return Text(shown.format(done=numbers[0], total=numbers[1], rate=numbers[2]))


class ShownBuild(BuildWatch):
    """Shows each phase of a build as a line of its own."""

    def __init__(self, shown: Progress) -> None:
        super().__init__()
        self._shown = shown
        self._task: TaskID | None = None

    def began(self, name: str, total: int) -> None:
        """Add a line for the phase."""
        words = _phase_words()[name]
        self._task = self._shown.add_task(words, total=total or None, pieces=name == SHEETS)

    def expect(self, n: int) -> None:
        """Show how many pieces there are."""
        if self._task is not None:
            self._shown.update(self._task, total=n)

    def advance(self, n: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._shown.advance(self._task, n)

    def ended(self, name: str) -> None:  # noqa: ARG002 (there is one phase at a time)
        """Fill the bar: estimates of an amount may be a little off."""
        if self._task is None:
            return
        task = next(one for one in self._shown.tasks if one.id == self._task)
        done = task.total or 1
        self._shown.update(self._task, total=done, completed=done)
        self._task = None


@contextmanager
def shown_build(console: Console | None = None) -> Iterator[ShownBuild]:
    """Yield a watch that shows a build on stderr, silent where that is no terminal."""
    console = console or Console(file=sys.stderr)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        AmountAndRate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as shown:
        yield ShownBuild(shown)


def _phase_words() -> dict[str, str]:
    return {
        COMPARING: _("Comparing the archive with the log"),
        GRAPH: _("Making the graph"),
        COPYING: _("Copying the archive"),
        RECORDS: _("Writing the records"),
        SHEETS: _("Making the sheets"),
        SEALING: _("Sealing"),
        VERIFYING: _("Verifying the bundle"),
        SYNCING: _("Waiting for the disk"),
    }
