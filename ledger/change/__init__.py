# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which output is change? Separate rules that vote or abstain, and what they add up to.

Votes serve to follow one trail.  They never enter clustering.
"""

from ledger.change.facts import Facts, FactsReader, Marks
from ledger.change.outputs import OWN_MODEL, OwnOutputs
from ledger.change.votes import RULES, Votes, prices_on, votes_on

__all__ = [
    "OWN_MODEL", "RULES", "Facts", "FactsReader", "Marks", "OwnOutputs", "Votes", "prices_on",
    "votes_on",
]  # fmt: skip
