# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our own scan of raw blocks: hashes, ids, weights and scripts from the bytes as they stand."""

from ledger.parsing.block import BlockScan, Header, parse_header, scan_block
from ledger.parsing.files import FoundBlock, find_blocks, read_chain_file
from ledger.parsing.merkle import merkle_branch, merkle_root, root_of_branch
from ledger.parsing.transaction import TxInput, TxOutput, TxScan, scan_transaction
from ledger.parsing.validity import verify_block

__all__ = [
    "BlockScan", "FoundBlock", "Header", "TxInput", "TxOutput", "TxScan", "find_blocks",
    "merkle_branch", "merkle_root", "parse_header", "read_chain_file", "root_of_branch",
    "scan_block", "scan_transaction", "verify_block",
]  # fmt: skip
