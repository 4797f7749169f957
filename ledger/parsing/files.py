# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that hold blocks: ``blk`` files (magic, length, block), bare blocks, ``.bz2`` of both."""

from __future__ import annotations

import bz2
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ledger.parsing.block import HEADER_BYTES, BlockScan, malformed, parse_header, scan_block
from ledger.parsing.networks import EASIEST, NETWORK_OF_MAGIC, meets_target
from ledger.parsing.transaction import MalformedError
from ledger.parsing.validity import has_merkle_root
from vestigo.errors import InputError, UsageError
from vestigo.i18n import _

LARGEST_FILE = 1 << 30  # bytes after decompression; Core's files end at 128 MiB
LARGEST_BLOCK = 4_000_000  # bytes; consensus allows no more weight than four times a million
_FRAME_BYTES = 8
_MAGIC = re.compile(b"|".join(re.escape(magic) for magic in NETWORK_OF_MAGIC))
_ZEROS = re.compile(b"\0*")
_TEXT = re.compile(rb"[\t\r\n\x20-\x7e\x80-\xff]*")

Report = Callable[[InputError], None]


class FoundBlock(NamedTuple):
    """A block and where its header begins in the (decompressed) file.

    ``network`` is what the magic says, or None where there is no magic.
    """

    block: BlockScan
    offset: int
    network: str | None


class Frame(NamedTuple):
    """Where a block should stand in a file: from its header to its end."""

    start: int
    end: int
    network: str | None


def find_frames(content: bytes, where: str) -> tuple[list[Frame], InputError | None]:
    """Return where blocks stand in a file, and what is wrong behind the last of them.

    Framed blocks are not read, only where they begin and end.  Raises ``InputError``
    E-LED-010 or E-LED-011 where not even a first one can be found.
    """
    begin = _after_zeros(content, 0)
    frames: list[Frame] = []
    try:
        if content[begin : begin + 4] in NETWORK_OF_MAGIC:
            at = begin
            while at < len(content):
                frames.append(_place_at(content, at, where))
                at = _after_zeros(content, frames[-1].end)
        else:
            for block, start, network in _bare(content, where):
                frames.append(Frame(start, start + len(block.raw), network))
    except InputError as error:
        if not frames:
            raise
        return frames, error
    return frames, None


def read_chain_file(path: Path) -> bytes:
    """Return the content of ``path``, decompressed when it is bzip2.

    Raises ``UsageError`` E-LED-013 (cannot be opened) or ``InputError`` E-LED-014
    (damaged compression, or more than ``LARGEST_FILE`` bytes).
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(
            "E-LED-013",
            _("The file cannot be opened: {reason}.").format(reason=error.strerror),
            where=str(path),
            remedy=_("Check the path and the permissions."),
        ) from error
    if content[:3] == b"BZh":
        content = _decompressed(content, path)
    if len(content) > LARGEST_FILE:
        raise _unreadable(_("it is larger than {n} bytes").format(n=LARGEST_FILE), path)
    return content


def find_blocks(content: bytes, where: str, report: Report | None = None) -> Iterator[FoundBlock]:
    """Yield the blocks of a file in order; zeros between them are room that Core left.

    Without ``report``, raises ``InputError`` E-LED-010 or E-LED-011 with file and offset
    at the first bytes that are no block; blocks before them have been yielded by then.
    With ``report``, goes on at the next magic number as Bitcoin Core does, and hands over
    one E-LED-017 for each range that was passed over.
    """
    begin = _after_zeros(content, 0)
    is_framed = content[begin : begin + 4] in NETWORK_OF_MAGIC
    if report is not None and not is_framed and not _is_header(content):
        is_framed = _MAGIC.search(content) is not None
    found = _framed(content, where, report) if is_framed else _bare(content, where)
    n_found = 0
    for block in found:
        n_found += 1
        yield block
    if not n_found:
        raise _no_block(where)


def _framed(content: bytes, where: str, report: Report | None) -> Iterator[FoundBlock]:
    fault: tuple[int, InputError] | None = None
    at = _after_zeros(content, 0)
    while at < len(content):
        try:
            found = _frame_at(content, at, where)
        except InputError as error:
            if report is None:
                raise
            fault = fault or (at, error)
            at = _next_magic(content, at + 1)
            continue
        if fault and report:
            report(_passed_over(*fault, at, where))
            fault = None
        yield found
        end = found.offset + len(found.block.raw)
        if report and not has_merkle_root(found.block):  # cut short, it may hold the next one
            end = min(end, _next_magic(content, found.offset))
        at = _after_zeros(content, end)
    if fault and report:
        report(_passed_over(*fault, at, where))


def _frame_at(content: bytes, at: int, where: str) -> FoundBlock:
    start, end, network = _place_at(content, at, where)
    block = scan_block(content[start:end], where=where, offset=start)
    return FoundBlock(block, start, network)


def _place_at(content: bytes, at: int, where: str) -> Frame:
    network = NETWORK_OF_MAGIC.get(content[at : at + 4])
    if network is None:
        raise malformed(MalformedError(_("no magic number stands here")), where, at)
    start = at + _FRAME_BYTES
    length = int.from_bytes(content[at + 4 : start], "little")
    if start + length > len(content):
        raise malformed(MalformedError(_("the length leads over the end")), where, at)
    if length > LARGEST_BLOCK:
        raise malformed(MalformedError(_("the length is larger than any block")), where, at)
    return Frame(start, start + length, network)


def _bare(content: bytes, where: str) -> Iterator[FoundBlock]:
    if not _is_header(content):
        raise _no_block(where)
    at = 0
    while at < len(content):
        block = scan_block(content[at:], where=where, offset=at, whole=False)
        yield FoundBlock(block, at, None)
        at += len(block.raw)
        if _after_zeros(content, at) == len(content):
            return


def _is_header(content: bytes) -> bool:
    """Whether a block may begin here: not with text, and with work or a whole block behind it."""
    header = content[:HEADER_BYTES]
    if len(header) < HEADER_BYTES or _TEXT.fullmatch(header):
        return False
    parsed = parse_header(header)
    if meets_target(parsed.block_hash, parsed.bits, EASIEST):
        return True
    try:
        scan_block(content, where="", whole=False)
    except InputError:
        return False
    return True


def _after_zeros(content: bytes, at: int) -> int:
    match = _ZEROS.match(content, at)
    assert match is not None
    return match.end()


def _next_magic(content: bytes, at: int) -> int:
    following = _MAGIC.search(content, at)
    return following.start() if following else len(content)


def _passed_over(start: int, first: InputError, end: int, where: str) -> InputError:
    return InputError(
        "E-LED-017",
        _("The bytes {start} to {end} hold no block and were passed over; the first fault: {what}")
        .format(start=start, end=end, what=first.what),
        where=f"{where}:{start}",
        remedy=_("Compare the file with another copy: a block may be missing here."),
    )  # fmt: skip


def _no_block(where: str) -> InputError:
    return InputError(
        "E-LED-011",
        _("There is no block in this file."),
        where=f"{where}:0",
        remedy=_("Give blk files or raw blocks, plain or as .bz2."),
    )


def _decompressed(content: bytes, path: Path) -> bytes:
    try:
        with bz2.BZ2File(io.BytesIO(content)) as handle:
            return handle.read(LARGEST_FILE + 1)
    except (OSError, EOFError) as error:
        raise _unreadable(_("its compression is damaged"), path) from error


def _unreadable(reason: str, path: Path) -> InputError:
    return InputError(
        "E-LED-014",
        _("The file cannot be read: {reason}.").format(reason=reason),
        where=f"{path}:0",
        remedy=_("Fetch the file again and compare its digest; nothing of it was used."),
    )
