# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger rerun``: the records of a bundle, made again from what it carries."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ledger.rerun import Compared, rerun
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.settings import merged_settings, read_toml


@click.command("rerun", help=_("Make clusters, traces and cash-outs of BUNDLE again; compare."))
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--at-height", type=click.IntRange(0),
              help=_("Count only blocks up to this height."))  # fmt: skip
@click.option("--settings", "settings", type=click.Path(path_type=Path, exists=True),
              help=_("case.toml of the case, where it had settings of its own."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def rerun_command(
    bundle: Path, at_height: int | None, settings: Path | None, as_json: bool
) -> ExitCode:
    """Exit 0 where every record has come out the same byte for byte, else 3."""
    own = read_toml(settings).get("settings", {}) if settings else {}
    section = merged_settings(own, str(settings))["ledger"]
    with tempfile.TemporaryDirectory(prefix="vestigo-rerun-") as work, progress() as display:
        display.add_task(_("following the money"), total=None)
        found = rerun(bundle, Path(work), section, at_height)
    if as_json:
        emit_json({"kinds": [_row(one) for one in found]})
    else:
        for one in found:
            text = _("{kind}: {same} the same, {gone} only in the bundle, {new} only made now")
            click.echo(text.format(kind=one.kind, same=one.n_same, gone=len(one.only_in_bundle),
                                   new=len(one.only_made_now)))  # fmt: skip
    return ExitCode.DONE if all(one.is_same for one in found) else ExitCode.VERIFICATION_FAILED


def _row(one: Compared) -> dict[str, object]:
    return {"kind": one.kind, "same": one.n_same, "only_in_bundle": list(one.only_in_bundle),
            "only_made_now": list(one.only_made_now)}  # fmt: skip
