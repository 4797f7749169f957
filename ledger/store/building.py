# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the parts of a store to its numbered tables, and back from the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.index import Hashes
from ledger.scanning.extracting import Extract, joined
from ledger.scanning.groups import read_extracts
from ledger.store.columns import PART_BLOCKS, TABLES, WHOLE_BLOCK, fixed_binary
from ledger.store.kept import KeptTable
from ledger.store.loose import OrderKey, as_loose, loose_keys, read_loose, spent_ids
from ledger.store.numbering import Numbered, chain_order, number_chain
from ledger.store.part import BLOCKS_NAME, RAW_NAME, discard_staging, publish
from ledger.store.tables import copy_spans
from vestigo.errors import InputError
from vestigo.i18n import _

INDEX, STAGING = "index", ".index-staging"
LAYOUT = b"vestigo-chain-2\n"


class Part(NamedTuple):
    """A part of the store: its folder, the rows of its blocks, and what proves loose ones."""

    folder: Path
    blocks: Any
    loose: Any

    def raw(self) -> Any:
        """Return its raw bytes, mapped from the disk."""
        return np.memmap(self.folder / RAW_NAME, dtype=np.uint8, mode="r").view(np.ndarray)


def parts_of(chain_folder: Path, network: str) -> list[Part]:
    """Return the parts of a network, by name; E-LED-018 for one of an earlier layout."""
    folders = sorted((chain_folder / "parts" / network).glob("*"))
    return [Part(folder, _blocks_of(folder), read_loose(folder)) for folder in folders]


def _blocks_of(folder: Path) -> Any:
    path = folder / BLOCKS_NAME
    table = pq.read_table(path) if path.is_file() else None
    if table is None or table.schema.names != PART_BLOCKS.names:
        raise InputError(
            "E-LED-018",
            _("This part of the chain store was written by an earlier release."),
            where=str(folder),
            remedy=_(
                "Move the folder chain/parts of the case away and ingest the same block files "
                "again. Records stay as they are."
            ),
        )
    return table


def index_folder(chain_folder: Path, network: str, parts: Iterable[Part]) -> Path:
    """Return where the numbered tables of exactly these parts belong."""
    names = b"".join(part.folder.name.encode("ascii") for part in parts)
    name = hashlib.sha256(LAYOUT + names).hexdigest()[:32]
    return chain_folder / INDEX / network / name


def read_index(folder: Path) -> dict[str, Any] | None:
    """Return the numbered tables in ``folder``, or None where there are none."""
    if not folder.is_dir():
        return None
    return {name: KeptTable(folder / f"{name}.parquet") for name in TABLES}


def write_index(chain_folder: Path, folder: Path, tables: Mapping[str, Any]) -> None:
    """Make numbered tables visible in one step; those of earlier parts go."""
    publish(folder, tables, chain_folder / STAGING)
    for other in folder.parent.iterdir():
        if other != folder:
            discard_staging(other)


def build_index(
    parts: list[Part], fresh: MutableMapping[str, list[Extract]], at_height: int | None = None
) -> dict[str, Any]:
    """Return the numbered tables of the parts.

    ``fresh`` are extracts already at hand; they are taken out of it.  ``at_height`` leaves out
    blocks above it and those of unknown height.
    """
    if not parts:
        return {name: schema.empty_table() for name, schema in TABLES.items()}
    found = joined([one for part in parts for one in _extracts(part, fresh)])
    blocks = _all_blocks(parts)
    order = _up_to(blocks, _order(blocks, found), at_height)
    return _tables(found, number_chain(found, order), blocks, order)


def _order(blocks: Any, found: Extract) -> list[int]:
    """Return the numbers of the blocks in chain order; loose ones that add nothing are left out."""
    proofs = blocks["proof"].to_numpy()
    hashes, seconds = blocks["block_hash"].to_pylist(), blocks["seconds"].to_pylist()
    previous = blocks["previous"].to_pylist()
    whole = np.flatnonzero(proofs == WHOLE_BLOCK).tolist()
    known = {hashes[i]: (previous[i], seconds[i]) for i in whole}
    keys = chain_order(known)
    places: dict[int, OrderKey] = {i: (*keys[hashes[i]], 0) for i in whole}
    if len(whole) < len(hashes):
        rows = np.flatnonzero(proofs != WHOLE_BLOCK)
        own = [
            (seconds[i], 0, hashes[i], max(0, blocks["position"][i].as_py())) for i in rows.tolist()
        ]
        places.update(
            loose_keys(found, rows, own, proofs[rows].tolist(), _in_whole(found, places, rows))
        )
    return sorted(places, key=places.__getitem__)


def _up_to(blocks: Any, order: list[int], at_height: int | None) -> list[int]:
    if at_height is None:
        return order
    heights = blocks["height"].to_pylist()
    return [i for i in order if heights[i] is not None and heights[i] <= at_height]


def _in_whole(found: Extract, places: Mapping[int, OrderKey], rows: Any) -> dict[bytes, OrderKey]:
    """Return the places of those transactions of whole blocks that loose ones are or spend."""
    ids = Hashes(found.txids)
    wanted = {found.txids[found.first_tx[row]].tobytes() for row in rows.tolist()}
    for row in rows.tolist():
        wanted.update(spent_ids(found, row))
    at = {txid: ids.find_all(txid) for txid in sorted(wanted)}
    return {
        txid: places[int(found.block[i])]
        for txid, numbers in at.items()
        for i in numbers
        if int(found.block[i]) in places
    }


def _extracts(part: Part, fresh: MutableMapping[str, list[Extract]]) -> list[Extract]:
    return fresh.pop(part.folder.name, None) or extracts_of(part)


def extracts_of(part: Part) -> list[Extract]:
    """Return what is kept of the blocks of a part, read from its raw bytes."""
    starts = part.blocks["raw_start"].to_numpy()
    ends = starts + part.blocks["raw_size"].to_numpy()
    found = read_extracts(part.raw(), starts, ends)
    return found if part.loose is None else [as_loose(joined(found), part.loose)]


def _all_blocks(parts: list[Part]) -> Any:
    """Return the rows of all parts with part, proof and (of loose ones) position in the block."""
    tables = []
    for part in parts:
        n = part.blocks.num_rows
        proof = part.loose["proof"] if part.loose else pa.array([WHOLE_BLOCK] * n, pa.int8())
        position = part.loose["position"] if part.loose else pa.array([0] * n, pa.int32())
        table = part.blocks.append_column("part", pa.array([part.folder.name] * n, pa.string()))
        tables.append(table.append_column("proof", proof).append_column("position", position))
    return pa.concat_tables(tables)


def _tables(found: Extract, numbered: Numbered, blocks: Any, order: list[int]) -> dict[str, Any]:
    rank = np.full(blocks.num_rows, -1, dtype=np.int32)  # of loose blocks left out: none
    rank[order] = np.arange(len(order), dtype=np.int32)
    rows = numbered.rows
    block = rank[found.block[rows]]
    first_tx = np.searchsorted(block, np.arange(len(order)), side="left")
    ordered = blocks.take(pa.array(order)).append_column("first_tx", pa.array(first_tx))
    proof = ordered["proof"].to_numpy()[block]
    position = np.where(proof == WHOLE_BLOCK, found.position[rows],
                        ordered["position"].to_numpy()[block])  # fmt: skip
    return {
        "blocks": ordered.select(TABLES["blocks"].names).cast(TABLES["blocks"]),
        "transactions": _table("transactions", {
            "txid": fixed_binary(_rows(found.txids, rows)), "block": block,
            "position": position, "start": found.start[rows], "end": found.end[rows],
            "weight": found.weight[rows], "version": found.version[rows],
            "locktime": found.locktime[rows], "is_coinbase": found.is_coinbase[rows],
            "proof": proof,
            "first_input": numbered.first_input[:-1], "first_output": numbered.first_output[:-1],
        }),
        "inputs": _table("inputs", {
            "tx": numbered.tx_of_input, "spent_output": numbered.spent_output,
            "prev_vout": found.prev_vout[numbered.input_rows],
            "sequence": found.sequence[numbered.input_rows],
        }),
        "outputs": _table("outputs", {
            "tx": numbered.tx_of_output, "vout": found.vout[numbered.output_rows],
            "value_sat": found.value_sat[numbered.output_rows], "script": numbered.script_of,
            "spender": numbered.spender,
        }),
        "scripts": _table("scripts", {
            "bytes": _scripts(found, numbered), "key": numbered.script_keys,
        }),
        "missing": _table("missing", {
            "input": numbered.missing,
            "prev_txid": fixed_binary(found.prevouts[numbered.input_rows[numbered.missing]]),
        }),
    }  # fmt: skip


def _rows(column: Any, rows: Any) -> Any:
    whole = len(rows) == len(column) and bool((rows[1:] > rows[:-1]).all())
    return column if whole else column[rows]


def _scripts(found: Extract, numbered: Numbered) -> Any:
    bounds = numbered.script_bounds
    sizes = bounds[:, 1] - bounds[:, 0]
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    content = np.empty(int(offsets[-1]), dtype=np.uint8)
    copy_spans(found.scripts, bounds, offsets, content)
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(bounds), [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    )


def _table(name: str, columns: Mapping[str, Any]) -> Any:
    schema = TABLES[name]
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column).cast(field.type)
        for field, column in zip(schema, columns.values(), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
