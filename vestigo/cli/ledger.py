# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger``: chain data from raw blocks to cash-out points."""

from __future__ import annotations

import click

from vestigo.cli.ledger_chain import ingest, inspect
from vestigo.cli.ledger_classify import classify
from vestigo.cli.ledger_cluster import cluster, why
from vestigo.cli.ledger_trace import cashouts, trace
from vestigo.i18n import _


@click.group(help=_("Read, ingest and analyse chain data."))
def ledger() -> None:
    """Group of the ledger commands."""


for _command in (inspect, ingest, classify, cluster, why, trace, cashouts):
    ledger.add_command(_command)
