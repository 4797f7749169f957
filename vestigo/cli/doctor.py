# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo doctor``: whether this installation is fit for the work."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode
from vestigo.i18n import SOURCE_LANGUAGE, _, active_language, speaking
from vestigo.pipeline.health import examine


@click.command(help=_("Check this installation and, with --case, the volume of a case."))
@click.option("--case", "case", type=click.Path(path_type=Path), help=_("Folder of a case."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def doctor(case: Path | None, as_json: bool) -> int:
    """Print each check; exit 5 where one failed, 4 where one warns."""
    with speaking(SOURCE_LANGUAGE if as_json else active_language()):
        findings = examine(case)
    if as_json:
        emit_json([dataclasses.asdict(item) for item in findings])
    else:
        words = {"ok": _("ok"), "warning": _("warning"), "failed": _("FAILED")}
        for item in findings:
            click.echo(printable(f"{words[item.state]}  {item.check}: {item.detail}"))
    states = {item.state for item in findings}
    if "failed" in states:
        return ExitCode.CONFIGURATION
    return ExitCode.FINDINGS if "warning" in states else ExitCode.DONE
