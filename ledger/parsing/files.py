# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that hold blocks: ``blk`` files (magic, length, block), bare blocks, ``.bz2`` of both."""

from __future__ import annotations

import bz2
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ledger.parsing.block import BlockScan, malformed, scan_block
from ledger.parsing.networks import NETWORK_OF_MAGIC
from ledger.parsing.transaction import MalformedError
from vestigo.errors import InputError, UsageError
from vestigo.i18n import _

LARGEST_FILE = 1 << 30  # bytes after decompression; Core's files end at 128 MiB
_FRAME_BYTES = 8


class FoundBlock(NamedTuple):
    """A block and where its header begins in the (decompressed) file.

    ``network`` is what the magic says, or None where there is no magic.
    """

    block: BlockScan
    offset: int
    network: str | None


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


def find_blocks(content: bytes, where: str) -> Iterator[FoundBlock]:
    """Yield the blocks of a file in order.

    Raises ``InputError`` E-LED-010 or E-LED-011 with file and offset at the first
    bytes that are no block; blocks before them have been yielded by then.
    """
    found = _framed(content, where) if content[:4] in NETWORK_OF_MAGIC else _bare(content, where)
    n_found = 0
    for block in found:
        n_found += 1
        yield block
    if not n_found:
        raise InputError(
            "E-LED-011",
            _("There is no block in this file."),
            where=f"{where}:0",
            remedy=_("Give blk files or raw blocks, plain or as .bz2."),
        )


def _framed(content: bytes, where: str) -> Iterator[FoundBlock]:
    at = 0
    while at < len(content):
        network = NETWORK_OF_MAGIC.get(content[at : at + 4])
        if network is None:
            if not content.count(b"\0", at) == len(content) - at:
                raise malformed(MalformedError(_("no magic number stands here")), where, at)
            return
        start = at + _FRAME_BYTES
        end = start + int.from_bytes(content[at + 4 : start], "little")
        if start > len(content) or end > len(content):
            raise malformed(MalformedError(_("the length leads over the end")), where, at)
        block = scan_block(content[start:end], where=where, offset=start)
        yield FoundBlock(block, start, network)
        at = end


def _bare(content: bytes, where: str) -> Iterator[FoundBlock]:
    at = 0
    while at < len(content):
        block = scan_block(content[at:], where=where, offset=at, whole=False)
        yield FoundBlock(block, at, None)
        at += len(block.raw)


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
