# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screening: what must not be kept in the open is seen before it is kept anywhere."""

from vestigo.evidence.screening.screen import Screen
from vestigo.evidence.screening.verdict import MATCH_KINDS, PASSED, Match, Verdict

__all__ = ["MATCH_KINDS", "PASSED", "Match", "Screen", "Verdict"]
