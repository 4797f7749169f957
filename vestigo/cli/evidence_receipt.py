# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence receipt``: what the receiver of a bundle found."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable, warn
from vestigo.evidence.received import read_hash
from vestigo.i18n import _
from vestigo.pipeline.session import open_session

PATH = click.Path(path_type=Path)


@click.command(
    "receipt",
    help=_(
        "File the receiver's verification of a bundle in CASE: FILE holds what verify.sh, "
        "verify.py or “bundle verify --json” printed."
    ),
)
@click.argument("case", type=PATH)
@click.argument("file", type=PATH)
@click.option("--from", "from_whom", default="the receiver", help=_("Who verified."))
@click.option(
    "--hash", "hashes", multiple=True, metavar="ALGO:HEX",
    help=_("A hash that came with the file; it is compared. Several may be given."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def receipt(case: Path, file: Path, from_whom: str, hashes: tuple[str, ...], as_json: bool) -> None:
    """File it; a result that says FAILED is filed as any other, and said."""
    from vestigo.pipeline.receipts import file_receipt

    given = [read_hash(one) for one in hashes]
    with open_session(case) as session:
        done = file_receipt(session, file, from_whom, given)
    found = done.receipt
    if as_json:
        emit_json({"number": done.filed.number, "record_id": found.record_id,
                   "filed_before": done.filed.again, **found.body()})  # fmt: skip
    else:
        text = _("{number}: bundle {bundle} at checkpoint {n}, verified by {whom} with {tool}")
        click.echo(printable(text.format(
            number=done.filed.number, bundle=found.bundle, n=found.checkpoint,
            whom=found.from_whom, tool=found.tool,
        )))  # fmt: skip
        click.echo(_("Exit code of the verification: {code}").format(code=found.exit_code))
    for one in found.findings:
        if one.status != "ok":
            warn(printable(f"{one.status:<11}  {one.check:<12}  {one.detail}"))
