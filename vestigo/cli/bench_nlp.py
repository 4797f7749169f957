# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench nlp``: how fast listings are read, and how other ways compare."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json
from vestigo.errors import ExitCode
from vestigo.i18n import _

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
SINGLE = 20_000
LONG = 5_000
PEER_TEXTS = 1_000


@click.command("nlp", help=_("Measure how fast listings are read, beside other ways."))
@click.option("--titles", default=1_000_000, show_default=True, type=click.IntRange(1),
              help=_("So many titles are read by two processes."))  # fmt: skip
@click.option(
    "--texts",
    type=FILE,
    help=_("Lines as “vestigo nlp read” takes them (default: the practice range's)."),
)
@click.option("--gold", multiple=True, type=click.Path(path_type=Path, exists=True),
              help=_("Annotated texts: each way is scored on them."))  # fmt: skip
@click.option("--peer-list", type=FILE,
              help=_("A list of names to match as it stands, for instance TripSit's."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def nlp(
    titles: int, texts: Path | None, gold: tuple[Path, ...], peer_list: Path | None, as_json: bool
) -> int:
    """Exit 4 where a limit is not kept."""
    from nlp.scoring.gold import read_gold
    from vestigo.pipeline.nlp_benchmark import Wanted, given_texts, invented_texts, measure
    from vestigo.pipeline.nlp_peers import beside

    annotated = read_gold(gold) if gold else []
    given = given_texts(texts) if texts else invented_texts()
    wanted = Wanted(n_titles=titles, n_single=min(SINGLE, titles), n_texts=min(LONG, titles))
    with tempfile.TemporaryDirectory() as work:
        measured = measure(given, wanted, Path(work))
    measured["beside"] = beside(given, annotated, peer_list, min(PEER_TEXTS, titles))
    if as_json:
        emit_json(measured)
    else:
        _show(measured)
    return ExitCode.FINDINGS if measured["missed"] else ExitCode.DONE


def _show(measured: dict[str, Any]) -> None:
    """Print the figures by their machine names: they mean the same in every language."""
    for name, value in measured["figures"].items():
        limit = measured["limits"].get(name)
        bound = f"  ({' '.join(map(str, limit))})" if limit else ""
        click.echo(f"{name}: {value}{bound}")
    for name, figures in measured["beside"].items():
        click.echo(f"{name}: {_brief(figures)}")
    for name in measured["missed"]:
        click.echo(_("Beyond its limit: {name}").format(name=name), err=True)


def _brief(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "-"
    rates = " ".join(f"{name} {figures[name]}" for name in ("titles_per_cpu_s", "texts_per_cpu_s"))
    f1 = figures.get("f1", {}).get("all", {}).get("f1")
    return f"{rates} f1 {f1}" if f1 else rates
