# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bundle disclose``: a copy without some exhibits or fields, under the old checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vestigo.cli.case_keys_operator import operator_option, unlocked
from vestigo.cli.output import emit_json, printable, warn
from vestigo.cli.passphrase import passphrase_option
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import open_session, os_account

if TYPE_CHECKING:
    from vestigo.evidence.disclosure import Disclosed

PATH = click.Path(path_type=Path)


@click.command(
    "disclose",
    help=_(
        "Build a copy of PATH (a case, or a bundle of it) without some exhibits or fields. Both "
        "verify against the same checkpoint; what is withheld stands there as a commitment."
    ),
)
@click.argument("path", type=PATH)
@click.option("--withhold", "exhibits", multiple=True, metavar="EXHIBIT",
              help=_("The number of an exhibit (0002, R0001) to leave out."))  # fmt: skip
@click.option("--withhold-field", "fields", multiple=True, metavar="KIND.FIELD",
              help=_("A field to leave out of every record of a kind; pages that hold its values "
                     "are given redacted."))  # fmt: skip
@click.option("--reason", required=True, help=_("Why; it goes into the custody log and the copy."))
@click.option("-o", "--out", required=True, type=PATH, help=_("The new folder of the copy."))
@click.option("--case", type=PATH, help=_("The case of the bundle, where it lies elsewhere."))
@passphrase_option
@operator_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def disclose(
    *,
    path: Path,
    exhibits: tuple[str, ...],
    fields: tuple[str, ...],
    reason: str,
    out: Path,
    case: Path | None,
    from_stdin: bool,
    operator: str,
    as_json: bool,
) -> None:
    """Build, search for leaks, verify and log the copy."""
    from vestigo.evidence.disclosure.wish import Wish, read_exhibit, read_field
    from vestigo.pipeline.disclosing import case_and_checkpoint, disclose_part

    wish = Wish(
        exhibits=frozenset(read_exhibit(one) for one in exhibits),
        fields=frozenset(read_field(one) for one in fields),
        reason=reason.strip(),
        person=os_account(),
    )
    owner, checkpoint = case_and_checkpoint(path, case)
    with open_session(owner) as session:
        keys = unlocked(session, from_stdin, operator)
        done = disclose_part(session, keys, wish, out.absolute(), checkpoint)
    if as_json:
        emit_json({**asdict(done), "path": str(done.path)})
        return
    _show(done)


def _show(done: Disclosed) -> None:
    click.echo(printable(_("The disclosed copy was built and verified: {path}").format(
        path=done.path)))  # fmt: skip
    click.echo(_("Checkpoint {n}, {exhibits} exhibits, statement {digest}").format(
        n=done.checkpoint, exhibits=len(done.exhibits), digest=done.statement_sha256))  # fmt: skip
    click.echo(_("Withheld: {numbers}").format(numbers=" ".join(done.withheld) or "-"))
    click.echo(_("Redacted: {numbers}").format(numbers=" ".join(done.redacted) or "-"))
    text = ngettext(
        "{n} record and {events} events are commitments now.",
        "{n} records and {events} events are commitments now.",
        done.n_records,
    )
    click.echo(text.format(n=done.n_records, events=done.n_events))
    warn(_("The length of what is withheld can still be seen; see LIMITS."))
