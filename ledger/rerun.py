# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making the records of a bundle again from the chain data that it carries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.accounting import accounting_settings
from ledger.analysis import analyse
from ledger.carried import AnalysisKey, Begun, Carried
from ledger.ingest import ingest_content, ingest_loose, number_blocks
from ledger.odds import shipped_odds
from ledger.parsing.networks import NETWORK, NETWORK_OF_MAGIC
from ledger.sources.faults import unreadable
from ledger.stating import analysis_digest
from ledger.store.loose import parse_loose
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.records import CashOutPoint, Cluster, Record, Trace
from vestigo.settings import default_settings

CHAIN = "data/ledger/chain"
MADE = (Trace, Cluster, CashOutPoint)


@dataclass(frozen=True, slots=True)
class Compared:
    """Records of one kind: how many came out the same, and the ids that did not.

    ``records`` are those that were made now and that the bundle does not take back: in the
    order of the bundle, then those that only came out now.
    """

    kind: str
    n_same: int
    only_in_bundle: tuple[str, ...]
    only_made_now: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.only_in_bundle and not self.only_made_now


def rerun(
    bundle: Path,
    work: Path,
    settings: Mapping[str, Any] | None = None,
    at_height: int | None = None,
) -> list[Compared]:
    """Make clusters, traces and cash-outs again in the empty folder ``work``; compare them.

    Each analysis is made at the height and with the settings that its records name; the
    bundle's log keeps the settings.  ``settings`` (the section ``ledger``) and ``at_height``
    take their place where given.  Raises ``InputError`` E-LED-075 where the bundle carries no
    chain data, E-LED-076 where nothing gives the settings of its records, and as ingest and
    analysis do.
    """
    carried = Carried(bundle)
    chain = work / "chain"
    for network in set(_ingest(bundle, chain)):
        number_blocks(chain, network, {})
    made: dict[str, Record] = {}
    for key, begun in carried.analyses().items():
        section = _settings_of(carried, key, settings)
        height = key.at_height if at_height is None else at_height
        for record in _made(chain, key, begun, carried, section, height):
            made[record.record_id] = record
    return [_compared(kind, carried, made) for kind in MADE]


def _made(
    chain: Path, key: AnalysisKey, begun: Begun, carried: Carried, section: Mapping[str, Any],
    at_height: int | None,
) -> Iterator[Record]:  # fmt: skip
    found = analyse(
        chain, key.network, sorted(begun.addresses), carried.tags, section, begun.sources,
        outputs=sorted(begun.outputs), at_height=at_height,
    )  # fmt: skip
    yield from (*found.clusters, *found.traces, *found.cash_outs)


def _settings_of(
    carried: Carried, key: AnalysisKey, given: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """Return the settings of an analysis: those given, else by digest of the log or the usual."""
    if given is not None:
        return accounting_settings(given, carried.judgements)
    odds = shipped_odds()
    kept = carried.settings(lambda section: analysis_digest(section, odds))
    usual = accounting_settings(default_settings()["ledger"], carried.judgements)
    kept.setdefault(analysis_digest(usual, odds), usual)
    if key.settings_sha256 not in kept:
        raise InputError(
            "E-LED-076",
            _("Nothing here gives the settings {digest} that records of the bundle name.").format(
                digest=key.settings_sha256
            ),
            where=f"odds {odds.sha256}",
            remedy=_("Give the case.toml of the case with --settings, and use the version of "
                     "Vestigo that made the records: its weights are part of the digest."),
        )  # fmt: skip
    return kept[key.settings_sha256]


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


def _compared(kind: type[Record], carried: Carried, made: Mapping[str, Record]) -> Compared:
    """Compare by id; what the bundle took back itself is not missed and not new."""
    before = [one.record_id for one in carried.of_kind(kind)]
    now = {name: one for name, one in made.items() if isinstance(one, kind)}
    new = sorted(set(now) - set(before) - carried.retracted)
    same: Sequence[str] = [name for name in before if name in now]
    return Compared(
        kind.KIND, len(same), tuple(sorted(set(before) - set(now))), tuple(new),
        tuple(now[name] for name in (*same, *new)),
    )  # fmt: skip
