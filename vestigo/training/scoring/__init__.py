# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing an officer's case with what the practice range knows to be true.

Nothing here is read by a stage of the pipeline; the case is read through its record
ledger only.
"""

from vestigo.training.scoring.area import Area, Item, Score
from vestigo.training.scoring.comparing import score_case
from vestigo.training.scoring.proof import Exhibit, Proof
from vestigo.training.scoring.truth_file import (
    MISSHAPEN,
    Truth,
    misshapen,
    read_truth,
    truth_from,
)

__all__ = [
    "MISSHAPEN", "Area", "Exhibit", "Item", "Proof", "Score", "Truth", "misshapen", "read_truth",
    "score_case", "truth_from",
]  # fmt: skip
