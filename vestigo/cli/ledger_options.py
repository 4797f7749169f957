# SPDX-License-Identifier: AGPL-3.0-or-later
"""Arguments and options that the ledger commands share (light: no engine is loaded for them)."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.i18n import _
from vestigo.identifiers.bitcoin import NETWORKS

NETWORK = click.Choice(NETWORKS)
CASE = click.argument("case", type=click.Path(path_type=Path))
NETWORK_OPTION = click.option(
    "--network", type=NETWORK, help=_("The network (default: that of the case).")
)
JSON = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
