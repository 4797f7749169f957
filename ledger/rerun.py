# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making the records of a bundle again from the chain data that it carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.accounting import accounting_settings
from ledger.analysis import Analysis, analyse
from ledger.ingest import ingest_content, ingest_loose, number_blocks
from ledger.parsing.networks import NETWORK, NETWORK_OF_MAGIC
from ledger.sources.faults import unreadable
from ledger.store.loose import parse_loose
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.records import (
    CashOutPoint,
    Cluster,
    Judgement,
    Record,
    Retraction,
    Tag,
    Trace,
    Transaction,
)
from vestigo.records.base import record_from_body

CHAIN, LEDGER, EXTRACTION = "data/ledger/chain", "data/ledger", "data/extraction"
MADE = (Trace, Cluster, CashOutPoint)
_OUTPOINT = re.compile(r"trace start ([0-9a-f]{64}:\d{1,9})")


@dataclass(frozen=True, slots=True)
class Compared:
    """Records of one kind: how many came out the same, and the ids that did not."""

    kind: str
    n_same: int
    only_in_bundle: tuple[str, ...]
    only_made_now: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.only_in_bundle and not self.only_made_now


class Carried:
    """What a bundle carries for the ledger; retracted records are left out."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self.retracted = {one.retracts for one in self._all(Retraction, EXTRACTION)}
        self.judgements = self.of_kind(Judgement, EXTRACTION)
        self.tags = self.of_kind(Tag)
        self.traces = self.of_kind(Trace)
        self.transaction_ids = {one.record_id for one in self._all(Transaction, LEDGER)}

    def of_kind(self, kind: type[Any], folder: str = LEDGER) -> list[Any]:
        """Return the records of a kind that stand."""
        found = self._all(kind, folder)
        return [one for one in found if one.record_id not in self.retracted]

    def _all(self, kind: type[Any], folder: str) -> list[Any]:
        path = self._bundle / folder / f"{kind.KIND}.jsonl"
        if not path.is_file():
            return []
        try:
            lines = path.read_bytes().splitlines()
            return [record_from_body(json.loads(line)) for line in lines]
        except (ValueError, LookupError, TypeError) as error:
            raise unreadable(kind.KIND, str(path)) from error

    def starts(self) -> tuple[list[str], list[str], dict[str, tuple[str, ...]]]:
        """Return the addresses and outputs that traces begin at, and what names each."""
        sources: dict[str, tuple[str, ...]] = {}
        outputs = []
        for one in self.judgements:
            if match := _OUTPOINT.fullmatch(one.subject):
                outputs.append(match[1])
                sources[match[1]] = tuple(sorted({one.record_id, one.seen_record_id}))
        entered = set(sources.values())
        addresses = []
        for trace in self.traces:
            named = self._naming(trace)
            if named not in entered or not named:
                addresses.append(trace.start_address)
                sources[trace.start_address] = named
        return sorted(set(addresses)), outputs, sources

    def _naming(self, trace: Trace) -> tuple[str, ...]:
        """Return the sources that name a start: those before the first transaction."""
        first = (i for i, one in enumerate(trace.sources) if one in self.transaction_ids)
        return trace.sources[: next(first, 0)]


def rerun(
    bundle: Path, work: Path, settings: Mapping[str, Any], at_height: int | None = None
) -> list[Compared]:
    """Make clusters, traces and cash-outs again in the empty folder ``work``; compare them.

    ``settings`` is the section ``ledger`` that the case had.  Raises ``InputError`` E-LED-075
    where the bundle carries no chain data, and as ingest and analysis do.
    """
    carried = Carried(bundle)
    chain = work / "chain"
    for network in set(_ingest(bundle, chain)):
        number_blocks(chain, network, {})
    networks = sorted({trace.network for trace in carried.traces})
    addresses, outputs, sources = carried.starts()
    made: list[Record] = []
    for network in networks:
        here = {trace.start_address for trace in carried.traces if trace.network == network}
        found = analyse(
            chain, network, [one for one in addresses if one in here], carried.tags,
            accounting_settings(settings, carried.judgements), sources, outputs=outputs,
            at_height=at_height,
        )  # fmt: skip
        made += _records(found)
    return [_compared(kind, carried.of_kind(kind), made) for kind in MADE]


def _ingest(bundle: Path, chain: Path) -> Iterator[str]:
    files = sorted((bundle / CHAIN).glob("*"))
    if not files:
        raise InputError(
            "E-LED-075",
            _("The bundle carries no chain data."),
            where=str(bundle / CHAIN),
            remedy=_("Raise [chain] in_bundle_mb in the case and build the bundle again."),
        )
    for file in sorted(files, key=lambda file: (file.suffix, file.name)):  # .dat before .jsonl
        content = file.read_bytes()
        if file.suffix == ".dat":
            network = NETWORK_OF_MAGIC.get(content[:4], "")
            if not network:
                raise unreadable("magic", f"{file}:0")
            ingest_content(chain, content, str(file), file.name, network)
        else:
            network = _loose(chain, content, file)
        yield network


def _loose(chain: Path, content: bytes, file: Path) -> str:
    try:
        found = parse_loose(content)
        network = str(json.loads(content.partition(b"\n")[0])["network"])
        ingest_loose(chain, found, NETWORK[network].name, file.name)
    except (ValueError, LookupError, TypeError) as error:
        raise unreadable("chain data", str(file)) from error
    return network


def _records(found: Analysis) -> list[Record]:
    return [*found.clusters, *found.traces, *found.cash_outs]


def _compared(kind: type[Record], carried: Sequence[Record], made: Sequence[Record]) -> Compared:
    before = {one.record_id for one in carried}
    now = {one.record_id for one in made if isinstance(one, kind)}
    return Compared(
        kind.KIND, len(before & now), tuple(sorted(before - now)), tuple(sorted(now - before))
    )
