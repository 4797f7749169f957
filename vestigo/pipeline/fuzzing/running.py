# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running the fuzzer on each target in a process of its own, and reading how it ended."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.fuzzing.corpus import gathered, keep_corpus, read_corpus, spread
from vestigo.pipeline.fuzzing.targets import TARGETS

LONGEST_INPUT = 4096  # bytes
SLOWEST = 10  # seconds for one input, beyond which libFuzzer calls it a hang
MOST_MEMORY = 1024  # MB resident, beyond which libFuzzer calls it a leak
MOST_SAID = 3000  # characters of what a process that ended in a finding printed
KEPT_BYTES = 64 * 1024  # of a target's corpus
_RUNS = re.compile(r"stat::number_of_executed_units: +([0-9]+)")
_PEAK = re.compile(r"stat::peak_rss_mb: +([0-9]+)")
_SLOWEST = re.compile(r"stat::slowest_unit_time_sec: +([0-9]+)")
_COVER = re.compile(r"cov: ([0-9]+)")


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How one target ended: inputs tried, edges met, peak memory in MB, what was found."""

    n_inputs: int
    n_edges: int
    peak_mb: int
    slowest_s: int
    exit_code: int
    finding: str
    error: str


def require_fuzzer() -> None:
    """Raise E-BEN-008 where atheris is not installed."""
    if importlib.util.find_spec("atheris") is None:
        raise ConfigurationError(
            "E-BEN-008",
            _("The fuzzer atheris is not installed."),
            remedy=_("Install it beside Vestigo: pip install atheris (Linux)."),
        )


def fuzz(name: str, seconds: int, work: Path, corpus: Path | None) -> Fuzzed:
    """Fuzz one target for ``seconds``; new inputs, findings too, go to ``corpus`` where given."""
    inputs = [*TARGETS[name].seeds(), *(read_corpus(corpus, name) if corpus else ())]
    old, grown = work / name / "old", work / name / "grown"
    spread(old, inputs)
    grown.mkdir(parents=True)
    words = [f"-max_total_time={seconds}", "-print_final_stats=1", "-close_fd_mask=0"]
    ended = _process(name, work, [*words, str(grown), str(old)])
    if corpus is not None:
        _keep(name, corpus, [*inputs, *gathered_findings(work / name)], gathered(grown))
    return _read(work / name, ended)


def document(found: dict[str, Fuzzed], seconds: int) -> dict[str, Any]:
    """Return what the command prints: met where no target ended in a finding."""
    return {
        "commit": current_commit(),
        "machine": machine(),
        "seconds_each": seconds,
        "limits": {"input_bytes": LONGEST_INPUT, "seconds": SLOWEST, "memory_mb": MOST_MEMORY},
        "targets": {name: asdict(one) for name, one in found.items()},
        "met": all(one.exit_code == 0 for one in found.values()),
    }


def fuzz_all(
    names: list[str], seconds: int, work: Path, corpus: Path | None,
    on_start: Callable[[str], None],
) -> dict[str, Fuzzed]:  # fmt: skip
    """Fuzz one target after the other."""
    found = {}
    for name in names:
        on_start(name)
        found[name] = fuzz(name, seconds, work, corpus)
    return found


def _process(name: str, work: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "vestigo.pipeline.fuzzing", name, str(work / name / "files")]
    limits = [f"-timeout={SLOWEST}", f"-rss_limit_mb={MOST_MEMORY}", f"-max_len={LONGEST_INPUT}"]
    kept = f"-artifact_prefix={work / name}/finding-"
    return subprocess.run(
        [*program, *limits, kept, *words], capture_output=True, text=True, errors="replace",
        check=False, cwd=work,
    )  # fmt: skip


def _keep(name: str, corpus: Path, inputs: list[bytes], grown: list[bytes]) -> None:
    """Keep, beside what there was, the shortest inputs that met something new."""
    kept, room = list(inputs), KEPT_BYTES - sum(map(len, inputs))
    for one in sorted(grown, key=lambda one: (len(one), one)):
        room -= len(one)
        if room >= 0:
            kept.append(one)
    keep_corpus(corpus, name, kept)


def _read(folder: Path, ended: subprocess.CompletedProcess[str]) -> Fuzzed:
    findings = gathered_findings(folder)
    return Fuzzed(
        n_inputs=_number(_RUNS, ended.stderr),
        n_edges=_number(_COVER, ended.stderr),
        peak_mb=_number(_PEAK, ended.stderr),
        slowest_s=_number(_SLOWEST, ended.stderr),
        exit_code=ended.returncode,
        finding=findings[0].hex() if findings else "",
        error="" if ended.returncode == 0 else _error(ended.stdout + ended.stderr),
    )


def _error(said: str) -> str:
    _before, found, traceback = said.partition("Uncaught Python exception")
    return (traceback if found else said)[-MOST_SAID:]


def gathered_findings(folder: Path) -> list[bytes]:
    """Return the inputs that ended a run."""
    return [path.read_bytes() for path in sorted(folder.glob("finding-*"))]


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.findall(text)
    return int(found[-1]) if found else 0
