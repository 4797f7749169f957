# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading many lines, on several processors if asked: the same bytes in the same order."""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path

from nlp.lines.answering import read_lines
from nlp.reading.own_terms import reader_with
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.rates import RateTable

NEW_OBJECTS = 50_000  # between two looks of the collector; it is 700 else
LINES = 200  # of one parcel: a second of work at most
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
AHEAD = 3  # parcels a process may be ahead of what was written: bounds the memory


@dataclass(frozen=True, slots=True)
class Rules:
    """What a reading rests on beside the shipped lexicon: rates and own terms, as files."""

    rates: tuple[Path, ...] = ()
    terms: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """The answers to some lines as JSON lines; ``unreadable`` says what was wrong in them."""

    output: bytes
    unreadable: tuple[str, ...]
    n_lines: int


def read_parcels(lines: Iterable[bytes], rules: Rules, workers: int = 1) -> Iterator[Parcel]:
    """Yield the answers in the order of the lines; with one worker line by line.

    Raises ``ConfigurationError`` E-NLP-007 where a process of the pool was ended from
    outside, and whatever the rules' files raise.
    """
    _checked(rules)
    if workers == 1:
        with _seldom_collected():
            for line in lines:
                yield read_parcel([line], rules)
        return
    try:
        yield from _shared_out(lines, rules, workers)
    except BrokenProcessPool as error:
        raise ConfigurationError(
            "E-NLP-007",
            _("A process that read a part of the lines was ended from outside."),
            remedy=_("Free memory, or use fewer workers, and run the command again."),
        ) from error


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for circles of objects less often: a reading makes thousands and no circle."""
    before = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _checked(rules: Rules) -> None:
    """Raise what is wrong with the files here, not in a process of the pool."""
    _rates(rules.rates)
    reader_with(rules.terms)


def _shared_out(lines: Iterable[bytes], rules: Rules, workers: int) -> Iterator[Parcel]:
    waiting: deque[Future[Parcel]] = deque()
    source = iter(lines)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin)
    try:
        while batch := list(islice(source, LINES)):
            waiting.append(pool.submit(read_parcel, batch, rules))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that shares out the lines, and end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def read_parcel(lines: list[bytes], rules: Rules) -> Parcel:
    """Return the answers to ``lines``; bytes that are not UTF-8 are replaced, and it is said."""
    unreadable: list[str] = []
    answers = read_lines(
        lines, _rates(rules.rates), unreadable.append, reader_with(rules.terms).read
    )
    output = b"".join(
        _encoded(answer).encode("utf-8", "backslashreplace") + b"\n" for answer in answers
    )
    return Parcel(output, tuple(unreadable), len(lines))


@cache
def _rates(files: tuple[Path, ...]) -> RateTable | None:
    return RateTable.read(files) if files else None
