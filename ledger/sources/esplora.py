# SPDX-License-Identifier: AGPL-3.0-or-later
"""Esplora's REST interface: the transactions of an address, each with bytes and proof.

An explorer learns which address is asked for.  Its counts are held against what came, its
bytes against their ids, its proofs against the headers, and those against their work.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from ledger.parsing.block import HEADER_BYTES, parse_header
from ledger.parsing.digest import displayed, from_displayed
from ledger.parsing.merkle import root_of_branch
from ledger.parsing.networks import meets_target
from ledger.parsing.transaction import TxScan, scan_transaction
from ledger.sources import faults
from ledger.sources.asking import document
from ledger.store.columns import BRANCH
from ledger.store.loose import LooseTransaction

PAGE = 25  # confirmed transactions of an address a page
MOST_BRANCH = 32
Get = Callable[[str], bytes]


class Explorer:
    """Reads one explorer; ``get(path)`` gives the bytes of an answer."""

    def __init__(self, get: Get, name: str, network: str) -> None:
        self._get = get
        self._name = name
        self._network = network
        self._headers: dict[str, bytes] = {}

    def history(self, address: str) -> list[LooseTransaction]:
        """Return every confirmed transaction of an address and the ones that it spends from.

        Complete or an ``InputError``: E-LED-104 where the counts differ, also when the history
        grew meanwhile; E-LED-103 where bytes, proof or outputs are not what is said.
        """
        announced = self._count(address)
        txids = self._confirmed(address, announced)
        if len(txids) != announced or self._count(address) != announced:
            raise faults.incomplete(announced, len(txids), f"{self._name} {address}")
        found = {txid: self.transaction(txid) for txid in txids}
        parents = {
            displayed(spent.prev_txid)
            for one in found.values()
            for scan in [scan_transaction(one.raw, 0)]
            if not scan.is_coinbase
            for spent in scan.inputs
        }
        for txid in sorted(parents - set(found)):
            found[txid] = self.transaction(txid)
        return [found[txid] for txid in found]

    def transaction(self, txid: str) -> LooseTransaction:
        """Return a confirmed transaction with its proof."""
        where = f"{self._name} /tx/{txid}"
        raw = self._get(f"/tx/{txid}/raw")
        scan = _scanned(raw, txid, where)
        told = self._document(f"/tx/{txid}")
        _compare(told, scan, where)
        status = told.get("status", {})
        if status.get("confirmed") is not True:
            raise faults.untrue("status", where)
        proof = self._document(f"/tx/{txid}/merkle-proof")
        header = self._header(str(status.get("block_hash")))
        branch, position = _branch(proof, where)
        parsed = parse_header(header)
        if root_of_branch(scan.txid, branch, position) != parsed.merkle_root:
            raise faults.untrue("merkle-proof", where)
        height = status.get("block_height")
        if not isinstance(height, int) or height != proof.get("block_height"):
            raise faults.untrue("block_height", where)
        return LooseTransaction(
            scan.txid, raw, parsed.seconds, height, BRANCH, header, position, branch
        )

    def _header(self, block_hash: str) -> bytes:
        if block_hash not in self._headers:
            where = f"{self._name} /block/{block_hash}/header"
            try:
                header = bytes.fromhex(self._get(f"/block/{block_hash}/header").decode("ascii"))
            except ValueError as error:
                raise faults.unreadable("hex", where) from error
            if len(header) != HEADER_BYTES:
                raise faults.unreadable("80", where)
            parsed = parse_header(header)
            if displayed(parsed.block_hash) != block_hash or not meets_target(
                parsed.block_hash, parsed.bits, self._network
            ):
                raise faults.untrue("header", where)
            self._headers[block_hash] = header
        return self._headers[block_hash]

    def _count(self, address: str) -> int:
        told = self._document(f"/address/{address}")
        count = told.get("chain_stats", {}).get("tx_count")
        if not isinstance(count, int) or count < 0 or told.get("address") != address:
            raise faults.unreadable("tx_count", f"{self._name} /address/{address}")
        return count

    def _confirmed(self, address: str, announced: int) -> list[str]:
        found: list[str] = []
        while len(found) <= announced:
            last = f"/{found[-1]}" if found else ""
            path = f"/address/{address}/txs/chain{last}"
            rows = document(self._get(path), f"{self._name} {path}")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise faults.unreadable("list", f"{self._name} {path}")
            new = [str(row.get("txid")) for row in rows]
            if set(new) & set(found):
                raise faults.untrue("txid", f"{self._name} {path}")
            found += new
            if len(new) < PAGE:
                break
        return found

    def _document(self, path: str) -> dict[str, Any]:
        told = document(self._get(path), f"{self._name} {path}")
        if not isinstance(told, dict):
            raise faults.unreadable("object", f"{self._name} {path}")
        return told


def _scanned(raw: bytes, txid: str, where: str) -> TxScan:
    try:
        scan = scan_transaction(raw, 0)
        wanted = from_displayed(txid)
    except (ValueError, IndexError, OverflowError, struct.error) as error:
        raise faults.unreadable("raw", where) from error
    if scan.end != len(raw) or scan.txid != wanted:
        raise faults.untrue("txid", where)
    return scan


def _compare(told: dict[str, Any], scan: TxScan, where: str) -> None:
    """Hold what the explorer shows against the bytes: every output and every input."""
    try:
        outputs = [(row["value"], bytes.fromhex(row["scriptpubkey"])) for row in told["vout"]]
        inputs = [(from_displayed(row["txid"]), row["vout"]) for row in told["vin"]]
    except (LookupError, TypeError, ValueError) as error:
        raise faults.unreadable("vin, vout", where) from error
    if outputs != [tuple(output) for output in scan.outputs]:
        raise faults.untrue("vout", where)
    if inputs != [(spent.prev_txid, spent.prev_vout) for spent in scan.inputs]:
        raise faults.untrue("vin", where)
    if told.get("weight", scan.weight) != scan.weight:
        raise faults.untrue("weight", where)


def _branch(proof: dict[str, Any], where: str) -> tuple[tuple[bytes, ...], int]:
    try:
        branch = tuple(from_displayed(node) for node in proof["merkle"])
        position = proof["pos"]
    except (LookupError, TypeError, ValueError) as error:
        raise faults.unreadable("merkle-proof", where) from error
    if not isinstance(position, int) or len(branch) > MOST_BRANCH or position >> len(branch):
        raise faults.untrue("merkle-proof", where)
    return branch, position
