# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spine measured: each figure is the wall time of a command that a user could type.

Nothing is hidden in warm processes: every step starts, works and ends as a process of
its own, and its peak memory is what the kernel accounted to it.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vestigo import __version__
from vestigo.errors import ExitCode
from vestigo.pipeline.steps import StepResult, run_step, serving, vestigo_words
from vestigo.store import CaseFolder
from vestigo.training.replay import saved_pages

PARTLY = (ExitCode.DONE, ExitCode.FINDINGS)
PASSPHRASE = "a throw-away benchmark"  # noqa: S105 (opens throw-away keys of a throw-away case)
ORDER = """
issuing_body = "benchmark"
reference = "benchmark"
legal_basis = "none: measured on loopback"
authorization_kind = "training"
persons = ["nobody"]
hosts = ["{host}"]
accounts = []
acts = ["view", "search"]
data_classes = ["listing", "vendor_profile", "feedback"]
starts_at = 2020-01-01T00:00:00Z
ends_at = 2120-01-01T00:00:00Z
"""


@dataclass(slots=True)
class SpineBenchmark:
    """Measures the spine in ``work`` on a saved market and on block files.

    ``neo4j`` is ``(bolt URI, user, password)`` of a running server, or None: then only
    the embedded engine is measured.
    """

    work: Path
    market: Path
    profile: str
    blocks: list[Path]
    neo4j: tuple[str, str, str] | None
    figures: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Return every figure; rates are decimal strings with one place."""
        case = self.work / "case"
        run_step(vestigo_words("case", "new", str(case), "--title", "b", "--unit", "b"))
        self._measure_crawl(case)
        self._measure_ledger(case)
        self._measure_graph(case)
        self._measure_bundle(case)
        return {"version": __version__, "machine": machine(), "figures": self.figures}

    def _measure_crawl(self, case: Path) -> None:
        with replayed(self.market) as url:
            order = self.work / "order.toml"
            order.write_text(ORDER.format(host=url.split("/")[2]), "utf-8")
            run_step(vestigo_words("case", "authorize", str(case), str(order)))
            seeds = self.work / "seeds.txt"
            seeds.write_text("\n".join(sorted(saved_pages(self.market))), "utf-8")
            crawled = self._step("crawl", "crawl", "run", str(case), "--profile", self.profile,
                                 "--start", url, "--seeds", str(seeds))  # fmt: skip
        read = self._step("read", "case", "read", str(case), "--profile", self.profile)
        n = read.document()["captures"]
        self._rate("crawl_archive_pages_per_s", n, crawled.seconds)
        self._rate("read_pages_per_s", n, read.seconds)
        self._rate("spine_pages_per_s", n, crawled.seconds + read.seconds)

    def _measure_ledger(self, case: Path) -> None:
        paths = [str(path) for path in self.blocks]
        step = self._step("ingest", "ledger", "ingest", str(case), *paths, "--network", "mainnet")
        shown = run_step(vestigo_words("ledger", "inspect", *paths, "--jsonl"), accept=PARTLY)
        n = sum(int(_json(line)["n_tx"]) for line in shown.output.splitlines())
        self._rate("ingest_tx_per_s", n, step.seconds)
        self._rate("inspect_tx_per_s", n, shown.seconds)

    def _measure_graph(self, case: Path) -> None:
        targets: list[tuple[str, tuple[str, ...], str]] = [("kglite", (), "")]
        if self.neo4j is not None:
            uri, user, password = self.neo4j
            options = ("--to", uri, "--user", user, "--password-stdin")
            targets.append(("neo4j", options, password))
        for engine, words, typed in targets:
            step = self._step(f"graph_{engine}", "graph", "rebuild", str(case), *words, stdin=typed)
            document = step.document()
            rows = int(document["nodes"]) + int(document["relationships"])
            self._rate(f"graph_{engine}_rows_per_s", rows, step.seconds)

    def _measure_bundle(self, case: Path) -> None:
        run_step(vestigo_words("case", "keys", str(case), "create", "--passphrase-stdin"),
                 stdin=PASSPHRASE)  # fmt: skip
        built = self._step("bundle_build", "bundle", "build", str(case), "--passphrase-stdin",
                           stdin=PASSPHRASE)  # fmt: skip
        folder = CaseFolder.open(case)
        bundle = next(path for path in folder.bundles.iterdir() if path.is_dir())
        n_bytes = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
        self._rate("bundle_build_mb_per_s", n_bytes / 1e6, built.seconds)
        self.figures["bundle_mb"] = f"{n_bytes / 1e6:.1f}"
        for name, words in (
            ("verify_sh", ["sh", str(bundle / "verify.sh")]),
            ("verify_py", ["python3", "-I", str(bundle / "verify.py")]),
        ):
            done = run_step([*words, "--anchors", str(folder.anchors)])
            self._note(name, done)
            self._rate(f"{name}_mb_per_s", n_bytes / 1e6, done.seconds)

    def _step(self, name: str, *words: str, stdin: str = "") -> StepResult:
        result = run_step(vestigo_words(*words, "--json"), stdin=stdin, accept=PARTLY)
        self._note(name, result)
        return result

    def _note(self, name: str, result: StepResult) -> None:
        self.figures[f"{name}_s"] = f"{result.seconds:.1f}"
        self.figures[f"{name}_peak_mb"] = result.peak_mb

    def _rate(self, name: str, n: float, seconds: float) -> None:
        self.figures[name] = f"{n / seconds:.1f}"


@contextmanager
def replayed(market: Path) -> Iterator[str]:
    """Serve a saved market on loopback in a process of its own; yield its URL."""
    with serving(vestigo_words("training", "replay", str(market))) as url:
        yield url


def machine() -> dict[str, Any]:
    """Return what a reader needs to place the figures: processor count, system, Python."""
    return {
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _json(line: str) -> dict[str, Any]:
    import json

    document: dict[str, Any] = json.loads(line)
    return document
