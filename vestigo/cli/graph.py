# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph``: make the graph again, ask it, export it."""

from __future__ import annotations

import click

from vestigo.cli.graph_build import rebuild_command, update_command
from vestigo.cli.graph_export import export_command
from vestigo.cli.graph_path import path
from vestigo.cli.graph_query import query, search
from vestigo.i18n import _


@click.group(help=_("Make the graph of a case, ask it, export it."))
def graph() -> None:
    """Group of the graph commands."""


graph.add_command(rebuild_command)
graph.add_command(update_command)
graph.add_command(path)
graph.add_command(query)
graph.add_command(search)
graph.add_command(export_command)
