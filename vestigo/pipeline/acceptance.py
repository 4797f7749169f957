# SPDX-License-Identifier: AGPL-3.0-or-later
"""The full counts, one measurement after the other, each a command of its own.

A run that was stopped goes on: what was measured for the same commit is kept.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo import __version__
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.steps import StepResult, run_step, vestigo_words
from vestigo.places import config_root
from vestigo.settings import read_toml
from vestigo.store.atomic import write_atomically

ANY_CODE = tuple(ExitCode)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One entry of ``config/acceptance.toml``.

    ``words`` are what follows ``vestigo``; ``{name}`` in them is filled from what the
    user gave, and a measurement that lacks such a value is left out, loudly.
    """

    name: str
    words: tuple[str, ...]
    needs: tuple[str, ...]
    about: str

    def filled(self, given: Mapping[str, str]) -> list[str]:
        """Return the words with the user's values in their places."""
        return [word.format(**given) for word in self.words]

    def lacks(self, given: Mapping[str, str]) -> list[str]:
        """Return the values that the user did not give."""
        return [name for name in self.needs if name not in given]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a measurement ended: ``done``, ``kept`` from before, ``left_out`` or ``failed``."""

    name: str
    state: str
    reason: str = ""
    seconds: str = ""


def measurements() -> tuple[Measurement, ...]:
    """Return every measurement in the order of the file."""
    rows = read_toml(config_root() / "acceptance.toml")["measurement"]
    return tuple(
        Measurement(row["name"], tuple(row["words"]), tuple(row.get("needs", ())), row["about"])
        for row in rows
    )


def chosen(names: Sequence[str]) -> tuple[Measurement, ...]:
    """Return the measurements of these names, all where none is named.

    Raises ``UsageError`` E-BEN-001 for a name that there is not.
    """
    known = {one.name: one for one in measurements()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            "E-BEN-001",
            _("There is no measurement “{name}”.").format(name=unknown[0]),
            remedy=_("There are: {names}.").format(names=", ".join(known)),
        )
    return tuple(known[name] for name in names or known)


def measure(
    todo: Sequence[Measurement],
    folder: Path,
    given: Mapping[str, str],
    *,
    resume: bool,
    on_start: Callable[[Measurement], None],
) -> list[Outcome]:
    """Run each measurement and write ``NAME.json`` into ``folder`` as soon as it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    commit = current_commit()
    outcomes = []
    for one in todo:
        path = folder / f"{one.name}.json"
        if one.lacks(given):
            outcomes.append(Outcome(one.name, "left_out", ", ".join(one.lacks(given))))
        elif resume and _is_of(path, commit):
            outcomes.append(Outcome(one.name, "kept"))
        else:
            on_start(one)
            outcomes.append(_measured(one, path, given, commit))
    return outcomes


def current_commit() -> str:
    """Return the commit of the checkout that runs, ``+`` where files differ, else the version."""
    here = Path(__file__).resolve().parents[2]
    words = ["git", "-C", str(here), "describe", "--always", "--abbrev=12", "--dirty=+"]
    try:
        found = subprocess.run(words, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return found.stdout.strip()


def _measured(one: Measurement, path: Path, given: Mapping[str, str], commit: str) -> Outcome:
    words = one.filled(given)
    result = run_step(vestigo_words(*words, "--json"), accept=ANY_CODE)
    failed = result.exit_code not in (ExitCode.DONE, ExitCode.FINDINGS)
    described = {
        "name": one.name,
        "about": one.about,
        "command": ["vestigo", *one.words, "--json"],
        "commit": commit,
        "machine": machine(),
        "exit_code": result.exit_code,
        "seconds": f"{result.seconds:.1f}",
        "peak_mb": result.peak_mb,
        "result": _document(result),
    }
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, text.encode("utf-8"))
    state = "failed" if failed else "done"
    return Outcome(one.name, state, str(result.exit_code), f"{result.seconds:.1f}")


def _document(result: StepResult) -> Any:
    try:
        return result.document()
    except ValueError:
        return None


def _is_of(path: Path, commit: str) -> bool:
    """Whether a result of this very commit is there, and the command had succeeded."""
    try:
        described = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    good = described.get("exit_code") in (ExitCode.DONE, ExitCode.FINDINGS)
    return good and described.get("commit") == commit and not commit.endswith("+")
