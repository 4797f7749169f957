# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many blocks at once into columns, by compiled code; ``ledger.parsing`` reads single ones."""

from ledger.scanning.columns import Columns, scan_columns

__all__ = ["Columns", "scan_columns"]
