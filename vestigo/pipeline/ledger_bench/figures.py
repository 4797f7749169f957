# SPDX-License-Identifier: AGPL-3.0-or-later
"""The limits that the figures are held against."""

from __future__ import annotations

from typing import Any

from vestigo.pipeline.taint_bench.figures import missed_clusters, missed_taint

TIMES_BITCOINLIB, SHARE_OF_RUST = 500, 0.8
A_BLOCK = 1_000  # transactions; reading fewer is mostly the call itself
INGEST_TX_S, LARGE = 200_000, 1_000_000
CASE_SECONDS, CASE_MB = 60, 2_000


def missed(result: dict[str, Any]) -> list[str]:
    """Return the figures that miss their limit, each in a line."""
    lines = [line for row in result.get("parsing", ()) for line in _missed_parsing(row)]
    lines += [line for row in result.get("sizes", ()) for line in _missed_size(row)]
    if "taint" in result:
        lines += missed_taint(result["taint"])
    if "clusters" in result:
        lines += missed_clusters(result["clusters"])
    return lines


def _missed_parsing(row: dict[str, Any]) -> list[str]:
    if row["transactions"] < A_BLOCK:
        return []
    file, times, share = row["file"], row["times_bitcoinlib"], row["share_of_bitcoin_slices"]
    lines = []
    if times < TIMES_BITCOINLIB:
        lines.append(f"{file}: {times} < {TIMES_BITCOINLIB} bitcoinlib")
    if share is not None and share < SHARE_OF_RUST:
        lines.append(f"{file}: {share} < {SHARE_OF_RUST} bitcoin_slices")
    return lines


def _missed_size(row: dict[str, Any]) -> list[str]:
    n, lines = row["transactions"], []
    if n >= LARGE and row["tx_s"] < INGEST_TX_S:
        lines.append(f"{n}: {row['tx_s']} < {INGEST_TX_S} tx/s")
    if n == LARGE and row["case_s"] > CASE_SECONDS:
        lines.append(f"{n}: {row['case_s']} > {CASE_SECONDS} s")
    if n == LARGE and row["case_peak_mb"] > CASE_MB:
        lines.append(f"{n}: {row['case_peak_mb']} > {CASE_MB} MB")
    return lines
