# SPDX-License-Identifier: AGPL-3.0-or-later
"""Replaced transactions (RBF): the output that shrinks to pay a higher fee is change.

A node that watched the mempool saw both transactions; the file holds one JSON line each:
``{"seen_at","txid","raw"}``.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from ledger.change.facts import Facts
from ledger.parsing.digest import displayed
from ledger.parsing.transaction import TxScan, scan_transaction
from vestigo.errors import InputError
from vestigo.i18n import _


class Replacements:
    """Every transaction of a mempool file, by what it spends."""

    def __init__(self, seen: list[TxScan]) -> None:
        self._by_id = {displayed(one.txid): one for one in seen}
        self._seen = seen

    def shrunk(self, txid: str, facts: Facts) -> tuple[bool, ...]:
        """Return, per output of a transaction, whether an earlier version paid it more."""
        mined = self._by_id.get(txid)
        if mined is None:
            return ()
        spent = {(one.prev_txid, one.prev_vout) for one in mined.inputs}
        earlier: dict[bytes, int] = {}
        for other in self._seen:
            held = {(one.prev_txid, one.prev_vout) for one in other.inputs}
            if other.txid != mined.txid and held & spent:
                for output in other.outputs:
                    earlier[output.script] = max(earlier.get(output.script, 0), output.value_sat)
        pairs = zip(facts.scripts_out, facts.values_out, strict=True)
        return tuple(earlier.get(script, 0) > value for script, value in pairs)


def read_replacements(path: Path) -> Replacements:
    """Return what a mempool file holds; ``InputError`` E-LED-084 names the line that is wrong."""
    seen: list[TxScan] = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
        try:
            seen.append(_scan(json.loads(line)))
        except (
            ValueError, LookupError, TypeError, AttributeError, RecursionError, struct.error,
        ) as error:  # fmt: skip
            raise InputError(
                "E-LED-084",
                _("This line of the mempool file is no transaction, or not the one it names."),
                where=f"{path}:{number}",
                remedy=_("Compare the file with its source."),
            ) from error
    return Replacements(seen)


def _scan(row: Any) -> TxScan:
    raw = bytes.fromhex(row["raw"])
    scan = scan_transaction(raw, 0)
    if scan.end != len(raw) or displayed(scan.txid) != row["txid"]:
        raise ValueError("not the transaction that it says")
    return scan
