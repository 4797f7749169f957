# SPDX-License-Identifier: AGPL-3.0-or-later
"""From block files into the chain store of a case.

Of a file, either every block proves itself and all become visible in one step, or
nothing does.  Blocks are known by their hash: a second ingest adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ledger.heights import Heights
from ledger.index import ChainIndex
from ledger.obfuscation import KEY_FILE, plain_content
from ledger.parsing import Header, parse_header, read_chain_file, verify_block
from ledger.parsing.block import HEADER_BYTES, scan_block
from ledger.parsing.digest import displayed
from ledger.parsing.files import Frame, find_frames
from ledger.parsing.networks import meets_target
from ledger.scanning.columns import BrokenBlockError
from ledger.scanning.extracting import Extract
from ledger.scanning.groups import Group, ReadBlock, read_groups
from ledger.sources.faults import untrue
from ledger.sources.recorded import Recorded, is_recorded, read_recorded
from ledger.sources.rpc import framed
from ledger.store import ChainStore, PartWriter
from ledger.store.loose import (
    LINES_NAME,
    LOOSE_NAME,
    LooseTransaction,
    loose_lines,
    loose_table,
)
from vestigo.errors import InputError, UsageError
from vestigo.i18n import _
from vestigo.records import Block
from vestigo.store import writer_lock

LOCK = ".lock"
_NO_BLOCKS = "rev"  # Core's undo data: what blocks spent, no blocks


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """What one file gave: the records of all its blocks, and how much of it was new."""

    path: Path
    blocks: tuple[Block, ...]
    n_new_blocks: int
    n_new_transactions: int


class Proven(NamedTuple):
    """A block of a source that proves itself, and where it stands there."""

    header: Header
    height: int | None
    n_tx: int
    start: int
    end: int
    sha256: bytes


def ingest(chain_folder: Path, paths: Sequence[Path], network: str) -> Iterator[Block]:
    """Ingest block files (or folders of them) and yield the record of every block in them.

    Known blocks are yielded again with the record they first got.  Raises ``InputError``
    with file and offset at the first file that does not verify; files before it stay.
    """
    for path in chain_files(paths):
        yield from ingest_file(chain_folder, path, network).blocks


def chain_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files of ``paths``; a folder stands for its own files, by name.

    Of a folder of Bitcoin Core, the key and the undo files are left out.  Raises
    ``UsageError`` E-LED-013 for a path that is not there.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(
                "E-LED-013",
                _("There is no file at this path."),
                where=str(path),
                remedy=_("Check the path and the permissions."),
            )
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        files += [file for file in inside if file.is_file() and not _is_aside(file)]
    return files


def _is_aside(file: Path) -> bool:
    undo = file.name.startswith(_NO_BLOCKS) and file.suffix == ".dat"
    return file.name.startswith(".") or file.name == KEY_FILE or undo


def ingest_file(
    chain_folder: Path,
    path: Path,
    network: str,
    fresh: MutableMapping[str, list[Extract]] | None = None,
) -> IngestedFile:
    """Ingest one file: wholly or, with an ``InputError`` that says where, not at all.

    ``fresh`` remembers what was read, by part, for ``number_blocks``.
    """
    content = plain_content(read_chain_file(path), path)
    if is_recorded(content):
        return _ingest_recorded(chain_folder, read_recorded(content, str(path)), path, network)
    return ingest_content(chain_folder, content, str(path), path.name, network, fresh)


def _ingest_recorded(chain_folder: Path, found: Recorded, path: Path, network: str) -> IngestedFile:
    """Ingest recorded answers; the name of their source is marked ``recorded``."""
    name = f"recorded:{path.name}"
    ingested = IngestedFile(path, (), 0, 0)
    if found.blocks:
        content = framed(found.blocks, network)
        ingested = ingest_content(chain_folder, content, str(path), name, network)
    n_loose = ingest_loose(chain_folder, found.transactions, network, name)
    return replace(ingested, path=path, n_new_transactions=ingested.n_new_transactions + n_loose)


def ingest_content(
    chain_folder: Path, content: bytes, where: str, source_name: str, network: str,
    fresh: MutableMapping[str, list[Extract]] | None = None,
) -> IngestedFile:  # fmt: skip
    """Ingest the content of one source as ``ingest_file`` does; ``where`` names it in errors."""
    chain_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with writer_lock(chain_folder / LOCK):
        with ChainStore(chain_folder, network) as store:
            known = store.heights()
        found, extracts = _proven(content, where, network, known)
        in_file: dict[bytes, int] = {}
        n_taken = 0
        with PartWriter(chain_folder, network) as part:
            for one in found:
                block_hash = one.header.block_hash
                if block_hash not in known and block_hash not in in_file:
                    raw = memoryview(content)[one.start : one.end]
                    part.add(one.header, raw, one.n_tx, one.height, source_name, one.sha256)
                    n_taken += 1
                in_file[block_hash] = one.n_tx
            name = part.commit()
            if fresh is not None and name and n_taken == len(found):
                fresh[name] = extracts
        with ChainStore(chain_folder, network) as store:
            blocks = store.block_records(list(in_file))
    new = [n for block_hash, n in in_file.items() if block_hash not in known]
    return IngestedFile(Path(source_name), blocks, len(new), sum(new))


def ingest_loose(
    chain_folder: Path, transactions: Sequence[LooseTransaction], network: str, source_name: str
) -> int:
    """Ingest transactions without their blocks, all or none; return how many were new or better.

    Raises ``InputError`` E-LED-103 where one contradicts what the store knows already.
    """
    chain_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with writer_lock(chain_folder / LOCK):
        with ChainStore(chain_folder, network) as store:
            new = [one for one in transactions if _adds(store.index, one, source_name)]
        with PartWriter(chain_folder, network) as part:
            for one in new:
                header, raw = one.as_block()
                part.add(header, raw, 1, one.height, source_name)
            if new:
                named = [one.txid + repr((one.proof, one.vouts)).encode() for one in new]
                part.add_table(LOOSE_NAME, loose_table(new), named)
                part.add_file(LINES_NAME, loose_lines(new, network))
            part.commit()
    return len(new)


def _adds(index: ChainIndex, one: LooseTransaction, source_name: str) -> bool:
    """Whether a transaction adds to the store; raises where it contradicts it."""
    tx = index.tx_number(one.txid)
    if tx is None:
        return True
    known = {int(index.vout_of[o]): tuple(index.coin(o)) for o in index.outputs(tx)}
    for vout, output in one.outputs():
        if vout in known and known[vout] != tuple(output):
            where = f"{source_name} {displayed(one.txid)}:{vout}"
            raise untrue(_("another source knows this output otherwise"), where)
    return one.proof < int(index.proof[tx]) or bool(set(one.vouts) - set(known))


def number_blocks(
    chain_folder: Path, network: str, fresh: MutableMapping[str, list[Extract]]
) -> None:
    """Bring the numbered tables of a store up to date with its parts."""
    with writer_lock(chain_folder / LOCK), ChainStore(chain_folder, network, fresh) as store:
        store.publish()


def _proven(
    content: bytes, where: str, network: str, known: Mapping[bytes, int | None]
) -> tuple[list[Proven], list[Extract]]:
    """Return the blocks of ``content`` in order, all of them proven, and extracts; or raise."""
    frames, fault = find_frames(content, where)
    _refuse_others(frames, where, network)
    heights = Heights(network, known)
    found: list[Proven] = []
    extracts: list[Extract] = []
    try:
        for group in _groups(content, frames):
            extracts.append(group.extract)
            for read in group.blocks:
                frame = frames[len(found)]
                found.append(_checked(content, frame, read, heights, where, network))
    except BrokenBlockError as error:
        raise _explained(content, frames[error.block], where, network) from error
    if fault:
        raise fault
    return found, extracts


def _groups(content: bytes, frames: Sequence[Frame]) -> Iterator[Group]:
    starts = np.array([frame.start for frame in frames], dtype=np.int64)
    ends = np.array([frame.end for frame in frames], dtype=np.int64)
    return read_groups(np.frombuffer(content, dtype=np.uint8), starts, ends)


def _checked(
    content: bytes, frame: Frame, read: ReadBlock, heights: Heights, where: str, network: str
) -> Proven:
    """Return a block that was read, or raise where it does not prove itself."""
    header = parse_header(content[frame.start : frame.start + HEADER_BYTES])
    is_whole = read.end == frame.end and read.is_proven
    if not is_whole or not meets_target(header.block_hash, header.bits, network):
        raise _explained(content, frame, where, network)
    height = heights.of(header, read.coinbase, where=where, offset=frame.start)
    return Proven(header, height, read.n_transactions, frame.start, frame.end, read.sha256)


def _refuse_others(frames: Sequence[Frame], where: str, network: str) -> None:
    for frame in frames:
        if frame.network not in (None, network):
            raise InputError(
                "E-LED-015",
                _("The block belongs to {found}, not to {network}.").format(
                    found=frame.network, network=network
                ),
                where=f"{where}:{frame.start}",
                remedy=_("Give the network with --network."),
            )


def _explained(content: bytes, frame: Frame, where: str, network: str) -> InputError:
    """Return the error that says what is wrong with a block, and where."""
    try:
        raw = content[frame.start : frame.end]
        block = scan_block(raw, where=where, offset=frame.start)
        verify_block(block, network, where=where, offset=frame.start)
    except InputError as error:
        return error
    raise AssertionError(f"{where}:{frame.start} is refused without a reason")
