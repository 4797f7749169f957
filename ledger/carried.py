# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a bundle carries for the ledger: records, starts, and the settings that its log keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ledger.sources.faults import unreadable
from ledger.starts import EnteredOutputs
from vestigo.records import Judgement, Retraction, Tag, Trace, Transaction
from vestigo.records.base import record_from_body

LEDGER, EXTRACTION, CUSTODY = "data/ledger", "data/extraction", "data/custody"
FOLLOWED = "money followed"  # the reason of the event that keeps the settings of an analysis


class AnalysisKey(NamedTuple):
    """What the traces of one analysis have in common."""

    network: str
    at_height: int | None
    settings_sha256: str


@dataclass(slots=True)
class Begun:
    """The starts of one analysis, and by start the ids of the records that name it."""

    addresses: set[str] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Carried:
    """What a bundle carries for the ledger; retracted records are left out."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self.retracted = {one.retracts for one in self._all(Retraction, EXTRACTION)}
        self.judgements = self.of_kind(Judgement, EXTRACTION)
        self.tags = self.of_kind(Tag)
        self.traces = self.of_kind(Trace)
        self._transaction_ids = {one.record_id for one in self._all(Transaction, LEDGER)}

    def of_kind(self, kind: type[Any], folder: str = LEDGER) -> list[Any]:
        """Return the records of a kind that stand, in the order of the bundle."""
        found = self._all(kind, folder)
        return [one for one in found if one.record_id not in self.retracted]

    def analyses(self) -> dict[AnalysisKey, Begun]:
        """Return the analyses that the standing traces come from, each with its starts."""
        entered = EnteredOutputs(self.judgements)
        found: dict[AnalysisKey, Begun] = {}
        for trace in self.traces:
            key = AnalysisKey(trace.network, trace.at_height, trace.method.settings_sha256)
            begun = found.setdefault(key, Begun())
            output = entered.of(trace)
            if output is None:
                begun.addresses.add(trace.start_address)
                begun.sources[trace.start_address] = self._naming(trace)
            else:
                begun.outputs.add(output)
                begun.sources[output] = entered.sources(output)
        return found

    def settings(self, digest: Callable[[Mapping[str, Any]], str]) -> dict[str, dict[str, Any]]:
        """Return the settings that the log keeps, by what ``digest`` makes of them."""
        return {digest(section): section for section in self._kept()}

    def _kept(self) -> Iterator[dict[str, Any]]:
        for event in self._lines(self._bundle / CUSTODY / "events.jsonl"):
            told = event.get("details", {})
            if event.get("reason") == FOLLOWED and "settings" in told:
                yield json.loads(told["settings"])

    def _all(self, kind: type[Any], folder: str) -> list[Any]:
        path = self._bundle / folder / f"{kind.KIND}.jsonl"
        try:
            return [record_from_body(body) for body in self._lines(path)]
        except (ValueError, LookupError, TypeError) as error:
            raise unreadable(kind.KIND, str(path)) from error

    @staticmethod
    def _lines(path: Path) -> list[dict[str, Any]]:
        if not path.is_file():
            return []
        try:
            return [json.loads(line) for line in path.read_bytes().splitlines()]
        except ValueError as error:
            raise unreadable("JSON", str(path)) from error

    def _naming(self, trace: Trace) -> tuple[str, ...]:
        """Return the sources that name a start: those before the first transaction."""
        first = (i for i, one in enumerate(trace.sources) if one in self._transaction_ids)
        return trace.sources[: next(first, 0)]
