# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text in runs, as pages show it: what stands in some spans, and what does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Run = tuple[str, bool]


def runs_of(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Yield the runs of ``text`` in order, each with whether one of ``spans`` holds it.

    Spans are places of characters, in order, none over another.
    """
    at = 0
    for start, end in spans:
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
