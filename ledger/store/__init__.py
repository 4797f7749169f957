# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain store of a case: raw blocks, and the chain in integer columns (Parquet)."""

from ledger.store.part import PartWriter
from ledger.store.reading import ChainStore, Spend, StoredTransaction

__all__ = ["ChainStore", "PartWriter", "Spend", "StoredTransaction"]
