# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching chain data into a case: settings, gate, guard and proxy put together.

An own node is infrastructure of the case.  Any other source learns who is looked for: it
is asked only under an authorization that names it for the act ``ask_chain``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ledger.ingest import ingest_content, ingest_loose, number_blocks
from ledger.sources import faults
from ledger.sources.asking import Asker, Permit
from ledger.sources.esplora import Explorer
from ledger.sources.listed import ChainSource, chosen, read_sources, wrong
from ledger.sources.rpc import Node, framed
from vestigo.authority import Intent, SocketGuard, guarded
from vestigo.authority.infrastructure import InfrastructureGate
from vestigo.evidence.stamping.socks import parse_proxy
from vestigo.i18n import _
from vestigo.identifiers.bitcoin import decode_address
from vestigo.pipeline.session import CaseSession
from vestigo.records import Block

ASK = "ask_chain"
BATCH_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: heights (first, last), transactions, addresses."""

    heights: tuple[int, int] | None = None
    txids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: blocks and transactions that are new to the case."""

    source: ChainSource
    n_blocks: int
    n_transactions: int


def source_of(session: CaseSession, name: str | None) -> ChainSource:
    """Return the listed source of a name; raises ``ConfigurationError`` E-LED-107."""
    return chosen(read_sources(session.settings("chain")), name)


def fetch(session: CaseSession, source: ChainSource, wanted: Wanted, network: str) -> Fetched:
    """Ask ``source`` and keep what proves itself; the errors of ``ledger.sources``."""
    for address in wanted.addresses:
        decode_address(address, network)
    with _asker(session, source) as asker:
        if source.kind == "node":
            n_blocks, n_tx = _from_node(session, asker, source, wanted, network)
        else:
            n_blocks, n_tx = 0, _from_explorer(session, asker, source, wanted, network)
    number_blocks(session.folder.chain, network, {})
    session.custody.append(
        "collection",
        reason="chain source asked",
        details={
            "source": source.name,
            "host": "{}:{}".format(*source.place),
            "secrecy": source.secrecy or "own",
            "network": network,
            "new_blocks": str(n_blocks),
            "new_transactions": str(n_tx),
        },
    )
    return Fetched(source, n_blocks, n_tx)


@contextmanager
def _asker(session: CaseSession, source: ChainSource) -> Iterator[Asker]:
    section = session.settings("chain")
    proxy = parse_proxy(section["proxy"] or session.settings("crawl")["proxy"])
    guard = SocketGuard(session.clock, session.log_refusal)
    deadline = float(section["deadline_seconds"])
    with guarded(guard):
        yield Asker(source.url, permit_of(session, source), guard, proxy, deadline)


def permit_of(session: CaseSession, source: ChainSource) -> Permit:
    """Return what is asked before each exchange with a source."""
    host, port = source.place
    own = InfrastructureGate({f"{host}:{port}": (ASK,)}, session.clock, session.log_refusal)
    gate: Any = own if source.own else session.gate()

    def permit(host: str, port: int, what: str) -> None:
        gate.check(Intent(host=host, port=port, act=ASK, account="", data_class="chain", what=what))

    return permit


def _from_node(
    session: CaseSession, asker: Asker, source: ChainSource, wanted: Wanted, network: str
) -> tuple[int, int]:
    node = Node(asker, source.name, *source.login())
    hashes = [node.block_of(txid) for txid in wanted.txids]
    for address in wanted.addresses:
        hashes += node.blocks_of(address)
    n_blocks = n_tx = 0
    for batch in _batches(_raw_blocks(node, wanted, list(dict.fromkeys(hashes)))):
        content = framed(batch, network)
        ingested = ingest_content(session.folder.chain, content, source.name, source.name, network)
        session.ledger.append(_unknown(session, ingested.blocks))
        n_blocks += ingested.n_new_blocks
        n_tx += ingested.n_new_transactions
    return n_blocks, n_tx


def _raw_blocks(node: Node, wanted: Wanted, hashes: Sequence[str]) -> Iterator[bytes]:
    yield from (node.block(block_hash) for block_hash in hashes)
    if wanted.heights:
        first, last = wanted.heights
        tip = node.tip()
        if last > tip:
            raise faults.incomplete(last, tip, "getblockcount")
        yield from node.blocks(first, last)


def _batches(blocks: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for raw in blocks:
        batch.append(raw)
        if sum(map(len, batch)) >= BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _unknown(session: CaseSession, blocks: Sequence[Block]) -> list[Block]:
    known = {block.record_id for block in session.ledger.of_kind(Block)}
    return [block for block in blocks if block.record_id not in known]


def _from_explorer(
    session: CaseSession, asker: Asker, source: ChainSource, wanted: Wanted, network: str
) -> int:
    if wanted.heights:
        raise wrong(_("An explorer is asked for addresses and transactions, not for blocks."))
    explorer = Explorer(asker.get, source.name, network)
    found = [explorer.transaction(txid) for txid in wanted.txids]
    for address in wanted.addresses:
        found += explorer.history(address)
    once = {one.txid: one for one in found}
    return ingest_loose(session.folder.chain, list(once.values()), network, source.name)
