# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth of a world told again from its seed, instead of read from a file."""

from __future__ import annotations

import json

from vestigo.training.chain.economy import make_ledger
from vestigo.training.scoring.truth_file import Truth, truth_from
from vestigo.training.truth import truth


def truth_of_seed(seed: int, behaviour: str) -> Truth:
    """Return the truth of the world of ``seed`` and ``behaviour`` (a name or path)."""
    del behaviour
    return truth_from(json.loads(json.dumps(truth(make_ledger(seed)))), f"seed {seed}")
