# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the parts of a store to its numbered tables, and back from the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
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
from ledger.store.numbering import (
    NONE,
    Chain,
    ScriptNumbers,
    chain_order,
    first_spenders,
    number_chain,
    number_scripts,
    owners,
    spent_outputs,
)
from ledger.store.part import BLOCKS_NAME, RAW_NAME, discard_staging
from ledger.store.publishing import Publication
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
    table = pq.ParquetFile(path).read() if path.is_file() else None
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


def write_index(chain_folder: Path, folder: Path, tables: Iterable[tuple[str, Any]]) -> None:
    """Make numbered tables visible in one step; those of earlier parts go.

    Each is written while the next is made.
    """
    with Publication(folder, chain_folder / STAGING) as publication:
        for name, table in tables:
            publication.add(name, table, TABLES[name])
    for other in folder.parent.iterdir():
        if other != folder:
            discard_staging(other)


def build_index(
    parts: list[Part], fresh: MutableMapping[str, list[Extract]], at_height: int | None = None
) -> dict[str, Any]:
    """Return the numbered tables of the parts as ``numbered_tables`` makes them."""
    made = dict(numbered_tables(parts, fresh, at_height))
    return {name: made[name].cast(schema) for name, schema in TABLES.items()}


def numbered_tables(
    parts: list[Part], fresh: MutableMapping[str, list[Extract]], at_height: int | None = None
) -> Iterator[tuple[str, Any]]:
    """Yield name and rows of each numbered table as soon as it is made.

    Integers may be narrower than in ``TABLES``: whoever takes a table widens it.
    ``fresh`` are extracts already at hand; they are taken out of it.  ``at_height`` leaves out
    blocks above it and those of unknown height.
    """
    if not parts:
        yield from ((name, schema.empty_table()) for name, schema in TABLES.items())
        return
    found = joined([one for part in parts for one in _extracts(part, fresh)])
    blocks = _all_blocks(parts)
    order = _up_to(blocks, _order(blocks, found), at_height)
    yield from _tables(found, number_chain(found, order), blocks, order)


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


def _tables(
    found: Extract, chain: Chain, blocks: Any, order: list[int]
) -> Iterator[tuple[str, Any]]:
    with ThreadPoolExecutor(1) as pool:  # scripts have nothing to do with where blocks stand
        scripts = pool.submit(number_scripts, found, chain)
        yield from _placed(found, chain, blocks, order)
        numbers = scripts.result()
    script = numbers.number
    yield "scripts", _table("scripts", {"bytes": _scripts(found, numbers), "key": numbers.keys})
    del numbers
    spent = spent_outputs(found, chain)
    yield from _input_tables(found, chain, spent)
    spender = first_spenders(chain, spent)
    del spent
    yield "outputs", _table("outputs", {
        "tx": owners(chain.first_output), "vout": chain.outputs.of(found.vout),
        "value_sat": chain.outputs.of(found.value_sat), "script": script, "spender": spender,
    })  # fmt: skip


def _placed(
    found: Extract, chain: Chain, blocks: Any, order: list[int]
) -> Iterator[tuple[str, Any]]:
    """Yield the tables of blocks and transactions."""
    rank = np.full(blocks.num_rows, -1, dtype=np.int32)  # of loose blocks left out: none
    rank[order] = np.arange(len(order), dtype=np.int32)
    of = chain.transactions.of
    block = rank[of(found.block)]
    first_tx = np.searchsorted(block, np.arange(len(order)), side="left")
    ordered = blocks.take(pa.array(order)).append_column("first_tx", pa.array(first_tx))
    yield "blocks", ordered.select(TABLES["blocks"].names).cast(TABLES["blocks"])
    proof = ordered["proof"].to_numpy()[block]
    position = np.where(proof == WHOLE_BLOCK, of(found.position),
                        ordered["position"].to_numpy()[block])  # fmt: skip
    yield "transactions", _table("transactions", {
        "txid": fixed_binary(of(found.txids)), "block": block, "position": position,
        "start": of(found.start), "end": of(found.end), "weight": of(found.weight),
        "version": of(found.version), "locktime": of(found.locktime),
        "is_coinbase": of(found.is_coinbase), "proof": proof,
        "first_input": chain.first_input[:-1], "first_output": chain.first_output[:-1],
    })  # fmt: skip


def _input_tables(found: Extract, chain: Chain, spent: Any) -> Iterator[tuple[str, Any]]:
    """Yield the tables of inputs and of those whose output is not here."""
    of, tx = chain.inputs.of, owners(chain.first_input)
    coinbase = chain.transactions.of(found.is_coinbase)
    missing = np.flatnonzero(spent == NONE)
    missing = missing[~coinbase[tx[missing]]]
    yield "inputs", _table("inputs", {
        "tx": tx, "spent_output": spent, "prev_vout": of(found.prev_vout),
        "sequence": of(found.sequence),
    })  # fmt: skip
    rows = chain.inputs.rows[missing]
    yield "missing", _table("missing", {
        "input": missing, "prev_txid": fixed_binary(found.prevouts[rows]),
    })  # fmt: skip


def _scripts(found: Extract, numbers: ScriptNumbers) -> Any:
    content = np.empty(int(numbers.bounds[-1]), dtype=np.uint8)
    copy_spans(found.scripts, numbers.starts, numbers.bounds, content)
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(numbers.keys),
        [None, pa.py_buffer(numbers.bounds), pa.py_buffer(content)],
    )  # fmt: skip


def _table(name: str, columns: Mapping[str, Any]) -> Any:
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column) for column in columns.values()
    ]
    return pa.Table.from_arrays(arrays, names=TABLES[name].names)
