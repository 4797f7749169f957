# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cited transactions read from their own raw bytes, and checked against their block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.parsing.digest import displayed, double_sha256, from_displayed
from ledger.parsing.merkle import root_of_branch
from ledger.parsing.transaction import TxScan, scan_transaction
from vestigo.identifiers.bitcoin import address_of_script
from vestigo.records import Transaction

ROOT_AT = slice(36, 68)


@dataclass(frozen=True, slots=True)
class Coin:
    """An output: where it stands, what it holds and to which address (None: no address)."""

    txid: str
    vout: int
    value_sat: int | None
    address: str | None


@dataclass(frozen=True, slots=True)
class TxView:
    """A transaction as its bytes say; the three checks are computed, not read."""

    inputs: tuple[Coin, ...]
    outputs: tuple[Coin, ...]
    txid_agrees: bool
    branch_agrees: bool
    block_agrees: bool


@dataclass(slots=True)
class Moved:
    """What one cited transaction moved to and from one address, in satoshi."""

    received_sat: int = 0
    spent_sat: int = 0


def read_transactions(records: Iterable[Transaction]) -> dict[str, TxView]:
    """Return a view of each transaction whose bytes can be read, by txid.

    An input's value and address are known where the transaction it spends is cited too.
    """
    scans: dict[str, tuple[Transaction, TxScan]] = {}
    for record in records:
        try:
            scans[record.txid] = record, scan_transaction(bytes.fromhex(record.raw_hex), 0)
        except ValueError:
            continue
    outputs = {txid: _outputs(record, scan) for txid, (record, scan) in scans.items()}
    return {
        txid: TxView(_inputs(scan, outputs), outputs[txid], *_checks(record, scan))
        for txid, (record, scan) in scans.items()
    }


def moved_by_address(views: Mapping[str, TxView]) -> dict[str, dict[str, Moved]]:
    """Return, by address, what each cited transaction moved to and from it."""
    found: dict[str, dict[str, Moved]] = {}
    for txid, view in views.items():
        for coin in view.outputs:
            if coin.address is not None:
                moved = found.setdefault(coin.address, {}).setdefault(txid, Moved())
                moved.received_sat += coin.value_sat or 0
        for coin in view.inputs:
            if coin.address is not None:
                moved = found.setdefault(coin.address, {}).setdefault(txid, Moved())
                moved.spent_sat += coin.value_sat or 0
    return found


def _outputs(record: Transaction, scan: TxScan) -> tuple[Coin, ...]:
    return tuple(
        Coin(record.txid, n, one.value_sat, address_of_script(one.script, record.network))
        for n, one in enumerate(scan.outputs)
    )


def _inputs(scan: TxScan, outputs: Mapping[str, tuple[Coin, ...]]) -> tuple[Coin, ...]:
    if scan.is_coinbase:
        return ()
    found = []
    for one in scan.inputs:
        txid = displayed(one.prev_txid)
        known = outputs.get(txid, ())
        unknown = Coin(txid, one.prev_vout, None, None)
        found.append(known[one.prev_vout] if one.prev_vout < len(known) else unknown)
    return tuple(found)


def _checks(record: Transaction, scan: TxScan) -> tuple[bool, bool, bool]:
    header = bytes.fromhex(record.header_hex)
    branch = tuple(from_displayed(digest) for digest in record.merkle_branch)
    root = root_of_branch(scan.txid, branch, record.position)
    return (
        displayed(scan.txid) == record.txid,
        root == header[ROOT_AT],
        displayed(double_sha256(header)) == record.block_hash,
    )
