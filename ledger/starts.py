# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which start a trace belongs to: an output that a person entered, or an address."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vestigo.records import Judgement, Trace

_OUTPOINT = re.compile(r"trace start ([0-9a-f]{64}:\d{1,9})")


class EnteredOutputs:
    """The outputs that persons entered as starts; their traces cite who did, first of all."""

    def __init__(self, judgements: Iterable[Judgement]) -> None:
        self._by_sources: dict[tuple[str, ...], str] = {}
        for one in judgements:
            if match := _OUTPOINT.fullmatch(one.subject):
                named = tuple(sorted({one.record_id, one.seen_record_id}))
                self._by_sources[named] = match[1]

    def of(self, trace: Trace) -> str | None:
        """Return the output (``txid:vout``) that a trace begins with, None for an address."""
        heads = (trace.sources[:n] for n in (1, 2))
        return next((self._by_sources[one] for one in heads if one in self._by_sources), None)

    def sources(self, output: str) -> tuple[str, ...]:
        """Return the ids that the traces of an entered output cite first."""
        return next(ids for ids, name in self._by_sources.items() if name == output)
