# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a signature signs: the digests of BIP 341, BIP 143 and of the time before SegWit."""

from __future__ import annotations

import hashlib

from vestigo.training.chain.coins import Draft
from vestigo.training.chain.wire import compact_size, double_sha256, output_bytes

SIGHASH_ALL = 1
_TAP_TAG = hashlib.sha256(b"TapSighash").digest()


class Digests:
    """The digests of all inputs of one draft; every signature covers everything."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._version = draft.version.to_bytes(4, "little")
        self._lock_time = draft.lock_time.to_bytes(4, "little")
        self._sequence = draft.sequence.to_bytes(4, "little")
        self._outpoints = [outpoint(coin.txid, coin.vout) for coin in draft.coins]
        targets = draft.targets
        self._outputs = b"".join(output_bytes(t.value_sat, t.output_script) for t in targets)
        self._all_outpoints = b"".join(self._outpoints)
        self._all_sequences = self._sequence * len(draft.coins)

    def legacy(self, number: int, script: bytes) -> bytes:
        """Return the digest of an input that spends ``script`` without witness."""
        inputs = b"".join(
            one + (_sized(script) if at == number else b"\x00") + self._sequence
            for at, one in enumerate(self._outpoints)
        )
        return double_sha256(
            self._version + compact_size(len(self._outpoints)) + inputs
            + compact_size(len(self._draft.targets)) + self._outputs
            + self._lock_time + SIGHASH_ALL.to_bytes(4, "little")
        )  # fmt: skip

    def segwit(self, number: int, script: bytes) -> bytes:
        """Return the digest of a version 0 witness input (BIP 143)."""
        coin = self._draft.coins[number]
        return double_sha256(
            self._version + double_sha256(self._all_outpoints)
            + double_sha256(self._all_sequences) + self._outpoints[number] + _sized(script)
            + coin.value_sat.to_bytes(8, "little") + self._sequence
            + double_sha256(self._outputs) + self._lock_time + SIGHASH_ALL.to_bytes(4, "little")
        )  # fmt: skip

    def taproot(self, number: int) -> bytes:
        """Return the digest of a key spend with the default hash type (BIP 341)."""
        coins = self._draft.coins
        amounts = b"".join(coin.value_sat.to_bytes(8, "little") for coin in coins)
        scripts = b"".join(_sized(coin.account.script) for coin in coins)
        parts = (self._all_outpoints, amounts, scripts, self._all_sequences, self._outputs)
        message = (
            b"\x00\x00" + self._version + self._lock_time
            + b"".join(hashlib.sha256(part).digest() for part in parts)
            + b"\x00" + number.to_bytes(4, "little")
        )  # fmt: skip
        return hashlib.sha256(_TAP_TAG + _TAP_TAG + message).digest()


def outpoint(txid: str, vout: int) -> bytes:
    """Return the reference to an output; ``txid`` in display order."""
    return bytes.fromhex(txid)[::-1] + vout.to_bytes(4, "little")


def _sized(script: bytes) -> bytes:
    return compact_size(len(script)) + script
