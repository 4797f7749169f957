# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of the ledger stage: chain facts, heuristics and attribution, kept apart.

``tier`` is ``structural`` (follows from the chain), ``heuristic`` or ``attribution``
(a tag).  The three are never mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from vestigo.records.base import Derived, Record, register

TIERS = ("structural", "heuristic", "attribution")
# GraphSense TagPack levels of confidence, of a hundred
TAGPACK_LEVELS = {
    "ownership": 100, "ledger_immanent": 100, "manual_transaction": 90, "service_api": 90,
    "override": 90, "authority_data": 60, "trusted_provider": 60, "service_data": 60,
    "forensic": 50, "untrusted_transaction": 40, "web_crawl": 20, "heuristic": 10, "unknown": 5,
}  # fmt: skip


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Record):
    """A block that was ingested; hashes in display order; ``raw_sha256`` of its bytes."""

    KIND: ClassVar[str] = "block"

    network: str
    block_hash: str
    height: int | None
    header_hex: str
    mined_at: datetime
    n_transactions: int
    raw_sha256: str
    source_name: str


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Record):
    """A transaction that something cites: raw bytes and the proof of its block.

    ``merkle_branch`` are the sibling hashes (display order) from the leaf up;
    ``position`` is the index in the block.  All of it verifies offline.
    """

    KIND: ClassVar[str] = "transaction"

    network: str
    txid: str
    raw_hex: str
    block_hash: str
    header_hex: str
    position: int
    merkle_branch: tuple[str, ...]
    mined_at: datetime


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Record):
    """One attribution of an address, as its source gives it (TagPack fields).

    ``tagpack_confidence`` is the TagPack level (``ownership`` … ``unknown``);
    ``pack_sha256`` is the digest of the file it came from.  ``network`` is a Bitcoin
    network or, for another currency, its ``currency`` as the source spells it.
    """

    KIND: ClassVar[str] = "tag"

    address: str
    network: str
    label: str
    actor: str | None
    category: str | None
    concepts: tuple[str, ...]
    tag_type: str | None
    is_cluster_definer: bool
    tagpack_confidence: str | None
    source: str
    lastmod_on: date | None
    pack_title: str
    pack_sha256: str
    pack_creator: str = ""
    pack_description: str = ""
    currency: str = "BTC"
    abuse: str | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One union of a cluster: ``txid`` spends from both addresses."""

    txid: str
    address_a: str
    address_b: str


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Derived):
    """Addresses grouped by a named heuristic, with the proof path of each union.

    ``at_height`` is the height of the last block that counted (None: not every block that
    counted has a known height, or the record is older than this field).
    """

    KIND: ClassVar[str] = "cluster"
    LATER: ClassVar[frozenset[str]] = frozenset({"at_height"})

    network: str
    addresses: tuple[str, ...]
    joins: tuple[Join, ...]
    at_height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a trace: value moved from an address to an output.

    ``why`` names the rule that let the trail go on (e.g. ``ledger.follow_all.v1``);
    ``traced_sat`` is the part of ``value_sat`` that the trace's method attributes.
    """

    txid: str
    vout: int
    from_address: str
    to_address: str
    value_sat: int
    traced_sat: int
    mined_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HopAlternative:
    """Another output of a hop's transaction, and how likely its payer still holds it."""

    vout: int
    address: str
    value_sat: int
    own_probability: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How often statements like this one were right, where the truth was known.

    ``n`` statements of about this probability were measured on ``data_set``;
    ``precision`` of them were right, 95 % interval ``low`` to ``high``.
    """

    data_set: str
    n: int
    precision: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HopGround:
    """What a hop rests on beside the chain itself.

    ``tier`` is ``heuristic`` (the payer is judged to hold the output still) or
    ``attribution`` (a tag names who was paid); ``rule`` is versioned; ``inputs`` are the
    outputs that the transaction spends (``txid:vout``); ``votes`` the change rules that
    answered (``script_type:yes``); ``own_probability`` is stated by the model.  Of a very
    large transaction only the first inputs and the likeliest alternatives are listed;
    ``n_inputs`` and ``n_alternatives`` then say how many there are.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"n_inputs", "n_alternatives"})

    tier: str
    rule: str
    inputs: tuple[str, ...]
    votes: tuple[str, ...]
    alternatives: tuple[HopAlternative, ...]
    own_probability: Decimal
    measured: Measured | None
    n_inputs: int | None = None
    n_alternatives: int | None = None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Derived):
    """A path of transactions from a start address under one accounting method.

    ``stop_reason`` is one of ``tagged_service``, ``deposit_candidate``, ``mix``,
    ``unspent``, ``fan_out``, ``hop_limit``, ``dust``, ``fee`` (that of the next transaction
    took all), ``incomplete`` (the chain data at hand lack an input of the next transaction).
    A trace without hops stops at the very output that the start address received;
    ``stop_detail`` names it.  ``grounds`` has one entry a hop: what it rests on, what else
    was possible, how sure it is.  ``at_height`` as in ``Cluster``: ``unspent`` means unspent
    at that height.
    """

    KIND: ClassVar[str] = "trace"
    LATER: ClassVar[frozenset[str]] = frozenset({"grounds", "at_height"})

    network: str
    accounting: str
    start_address: str
    hops: tuple[Hop, ...]
    stop_reason: str
    stop_detail: str
    grounds: tuple[HopGround, ...] | None = None
    at_height: int | None = None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CashOutPoint(Derived):
    """Where a trace meets a service; a candidate until a named person confirms it.

    ``basis`` is ``tagged_address``, ``tagged_cluster`` or ``deposit_pattern``;
    ``tag_ids`` are the tags that name the service; ``service`` names the service,
    never a person.  ``grounds`` are the features that its probability (``confidence``)
    was reckoned from, ``measured`` how often such statements were right, ``other_traces``
    how many further traces of the start reach the same output;
    ``at_height`` as in ``Cluster``.
    """

    KIND: ClassVar[str] = "cash_out_point"
    LATER: ClassVar[frozenset[str]] = frozenset(
        {"grounds", "measured", "other_traces", "at_height"}
    )

    network: str
    address: str
    service: str
    category: str | None
    basis: str
    txid: str
    vout: int
    value_sat: int
    traced_sat: int
    paid_at: datetime
    start_address: str
    trace_id: str
    tag_ids: tuple[str, ...]
    grounds: tuple[str, ...] | None = None
    measured: Measured | None = None
    other_traces: int | None = None
    at_height: int | None = None
