# SPDX-License-Identifier: AGPL-3.0-or-later
"""A table of the cash-out points of a case, for a spreadsheet."""

from __future__ import annotations

from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.harmless import csv_row

COLUMNS = (
    "paid_at", "network", "service", "category", "basis", "address", "txid", "vout",
    "value_sat", "traced_sat", "confidence", "start_address", "trace_id",
)  # fmt: skip


def add_cash_outs(bag: BagFolder, view: CaseView) -> None:
    """Write ``cash-outs.csv``: one line a cash-out point that was not taken back."""
    gone = view.ledger.retracted(up_to=view.n_entries)
    rows = [["record_id", *COLUMNS]]
    for record_id, body in bodies(view, "cash_out_point"):
        if record_id not in gone:
            rows.append([record_id, *(_cell(body[name]) for name in COLUMNS)])
    text = "".join(csv_row(row) for row in rows)
    bag.add("data/ledger/cash-outs.csv", text.encode("utf-8"))


def _cell(value: object) -> str:
    return "" if value is None else str(value)
