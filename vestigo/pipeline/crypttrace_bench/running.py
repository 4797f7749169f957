# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole comparison: a world, both sides, the table, and what each says of a bad source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.serving import Esplora
from ledger.store import ChainStore
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.crypttrace_bench.comparing import table
from vestigo.pipeline.crypttrace_bench.faulty import FAULTS, our_word, serving_fault
from vestigo.pipeline.crypttrace_bench.ours import our_findings
from vestigo.pipeline.crypttrace_bench.peer import REACHES, ask_peer, version_of
from vestigo.pipeline.crypttrace_bench.world import NETWORK, World, make_world, served

N_TRIED = 40
ONLY_OURS = {
    "the very output of a cash-out": "ledger cashouts",
    "mixes told from payments": "ledger classify",
    "several accounting methods, exact, side by side": "ledger taint",
    "which transactions join two addresses": "ledger why",
    "a probability with n and interval": "ledger cashouts",
    "each cited transaction proves itself without a network": "bundle verify",
    "the same records again elsewhere": "ledger rerun",
}
ONLY_PEER = {
    "other chains than Bitcoin": "Ethereum and others, Tron, Solana, TON",
    "a list of labelled addresses that comes along": "known.json",
    "scams and drainers by pattern": "drain, poisoning",
    "a page for victims: whom to write to": "investigate",
}


def compare(
    work: Path, seed: int, behaviour: str, python: Path, on_step: Callable[[str], None]
) -> dict[str, Any]:
    """Return the table; ``python`` has crypttrace.  Raises ``UsageError`` E-BEN-030."""
    version = version_of(python)
    on_step("world")
    world = make_world(work, seed, behaviour)
    on_step("ours")
    ours = our_findings(world)
    on_step("crypttrace")
    with served(world.case) as base:
        peer = ask_peer(python, base, world.labels, starts=world.starts, addresses=world.addresses)
    rows = table(world, ours, peer)
    on_step("faults")
    return {
        "machine": machine(),
        "world": {"seed": seed, "behaviour": behaviour, **world.truth["chain"],
                  "starts": len(world.starts), "addresses": len(world.addresses)},
        "peer": {"name": "crypttrace", "version": version,
                 "reaches": {k: {"depth": d, "branching": b} for k, (d, b) in REACHES.items()}},
        "rows": rows,
        "faults": _faults(world, python),
        "seconds": {"ours": f"{ours.seconds:.3f}",
                    **{name: f"{value:.3f}" for name, value in peer["seconds"].items()}},
        "only_ours": ONLY_OURS,
        "only_peer": ONLY_PEER,
    }  # fmt: skip


def _faults(world: World, python: Path) -> list[dict[str, Any]]:
    """Return what each side says when the source of one address has a fault."""
    with ChainStore(world.chain, NETWORK) as store:
        esplora = Esplora(store)
        address = _verified(esplora, _busiest(store, world), python)
        rows = []
        for fault in FAULTS:
            with serving_fault(esplora, fault) as base:
                (said,) = ask_peer(python, base, {}, reconcile=[address])["reconcile"]
            rows.append({"fault": fault, "ours": our_word(esplora, fault, address), "peer": said})
        return rows


def _verified(esplora: Esplora, addresses: list[str], python: Path) -> str:
    """Return the first address that crypttrace calls verified where nothing is wrong."""
    with serving_fault(esplora, "none") as base:
        said = ask_peer(python, base, {}, reconcile=addresses)["reconcile"]
    return addresses[said.index("verified")] if "verified" in said else addresses[0]


def _busiest(store: ChainStore, world: World) -> list[str]:
    """Return the addresses with most transactions, several pages of them where there are such."""
    counts = {address: len(store.transactions_of(address)) for address in sorted(world.owner)}
    return sorted(counts, key=lambda address: -counts[address])[:N_TRIED]
