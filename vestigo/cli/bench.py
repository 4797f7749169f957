# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench``: figures that anyone can measure again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.bench_acceptance import acceptance, range_command
from vestigo.cli.bench_authority import authority
from vestigo.cli.bench_calibration import calibration
from vestigo.cli.bench_capture import capture
from vestigo.cli.bench_classes import classes
from vestigo.cli.bench_console import console
from vestigo.cli.bench_coverage import coverage
from vestigo.cli.bench_crawl_kills import crawl_kills
from vestigo.cli.bench_crypttrace import crypttrace
from vestigo.cli.bench_custody_kills import custody_kills
from vestigo.cli.bench_evidence import evidence
from vestigo.cli.bench_fuzz import fuzz
from vestigo.cli.bench_graph import graph
from vestigo.cli.bench_graph_kills import graph_kills
from vestigo.cli.bench_hostile import hostile
from vestigo.cli.bench_imagery import imagery
from vestigo.cli.bench_ledger import ledger
from vestigo.cli.bench_link import link
from vestigo.cli.bench_market import market_learn
from vestigo.cli.bench_nlp import nlp
from vestigo.cli.bench_page_kinds import page_kinds
from vestigo.cli.bench_selectors import selectors
from vestigo.cli.bench_taint import taint
from vestigo.cli.bench_tamper import bundles, tamper
from vestigo.cli.bench_wire import wire
from vestigo.cli.output import emit_json
from vestigo.cli.standard_input import standard_input
from vestigo.i18n import _
from vestigo.pipeline.benchmark import SpineBenchmark


@click.group(help=_("Measure; every figure can be measured again by anyone."))
def bench() -> None:
    """Group of the benchmarks."""


bench.add_command(acceptance)
bench.add_command(range_command)
bench.add_command(authority)
bench.add_command(calibration)
bench.add_command(capture)
bench.add_command(classes)
bench.add_command(crawl_kills)
bench.add_command(console)
bench.add_command(coverage)
bench.add_command(crypttrace)
bench.add_command(custody_kills)
bench.add_command(evidence)
bench.add_command(fuzz)
bench.add_command(graph)
bench.add_command(graph_kills)
bench.add_command(page_kinds)
bench.add_command(nlp)
bench.add_command(selectors)
bench.add_command(market_learn)


@bench.command("spine", help=_("Measure the main job on a saved market and on block files."))
@click.option(
    "--market",
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help=_("Folder or tar archive of saved pages."),
)
@click.option("--profile", required=True, help=_("Name or path of the market profile."))
@click.option(
    "--blocks",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help=_("A block file; give it several times."),
)
@click.option("--neo4j", help=_("Bolt URI of a running Neo4j server to measure as well."))
@click.option("--user", default="neo4j", show_default=True, help=_("User of the Neo4j server."))
@click.option("--password-stdin", is_flag=True, help=_("Read the Neo4j password from stdin."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def spine(
    market: Path,
    profile: str,
    blocks: tuple[Path, ...],
    neo4j: str | None,
    user: str,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Measure in a temporary folder and print the figures."""
    password = standard_input().readline().strip() if password_stdin else ""
    server = (neo4j, user, password) if neo4j else None
    with tempfile.TemporaryDirectory() as work:
        measured = SpineBenchmark(Path(work), market, profile, list(blocks), server).run()
    if as_json:
        emit_json(measured)
        return
    for name, value in measured["figures"].items():
        click.echo(f"{name}: {value}")


bench.add_command(ledger)
bench.add_command(link)
bench.add_command(hostile)
bench.add_command(imagery)
bench.add_command(wire)
bench.add_command(taint)
bench.add_command(tamper)
bench.add_command(bundles)
