# SPDX-License-Identifier: AGPL-3.0-or-later
"""One block, scanned from its raw bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.parsing.digest import displayed, double_sha256
from ledger.parsing.merkle import merkle_root
from ledger.parsing.transaction import MalformedError, TxScan, compact_size, scan_transaction
from vestigo.errors import InputError
from vestigo.i18n import _

HEADER_BYTES = 80
_HEADER = struct.Struct("<I32s32sIII")


@dataclass(frozen=True, slots=True)
class Header:
    """The 80 bytes of a block header, read; hashes in wire order."""

    raw: bytes
    version: int
    previous: bytes
    merkle_root: bytes
    seconds: int
    bits: int

    @property
    def block_hash(self) -> bytes:
        """The hash of the header (wire order)."""
        return double_sha256(self.raw)

    @property
    def mined_at(self) -> datetime:
        """The time that the miner wrote into the header."""
        return datetime.fromtimestamp(self.seconds, UTC)


@dataclass(frozen=True, slots=True)
class BlockScan:
    """A block with all its transactions; ``raw`` is exactly its bytes."""

    raw: bytes
    header: Header
    transactions: tuple[TxScan, ...]
    weight: int

    @property
    def block_hash(self) -> str:
        """The block hash as displayed."""
        return displayed(self.header.block_hash)

    def computed_root(self) -> bytes:
        """Return the merkle root over the transaction ids (wire order)."""
        return merkle_root([tx.txid for tx in self.transactions])

    def raw_transaction(self, position: int) -> bytes:
        """Return the bytes (with witness) of the transaction at ``position``."""
        tx = self.transactions[position]
        return self.raw[tx.start : tx.end]


def parse_header(raw: bytes) -> Header:
    """Return the header in the first 80 bytes (``struct.error`` when there are fewer)."""
    version, previous, root, seconds, bits, _nonce = _HEADER.unpack_from(raw)
    return Header(raw[:HEADER_BYTES], version, previous, root, seconds, bits)


def scan_block(raw: bytes, *, where: str, offset: int = 0, whole: bool = True) -> BlockScan:
    """Return the block at the beginning of ``raw``.

    ``where`` and ``offset`` (of ``raw`` in its file) go into errors.  With ``whole``
    the block must fill ``raw``.  Raises ``InputError`` E-LED-010 with file and offset.
    """
    at = 0
    try:
        header = parse_header(raw)
        count, at = compact_size(raw, HEADER_BYTES)
        overhead = at
        transactions = []
        for _number in range(count):
            transactions.append(scan_transaction(raw, at))
            at = transactions[-1].end
        _refuse_remains(count, len(raw) - at if whole else 0)
    except (MalformedError, IndexError, OverflowError, struct.error) as error:
        raise malformed(error, where, offset + at) from error
    weight = 4 * overhead + sum(tx.weight for tx in transactions)
    return BlockScan(raw[:at], header, tuple(transactions), weight)


def _refuse_remains(n_transactions: int, n_left: int) -> None:
    if not n_transactions:
        raise MalformedError(_("there is no transaction"))
    if n_left:
        raise MalformedError(_("{n} bytes are left over").format(n=n_left))


def malformed(error: Exception, where: str, offset: int) -> InputError:
    """Return the error that a reader sees for bytes that are not a block."""
    reason = str(error) if isinstance(error, MalformedError) else _("the bytes end too early")
    return InputError(
        "E-LED-010",
        _("The block cannot be read: {reason}.").format(reason=reason),
        where=f"{where}:{offset}",
        remedy=_("Fetch the file again and compare its digest; nothing of it was used."),
    )
