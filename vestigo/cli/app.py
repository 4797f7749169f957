# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entry point: language, lazily loaded nouns, errors to exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from vestigo import __version__, i18n
from vestigo.cli.click_words import translate_click
from vestigo.cli.core_dumps import forbid_core_dumps
from vestigo.cli.output import report_error, warn
from vestigo.errors import ExitCode, VestigoError
from vestigo.i18n import _

NOUNS = {
    "case": "vestigo.cli.case:case",
    "crawl": "vestigo.cli.crawl:crawl",
    "market": "vestigo.cli.market:market",
    "nlp": "vestigo.cli.nlp:nlp",
    "ledger": "vestigo.cli.ledger:ledger",
    "tag": "vestigo.cli.tag:tag",
    "graph": "vestigo.cli.graph:graph",
    "link": "vestigo.cli.link:link",
    "evidence": "vestigo.cli.evidence:evidence",
    "bundle": "vestigo.cli.bundle:bundle",
    "console": "vestigo.cli.console:console",
    "training": "vestigo.cli.training:training",
    "demo": "vestigo.cli.demo:demo",
    "bench": "vestigo.cli.bench:bench",
    "doctor": "vestigo.cli.doctor:doctor",
}


class LazyNouns(click.Group):
    """Imports a noun's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the nouns in the order of the work."""
        return list(NOUNS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 (click's signature)
        cmd_name: str,
    ) -> click.Command | None:
        """Return the command of one noun, or None."""
        target = NOUNS.get(cmd_name)
        if target is None:
            return None
        module, _sep, name = target.partition(":")
        try:
            command: Any = getattr(importlib.import_module(module), name)
        except KeyboardInterrupt as interrupt:  # to load a noun takes seconds on a slow machine
            warn(_("Interrupted before the command began: nothing was done."))
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from interrupt
        assert isinstance(command, click.Command)
        return command


def program() -> click.Group:
    """Return the whole command tree in the active language."""
    return LazyNouns(
        name="vestigo",
        help=_("From a legal authorization to a bundle that a stranger can verify."),
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_print_version,
                help=_("Show the version and exit."),
            )
        ],
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def main(argv: list[str] | None = None) -> None:
    """Run the command line and leave with the exit code of DESIGN."""
    os.umask(0o077)
    forbid_core_dumps()
    i18n.activate(i18n.preferred_language())
    translate_click()
    sys.exit(run(argv))


def run(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code; nothing of ours escapes as a traceback."""
    try:
        result = program().main(args=argv, prog_name="vestigo", standalone_mode=False)
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        warn(_("Interrupted."))
        return ExitCode.INTERRUPTED
    except VestigoError as error:
        report_error(error)
        return error.exit_code
    except Exception as error:
        # the store is loaded here only: Ctrl-C and “--help” do not wait for it
        from vestigo.store.full_disk import disk_is_full, full_disk

        if not disk_is_full(error):
            raise
        report_error(full_disk())
        return ExitCode.UNREACHABLE
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(__version__)
        ctx.exit()
