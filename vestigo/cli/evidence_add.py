# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence add`` and ``received``: what others handed over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.output import emit_json, printable, progress, warn
from vestigo.clock import iso
from vestigo.errors import ExitCode
from vestigo.evidence.received import read_hash
from vestigo.evidence.received.hashes import WEAK
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session

if TYPE_CHECKING:
    from vestigo.pipeline.receiving import Filed
    from vestigo.pipeline.receiving_archives import ImportReport

PATH = click.Path(path_type=Path)
SHOWN = 20


@click.command(
    "add",
    help=_(
        "File FILE, which somebody else handed over, in CASE: a seized list, a reply, a WARC file. "
        "Responses in a WARC file become captures of origin “received”."
    ),
)
@click.argument("case", type=PATH)
@click.argument("file", type=PATH)
@click.option("--from", "from_whom", required=True, help=_("Who handed it over."))
@click.option("--act", required=True, help=_("By which act: a seizure, reply or letter."))
@click.option(
    "--hash", "hashes", multiple=True, metavar="ALGO:HEX",
    help=_("A hash that came with the file; it is compared. Several may be given."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def add(
    case: Path, file: Path, from_whom: str, act: str, hashes: tuple[str, ...], as_json: bool
) -> int:
    """File it; exit code 4 where a WARC file holds what was not understood."""
    from vestigo.pipeline.receiving import file_item

    given = [read_hash(one) for one in hashes]
    with open_session(case) as session, progress() as shown:
        size = file.stat().st_size if file.is_file() else None
        task = shown.add_task(_("Copying and hashing"), total=size)
        filed = file_item(session, file, from_whom, act, given, lambda n: shown.advance(task, n))
    if as_json:
        emit_json(_document(filed))
    else:
        _show(filed)
    if given and all(one.algorithm in WEAK for one in given):
        warn(_("Only hashes that can be forged (MD5, SHA-1) came with it."))
    if filed.compared_whole:
        warn(_("The file is large: its digests were screened, not what it carries inside."))
    return ExitCode.FINDINGS if filed.archive and filed.archive.findings else ExitCode.DONE


@click.command("received", help=_("List what others handed over in CASE."))
@click.argument("case", type=PATH)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def received(case: Path, as_json: bool) -> None:
    """List the items; looking is itself an event."""
    from vestigo.pipeline.receiving import items_of, numbers_of

    with open_session(case, write=False) as session:
        session.custody.append("access", reason="received items listed")
        items, numbers = items_of(session), numbers_of(session)
        gone = session.ledger.disposed()
    rows = [
        {"number": numbers[one], "record_id": one, **item.body()} for one, item in items.items()
    ]
    destroyed = [{"number": numbers[one], "order": gone[one]} for one in numbers if one in gone]
    if as_json:
        emit_json({"items": rows, "destroyed": destroyed})
        return
    for row in rows:
        compared = _("hash compared") if row["given_hashes"] else _("no hash came with it")
        words = (row["number"], row["received_at"], row["from_whom"], row["act"],
                 row["file_name"], compared)  # fmt: skip
        click.echo(printable("  ".join(words)))
    for row in destroyed:
        click.echo(printable(_("{number} was destroyed by order {order}.").format(**row)))
    if not numbers:
        click.echo(_("Nothing was handed over to this case."))


def _document(filed: Filed) -> dict[str, Any]:
    archive = filed.archive
    return {
        "number": filed.number,
        "record_id": filed.record_id,
        "filed_before": filed.again,
        "origin": "received",
        "hash": "compared" if filed.item.given_hashes else "no hash came with it",
        "screened_inside": not filed.compared_whole,
        "item": filed.item.body(),
        "archive": _imported(archive) if archive else None,
    }


def _imported(archive: ImportReport) -> dict[str, Any]:
    return {
        "n_records": archive.n_records,
        "n_captures": archive.n_captures,
        "not_understood": dict(sorted(archive.findings.items())),
        "places": [
            {"place": one.place, "cause": one.cause, "detail": one.detail} for one in archive.places
        ],
    }


def _show(filed: Filed) -> None:
    item = filed.item
    click.echo(printable(_("{number}: {name} from {whom}, {act}, {at}").format(
        number=filed.number, name=item.file_name, whom=item.from_whom, act=item.act,
        at=iso(item.received_at),
    )))  # fmt: skip
    for words in (("SHA-256", item.sha256), ("SHA-512", item.sha512)):
        click.echo(" ".join(words))
    for one in item.given_hashes:
        click.echo(_("The hash that came with it is right: {hash}").format(hash=one))
    if not item.given_hashes:
        click.echo(_("No hash came with it."))
    if filed.archive is None:
        return
    n = filed.archive.n_captures
    said = ngettext("{n} response became a capture of origin “received”.",
                    "{n} responses became captures of origin “received”.", n)  # fmt: skip
    click.echo(said.format(n=n))
    for cause, count in sorted(filed.archive.findings.items()):
        warn(printable(_("Not understood: {cause}, {n} times").format(cause=cause, n=count)))
    for place in filed.archive.places[:SHOWN]:
        warn(printable(f"  ! {place.cause} @ {place.place} {place.detail}"))
