# SPDX-License-Identifier: AGPL-3.0-or-later
"""What bitcoinlib makes of raw bytes: a second opinion, never the first.

bitcoinlib makes a folder below the user's home when it is imported and asks public explorers
where it is let.  Here it gets a folder of its own, and is only given bytes.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

FOLDER = "BCL_DATA_DIR"


def transaction_ids(block: bytes, folder: Path) -> list[str]:
    """Return the ids that bitcoinlib gives the transactions of a raw block, in order.

    It keeps what it writes in ``folder``.  On real blocks a few of its ids are wrong.
    """
    block_class = _block_class(folder)
    found = block_class.parse_bytesio(BytesIO(block), parse_transactions=True)
    return [one.txid for one in found.transactions]


def _block_class(folder: Path) -> Any:
    os.environ.setdefault(FOLDER, str(folder))
    from bitcoinlib.blocks import Block

    return Block
