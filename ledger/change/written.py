# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each transaction was written: version, lock time, weight, least sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from ledger.index import ChainIndex
from ledger.store import ChainStore

_COLUMNS = ("version", "locktime", "weight")
_FINAL = 0xFFFFFFFF


def written_columns(store: ChainStore, index: ChainIndex) -> tuple[Any, Any, Any, Any]:
    """Return version, lock time, weight and least sequence by number of transaction."""
    tables = store.tables
    sequences = np.append(tables["inputs"]["sequence"].to_numpy(), _FINAL)
    least: Any = np.minimum.reduceat(sequences, index.first_input[:-1]) if len(index.txids) else ()
    version, locktime, weight = (tables["transactions"][name].to_numpy() for name in _COLUMNS)
    return version, locktime, weight, least
