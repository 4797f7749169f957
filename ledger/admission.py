# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which blocks of a source prove themselves: all of them, or the source is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ledger.heights import Heights
from ledger.parsing import Header, parse_header, verify_block
from ledger.parsing.block import HEADER_BYTES, scan_block
from ledger.parsing.files import Frame, find_frames
from ledger.parsing.networks import meets_target
from ledger.scanning.columns import BrokenBlockError
from ledger.scanning.extracting import Extract
from ledger.scanning.groups import Group, ReadBlock, read_groups
from vestigo.errors import InputError
from vestigo.i18n import _


class Proven(NamedTuple):
    """A block of a source that proves itself, and where it stands there."""

    header: Header
    height: int | None
    n_tx: int
    start: int
    end: int
    sha256: bytes


def proven_blocks(
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
