# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl due``: which markets are to be visited again, and with what command."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.crawl_look import look_at_crawls
from vestigo.pipeline.crawl_next import NextAction
from vestigo.pipeline.crawl_words import action_words, pass_words
from vestigo.pipeline.recrawl import NextPass, next_passes
from vestigo.pipeline.session import open_session
from vestigo.records.codec import to_plain


@click.command("due", help=_("Say which markets of the case at PATH are to be crawled again."))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def due(path: Path, as_json: bool) -> int:
    """Exit 4 where a pass is due, so that a timer of the machine can tell; nothing is sent."""
    with open_session(path, write=False) as session:
        session.custody.append("access", reason="passes due")
        passes = next_passes(session)
        looks = {one.name: one.next for one in look_at_crawls(session, path).markets}
    if as_json:
        emit_json({"markets": [_document(path, one, looks[one.name]) for one in passes]})
    else:
        _show(path, passes, looks)
    return ExitCode.FINDINGS if any(one.due for one in passes) else ExitCode.DONE


def _document(path: Path, one: NextPass, action: NextAction) -> dict[str, object]:
    plain = {f.name: to_plain(getattr(one, f.name)) for f in dataclasses.fields(one)}
    return {**plain, "due": one.due, "command": command_of(path, one, action)}


def command_of(path: Path, one: NextPass, action: NextAction) -> str:
    """Return the command that makes a new pass, or that goes on with the last one."""
    if one.what != "new-pass":
        return action.command
    words = ["vestigo", "crawl", "run", str(path), "--profile", one.profile, "--start", one.start]
    words += ["--pass", str(one.pass_no)] if one.pass_no > 1 else []
    words += ["--account", one.account, "--password-stdin"] if one.account else []
    return shlex.join(words)


def _show(path: Path, passes: list[NextPass], looks: dict[str, NextAction]) -> None:
    if not passes:
        click.echo(_("Nothing was crawled in this case yet."))
    for one in passes:
        action = looks[one.name]
        click.echo(printable(f"{one.market}: {pass_words(one)}"))
        if one.due:
            if one.what != "new-pass":
                click.echo(printable(f"  {action_words(action)}"))
            click.echo(printable(f"  {command_of(path, one, action)}"))
