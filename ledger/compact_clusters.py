# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clusters of a stream of compact transactions, without a case: one row a script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ledger.classes import TxView, may_be_joint
from ledger.forest import partition
from vestigo.identifiers.bitcoin import address_of_script


class CompactClusters:
    """Takes transactions one by one and groups the scripts that were spent together."""

    def __init__(self, without: Iterable[str] = ()) -> None:
        self._without = frozenset(without)
        self._numbers: dict[bytes, int] = {}
        self._groups: list[int] = []
        self._members: list[int] = []

    def add(self, view: TxView) -> None:
        """Take in one transaction (in any order)."""
        spent = [self._number(coin.script) for coin in view.inputs or ()]
        for coin in view.outputs:
            self._number(coin.script)
        distinct = list(dict.fromkeys(spent))
        if len(distinct) > 1 and view.txid not in self._without and not may_be_joint(view):
            self._groups += [len(self._groups)] * len(distinct)  # no two transactions share one
            self._members += distinct

    def rows(self, network: str) -> Iterator[dict[str, str | int | None]]:
        """Yield ``script_hex``, ``address`` and ``cluster`` of each script, as first met.

        Clusters are numbered from 0 in the same order.
        """
        groups = np.array(self._groups, dtype=np.int64)
        members = np.array(self._members, dtype=np.int32)
        roots = partition(groups, members, len(self._numbers)).tolist()
        names: dict[int, int] = {}
        for script, number in self._numbers.items():
            cluster = names.setdefault(roots[number], len(names))
            address = address_of_script(script, network)
            yield {"script_hex": script.hex(), "address": address, "cluster": cluster}

    def _number(self, script: bytes) -> int:
        return self._numbers.setdefault(script, len(self._numbers))
