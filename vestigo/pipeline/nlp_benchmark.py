# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast listings are read, by the command that a user types, and beside other ways.

Rates are lines a second of ``vestigo nlp read`` with its start, in a process of its own;
``…_per_cpu_s`` divides by its processor time, which other work on the machine hurts less.
The limits hold for texts of which none comes twice; ``repeated_…`` is a crawl that brings
the same texts again, whose readings are kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from nlp.lines.listing_line import LineUnreadable, parse_line
from nlp.model import ListingText
from vestigo import __version__
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.steps import StepFailed, vestigo_words
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world

MILLION = 1_000_000
WORLDS = 12  # of the practice range: about 4,500 different titles
DESCRIPTION = 1_000  # code points
TIMES_AGAIN = 5  # each text of the repeated ones
CHUNK = 1 << 20
LIMITS = {
    "titles_per_s": ("least", 3000),
    "texts_per_s": ("least", 1000),
    "million_titles_s": ("most", 360),
    "first_answer_s": ("most", 2.5),
    "peak_mb": ("most", 600),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: seconds by clock and processor, peak memory, digest of output."""

    seconds: float
    cpu_seconds: float
    peak_mb: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many titles are read by ``workers`` processes; titles and texts for the rates of one."""

    n_titles: int
    n_single: int
    n_texts: int
    workers: int = 2
    n_first: int = 5


def invented_texts() -> list[ListingText]:
    """Return title and description of the listings of worlds of the practice range."""
    behaviour = load_behaviour("full")
    found: dict[str, ListingText] = {}
    for seed in range(1, WORLDS + 1):
        for market in tell_world(seed, behaviour).markets:
            for one in market.listings:
                found.setdefault(
                    one.title, ListingText(title=one.title, description=one.description)
                )
    return list(found.values())


def given_texts(path: Path) -> list[ListingText]:
    """Return the listings with a title in a file of lines of ``nlp read``.

    Raises ``InputError`` E-NLP-025 where there is none.
    """
    found = []
    with path.open("rb") as handle:
        for line in handle:
            try:
                text = parse_line(line.decode("utf-8", "replace"))
            except LineUnreadable:
                continue
            if text.title:
                found.append(text)
    if not found:
        raise InputError(
            "E-NLP-025",
            _("The file has no line with a title."),
            where=str(path),
            remedy=_("Give lines as “vestigo nlp read” takes them."),
        )
    return found


def measure(texts: Sequence[ListingText], wanted: Wanted, work: Path) -> dict[str, Any]:
    """Return the figures, their limits and which are met; files are made in ``work``."""
    titles = [text.title for text in texts]
    whole = list(zip(titles, with_descriptions(texts), strict=True))
    single = _file(work / "titles.jsonl", ((t, "") for t in _numbered(titles, wanted.n_single)))
    long = _file(work / "texts.jsonl", _numbered_texts(whole, wanted.n_texts))
    n_again = max(1, wanted.n_texts // TIMES_AGAIN)
    recrawled = _file(work / "again.jsonl", list(_numbered_texts(whole, n_again)) * TIMES_AGAIN)
    many = _file(work / "many.jsonl", ((t, "") for t in _numbered(titles, wanted.n_titles)))
    one = _file(work / "one.jsonl", [whole[0]])
    cold = [run_read(one, 1) for _n in range(wanted.n_first)]
    runs = {"titles": run_read(single, 1), "texts": run_read(long, 1)}
    again = {"titles": run_read(single, wanted.workers), "texts": run_read(long, 1)}
    repeated = run_read(recrawled, 1)
    many_run = run_read(many, wanted.workers)
    figures: dict[str, Any] = {
        "first_answer_s": round(median(run.seconds for run in cold), 3),
        "first_answer_cpu_s": round(median(run.cpu_seconds for run in cold), 3),
        "peak_mb": max(
            run.peak_mb for run in (*runs.values(), *again.values(), repeated, many_run)
        ),
        "many_titles": wanted.n_titles,
        "many_titles_s": round(many_run.seconds, 1),
        "million_titles_s": round(many_run.seconds, 1) if wanted.n_titles >= MILLION else None,
        "identical": all(runs[name].sha256 == again[name].sha256 for name in runs),
        "output_sha256": {name: run.sha256 for name, run in runs.items()},
    }
    timed = (
        ("titles", wanted.n_single, runs["titles"]),
        ("texts", wanted.n_texts, runs["texts"]),
        ("repeated_texts", n_again * TIMES_AGAIN, repeated),
    )
    for name, n, run in timed:
        figures[f"{name}_per_s"] = round(n / run.seconds)
        figures[f"{name}_per_cpu_s"] = round(n / run.cpu_seconds)
    return {
        "version": __version__,
        "machine": {**machine(), "load": [f"{part:.1f}" for part in os.getloadavg()]},
        "texts": len(titles),
        "figures": {name: _plain(value) for name, value in figures.items()},
        "limits": {name: [kind, _plain(limit)] for name, (kind, limit) in LIMITS.items()},
        "missed": missed(figures),
    }


def _plain(value: Any) -> Any:
    """Return a figure as JSON of ours holds it: a decimal as a string."""
    return str(value) if isinstance(value, float) else value


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the figures that are beyond their limits; one that was not measured is not."""
    found = [] if figures["identical"] else ["identical"]
    for name, (kind, limit) in LIMITS.items():
        value = figures[name]
        beyond = value is not None and (value < limit if kind == "least" else value > limit)
        if beyond:
            found.append(name)
    return found


def with_descriptions(texts: Sequence[ListingText]) -> list[str]:
    """Return a description of 1,000 code points for each text: its own, then those of others."""
    descriptions = [text.description or text.title for text in texts]
    made = []
    for index in range(len(texts)):
        parts, size, step = [], 0, 0
        while size <= DESCRIPTION:
            part = descriptions[(index + step * 7) % len(descriptions)]
            parts.append(part)
            size, step = size + len(part) + 1, step + 1
        made.append("\n".join(parts)[:DESCRIPTION])
    return made


def _numbered(titles: Sequence[str], n: int) -> Iterator[str]:
    """Yield ``n`` titles, none twice: later rounds carry a number."""
    for index, title in enumerate(islice(cycle(titles), n)):
        turn = index // len(titles)
        yield f"{title} #{turn}" if turn else title


def _numbered_texts(whole: Sequence[tuple[str, str]], n: int) -> Iterator[tuple[str, str]]:
    """Yield ``n`` titles with descriptions, none twice: later rounds pair them otherwise."""
    for index, title in enumerate(_numbered([title for title, _text in whole], n)):
        turn = index // len(whole)
        yield title, whole[(index + turn) % len(whole)][1]


def _file(path: Path, rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8") as handle:
        for number, (title, description) in enumerate(rows):
            line = {"id": str(number), "title": title, "description": description}
            handle.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def run_read(path: Path, workers: int) -> Run:
    """Run ``vestigo nlp read`` on a file; raises ``StepFailed`` where it does not end with 0."""
    words = vestigo_words("nlp", "read", "--workers", str(workers), str(path))
    digest = hashlib.sha256()
    began = time.monotonic()
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while chunk := process.stdout.read(CHUNK):
            digest.update(chunk)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise StepFailed(words[2:], process.returncode)
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, usage.ru_maxrss // 1024, digest.hexdigest())
