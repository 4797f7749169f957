# SPDX-License-Identifier: AGPL-3.0-or-later
"""The store at size, and a case from ingest to the list of cash-outs."""

from __future__ import annotations

import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from vestigo.pipeline.ledger_bench.synthetic import BLOCKS, Synthetic, kept_chain
from vestigo.pipeline.steps import StepResult, run_step, vestigo_words

NETWORK = "regtest"
PARTLY = (0, 4)


def measure_size(work: Path, n_transactions: int) -> dict[str, Any]:
    """Return what it takes to bring a chain of that size into a case and list cash-outs.

    Blocks to Parquet with prevouts is the command ``ledger ingest`` as a whole: proof of
    every block, raw bytes, and the numbered tables, on the disk.  A chain that was invented
    below ``work`` before is taken again.
    """
    folder = work / str(n_transactions)
    made = kept_chain(folder, n_transactions)
    blocks, case = folder / BLOCKS, Path(tempfile.mkdtemp(prefix="case-", dir=folder)) / "case"
    _run("case", "new", str(case), "--title", "bench", "--unit", "bench")
    (folder / "pack.yaml").write_text(made.tagpack(), "utf-8")
    _run("tag", "import", str(case), str(folder / "pack.yaml"), "--network", NETWORK)
    ingest = _run("ledger", "ingest", str(case), str(blocks), "--network", NETWORK, "--json")
    again = _run("ledger", "ingest", str(case), str(blocks), "--network", NETWORK, "--json")
    steps = {"ingest": ingest, **_analysed(case, made)}
    row: dict[str, Any] = {
        "transactions": made.n_transactions, "blocks": made.n_blocks,
        "raw_bytes": made.raw_bytes,
        "raw_kept_bytes": _size(case / "chain" / "parts"),
        "columns_bytes": _size(case / "chain" / "index"),
        "tx_s": round(made.n_transactions / ingest.seconds),
        "tx_a_processor_s": round(made.n_transactions / ingest.cpu_seconds),
        "second_ingest_s": _figure(again.seconds),
        "case_s": _figure(sum(step.seconds for step in steps.values())),
        "case_processor_s": _figure(sum(step.cpu_seconds for step in steps.values())),
        "case_peak_mb": max(step.peak_mb for step in steps.values()),
        "cash_outs": len(steps["cashouts"].document()["cash_outs"]),
        "steps": {name: {"s": _figure(step.seconds), "processor_s": _figure(step.cpu_seconds),
                         "peak_mb": step.peak_mb}
                  for name, step in steps.items()},
    }  # fmt: skip
    n = made.n_transactions
    return {
        **row,
        "raw_bytes_a_tx": _figure(row["raw_bytes"] / n),
        "columns_bytes_a_tx": _figure(row["columns_bytes"] / n),
        "ingest_peak_bytes_a_tx": _figure(ingest.peak_mb * 2**20 / n),
        "load": [_figure(one) for one in os.getloadavg()],
    }


def _analysed(case: Path, made: Synthetic) -> dict[str, StepResult]:
    words = [word for start in made.starts for word in ("--address", start)]
    trace = _run("ledger", "trace", str(case), "--network", NETWORK, "--json", *words)
    return {"trace": trace, "cashouts": _run("ledger", "cashouts", str(case), "--json")}


def _run(*words: str) -> StepResult:
    return run_step(vestigo_words(*words), accept=PARTLY)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _figure(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")
