# SPDX-License-Identifier: AGPL-3.0-or-later
"""The exchange rates of a case."""

from __future__ import annotations

from vestigo.pipeline.session import CaseSession
from vestigo.rates import RateTable


def case_rates(session: CaseSession) -> RateTable | None:
    """Return the exchange rates that the unit supplied, or None where there are none."""
    files = sorted(session.folder.rates.glob("*.csv"))
    return RateTable.read(files) if files else None
