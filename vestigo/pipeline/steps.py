# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running our own commands as processes of their own, one step after the other.

The demonstration and the benchmark do nothing that a user could not type: each step
is the command line, with ``--json`` for its result.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.errors import ExitCode, SourceUnreachable, VestigoError
from vestigo.i18n import _


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one command printed, its exit code, seconds, peak memory in MB, processor time."""

    exit_code: int
    output: str
    seconds: float
    peak_mb: int
    cpu_seconds: float = 0.0

    def document(self) -> Any:
        """Return the JSON document that the command printed."""
        return json.loads(self.output)


class StepFailed(VestigoError):  # noqa: N818 (reads as what happened)
    """A step ended with an exit code that stops the work; it keeps that exit code."""

    def __init__(self, words: Sequence[str], exit_code: int) -> None:
        what = _("A step ended with exit code {code}.").format(code=exit_code)
        remedy = _("Its own message stands above. Correct the cause and run this again.")
        if exit_code < 0:
            what = _("A step was killed by signal {number}.").format(number=-exit_code)
            remedy = _("Run the same command again: it goes on.")
        super().__init__("E-DEM-003", what, where=" ".join(words), remedy=remedy)
        known = exit_code in ExitCode.__members__.values()
        self.exit_code = ExitCode(exit_code) if known else ExitCode.UNEXPECTED


def vestigo_words(*words: str) -> list[str]:
    """Return the argument list that runs ``vestigo`` with this very interpreter."""
    return [sys.executable, "-m", "vestigo", *words]


def run_step(
    words: Sequence[str],
    *,
    stdin: str = "",
    accept: Sequence[int] = (ExitCode.DONE, ExitCode.FINDINGS),
    scratch: Path | None = None,
) -> StepResult:
    """Run a program to its end; its standard error is shown, its output is returned.

    ``scratch`` is where it and its children put temporary files.  Raises
    ``StepFailed`` when the exit code is not in ``accept``.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryFile(dir=scratch) as output,
        tempfile.TemporaryFile(dir=scratch) as typed,
    ):
        typed.write(stdin.encode("utf-8"))
        typed.seek(0)
        process = subprocess.Popen(words, stdin=typed, stdout=output, env=_environment(scratch))
        _pid, status, usage = _wait(process)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    exit_code = os.waitstatus_to_exitcode(status)
    result = StepResult(
        exit_code, text, time.monotonic() - began, usage.ru_maxrss // 1024,
        usage.ru_utime + usage.ru_stime,
    )  # fmt: skip
    if exit_code not in accept:
        raise StepFailed(words[2:] if words[1:2] == ["-m"] else words, exit_code)
    return result


def _environment(scratch: Path | None) -> dict[str, str]:
    return {**os.environ, **({"TMPDIR": str(scratch)} if scratch else {})}


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, int, Any]:
    try:
        outcome = os.wait4(process.pid, 0)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(outcome[1])
    return outcome


@contextmanager
def serving(words: Sequence[str], scratch: Path | None = None) -> Iterator[str]:
    """Run a server that prints ``{"url": …}`` when it accepts; yield the URL, then stop it.

    It is asked to stop by itself when its standard input ends, so that it does not
    outlive us even when we are killed.  Raises ``SourceUnreachable`` E-DEM-004 when it
    ends before it served.
    """
    with subprocess.Popen(
        [*words, "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(scratch),
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SourceUnreachable(
                    "E-DEM-004",
                    _("The practice range could not be started."),
                    where=" ".join(words[2:]),
                    remedy=_(
                        "Its own message stands above. Where the port is in use, stop that "
                        "program, or begin a new practice case with --case."
                    ),
                )
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()
