# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a benchmark shows a figure with its limit."""

from __future__ import annotations

from typing import Any

import click

from vestigo.i18n import _


def show_figures(figures: dict[str, dict[str, Any]]) -> None:
    """Print each figure with its unit, its limit and whether that was met."""
    for name, figure in figures.items():
        click.echo(f"  {name}: {figure['value']} {figure['unit']}{_verdict(figure)}")


def _verdict(figure: dict[str, Any]) -> str:
    if "limit" not in figure:
        return ""
    text = _("(limit {limit}: met)") if figure["met"] else _("(limit {limit}: missed)")
    return "  " + text.format(limit=figure["limit"])
