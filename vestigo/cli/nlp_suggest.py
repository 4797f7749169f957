# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp suggest``: a small trained layer that proposes unknown words to a person."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.nlp_listings import FILE, listings_of, show_words
from vestigo.cli.output import emit_json
from vestigo.errors import UsageError
from vestigo.i18n import _, ngettext

FEWEST = 50  # titles with a known name; with fewer there is nothing to learn


@click.group(
    "suggest",
    help=_("Suggest words that may name a substance. A person decides; no record holds any."),
)
def suggest() -> None:
    """Group of the trained layer."""


@suggest.command("train", help=_("Train on the listings of FILES that the lexicon understands."))
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path),
              help=_("Folder for the model; it must not be there."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def train(files: tuple[Path, ...], folder: Path, as_json: bool) -> None:
    """Write the model and print its note."""
    from nlp.reading.reader import shipped_reader
    from nlp.upkeep.suggest_model import save
    from nlp.upkeep.suggesting import SEED, labelled
    from nlp.upkeep.suggesting import train as trained

    reader = shipped_reader()
    texts = labelled(list(listings_of(files)), reader)
    if len(texts) < FEWEST:
        raise UsageError(
            "E-NLP-028",
            _("Too few titles with a known name to learn from: {n}.").format(n=len(texts)),
            remedy=_("Give at least {n}.").format(n=FEWEST),
        )
    about = {"lexicon": reader.lexicon.digest, "titles": len(texts), "seed": SEED}
    note = save(trained(texts), folder, about)
    if as_json:
        emit_json(note)
        return
    n = len(texts)
    click.echo(ngettext("Trained on {n} title.", "Trained on {n} titles.", n).format(n=n))
    click.echo(_("SHA-256 of the model: {digest}").format(digest=note["sha256"]))


@suggest.command(
    "show", help=_("Show what the model in FOLDER suggests for the listings of FILES.")
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--least", default=2, show_default=True, type=click.IntRange(1),
              help=_("Only words that so many accounts used."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def show(folder: Path, files: tuple[Path, ...], least: int, as_json: bool) -> None:
    """Print words with the accounts and listings that use them and masked examples."""
    from nlp.reading.reader import shipped_reader
    from nlp.upkeep.suggest_model import load
    from nlp.upkeep.suggesting import suggest as suggestions

    language, note = load(folder)
    words = suggestions(language, shipped_reader(), list(listings_of(files)), least)
    if as_json:
        emit_json({"model": note, "words": words})
        return
    click.echo(_("Suggestions, not facts: a person decides what becomes a term."))
    show_words(words)


@suggest.command(
    "measure",
    help=_("Take substances out of the lexicon and count how many are suggested again."),
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--held", default=20, show_default=True, type=click.IntRange(1),
              help=_("So many substances."))  # fmt: skip
def measure(files: tuple[Path, ...], held: int) -> None:
    """Print the figures as one JSON document."""
    from nlp.reading.reader import shipped_reader
    from nlp.upkeep.suggest_measuring import measure as measured

    emit_json(measured(shipped_reader(), list(listings_of(files)), held))
