# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl tor``: which Tor carried the crawls, and the descriptors it brought."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.session import open_session
from vestigo.pipeline.tor_sessions import Origin, origin_row, origins, tor_sessions


@click.command(
    "tor",
    help=_(
        "Show which Tor carried the crawls of the case at PATH, and verify its onion descriptors."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def tor(path: Path, as_json: bool) -> int:
    """Show sessions and descriptors; exit 3 where a descriptor does not verify."""
    with open_session(path, write=False) as session:
        session.custody.append("access", reason="crawl tor")
        sessions, found = tor_sessions(session), origins(session)
        failed = [one for one in found if one.problem is not None]
        outcome = {"n_descriptors": str(len(found)), "n_failed": str(len(failed))}
        session.custody.append("verify", reason="onion descriptors", details=outcome)
    if as_json:
        emit_json({"sessions": sessions, "descriptors": [origin_row(one) for one in found]})
    else:
        _show(sessions, found)
    return ExitCode.VERIFICATION_FAILED if failed else ExitCode.DONE


def _show(sessions: list[dict[str, str]], found: list[Origin]) -> None:
    if not sessions:
        click.echo(_("No crawl of this case went through Tor."))
    for facts in sessions:
        account = facts.get("account", "") or "-"
        click.echo(printable(f"{facts['began_at']}  {facts.get('market', '')}  {account}"))
        for name in ("isolation", "tor_version", "consensus_valid_after", "config_sha256",
                     "exit", "circuits", "exits"):  # fmt: skip
            if facts.get(name):
                click.echo(printable(f"  {name}: {facts[name]}"))
    for one in found:
        click.echo(printable(f"{one.archived.path.parent.name}  {one.archived.path.name}"))
        click.echo(f"  {_('verified') if one.problem is None else printable(str(one.problem))}")
