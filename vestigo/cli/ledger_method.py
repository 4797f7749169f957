# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger method``: lock the accounting method of a case, with a reason."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.accounting import SUBJECT, locked_accounting, refuse_second_lock
from ledger.sweep import METHODS
from vestigo.cli.ledger_options import CASE
from vestigo.i18n import _
from vestigo.pipeline.session import open_session, os_account
from vestigo.records import Judgement


@click.command("method", help=_("Lock the accounting method of CASE, or print it."))
@CASE
@click.argument("method", required=False, type=click.Choice(METHODS))
@click.option("--reason", help=_("Why this method: the law, an order, a practice."))
def method_command(case: Path, method: str | None, reason: str | None) -> None:
    """Write the choice as a judgement of a named person; it is made once."""
    if method is None:
        with open_session(case, write=False) as session:
            session.custody.append("access", reason="accounting method shown")
            locked = locked_accounting(session.ledger.of_kind(Judgement))
        click.echo(locked or _("No method is locked; the setting “accounting” counts."))
        return
    if not (reason or "").strip():
        raise click.UsageError(_("Give the reason with --reason."))
    with open_session(case) as session:
        known = list(session.ledger.of_kind(Judgement))
        refuse_second_lock(known, method)
        if locked_accounting(known) is None:
            judgement = Judgement(
                subject=SUBJECT, seen_record_id="", verdict=method, person=os_account(),
                reason=str(reason).strip(), judged_at=session.clock(),
            )  # fmt: skip
            session.ledger.append([judgement])
            session.custody.append(
                "processing", reason="accounting method locked", details={"method": method}
            )
    click.echo(_("The accounting method of this case is {method}.").format(method=method))
