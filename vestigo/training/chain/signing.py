# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing a payment with libsecp256k1, for every kind of address of the range.

Signatures are the same on every run: ECDSA by RFC 6979 with a low S, Schnorr by BIP 340
without fresh randomness.  That the first payments come out the same when bitcoinlib
signs them is looked at by ``vestigo.training.chain.second_signer``.
"""

from __future__ import annotations

from coincurve import PrivateKey

from vestigo.training.chain.coins import Draft
from vestigo.training.chain.digests import SIGHASH_ALL, Digests, outpoint
from vestigo.training.chain.wire import (
    compact_size,
    displayed,
    double_sha256,
    output_bytes,
    push,
)
from vestigo.training.keyring import (
    N_NEEDED,
    Account,
    hash160,
    multisig_script,
    output_script,
    tweaked_secret,
)

Unlocking = tuple[bytes, tuple[bytes, ...]]


def sign(draft: Draft) -> tuple[str, bytes, bytes]:
    """Return txid (display order), raw bytes and bytes without witness of a signed draft."""
    digests = Digests(draft)
    unlockings = [_unlock(coin.account, digests, at) for at, coin in enumerate(draft.coins)]
    version, lock_time = draft.version.to_bytes(4, "little"), draft.lock_time.to_bytes(4, "little")
    body = _inputs(draft, unlockings) + _outputs(draft)
    stripped = version + body + lock_time
    raw = stripped
    if any(witness for _script, witness in unlockings):
        witnesses = b"".join(_stack(witness) for _script, witness in unlockings)
        raw = version + b"\x00\x01" + body + witnesses + lock_time
    return displayed(double_sha256(stripped)), raw, stripped


def _inputs(draft: Draft, unlockings: list[Unlocking]) -> bytes:
    sequence = draft.sequence.to_bytes(4, "little")
    written = [
        outpoint(coin.txid, coin.vout) + compact_size(len(script)) + script + sequence
        for coin, (script, _witness) in zip(draft.coins, unlockings, strict=True)
    ]
    return compact_size(len(written)) + b"".join(written)


def _outputs(draft: Draft) -> bytes:
    written = [output_bytes(one.value_sat, one.output_script) for one in draft.targets]
    return compact_size(len(written)) + b"".join(written)


def _stack(items: tuple[bytes, ...]) -> bytes:
    return compact_size(len(items)) + b"".join(compact_size(len(one)) + one for one in items)


def _unlock(account: Account, digests: Digests, number: int) -> Unlocking:
    """Return the input script and the witness that spend from ``account``."""
    if account.kind == "p2tr":
        secret = tweaked_secret(account.secret, account.public_key)
        return b"", (PrivateKey(secret).sign_schnorr(digests.taproot(number), bytes(32)),)
    if account.kind == "p2wsh":
        script = multisig_script(account.secret)
        digest = digests.segwit(number, script)
        signed = (_ecdsa(secret, digest) for secret in account.cosigners[:N_NEEDED])
        return b"", (b"", *signed, script)
    key_hash_script = output_script(account.public_key, "p2pkh")
    if account.kind == "p2pkh":
        signature = _ecdsa(account.secret, digests.legacy(number, key_hash_script))
        return push(signature) + push(account.public_key), ()
    signature = _ecdsa(account.secret, digests.segwit(number, key_hash_script))
    nested = push(b"\x00\x14" + hash160(account.public_key))
    return (nested if account.kind == "p2sh-p2wpkh" else b""), (signature, account.public_key)


def _ecdsa(secret: bytes, digest: bytes) -> bytes:
    """Return a DER signature with low S and the mark that it covers everything."""
    return PrivateKey(secret).sign(digest, hasher=None) + bytes([SIGHASH_ALL])
