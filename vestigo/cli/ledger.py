# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger``: chain data from raw blocks to cash-out points."""

from __future__ import annotations

from vestigo.cli.lazy import LazyGroup
from vestigo.i18n import _

VERBS = {
    "cashouts": "vestigo.cli.ledger_cashouts:cashouts",
    "change": "vestigo.cli.ledger_change:change",
    "classify": "vestigo.cli.ledger_classify:classify",
    "cluster": "vestigo.cli.ledger_cluster:cluster",
    "confirm": "vestigo.cli.ledger_cashouts:confirm",
    "fetch": "vestigo.cli.ledger_fetch:fetch_command",
    "ingest": "vestigo.cli.ledger_chain:ingest",
    "inspect": "vestigo.cli.ledger_chain:inspect",
    "match": "vestigo.cli.ledger_match:match",
    "method": "vestigo.cli.ledger_method:method_command",
    "peel": "vestigo.cli.ledger_change:peel",
    "rerun": "vestigo.cli.ledger_rerun:rerun_command",
    "serve": "vestigo.cli.ledger_serve:serve",
    "taint": "vestigo.cli.ledger_taint:taint",
    "trace": "vestigo.cli.ledger_trace:trace",
    "why": "vestigo.cli.ledger_cluster:why",
}

ledger = LazyGroup(name="ledger", targets=VERBS, help=_("Read, ingest and analyse chain data."))
