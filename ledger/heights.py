# SPDX-License-Identifier: AGPL-3.0-or-later
"""Heights: stated by the coinbase (BIP 34), or counted from a block whose height is known."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.parsing import Header, TxScan
from ledger.parsing.networks import NETWORK
from vestigo.errors import InputError
from vestigo.i18n import _

BIP34_VERSION = 2
MOST_HEIGHT_BYTES = 4
_OP_1, _OP_16 = 0x51, 0x60


class Heights:
    """The heights known so far; it learns from each block it is asked about."""

    def __init__(self, network: str, known: Mapping[bytes, int | None]) -> None:
        self._network = NETWORK[network]
        self._known = {self._network.genesis: 0}
        self._known.update((key, value) for key, value in known.items() if value is not None)

    def of(self, header: Header, coinbase: TxScan, *, where: str, offset: int) -> int | None:
        """Return the height of a block by header and coinbase, or None where nothing tells it.

        Raises ``InputError`` E-LED-016 when its coinbase contradicts its parent.
        """
        parent = self._known.get(header.previous)
        linked = self._known.get(header.block_hash, None if parent is None else parent + 1)
        stated = stated_height(header, coinbase, self._network.bip34_from)
        if linked is not None and stated is not None and linked != stated:
            raise InputError(
                "E-LED-016",
                _("The block states height {stated}; its parent makes it {linked}.").format(
                    stated=stated, linked=linked
                ),
                where=f"{where}:{offset}",
                remedy=_("Check where the file came from; nothing of it was used."),
            )
        height = stated if linked is None else linked
        if height is not None:
            self._known[header.block_hash] = height
        return height


def stated_height(header: Header, coinbase: TxScan, from_height: int) -> int | None:
    """Return the height in the coinbase, where BIP 34 binds the block to state it."""
    script = coinbase.inputs[0].script_sig
    if header.version < BIP34_VERSION or not script:
        return None
    if _OP_1 <= script[0] <= _OP_16:
        height = script[0] - _OP_1 + 1
    elif 1 <= script[0] <= MOST_HEIGHT_BYTES and len(script) > script[0]:
        height = int.from_bytes(script[1 : 1 + script[0]], "little", signed=True)
    else:
        return None
    return height if height >= from_height else None
