# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger``: chain data from raw blocks to cash-out points."""

from __future__ import annotations

import click

from vestigo.cli.ledger_chain import ingest, inspect
from vestigo.i18n import _


@click.group(help=_("Read, ingest and analyse chain data."))
def ledger() -> None:
    """Group of the ledger commands."""


for _command in (inspect, ingest):
    ledger.add_command(_command)
