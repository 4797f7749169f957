# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transactions that came without their blocks: what is proven of each, and where they stand.

Each is kept as a block of one transaction (header, count, bytes), so that everything reads
it like the others; a table beside it says what proves it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.parsing.block import HEADER_BYTES, Header, parse_header
from ledger.parsing.digest import HASH_BYTES, displayed, from_displayed
from ledger.parsing.transaction import TxOutput, scan_transaction
from ledger.scanning.columns import Integers
from ledger.scanning.extracting import Extract
from ledger.store.columns import BRANCH, HASH, PROOFS, rows_of

LOOSE_NAME, LINES_NAME = "loose.parquet", "loose.jsonl"
LOOSE = pa.schema(
    [("txid", HASH), ("proof", pa.int8()), ("position", pa.int32()), ("branch", pa.binary()),
     ("vouts", pa.list_(pa.int32()))]
)  # fmt: skip
NO_HEADER = bytes(HEADER_BYTES)
OrderKey = tuple[int, int, bytes, int]


class LooseTransaction(NamedTuple):
    """A transaction without its block; hashes in wire order.

    ``proof`` BRANCH: ``header`` and ``branch`` prove it to be in that block.  RAW: its bytes
    are those of its id.  STATED: only the source says so.  STUB: the source says what some of
    its outputs (``vouts``) were.  But for BRANCH ``seconds`` and ``height`` are its word, too.
    """

    txid: bytes
    raw: bytes
    seconds: int
    height: int | None
    proof: int
    header: bytes = NO_HEADER
    position: int = -1
    branch: tuple[bytes, ...] = ()
    vouts: tuple[int, ...] = ()

    def as_block(self) -> tuple[Header, bytes]:
        """Return header and bytes of the block of one that it is kept as."""
        header = parse_header(self.header)
        if self.proof != BRANCH:
            header = Header(NO_HEADER, 0, bytes(HASH_BYTES), bytes(HASH_BYTES), self.seconds, 0)
        return header, self.header + b"\x01" + self.raw

    def outputs(self) -> list[tuple[int, TxOutput]]:
        """Return the outputs that are known, each with its index."""
        found = scan_transaction(self.raw, 0).outputs
        return list(zip(self.vouts or range(len(found)), found, strict=True))


def as_loose(extract: Extract, table: Any) -> Extract:
    """Return the extract of loose transactions with the ids and indexes that are stated."""
    vout = extract.vout.copy()
    for i, vouts in enumerate(table["vouts"].to_pylist()):
        if vouts:
            vout[extract.first_output[i] : extract.first_output[i + 1]] = vouts
    return replace(extract, txids=rows_of(table["txid"]), vout=vout)


def loose_table(transactions: Sequence[LooseTransaction]) -> Any:
    """Return the table that says what proves each."""
    rows = [
        (one.txid, one.proof, one.position, b"".join(one.branch), one.vouts) for one in transactions
    ]
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, LOOSE, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=LOOSE)


def loose_lines(transactions: Sequence[LooseTransaction], network: str) -> bytes:
    """Return transactions as JSON lines, from which ``parse_loose`` makes the same again."""
    rows = (
        {
            "network": network, "txid": displayed(one.txid), "raw": one.raw.hex(),
            "seconds": one.seconds,
            "height": one.height, "proof": PROOFS[one.proof], "header": one.header.hex(),
            "position": one.position, "branch": [displayed(node) for node in one.branch],
            "vouts": list(one.vouts),
        }
        for one in transactions
    )  # fmt: skip
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)


def parse_loose(content: bytes) -> list[LooseTransaction]:
    """Return the transactions of JSON lines; ``ValueError`` or ``LookupError`` for others."""
    found = []
    for line in content.splitlines():
        row = json.loads(line)
        found.append(
            LooseTransaction(
                from_displayed(row["txid"]), bytes.fromhex(row["raw"]), int(row["seconds"]),
                row["height"], PROOFS.index(row["proof"]), bytes.fromhex(row["header"]),
                int(row["position"]), tuple(from_displayed(node) for node in row["branch"]),
                tuple(row["vouts"]),
            )
        )  # fmt: skip
    return found


def read_loose(folder: Path) -> Any:
    """Return that table of a part, or None for a part of whole blocks."""
    path = folder / LOOSE_NAME
    return pq.ParquetFile(path).read() if path.is_file() else None


def branch_of(content: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a branch as it is kept."""
    return tuple(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))


def loose_keys(
    found: Extract, rows: Integers, keys: Sequence[OrderKey], proofs: Sequence[int],
    whole: Mapping[bytes, OrderKey],
) -> dict[int, OrderKey]:  # fmt: skip
    """Return where each loose block (its number) stands; what a whole block has is left out.

    Of two with one id the better proven counts.  None stands before what it spends, whatever
    the times say.  ``whole`` gives the place of transactions in whole blocks that matter.
    """
    best: dict[bytes, int] = {}
    sizes = np.diff(found.first_output)[found.first_tx[rows]]  # stubs: who knows more outputs
    order = [(proofs[i], -int(sizes[i]), keys[i], int(rows[i]), i) for i in range(len(rows))]
    for *_reasons, i in sorted(order):
        best.setdefault(found.txids[found.first_tx[rows[i]]].tobytes(), i)
    places = {txid: keys[i] for txid, i in best.items() if txid not in whole}
    parents = {txid: spent_ids(found, int(rows[best[txid]])) for txid in places}
    for _round in range(len(places)):
        moved = False
        for txid, spent in parents.items():
            for parent in spent:
                above = places.get(parent) or whole.get(parent)
                if above and places[txid] <= above:
                    places[txid] = (*above[:3], above[3] + 1)
                    moved = True
        if not moved:
            break
    return {int(rows[best[txid]]): key for txid, key in places.items()}


def spent_ids(found: Extract, block: int) -> list[bytes]:
    """Return the ids that the one transaction of a loose block spends from."""
    tx = found.first_tx[block]
    inputs = found.prevouts[found.first_input[tx] : found.first_input[tx + 1]]
    return [row.tobytes() for row in np.unique(inputs, axis=0)]
