# SPDX-License-Identifier: AGPL-3.0-or-later
"""Both verifiers run as programs on a mutated bundle, and whether they say what they must."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vestigo.evidence.stranger import verify
from vestigo.pipeline.tamper_bench.bases import Bases
from vestigo.pipeline.tamper_bench.mutation import OUTSIDE, Mutation, Scene

FOLDER = Path(verify.__file__).parent
PROGRAMS: dict[str, Sequence[str]] = {
    "verify.sh": ("sh", str(FOLDER / "verify.sh")),
    "verify.py": (sys.executable, "-I", str(FOLDER / "verify.py")),
}
LINE = re.compile(r"(ok|FAILED|NOT CHECKED) +([a-z0-9]+) +(.*)")
ALONE = "no protection against the holder of the unit key"
RIGHT, FAILED, UNCHECKED = 0, 3, 4
STATUS_FAILED, STATUS_UNCHECKED = "FAILED", "NOT CHECKED"
SECONDS = 300  # in which a verifier must have ended, whatever it was given


@dataclass(frozen=True)
class Said:
    """What one verifier said: its exit code, and the lines by status and check."""

    exit_code: int
    lines: tuple[tuple[str, str, str], ...]
    alone: bool
    errors: str

    def checks(self, status: str) -> set[str]:
        """Return the checks that have a line of this status."""
        return {check for one, check, _detail in self.lines if one == status}

    def told(self, status: str, checks: frozenset[str] | set[str]) -> list[str]:
        """Return the details of the lines of some checks."""
        return [detail for one, check, detail in self.lines if one == status and check in checks]


@dataclass
class Verdict:
    """One mutation as both verifiers saw it; ``faults`` says what was not as it must be."""

    mutation: Mutation
    caught: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def run_verifier(program: str, bundle: Path, anchors: Path | None) -> Said:
    """Run ``verify.sh`` or ``verify.py`` of this release, as a stranger would."""
    words = [*PROGRAMS[program], str(bundle), *(("--anchors", str(anchors)) if anchors else ())]
    done = subprocess.run(words, capture_output=True, check=False, timeout=SECONDS)
    text = done.stdout.decode("utf-8", "replace")
    found = tuple(m.groups() for line in text.splitlines() if (m := LINE.fullmatch(line)))
    return Said(done.returncode, found, ALONE in text, done.stderr.decode("utf-8", "replace"))  # type: ignore[arg-type] # three groups


def judge(mutation: Mutation, bases: Bases, work: Path, programs: Sequence[str]) -> Verdict:
    """Mutate a copy in the new folder ``work``, run the verifiers and compare."""
    work.mkdir(parents=True)
    scene = Scene(bases.copy(mutation.attack.base, work), bases, work)
    mutation.attack.change(scene)
    verdict = Verdict(mutation)
    for program in programs:
        said = run_verifier(program, scene.path, scene.sealed.anchors)
        verdict.caught[program] = sorted(said.checks(STATUS_FAILED))
        verdict.reasons[program] = reason_told(mutation, said)
        verdict.faults += [f"{program}: {fault}" for fault in compared(mutation, program, said)]
    if mutation.attack.only_outside and mutation.attack.alone_it_passes:
        scene.drop_anchors(*OUTSIDE[mutation.attack.outside])
        for program in programs:
            said = run_verifier(program, scene.path, scene.sealed.anchors)
            verdict.faults += [f"{program} without it: {one}" for one in unprotected(said)]
    return verdict


def due_of(mutation: Mutation, program: str) -> frozenset[str]:
    """Return the checks that must fail in a verifier: ``verify.sh`` makes those of layer A."""
    layer_b = frozenset() if program == "verify.sh" else mutation.layer_b
    return mutation.layer_a | layer_b


def reason_told(mutation: Mutation, said: Said) -> str:
    """Return the line that gives the reason, or ""."""
    lines = said.told(STATUS_FAILED, mutation.layer_a | mutation.layer_b)
    lines += said.told(STATUS_UNCHECKED, mutation.unchecked)
    return next((line for line in lines if mutation.reason in line), "")


def compared(mutation: Mutation, program: str, said: Said) -> list[str]:
    """Return what a verifier said otherwise than it must."""
    faults, due = [], due_of(mutation, program)
    if said.errors:
        faults.append(f"said on its error channel: {said.errors[:200]!r}")
    code = FAILED if due else UNCHECKED if said.checks(STATUS_UNCHECKED) else RIGHT
    if said.exit_code != code:
        faults.append(f"ended with {said.exit_code}, not {code}")
    if said.checks(STATUS_FAILED) != due:
        faults.append(f"failed are {sorted(said.checks(STATUS_FAILED))}, not {sorted(due)}")
    if not mutation.unchecked <= said.checks(STATUS_UNCHECKED):
        faults.append(f"not said to be open: {sorted(mutation.unchecked)}")
    whole = program == "verify.py" or not mutation.layer_b
    if whole and not reason_told(mutation, said):
        faults.append(f"no line says {mutation.reason!r}")
    return faults


def unprotected(said: Said) -> list[str]:
    """Return what is wrong where the one outside anchor is not there: nothing may fail then."""
    faults = []
    if said.exit_code not in (RIGHT, UNCHECKED) or said.checks(STATUS_FAILED):
        faults.append(f"ended with {said.exit_code}: {sorted(said.checks(STATUS_FAILED))}")
    if not said.alone:
        faults.append("does not say that there is no protection against the holder of the key")
    return faults
