# SPDX-License-Identifier: AGPL-3.0-or-later
"""May several people have signed this? Wider than the classes: for clustering, a doubt counts.

``ledger.joint_doubt.v1``: at least three equal outputs of 5,000 satoshi and more that as
many different inputs could have paid for.  A payer who pays three people the same sum
from three coins looks the same; not joining its coins costs less than joining strangers.
"""

from __future__ import annotations

from ledger.classes.classify import NOT_ONE_OWNER, classify
from ledger.classes.view import TxView, distinct_scripts, most_frequent_value

RULE = "ledger.joint_doubt.v1"
LEAST_EQUAL = 3
LEAST_SAT = 5_000


def may_be_joint(view: TxView) -> bool:
    """Return whether inputs of this transaction must not be taken for one owner's."""
    if classify(view).name in NOT_ONE_OWNER:
        return True
    value, n_equal = most_frequent_value(view.outputs)
    payers = distinct_scripts(view.inputs or ())
    return value >= LEAST_SAT and LEAST_EQUAL <= n_equal <= payers
