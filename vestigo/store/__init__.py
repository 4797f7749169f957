# SPDX-License-Identifier: AGPL-3.0-or-later
"""The case on disk: its folder, its lock, and the append-only record ledger."""

from vestigo.store.folder import CaseFolder
from vestigo.store.ledger import LedgerEntry, LedgerHead, RecordLedger
from vestigo.store.lock import writer_lock
from vestigo.store.streaming import streamed

__all__ = ["CaseFolder", "LedgerEntry", "LedgerHead", "RecordLedger", "streamed", "writer_lock"]
