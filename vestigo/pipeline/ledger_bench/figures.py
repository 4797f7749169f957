# SPDX-License-Identifier: AGPL-3.0-or-later
"""The limits that the figures are held against."""

from __future__ import annotations

from typing import Any

TIMES_BITCOINLIB, SHARE_OF_RUST = 500, 0.8
A_BLOCK = 1_000  # transactions; reading fewer is mostly the call itself
INGEST_TX_S, LARGE = 200_000, 1_000_000
CASE_SECONDS, CASE_MB = 60, 2_000


def missed(result: dict[str, Any]) -> list[str]:
    """Return the figures that miss their limit, each in a line."""
    lines = []
    for row in result["parsing"]:
        if row["transactions"] < A_BLOCK:
            continue
        share = row["share_of_bitcoin_slices"]
        if row["times_bitcoinlib"] < TIMES_BITCOINLIB:
            lines.append(
                f"{row['file']}: {row['times_bitcoinlib']} < {TIMES_BITCOINLIB} bitcoinlib"
            )
        if share is not None and share < SHARE_OF_RUST:
            lines.append(f"{row['file']}: {share} < {SHARE_OF_RUST} bitcoin_slices")
    for row in result["sizes"]:
        n = row["transactions"]
        if n >= LARGE and row["tx_s"] < INGEST_TX_S:
            lines.append(f"{n}: {row['tx_s']} < {INGEST_TX_S} tx/s")
        if n == LARGE and row["case_s"] > CASE_SECONDS:
            lines.append(f"{n}: {row['case_s']} > {CASE_SECONDS} s")
        if n == LARGE and row["case_peak_mb"] > CASE_MB:
            lines.append(f"{n}: {row['case_peak_mb']} > {CASE_MB} MB")
    return lines
