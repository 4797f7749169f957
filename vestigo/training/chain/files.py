# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain side of a range as files: blocks, TagPack, what was seen of replaced payments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from vestigo.clock import iso
from vestigo.training.chain.ledger import Ledger
from vestigo.training.chain.mining import MAGIC
from vestigo.training.chain.services import Service
from vestigo.training.timeline import SEEN_AT

BLOCKS_NAME = "blocks/blk00000.dat"
TAGPACK_NAME = "tagpack.yaml"
MEMPOOL_NAME = "mempool.jsonl"
_CATEGORIES = {"exchange": "exchange", "atm": "atm", "gift_card_shop": "merchant"}


def chain_files(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file; the mempool only where something was replaced."""
    yield BLOCKS_NAME, blocks_file(ledger)
    yield TAGPACK_NAME, tagpack(ledger)
    if ledger.replacements:
        yield MEMPOOL_NAME, mempool(ledger)


def blocks_file(ledger: Ledger) -> bytes:
    """Return all blocks as Bitcoin Core keeps them: magic, length, block."""
    framed = (MAGIC + len(one.raw).to_bytes(4, "little") + one.raw for one in ledger.blocks)
    return b"".join(framed)


def tagpack(ledger: Ledger) -> bytes:
    """Return the TagPack: at most three addresses a service, no deposit address, not everybody."""
    known = [one for one in ledger.services.every if one.is_tagged]
    pack: dict[str, Any] = {
        "title": "Services of the practice range",
        "description": "Hot wallets and machines of the invented services of the practice range.",
        "creator": "vestigo practice range",
        "lastmod": SEEN_AT.date().isoformat(),
        "currency": "BTC",
        "confidence": "service_data",
        "source": "practice range, invented",
        "is_cluster_definer": True,
        "tags": [tag for one in known for tag in _tags(one)],
    }
    return yaml.safe_dump(pack, sort_keys=False, allow_unicode=True).encode()


def mempool(ledger: Ledger) -> bytes:
    """Return what a node saw of payments that were replaced: one JSON line a transaction.

    ``seen_at`` is when it came, ``raw`` the whole transaction; the replaced ones stand in
    no block.
    """
    pairs = [(one.replaced, one.by) for one in ledger.replacements]
    seen = sorted((one for pair in pairs for one in pair), key=lambda one: (one.sent_at, one.txid))
    lines = [{"seen_at": iso(one.sent_at), "txid": one.txid, "raw": one.raw.hex()} for one in seen]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _tags(service: Service) -> list[dict[str, str]]:
    return [
        {
            "address": account.address,
            "label": service.name,
            "actor": service.name.lower().replace(" ", "_"),
            "category": _CATEGORIES[service.kind],
        }
        for account in service.front
    ]
