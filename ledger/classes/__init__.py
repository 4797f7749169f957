# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of transaction is it? Mixes first, then batches, each by a versioned rule."""

from ledger.classes.classify import LEAST_OUTPUTS, MIXES, NOT_ONE_OWNER, Verdict, classify
from ledger.classes.joint import may_be_joint
from ledger.classes.view import Coin, TxView

__all__ = [
    "LEAST_OUTPUTS", "MIXES", "NOT_ONE_OWNER", "Coin", "TxView", "Verdict", "classify",
    "may_be_joint",
]  # fmt: skip
