# SPDX-License-Identifier: AGPL-3.0-or-later
"""A large bundle: building it, and both layers of the verifiers, by the clock and processor.

Each step is a command of its own on an invented case; a quarter of it is measured first, to
tell how memory grows.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.evidence.bundle.watching import SHEETS
from vestigo.pipeline.benchmark import PASSPHRASE
from vestigo.pipeline.capture_bench.parts import Figure, Measured
from vestigo.pipeline.evidence_bench.parts import Plan
from vestigo.pipeline.evidence_bench.running import Ran, run_measured
from vestigo.pipeline.steps import vestigo_words

MAKER = "vestigo.pipeline.evidence_bench.invented_case"
BYTES_A_RECORD = 100_000
RECORDS_AN_EXHIBIT = 100
QUARTER = 4
TURNS = 3
MB = 1_000_000
LAYER_A = (  # the bundle's own program, its second layer left out
    "import importlib.util as u, sys; s = u.spec_from_file_location('v', sys.argv[1]);"
    "v = u.module_from_spec(s); s.loader.exec_module(v); v.LAYER_B = {};"
    "sys.exit(v.main(sys.argv[2:]))"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was measured on a case of one size."""

    n_bytes: int
    document: dict[str, Any]
    first: Ran
    built: Ran
    sums: list[Ran]
    layer_a: list[Ran]
    verify_py: Ran
    verify_sh: Ran

    def phases(self, ran: Ran) -> dict[str, dict[str, float]]:
        """Return seconds and processor seconds of each phase of a build."""
        told = json.loads(ran.output)["phases"].items()
        return {name: {kind: float(n) for kind, n in row.items()} for name, row in told}


def measure(plan: Plan) -> Measured:
    """Measure a quarter, then the whole."""
    quarter = _sealed(plan.work / "quarter", plan.n_bytes // QUARTER)
    whole = _sealed(plan.work / "whole", plan.n_bytes)
    sheets = whole.phases(whole.built)[SHEETS]["seconds"]
    rate = whole.n_bytes / MB / (whole.built.seconds - sheets)
    sums, layer_a = _median(whole.sums), _median(whole.layer_a)
    return Measured(
        {
            "build_mb_per_s": Figure(round(rate, 1), "MB/s", 60),
            "build_with_sheets_mb_per_s": Figure(
                round(whole.n_bytes / MB / whole.built.seconds, 1), "MB/s"
            ),
            "build_cpu_s": Figure(round(whole.built.cpu_seconds, 1), "s"),
            "layer_a_times_sums": Figure(round(layer_a / sums, 2), "x", 2.5, more=False),
            "layer_a_times_sums_by_cpu": Figure(
                round(_least_cpu(whole.layer_a) / _least_cpu(whole.sums), 2), "x"
            ),
            "verify_py_s": Figure(round(whole.verify_py.seconds, 1), "s", 60, more=False),
            "verify_py_cpu_s": Figure(round(whole.verify_py.cpu_seconds, 1), "s"),
            "build_peak_mb": Figure(whole.built.peak_mb, "MB"),
            "build_peak_growth_mb": Figure(
                whole.built.peak_mb - quarter.built.peak_mb, "MB", 200, more=False
            ),
            "verify_py_peak_mb": Figure(whole.verify_py.peak_mb, "MB"),
            "verify_py_peak_growth_mb": Figure(
                whole.verify_py.peak_mb - quarter.verify_py.peak_mb, "MB", 100, more=False
            ),
        },
        {"whole": _facts(whole), "quarter": _facts(quarter)},
    )


def _sealed(work: Path, n_bytes: int) -> Sealed:
    """Make a case, build its bundle with new sheets and with kept ones, and verify it."""
    work.mkdir(parents=True)
    case = work / "case"
    n_records = n_bytes // BYTES_A_RECORD
    sizes = (n_bytes, n_records, max(1, n_records // RECORDS_AN_EXHIBIT))
    run_measured([sys.executable, "-m", MAKER, str(case), *map(str, sizes)])
    words = vestigo_words("bundle", "build", str(case), "--passphrase-stdin", "--json")
    first = run_measured(words, stdin=PASSPHRASE)
    shutil.rmtree(json.loads(first.output)["path"])
    built = run_measured(words, stdin=PASSPHRASE)
    document = json.loads(built.output)
    bundle, anchors = Path(document["path"]), case / "anchors"
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    sums, layer_a = _in_turns(bundle, anchors, files)
    given = [str(bundle), "--anchors", str(anchors)]
    verify_py = run_measured([sys.executable, "-I", str(bundle / "verify.py"), *given])
    verify_sh = run_measured(["sh", str(bundle / "verify.sh"), "--anchors", str(anchors)])
    n = sum(path.stat().st_size for path in files)
    shutil.rmtree(work)
    return Sealed(n, document, first, built, sums, layer_a, verify_py, verify_sh)


def _in_turns(bundle: Path, anchors: Path, files: list[Path]) -> tuple[list[Ran], list[Ran]]:
    """Measure both sums of all files, and layer A, one after the other, several times."""
    sums, layer_a = [], []
    names = bundle.with_name("names")
    names.write_bytes(b"\0".join(str(path).encode() for path in files))
    both = 'xargs -0 sha256sum < "$1" && xargs -0 sha512sum < "$1"'
    program = [sys.executable, "-I", "-B", "-c", LAYER_A, str(bundle / "verify.py"), str(bundle)]
    for _n in range(TURNS):
        sums.append(run_measured(["sh", "-c", both, "sh", str(names)]))
        layer_a.append(run_measured([*program, "--anchors", str(anchors)]))
    return sums, layer_a


def _median(runs: list[Ran]) -> float:
    return statistics.median(ran.seconds for ran in runs)


def _least_cpu(runs: list[Ran]) -> float:
    return min(ran.cpu_seconds for ran in runs)


def _facts(sealed: Sealed) -> dict[str, Any]:
    runs = {
        "build_sheets_new": sealed.first, "build_sheets_kept": sealed.built,
        "verify_py": sealed.verify_py, "verify_sh": sealed.verify_sh,
    }  # fmt: skip
    several = {"sha256sum_sha512sum": sealed.sums, "layer_a": sealed.layer_a}
    return {
        "bundle_mb": round(sealed.n_bytes / MB, 1),
        "files": sealed.document["n_files"],
        "exhibits": sealed.document["n_exhibits"],
        "steps": {name: _step(ran) for name, ran in runs.items()}
        | {f"{name}_{n}": _step(ran) for name, found in several.items()
           for n, ran in enumerate(found, 1)},
        "phases_sheets_new": sealed.phases(sealed.first),
        "phases_sheets_kept": sealed.phases(sealed.built),
    }  # fmt: skip


def _step(ran: Ran) -> dict[str, float]:
    return {
        "seconds": round(ran.seconds, 2), "cpu_seconds": round(ran.cpu_seconds, 2),
        "peak_mb": ran.peak_mb, "load": round(ran.load, 2),
    }  # fmt: skip
