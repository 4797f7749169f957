# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger``: chain data from raw blocks to cash-out points."""

from __future__ import annotations

import click

from vestigo.cli.ledger_cashouts import cashouts, confirm
from vestigo.cli.ledger_chain import ingest, inspect
from vestigo.cli.ledger_change import change, peel
from vestigo.cli.ledger_classify import classify
from vestigo.cli.ledger_cluster import cluster, why
from vestigo.cli.ledger_fetch import fetch_command
from vestigo.cli.ledger_match import match
from vestigo.cli.ledger_method import method_command
from vestigo.cli.ledger_rerun import rerun_command
from vestigo.cli.ledger_serve import serve
from vestigo.cli.ledger_taint import taint
from vestigo.cli.ledger_trace import trace
from vestigo.i18n import _


@click.group(help=_("Read, ingest and analyse chain data."))
def ledger() -> None:
    """Group of the ledger commands."""


for _command in (
    inspect, ingest, fetch_command, serve, rerun_command, classify, cluster, why, change, peel,
    method_command,
    trace, taint, cashouts, confirm, match,
):  # fmt: skip
    ledger.add_command(_command)
