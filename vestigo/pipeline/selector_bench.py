# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers with one slip in them: how many are read, against what the checksum allows.

Each mutation stands in a sentence and is read as the text of a listing is.  A false
accept is an identifier whose checksum holds and that is another than the one that the
mutation was made from.
"""

from __future__ import annotations

import json
import lzma
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from nlp.selectors.in_text import read_selectors
from vestigo.identifiers.base58 import ALPHABET
from vestigo.identifiers.pgp import find_blocks
from vestigo.pipeline import selector_mutants as made

EACH = 1_000  # mutations of one identifier
CERTAINTY = 0.001  # chance that a right reader is over the limit
VENDOR_FILES = (
    "agora-2014/open.vendors.jsonl.xz",
    "agora-2014/open.listings.jsonl.xz",
    "listings/dream-vendors-2016.jsonl.xz",
)


@dataclass(frozen=True, slots=True)
class Family:
    """Identifiers with one kind of checksum; ``one_in`` mutations may pass it by chance."""

    name: str
    make: Callable[[Random], str]
    letters: str
    one_in: float


FAMILIES = (
    Family("base58check", made.base58_address, ALPHABET, 2.0**32),
    Family("bech32", made.bech32_address, made.BECH32, 2.0**30),
    Family("bech32m", made.bech32m_address, made.BECH32, 2.0**30),
    Family("monero", made.monero_address, ALPHABET, 2.0**32),
    Family("onion_v3", made.onion_address, made.BASE32, 2.0**16),
    Family("eip55", made.ethereum_address, made.HEX, (16 / 13) ** 40),
    Family("tox", made.tox_address, made.HEX, 2.0**16),
)


def measure(
    *, mutations: int, seed: int = 1, only: Sequence[str] = (), on_thousand: Callable[[], None]
) -> dict[str, Any]:
    """Return per family how many mutations were read, and the most that chance explains."""
    chosen = [one for one in FAMILIES if not only or one.name in only]
    rows = {family.name: _family(family, mutations, seed, on_thousand) for family in chosen}
    return {"seed": seed, "families": rows, "held": all(row["held"] for row in rows.values())}


def _family(
    family: Family, mutations: int, seed: int, on_thousand: Callable[[], None]
) -> dict[str, Any]:
    chance = Random(f"{family.name} {seed}")  # noqa: S311 - invented data, no secret
    started = time.monotonic()
    n, accepted, found = 0, 0, 0
    while n < mutations:
        right = family.make(chance)
        found += right in _checked(right)
        for _n in range(min(EACH, mutations - n)):
            n += 1
            mutant = chance.choice(made.MUTATIONS)(chance, right, family.letters)
            accepted += bool(_checked(mutant) - {right})
        on_thousand()
    expected = mutations / family.one_in
    limit = most_by_chance(expected)
    originals = math.ceil(mutations / EACH)
    return {
        "mutations": mutations,
        "false_accepts": accepted,
        "expected_by_chance": f"{expected:.4f}",
        "limit": limit,
        "originals": originals,
        "originals_read": found,
        "held": accepted <= limit and found == originals,
        "seconds": f"{time.monotonic() - started:.1f}",
    }


def _checked(text: str) -> set[str]:
    """Return the identifiers with a checksum that are read in a sentence with ``text``."""
    selectors, _unread = read_selectors("profile", f"pay to {text}, thanks")
    return {one.value for one in selectors if one.checksum_ok}


def most_by_chance(expected: float) -> int:
    """Return the least count that a Poisson variable exceeds in less than 1 of 1,000 cases."""
    count, term = 0, math.exp(-expected)
    below = term
    while 1 - below > CERTAINTY:
        count += 1
        term *= expected / count
        below += term
    return count


def real_keys(data: Path) -> dict[str, Any]:
    """Return how many of the armoured key blocks of the real vendors in ``data`` are read."""
    rows = {name: _keys_in(data / name) for name in VENDOR_FILES if (data / name).is_file()}
    return {"files": rows, "held": all(row["read"] == row["keys"] for row in rows.values())}


def _keys_in(path: Path) -> dict[str, int]:
    blocks = keys = read = repaired = 0
    for block in _blocks_in(path):
        blocks += 1
        if not _may_be_a_key(block):
            continue
        keys += 1
        found = [s for s in read_selectors("profile", block)[0] if s.kind == "pgp_fingerprint"]
        read += len(found) == 1
        repaired += any(one.armour_repaired for one in found)
    return {"blocks": blocks, "keys": keys, "read": read, "armour_repaired": repaired}


def _blocks_in(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for text in json.loads(line).values():
                if isinstance(text, str):
                    yield from (text[start:end] for start, end in find_blocks(text))


def _may_be_a_key(block: str) -> bool:
    """Whether there is base64 between the lines: one vendor wrote a joke there."""
    return any(len(word) > 30 for word in block.split())  # noqa: PLR2004 - half a line of armour
