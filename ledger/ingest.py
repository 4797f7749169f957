# SPDX-License-Identifier: AGPL-3.0-or-later
"""From block files into the chain store of a case.

Of a file, either every block proves itself and all become visible in one step, or
nothing does.  Blocks are known by their hash: a second ingest adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.heights import Heights
from ledger.parsing import FoundBlock, find_blocks, read_chain_file, verify_block
from ledger.store import ChainStore, PartWriter
from vestigo.errors import InputError, UsageError
from vestigo.i18n import _
from vestigo.records import Block
from vestigo.store import writer_lock

LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """What one file gave: the records of all its blocks, and how much of it was new."""

    path: Path
    blocks: tuple[Block, ...]
    n_new_blocks: int
    n_new_transactions: int


def ingest(chain_folder: Path, paths: Sequence[Path], network: str) -> Iterator[Block]:
    """Ingest block files (or folders of them) and yield the record of every block in them.

    Known blocks are yielded again with the record they first got.  Raises ``InputError``
    with file and offset at the first file that does not verify; files before it stay.
    """
    for path in chain_files(paths):
        yield from ingest_file(chain_folder, path, network).blocks


def chain_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files of ``paths``; a folder stands for its own files, by name.

    Raises ``UsageError`` E-LED-013 for a path that is not there.
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
        files += [file for file in inside if file.is_file() and not file.name.startswith(".")]
    return files


def ingest_file(chain_folder: Path, path: Path, network: str) -> IngestedFile:
    """Ingest one file: wholly or, with an ``InputError`` that says where, not at all."""
    content = read_chain_file(path)
    chain_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with writer_lock(chain_folder / LOCK):
        with ChainStore(chain_folder, network) as store:
            known = store.heights()
        in_file: dict[bytes, int] = {}
        with PartWriter(chain_folder, network) as part:
            for found, height in _verified(content, path, network, known):
                block_hash = found.block.header.block_hash
                if block_hash not in known and block_hash not in in_file:
                    part.add(found.block, height, path.name)
                in_file[block_hash] = len(found.block.transactions)
            part.commit()
        with ChainStore(chain_folder, network) as store:
            blocks = store.block_records(list(in_file))
    new = [n for block_hash, n in in_file.items() if block_hash not in known]
    return IngestedFile(path, blocks, len(new), sum(new))


def _verified(
    content: bytes, path: Path, network: str, known: Mapping[bytes, int | None]
) -> Iterator[tuple[FoundBlock, int | None]]:
    where = str(path)
    heights = Heights(network, known)
    for found in find_blocks(content, where):
        if found.network not in (None, network):
            raise InputError(
                "E-LED-015",
                _("The block belongs to {found}, not to {network}.").format(
                    found=found.network, network=network
                ),
                where=f"{where}:{found.offset}",
                remedy=_("Give the network with --network."),
            )
        verify_block(found.block, network, where=where, offset=found.offset)
        yield found, heights.of(found.block, where=where, offset=found.offset)
