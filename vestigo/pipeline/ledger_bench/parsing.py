# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parsing with ids, side by side: ours, bitcoinlib, and bitcoin_slices with sha2 (Rust)."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ledger.parsing import find_blocks, read_chain_file
from ledger.scanning import scan_columns
from ledger.second_opinion import transaction_ids
from vestigo.places import config_root

ROUNDS, TAKES = 200, 5
PEER = "slices-peer"
TOGETHER = "all files"


def measure_parsing(paths: list[Path], work: Path) -> list[dict[str, Any]]:
    """Return, a file, transactions a second of each reader, the best of some takes.

    One thread is measured by processor time, two threads by the clock.  The first row is of
    all files read as one.
    """
    peer = build_peer(work)
    files = {path.name: _blocks_of([path]) for path in paths}
    together = {TOGETHER: _blocks_of(paths)} if len(paths) > 1 else {}
    return [_measured(name, raws, work, peer) for name, raws in (together | files).items()]


def _blocks_of(paths: list[Path]) -> list[bytes]:
    return [
        found.block.raw for path in paths for found in find_blocks(read_chain_file(path), str(path))
    ]


def build_peer(work: Path) -> Path | None:
    """Return the Rust peer, built below ``work``; None where no cargo is on the machine."""
    cargo = shutil.which("cargo")
    if cargo is None:
        return None
    source = work / PEER
    if not source.exists():
        shutil.copytree(config_root() / "bench" / "slices_peer", source)
    done = subprocess.run([cargo, "build", "--release", "-q"], cwd=source, check=False, timeout=600)
    return source / "target" / "release" / PEER if done.returncode == 0 else None


def _measured(name: str, raws: list[bytes], work: Path, peer: Path | None) -> dict[str, Any]:
    raw = b"".join(raws)
    content = np.frombuffer(raw, dtype=np.uint8)
    ends = np.cumsum([len(one) for one in raws])
    bounds = ends - [len(one) for one in raws], ends
    n_tx = len(scan_columns(content, *bounds).tx)  # compiled before it is measured

    def read(n_threads: int) -> None:
        scan_columns(content, *bounds, n_threads=n_threads)

    bare = work / "block.raw"
    bare.write_bytes(raw)
    alone, both, rust = 0.0, 0.0, 0.0
    for _take in range(TAKES):  # in turn, so that what else runs on the machine meets all alike
        alone = max(alone, _rate(partial(read, 1), n_tx, time.process_time))
        both = max(both, _rate(partial(read, 2), n_tx, time.perf_counter))
        rust = max(rust, _rate_of_peer(peer, bare) if peer else 0.0)
    theirs = _rate(partial(_by_bitcoinlib, raws, work), n_tx, time.process_time, rounds=1)
    return {
        "file": name, "transactions": n_tx, "bytes": len(raw),
        "ours_tx_s": round(alone), "ours_two_threads_tx_s": round(both),
        "bitcoinlib_tx_s": round(theirs), "bitcoin_slices_sha2_tx_s": round(rust) or None,
        "times_bitcoinlib": _figure(alone / theirs),
        "share_of_bitcoin_slices": _figure(alone / rust) if rust else None,
        "load": [_figure(one) for one in os.getloadavg()],
    }  # fmt: skip


def _by_bitcoinlib(raws: list[bytes], work: Path) -> None:
    for raw in raws:
        transaction_ids(raw, work)


def _rate(
    work: Callable[[], object], n: int, clock: Callable[[], float], rounds: int = ROUNDS
) -> float:
    begin = clock()
    for _round in range(rounds):
        work()
    return n * rounds / (clock() - begin)


def _rate_of_peer(peer: Path, file: Path) -> float:
    """Return its rate by processor time, as ours on one thread (its start costs a thousandth)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run([str(peer), str(ROUNDS), str(file)], capture_output=True, check=True,
                          timeout=600)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return int(said.stdout.split()[0]) / seconds


def _figure(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")
