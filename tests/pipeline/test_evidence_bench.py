# SPDX-License-Identifier: AGPL-3.0-or-later
"""The benchmark of evidence: an invented case of the size that was asked for, and its figures."""

from __future__ import annotations

import sys

import pytest

from vestigo.evidence.stranger import shipped, verify
from vestigo.pipeline.bench_choice import chosen_parts
from vestigo.pipeline.evidence_bench import bundle as part
from vestigo.pipeline.evidence_bench.invented_case import Size, make_case
from vestigo.pipeline.evidence_bench.invented_pages import offer_page, photograph_answer
from vestigo.pipeline.evidence_bench.parts import PARTS, Plan
from vestigo.pipeline.evidence_bench.running import Ran, run_measured
from vestigo.pipeline.steps import StepFailed
from vestigo.store import RecordLedger

SMALL = Size(n_bytes=3_000_000, n_records=300, n_exhibits=2)
PHASES = '{"phases": {"sheets": {"seconds": "1.000", "cpu_seconds": "0.500"}}}'


def test_an_invented_case_has_the_size_that_was_asked_for(tmp_path):
    folder = make_case(tmp_path / "case", SMALL)
    with RecordLedger(folder.records) as ledger:
        kinds = [kind for _id, kind in ledger.ids()]
    assert SMALL.n_records <= len(kinds) < SMALL.n_records + 2 * SMALL.n_exhibits
    assert kinds.count("listing") == SMALL.n_exhibits == kinds.count("screenshot")
    assert kinds.count("capture") == 3 * SMALL.n_pages
    archived = sum(path.stat().st_size for path in folder.captures.iterdir())
    drawn = sum(path.stat().st_size for path in folder.derived.iterdir())
    assert 0.8 * SMALL.n_bytes < archived + 2 * drawn < 1.2 * SMALL.n_bytes


def test_the_same_number_gives_the_same_bytes_and_another_number_others():
    assert offer_page(7, 3) == offer_page(7, 3) != offer_page(8, 3)
    assert photograph_answer(7, 500) == photograph_answer(7, 500) != photograph_answer(8, 500)


def test_a_program_is_measured_with_what_it_printed():
    program = "import time; x = b'x' * 60_000_000; print(input()); time.sleep(0.3)"
    words = [sys.executable, "-c", program]
    ran = run_measured(words, stdin="said")
    assert ran.output == "said\n"
    assert ran.peak_mb > 60
    assert ran.seconds >= 0.3
    with pytest.raises(StepFailed):
        run_measured([sys.executable, "-c", "raise SystemExit(3)"])


def a_run(seconds: float, cpu: float, peak: int) -> Ran:
    return Ran(seconds, cpu, peak, 1.0, PHASES)


def test_the_figures_leave_the_sheets_out_and_compare_within_a_run(tmp_path, monkeypatch):
    def measured(_work, n_bytes):
        peak = 300 if n_bytes == 800 else 200
        return part.Sealed(
            n_bytes=n_bytes * part.MB,
            document={"n_files": 1, "n_exhibits": 1},
            first=a_run(30, 20, peak),
            built=a_run(11, 15, peak),
            sums=[a_run(n, 6, 1) for n in (4, 8, 6)],
            layer_a=[a_run(n, 3, 60) for n in (9, 3, 1)],
            verify_py=a_run(61, 9, 60),
            verify_sh=a_run(8, 7, 2),
        )

    monkeypatch.setattr(part, "_sealed", measured)
    found = part.measure(Plan(tmp_path, 0, 800))
    figures = {name: (one.value, one.met) for name, one in found.figures.items()}
    assert figures["build_mb_per_s"] == (80.0, True)
    assert figures["layer_a_times_sums"] == (0.5, True)
    assert figures["layer_a_times_sums_by_cpu"] == (0.5, True)
    assert figures["verify_py_s"] == (61, False)
    assert figures["build_peak_growth_mb"] == (100, True)
    assert "bundle" in chosen_parts("", PARTS)


def test_layer_a_alone_runs_the_bundle_s_own_program_and_leaves_nothing_in_it(tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "verify.py").write_bytes(shipped("verify.py"))
    words = [sys.executable, "-I", "-B", "-c", part.LAYER_A]
    words += [str(tmp_path / "bundle" / "verify.py"), str(tmp_path / "bundle")]
    ran = run_measured(words, accept=(3,))
    checks = {line.split()[1] for line in ran.output.splitlines() if line.startswith("FAILED")}
    assert "files" in checks
    assert not checks & set(verify.LAYER_B)
    assert [path.name for path in (tmp_path / "bundle").iterdir()] == ["verify.py"]
