# SPDX-License-Identifier: AGPL-3.0-or-later
"""Does a block prove itself?  Every bit of it is bound by what is checked here.

The merkle root binds the transactions without witness, the commitment in the
coinbase (BIP 141) binds the witnesses, the proof of work binds the header.
"""

from __future__ import annotations

from ledger.parsing.block import BlockScan
from ledger.parsing.digest import double_sha256
from ledger.parsing.merkle import merkle_root, unambiguous_root
from ledger.parsing.networks import meets_target
from ledger.parsing.transaction import TxScan
from vestigo.errors import InputError
from vestigo.i18n import _

_COMMITMENT = bytes.fromhex("6a24aa21a9ed")
_COMMITMENT_BYTES = 38
MOST_SAT = 21_000_000 * 100_000_000


def verify_block(block: BlockScan, network: str, *, where: str, offset: int) -> None:
    """Raise ``InputError`` E-LED-012 with file, offset and reason when a proof fails."""
    reason = _first_fault(block, network)
    if reason:
        raise InputError(
            "E-LED-012",
            _("The block {hash} does not prove itself: {reason}.").format(
                hash=block.block_hash, reason=reason
            ),
            where=f"{where}:{offset}",
            remedy=_("Fetch the file again and compare its digest; nothing of it was used."),
        )


def has_merkle_root(block: BlockScan) -> bool:
    """Return whether the header's merkle root is that of the transactions, unambiguously."""
    return unambiguous_root([tx.txid for tx in block.transactions]) == block.header.merkle_root


def has_work(block: BlockScan, network: str) -> bool:
    """Return whether the header hash meets its own target and the network's easiest one."""
    return meets_target(block.header.block_hash, block.header.bits, network)


def has_witness_commitment(block: BlockScan) -> bool:
    """Return whether the coinbase commits to all witnesses (true where there are none)."""
    if not any(tx.witness for tx in block.transactions):
        return True
    committed, reserved = committed_root(block.transactions[0])
    others = [tx.wtxid(block.raw) for tx in block.transactions[1:]]
    return double_sha256(merkle_root([b"\0" * 32, *others]) + reserved) == committed


def committed_root(coinbase: TxScan) -> tuple[bytes, bytes]:
    """Return the hash that a coinbase commits to (BIP 141) and the value that goes into it.

    Both are empty where it does not commit to witnesses as it has to.
    """
    committed = [
        output.script[6:_COMMITMENT_BYTES]
        for output in coinbase.outputs
        if output.script[:6] == _COMMITMENT and len(output.script) >= _COMMITMENT_BYTES
    ]
    reserved = coinbase.witness[0] if coinbase.witness else ()
    if not committed or len(reserved) != 1:
        return b"", b""
    return committed[-1], reserved[0]


def _first_fault(block: BlockScan, network: str) -> str:
    first, *rest = block.transactions
    if not first.is_coinbase or any(tx.is_coinbase for tx in rest):
        return _("not exactly its first transaction is a coinbase")
    if any(output.value_sat > MOST_SAT for tx in block.transactions for output in tx.outputs):
        return _("an output is worth more than all coins")
    if not has_merkle_root(block):
        return _("the merkle root is not that of its transactions")
    if not has_witness_commitment(block):
        return _("the coinbase does not commit to its witnesses")
    if not has_work(block, network):
        return _("the header has no proof of work for {network}").format(network=network)
    return ""
