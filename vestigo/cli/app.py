# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entry point: language, lazily loaded nouns, errors to exit codes."""

from __future__ import annotations

import gc
import os
import sys

import click

from vestigo import __version__, i18n
from vestigo.cli.click_words import translate_click
from vestigo.cli.core_dumps import forbid_core_dumps
from vestigo.cli.lazy import LazyGroup
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


def program() -> click.Group:
    """Return the whole command tree in the active language."""
    return LazyGroup(
        name="vestigo",
        targets=NOUNS,
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
    code = run(argv)
    gc.freeze()  # all is closed; looking through it for cycles would take up to half a second
    sys.exit(code)


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
        from vestigo.store.refused_access import access_is_refused, refused_access

        if disk_is_full(error):
            report_error(full_disk())
        elif access_is_refused(error):
            report_error(refused_access(error))
        else:
            raise
        return ExitCode.UNREACHABLE
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(__version__)
        ctx.exit()
