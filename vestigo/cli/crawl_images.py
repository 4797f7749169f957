# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl images``: captured pictures, told by digests and never shown unasked."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable, progress, show_damaged
from vestigo.errors import ExitCode
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, CapturedPicture


@click.command(
    "images",
    help=_(
        "Record SHA-256 and PDQ of the pictures that the case at PATH captured, and list them."
        " No picture is shown; with --show one is written to a file, and that is logged."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--show", "sha256", metavar="SHA256", default="", help=_("Write this picture out."))
@click.option("--out", type=click.Path(path_type=Path), help=_("The file to write (with --show)."))
@click.option("--reason", default="", help=_("Why it has to be looked at; it is logged."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def images(path: Path, sha256: str, out: Path | None, reason: str, as_json: bool) -> int:
    """List the pictures, or hand one out; exit 3 where captures are damaged."""
    from vestigo.pipeline.captured_pictures import describe_pictures, hand_out_picture

    if bool(sha256) != (out is not None):
        raise click.UsageError(_("--show and --out belong together."))
    with open_session(path) as session, progress() as display:
        if out is not None:
            hand_out_picture(session, sha256, reason, out)
            click.echo(_("Written to {path}.").format(path=out))
            return ExitCode.DONE
        session.custody.append("processing", reason="crawl images")
        total = sum(1 for _id, kind in session.ledger.ids() if kind == Capture.KIND)
        task = display.add_task(_("Looking for pictures"), total=total)
        found = describe_pictures(session, on_capture=lambda: display.advance(task))
    _show(found.pictures, as_json)
    if found.damaged:
        show_damaged(found.damaged)
        return ExitCode.VERIFICATION_FAILED
    return ExitCode.DONE


def _show(found: list[CapturedPicture], as_json: bool) -> None:
    if as_json:
        emit_json([{"record": one.record_id, **one.body()} for one in found])
        return
    n = len(found)
    click.echo(ngettext("{n} picture, not shown.", "{n} pictures, not shown.", n).format(n=n))
    for one in found:
        looks = f"pdq {one.pdq} ({one.pdq_quality})" if one.pdq else one.problem
        click.echo(f"  {one.sha256}  {one.media_type}  {one.n_bytes}  {looks}")
        inside = _("inside of") + " " if one.inline else ""
        click.echo(printable(f"    {inside}{one.uri}"))
