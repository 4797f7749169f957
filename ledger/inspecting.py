# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a block file holds, one plain row a block or a transaction, without a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.parsing import BlockScan, FoundBlock, TxScan, find_blocks, read_chain_file
from ledger.parsing.digest import displayed
from ledger.parsing.files import Report
from ledger.parsing.networks import EASIEST
from ledger.parsing.transaction import TxOutput
from ledger.parsing.validity import has_merkle_root, has_work
from vestigo.clock import iso
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.identifiers.bitcoin import address_of_script, script_kind

Row = dict[str, Any]
Outputs = dict[tuple[bytes, int], TxOutput]


def block_rows(path: Path, network: str | None, report: Report) -> Iterator[Row]:
    """Yield one row a block of the file; ``offset`` is where its header begins.

    ``network`` counts where the file names none; without either, the proof of work is
    judged by the block's own target.  ``report`` gets an ``InputError`` for each block
    that does not prove itself and for each range without a block.  Raises one when the
    file holds no block, or (after the rows before it) at a bare block that breaks off.
    """
    for found in find_blocks(read_chain_file(path), str(path), report):
        row = _block_row(path, found, network)
        _report_unproven(row, report)
        yield row


def transaction_rows(path: Path, network: str | None, report: Report) -> Iterator[Row]:
    """Yield one row a transaction; addresses are those of the block's network.

    ``network`` (without it: mainnet) counts where the file names none.  What an input
    spends is known where the spent output stands earlier in the same file; otherwise it
    is None.  Reports and raises as ``block_rows`` does.
    """
    seen: Outputs = {}
    for found in find_blocks(read_chain_file(path), str(path), report):
        _report_unproven(_block_row(path, found, network), report)
        name = found.network or network or "mainnet"
        for position, tx in enumerate(found.block.transactions):
            yield _transaction_row(path, found.block, position, name, seen)
            seen.update(((tx.txid, n), output) for n, output in enumerate(tx.outputs))


def _report_unproven(row: Row, report: Report) -> None:
    reasons = (
        ("merkle_ok", _("the merkle root is not that of its transactions")),
        ("pow_ok", _("the proof of work does not hold")),
    )
    for key, reason in reasons:
        if not row[key]:
            what = _("The block {hash} does not prove itself: {reason}.")
            where = f"{row['path']}:{row['offset']}"
            remedy = _("Fetch the file again and compare its digest.")
            text = what.format(hash=row["hash"], reason=reason)
            report(InputError("E-LED-012", text, where=where, remedy=remedy))


def _block_row(path: Path, found: FoundBlock, network: str | None) -> Row:
    block = found.block
    transactions = block.transactions
    return {
        "path": str(path),
        "hash": block.block_hash,
        "time": iso(block.header.mined_at),
        "merkle_root": displayed(block.header.merkle_root),
        "merkle_ok": has_merkle_root(block),
        "pow_ok": has_work(block, found.network or network or EASIEST),
        "n_tx": len(transactions),
        "n_in": sum(len(tx.inputs) for tx in transactions),
        "n_out": sum(len(tx.outputs) for tx in transactions),
        "sum_out_sat": sum(output.value_sat for tx in transactions for output in tx.outputs),
        "weight": block.weight,
        "offset": found.offset,
    }


def _transaction_row(
    path: Path, block: BlockScan, position: int, network: str, seen: Outputs
) -> Row:
    tx = block.transactions[position]
    return {
        "path": str(path),
        "block": block.block_hash,
        "position": position,
        "txid": displayed(tx.txid),
        "weight": tx.weight,
        "inputs": _input_rows(tx, network, seen),
        "outputs": [
            {"n": n, "value_sat": output.value_sat, **_script_row(output.script, network)}
            for n, output in enumerate(tx.outputs)
        ],
    }


def _input_rows(tx: TxScan, network: str, seen: Outputs) -> list[Row]:
    if tx.is_coinbase:
        script = tx.inputs[0].script_sig.hex()
        return [{"coinbase": script, "sequence": tx.inputs[0].sequence}]
    rows = []
    for spent in tx.inputs:
        known = seen.get((spent.prev_txid, spent.prev_vout))
        row = {"txid": displayed(spent.prev_txid), "vout": spent.prev_vout,
               "sequence": spent.sequence, "value_sat": known.value_sat if known else None,
               "address": address_of_script(known.script, network) if known else None}  # fmt: skip
        rows.append(row)
    return rows


def _script_row(script: bytes, network: str) -> Row:
    return {
        "kind": script_kind(script),
        "address": address_of_script(script, network),
        "script": script.hex(),
    }
