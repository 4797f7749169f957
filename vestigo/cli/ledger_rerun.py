# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger rerun``: the records of a bundle, made again from what it carries."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.rerun import Compared, rerun
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _
from vestigo.records.canonical import canonical_json
from vestigo.settings import Section, merged_settings, read_toml
from vestigo.store.atomic import write_atomically


@click.command("rerun", help=_("Make clusters, traces and cash-outs of BUNDLE again; compare."))
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--at-height",
    type=click.IntRange(0),
    help=_("Count blocks up to this height, whatever the records name."),
)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path),
    help=_("Write the records into this new folder, to compare them byte by byte."),
)
@click.option("--settings", "settings", type=click.Path(path_type=Path, exists=True),
              help=_("case.toml of the case, where the log keeps no settings."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def rerun_command(
    bundle: Path, at_height: int | None, folder: Path | None, settings: Path | None, as_json: bool
) -> ExitCode:
    """Exit 0 where every record has come out the same byte for byte, else 3."""
    section = _section(settings) if settings else None
    with tempfile.TemporaryDirectory(prefix="vestigo-rerun-") as work, progress() as display:
        display.add_task(_("following the money"), total=None)
        found = rerun(bundle, Path(work), section, at_height)
    if folder:
        _write(folder, found)
    if as_json:
        emit_json({"kinds": [_row(one) for one in found]})
    else:
        for one in found:
            text = _("{kind}: {same} the same, {gone} only in the bundle, {new} only made now")
            click.echo(text.format(kind=one.kind, same=one.n_same, gone=len(one.only_in_bundle),
                                   new=len(one.only_made_now)))  # fmt: skip
    return ExitCode.DONE if all(one.is_same for one in found) else ExitCode.VERIFICATION_FAILED


def _section(settings: Path) -> Section:
    return merged_settings(read_toml(settings).get("settings", {}), str(settings))["ledger"]


def _write(folder: Path, found: Sequence[Compared]) -> None:
    """Write a file of each kind as a bundle has it: a line of canonical JSON a record."""
    try:
        folder.mkdir(parents=True)
        for one in found:
            lines = (canonical_json(record.body()) + b"\n" for record in one.records)
            write_atomically(folder / f"{one.kind}.jsonl", b"".join(lines))
    except OSError as error:
        raise UsageError(
            "E-LED-077",
            _("The records cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(folder),
            remedy=_("Name a folder that is not there yet, where you may write."),
        ) from error


def _row(one: Compared) -> dict[str, object]:
    return {"kind": one.kind, "same": one.n_same, "only_in_bundle": list(one.only_in_bundle),
            "only_made_now": list(one.only_made_now)}  # fmt: skip
