# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence quarantine`` and ``quarantine-open``: nothing in it is ever displayed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.cli.passphrase import asked_passphrase, passphrase_option
from vestigo.errors import UsageError
from vestigo.evidence.quarantine import Quarantine, recipient_private_key
from vestigo.i18n import _
from vestigo.pipeline.quarantining import open_item, quarantine_exhibit, release_host
from vestigo.pipeline.screening import log_unlogged_items
from vestigo.pipeline.session import open_session


@click.command(
    "quarantine",
    help=_(
        "Move the capture EXHIBIT of CASE into the encrypted quarantine, list the digests of what "
        "is in it, or release a host that a hit has parked."
    ),
)
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("exhibit", required=False)
@click.option("--reason", default="", help=_("Why; it goes into the custody log."))
@click.option("--list", "listing", is_flag=True, help=_("List digests, lists and parked hosts."))
@click.option("--release", "host", default="", metavar="HOST:PORT", help=_("Release this host."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def quarantine(  # click hands over each option
    case: Path, exhibit: str | None, reason: str, listing: bool, host: str, as_json: bool
) -> None:
    """Do one of the three."""
    if [bool(exhibit), listing, bool(host)].count(True) != 1:
        raise UsageError(
            "E-SCR-014",
            _("Give an EXHIBIT, or “--list”, or “--release HOST:PORT”."),
            where="quarantine",
            remedy=_("See “vestigo evidence quarantine --help”."),
        )
    if listing:
        _list(case, as_json)
    elif host:
        _release(case, host, reason, as_json)
    else:
        _put(case, exhibit or "", reason, as_json)


@click.command(
    "quarantine-open",
    help=_("Write what ITEM of the quarantine of CASE holds to a folder; nothing is displayed."),
)
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("item")
@click.option(
    "--key", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("The encrypted box with the recipient's private key."),
)  # fmt: skip
@click.option("--reason", required=True, help=_("Why; it goes into the custody log."))
@click.option("--second-person", required=True, help=_("The name of the second person present."))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False),
    help=_("The folder that the content is written to."),
)  # fmt: skip
@passphrase_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def quarantine_open(  # click hands over each option
    case: Path,
    item: str,
    key: Path,
    reason: str,
    second_person: str,
    out: Path,
    from_stdin: bool,
    as_json: bool,
) -> None:
    """Open one item with the recipient's key, before a second person, and log it."""
    private_key = recipient_private_key(key, asked_passphrase(from_stdin))
    with open_session(case) as session:
        _refuse_inside(session.folder.path, out)
        written = open_item(session, item, private_key, reason, second_person, out)
    if as_json:
        emit_json({"written": [str(path) for path in written]})
        return
    for path in written:
        click.echo(printable(str(path)))


def _list(case: Path, as_json: bool) -> None:
    with open_session(case, write=False) as session:
        box = Quarantine(session.folder)
        log_unlogged_items(session, box)
        session.custody.append("access", reason="quarantine listed")
        items, parked = box.items(), box.parked_hosts()
    if as_json:
        emit_json({"items": [asdict(item) for item in items], "parked_hosts": sorted(parked)})
        return
    for item in items:
        found = f"{item.list_name} {item.list_version} {item.match_kind}".strip() or item.reason
        click.echo(printable(f"{item.at}  {item.item_id[:16]}  {item.sha256}  {found}"))
    for host in sorted(parked):
        click.echo(printable(_("Parked, a person has to release it: {host}").format(host=host)))
    if not items:
        click.echo(_("The quarantine is empty."))


def _release(case: Path, host: str, reason: str, as_json: bool) -> None:
    with open_session(case) as session:
        ids = release_host(session, host, reason)
    if as_json:
        emit_json({"released": host, "items": ids})
    else:
        click.echo(printable(_("{host} may be crawled again.").format(host=host)))


def _put(case: Path, exhibit: str, reason: str, as_json: bool) -> None:
    with open_session(case) as session:
        item = quarantine_exhibit(session, exhibit, reason)
    if as_json:
        emit_json(asdict(item))
        return
    shown = _("{id} is in the quarantine. Bring the graph up with “vestigo graph update”.")
    click.echo(printable(shown.format(id=item.item_id[:16])))


def _refuse_inside(case: Path, out: Path) -> None:
    if out.resolve().is_relative_to(case):
        raise UsageError(
            "E-SCR-006",
            _("What is opened must not lie in the case."),
            where=str(out),
            remedy=_("Choose a place that only the recipient can reach."),
        )
