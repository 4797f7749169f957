# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking sources into the chain store: admitted first, kept after, whole or not at all."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ledger.admission import Proven, proven_blocks
from ledger.index import ChainIndex
from ledger.parsing.digest import displayed
from ledger.scanning.extracting import Extract
from ledger.sources.faults import untrue
from ledger.sources.recorded import Recorded
from ledger.sources.rpc import framed
from ledger.store import ChainStore, PartWriter
from ledger.store.loose import (
    LINES_NAME,
    LOOSE_NAME,
    LooseTransaction,
    loose_lines,
    loose_table,
)
from vestigo.i18n import _
from vestigo.records import Block

Fresh = MutableMapping[str, list[Extract]]


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """What one file gave: the records of all its blocks, and how much of it was new."""

    path: Path
    blocks: tuple[Block, ...]
    n_new_blocks: int
    n_new_transactions: int


class Admitted(NamedTuple):
    """A source whose blocks prove themselves: each hash once, and those that are new."""

    content: bytes
    name: str
    block_hashes: tuple[bytes, ...]
    new: tuple[Proven, ...]
    extracts: list[Extract] | None  # None: not all blocks of it are new


class Intake:
    """The chain store of a folder while sources are taken in; the caller holds its lock.

    ``fresh`` gets what was read of each part that is written, for ``number_blocks``.  One
    thread may admit a source while another keeps the one before.
    """

    def __init__(self, chain_folder: Path, network: str, fresh: Fresh | None = None) -> None:
        self._folder = chain_folder
        self._network = network
        self._fresh = fresh
        with ChainStore(chain_folder, network) as store:
            self._known = store.heights()

    def admit(self, content: bytes, where: str, name: str) -> Admitted:
        """Return what of a source is new; raise ``InputError`` where a block does not prove itself.

        ``where`` names the source in errors, ``name`` in records.  From now on its blocks count
        as known.
        """
        found, extracts = proven_blocks(content, where, self._network, self._known)
        new: dict[bytes, Proven] = {}
        for one in found:
            if one.header.block_hash not in self._known:
                new.setdefault(one.header.block_hash, one)
        self._known.update({block_hash: one.height for block_hash, one in new.items()})
        hashes = tuple(dict.fromkeys(one.header.block_hash for one in found))
        whole = extracts if len(new) == len(found) else None
        return Admitted(content, name, hashes, tuple(new.values()), whole)

    def keep(self, admitted: Admitted) -> IngestedFile:
        """Write what is new of a source; return the records of all its blocks."""
        with PartWriter(self._folder, self._network) as part:
            for one in admitted.new:
                raw = memoryview(admitted.content)[one.start : one.end]
                part.add(one.header, raw, one.n_tx, one.height, admitted.name, one.sha256)
            name = part.commit()
        if self._fresh is not None and name and admitted.extracts is not None:
            self._fresh[name] = admitted.extracts
        with ChainStore(self._folder, self._network) as store:
            blocks = store.block_records(admitted.block_hashes)
        n_tx = sum(one.n_tx for one in admitted.new)
        return IngestedFile(Path(admitted.name), blocks, len(admitted.new), n_tx)

    def keep_recorded(self, found: Recorded, path: Path) -> IngestedFile:
        """Admit and keep recorded answers; the name of their source is marked ``recorded``."""
        name = f"recorded:{path.name}"
        kept = IngestedFile(path, (), 0, 0)
        if found.blocks:
            content = framed(found.blocks, self._network)
            kept = self.keep(self.admit(content, str(path), name))
        n_loose = self.keep_loose(found.transactions, name)
        return replace(kept, path=path, n_new_transactions=kept.n_new_transactions + n_loose)

    def keep_loose(self, transactions: Sequence[LooseTransaction], source_name: str) -> int:
        """Write transactions without their blocks; return how many were new or better proven.

        Raises ``InputError`` E-LED-103 where one contradicts what the store knows already.
        """
        with ChainStore(self._folder, self._network) as store:
            new = [one for one in transactions if _adds(store.index, one, source_name)]
        with PartWriter(self._folder, self._network) as part:
            for one in new:
                header, raw = one.as_block()
                part.add(header, raw, 1, one.height, source_name)
            if new:
                named = [one.txid + repr((one.proof, one.vouts)).encode() for one in new]
                part.add_table(LOOSE_NAME, loose_table(new), named)
                part.add_file(LINES_NAME, loose_lines(new, self._network))
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
