# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which payments could a review be about?  Candidates with posteriors, never one as a fact."""

from ledger.matching.candidates import Box, Candidate, Matching, Price, Review
from ledger.matching.matcher import MATCH_MODEL, Match, Matcher

__all__ = ["MATCH_MODEL", "Box", "Candidate", "Match", "Matcher", "Matching", "Price", "Review"]
