# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which tagged addresses occur on the ingested chain."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ledger.store import ChainStore
from vestigo.errors import InputError
from vestigo.identifiers.bitcoin import decode_address
from vestigo.records import Tag


def scripts_of_tags(tags: Iterable[Tag], network: str) -> dict[bytes, list[Tag]]:
    """Return the tags of a Bitcoin network by output script, each list in a fixed order."""
    by_script: dict[bytes, list[Tag]] = {}
    for tag in tags:
        if tag.network != network:
            continue
        try:
            script = decode_address(tag.address, network).script
        except InputError:
            continue  # another currency that calls its network like ours
        by_script.setdefault(script, []).append(tag)
    for found in by_script.values():
        found.sort(key=lambda tag: (tag.label, tag.record_id))
    return by_script


def tagged_addresses(
    chain_folder: Path, network: str, tags: Iterable[Tag]
) -> dict[str, tuple[str, ...]]:
    """Return the ingested addresses that carry tags, with their labels."""
    by_script = scripts_of_tags(tags, network)
    with ChainStore(chain_folder, network) as store:
        found = store.known_scripts(list(by_script))
    labels = {
        by_script[script][0].address: tuple(sorted({tag.label for tag in by_script[script]}))
        for script in found
    }
    return dict(sorted(labels.items()))
