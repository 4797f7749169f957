# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dated, sourced exchange rates: of the day, or marked as older, or not at all."""

from vestigo.rates.table import COLUMNS, Converted, Rate, RateTable

__all__ = ["COLUMNS", "Converted", "Rate", "RateTable"]
