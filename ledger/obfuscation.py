# SPDX-License-Identifier: AGPL-3.0-or-later
"""Block files as Bitcoin Core 28 and later writes them: XORed with a key of the folder.

The key (``xor.dat``, 8 bytes) repeats over the whole file.  It hides nothing: it keeps
virus scanners from finding what others wrote into the chain.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ledger.parsing.networks import NETWORK_OF_MAGIC
from vestigo.errors import InputError
from vestigo.i18n import _

KEY_FILE = "xor.dat"
KEY_BYTES = 8
_MAGIC_BYTES = 4


def plain_content(content: bytes, path: Path) -> bytes:
    """Return the content of a block file with the key of its folder taken off.

    Without a key, or where the file is not obfuscated (it begins with a magic number), it is
    returned as it is.  Raises ``InputError`` E-LED-070 for a key that is not 8 bytes, and
    E-LED-071 where neither the bytes nor what the key makes of them begin with a block file.
    """
    key = _key_of(path.parent / KEY_FILE)
    if not any(key) or content[:_MAGIC_BYTES] in NETWORK_OF_MAGIC or not _is_block_file(path):
        return content
    plain = _xored(content, key)
    if plain[:_MAGIC_BYTES] not in NETWORK_OF_MAGIC and any(plain[:_MAGIC_BYTES]):
        raise InputError(
            "E-LED-071",
            _("The key in {name} does not open this file.").format(name=KEY_FILE),
            where=f"{path}:0",
            remedy=_("Copy the block files together with the key of their own folder."),
        )
    return plain


def _is_block_file(path: Path) -> bool:
    return path.name.startswith("blk") and path.suffix == ".dat"


def _key_of(path: Path) -> bytes:
    if not path.is_file():
        return b""
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise InputError(
            "E-LED-070",
            _("The key of the block files has {n} bytes instead of 8.").format(n=len(key)),
            where=str(path),
            remedy=_("Copy it again from the node that wrote the block files."),
        )
    return key


def _xored(content: bytes, key: bytes) -> bytes:
    mask = np.resize(np.frombuffer(key, dtype=np.uint8), len(content))
    return np.bitwise_xor(np.frombuffer(content, dtype=np.uint8), mask).tobytes()
