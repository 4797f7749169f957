# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fastest SHA-256 of this machine, for compiled code.

The processor's instructions, two messages at once; else OpenSSL's; else ours.  All give the
same (a test compares them).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ledger.scanning import lanes
from ledger.scanning.hashing import hash_transactions, openssl_update, roots, sha256_keys
from ledger.scanning.sha_instructions import has_instructions
from ledger.scanning.walking import HAS_WITNESS, START

_TWICE = 2  # an id is the hash of a hash


@cache
def sha256_update() -> Any:
    """Return the hash function of this machine (an address)."""
    return openssl_update()


def write_ids(content: Any, tx: Any, whole: bool, out: Any) -> None:
    """Write the txid (``whole``: the hash with witness) of each row of ``tx`` to ``out``."""
    if has_instructions():
        spans = tx[:, START : HAS_WITNESS + 1]
        lanes.hash_spans(content, spans, _TWICE, whole, out.reshape(-1))
    else:
        hash_transactions(sha256_update(), content, tx, whole, out)


def write_roots(leaves: Any, first: Any, out: Any, ambiguous: Any) -> None:
    """Write merkle roots as ``hashing.roots`` does."""
    if has_instructions():
        lanes.roots(leaves, first, out, ambiguous)
    else:
        roots(sha256_update(), leaves, first, out, ambiguous)


def write_keys(content: Any, bounds: Any, out: Any) -> None:
    """Write the first 8 bytes of SHA-256 of each piece as ``hashing.sha256_keys`` does."""
    if has_instructions():
        lanes.keys(content, bounds, out)
    else:
        sha256_keys(sha256_update(), content, bounds, out)
