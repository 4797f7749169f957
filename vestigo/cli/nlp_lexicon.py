# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp lexicon``: show it, check it, extend it, and find what it lacks."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vestigo.cli.nlp_listings import FILE, listings_of, show_words
from vestigo.cli.output import emit_json, printable
from vestigo.errors import ConfigurationError, ExitCode, UsageError
from vestigo.i18n import _, ngettext
from vestigo.places import config_root

if TYPE_CHECKING:
    from nlp.upkeep.checking import Fault


class LexiconGroup(click.Group):
    """A group where a word that is no command of it is a WORD to look up."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put the command ``show`` before what is not a command."""
        first = next((one for one in args if not one.startswith("-")), None)
        if first not in self.commands and not {"--help", "-h"} & set(args):
            args.insert(0, "show")
        return super().parse_args(context, args)


@click.group(
    "lexicon",
    cls=LexiconGroup,
    help=_("Show the lexicon, or what one WORD is in it; check and extend it."),
)
def lexicon() -> None:
    """Group of the commands of the lexicon."""


@lexicon.command("show", help=_("Show counts, digest and sources, or the rows of one WORD."))
@click.argument("word", required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def show(word: str | None, as_json: bool) -> None:
    """Print counts and digest, or the rows of one term."""
    from nlp.lexicon.loading import shipped_lexicon
    from nlp.upkeep.summary import lexicon_rows, lexicon_summary

    known = shipped_lexicon()
    if word:
        _show_rows(lexicon_rows(known, word), as_json)
        return
    summary = lexicon_summary(known)
    if as_json:
        emit_json(summary)
        return
    click.echo(
        _("{terms} terms, {substances} substances, {schedules} schedule rows").format(**summary)
    )
    click.echo(_("SHA-256 of the lexicon files: {digest}").format(digest=summary["digest"]))
    for name, n in summary["sources"].items():
        click.echo(f"  {name}: {n}")


def _show_rows(rows: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        emit_json({"rows": rows})
        return
    for row in rows:
        click.echo(printable("  ".join(f"{key}={value}" for key, value in row.items())))
    if not rows:
        click.echo(_("The lexicon does not know this term."))


@lexicon.command("check", help=_("Name every fault of your own term FILES, or of the lexicon."))
@click.argument("files", nargs=-1, type=FILE)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def check(files: tuple[Path, ...], as_json: bool) -> int:
    """Exit 5 where something is wrong."""
    from nlp.upkeep.checking import check as faults_of

    faults = faults_of(config_root() / "lexicon", files)
    if as_json:
        emit_json({"faults": [asdict(fault) for fault in faults]})
    else:
        _show_faults(faults)
    return ExitCode.CONFIGURATION if faults else ExitCode.DONE


def _show_faults(faults: list[Fault]) -> None:
    for fault in faults:
        click.echo(printable(f"{fault.where}: {fault.code}: {fault.what}"))
    n = len(faults)
    click.echo(ngettext("{n} fault", "{n} faults", n).format(n=n))


@lexicon.command("extend", help=_("Add your own term FILE, and its sources, to a case."))
@click.argument("file", type=FILE)
@click.option("--case", "case", required=True, type=click.Path(path_type=Path),
              help=_("The case whose readings use the terms."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def extend(file: Path, case: Path, as_json: bool) -> int:
    """Keep the file in the case; exit 5, and nothing is kept, where a row is wrong."""
    from nlp.lexicon.loading import load_lexicon
    from nlp.upkeep.checking import check as faults_of
    from vestigo.pipeline.own_terms import keep_terms

    faults = faults_of(config_root() / "lexicon", [file])
    if faults:
        _show_faults(faults)
        raise ConfigurationError(
            "E-NLP-009",
            _("The terms were not added: rows are wrong."),
            where=str(file),
            remedy=_("Correct the rows that are named and add the file again."),
        )
    kept = keep_terms(case, file)
    digest = load_lexicon(config_root() / "lexicon", kept).digest
    if as_json:
        emit_json({"terms": [path.name for path in kept], "lexicon": digest})
        return ExitCode.DONE
    click.echo(_("SHA-256 of the lexicon files: {digest}").format(digest=digest))
    click.echo(_("Read the case again (“vestigo case read”) to use the terms."))
    return ExitCode.DONE


@lexicon.command(
    "unknown",
    help=_(
        "Rank what the listings of FILES or of a case say beside quantities that no term covers."
    ),
)
@click.argument("files", nargs=-1, type=FILE)
@click.option("--case", "case", type=click.Path(path_type=Path),
              help=_("Read the listings of this case."))  # fmt: skip
@click.option(
    "--terms",
    multiple=True,
    type=FILE,
    help=_("A file of your own terms, beside the lexicon; may be given several times."),
)
@click.option("--least", default=2, show_default=True, type=click.IntRange(1),
              help=_("Only words that so many accounts used."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def unknown(
    files: tuple[Path, ...], case: Path | None, terms: tuple[Path, ...], least: int, as_json: bool
) -> int:
    """Print words with the accounts and listings that use them and masked examples."""
    from nlp.reading.own_terms import reader_with
    from nlp.upkeep.unknown_words import unknown_words
    from vestigo.pipeline.own_terms import unknown_in_case

    if bool(files) == (case is not None):
        raise UsageError(
            "E-NLP-023",
            _("Name FILES with listings or one case, not both."),
            remedy=_("See “vestigo nlp lexicon unknown --help”."),
        )
    if case is not None:
        report = unknown_in_case(case, terms, least)
    else:
        report = unknown_words(reader_with(terms), listings_of(files), least)
    if as_json:
        emit_json(report)
        return ExitCode.DONE
    _show_unknown(report)
    return ExitCode.DONE


def _show_unknown(report: dict[str, Any]) -> None:
    said = _("{listings} listings, {without} of them without a substance in the text")
    click.echo(said.format(listings=report["listings"], without=report["without_substance"]))
    show_words(report["words"], _with_classes)


def _with_classes(row: dict[str, Any]) -> str:
    """Return a word with what the markets say that its listings are."""
    declared = " ".join(f"{name}={n}" for name, n in list(row["declared"].items())[:2])
    return f"{row['words']:<28} {declared}"
