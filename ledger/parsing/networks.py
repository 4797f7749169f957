# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tells one Bitcoin network from another in block files."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.parsing.digest import from_displayed

_TESTNET_LIMIT = 0x1D00FFFF


@dataclass(frozen=True, slots=True)
class Network:
    """Constants of a network.

    ``magic``: the four bytes before a block in a ``blk`` file; ``limit_bits``: the
    easiest target in compact form; ``genesis``: hash of block 0 (wire order);
    ``bip34_from``: first height that a coinbase of version 2 must state.
    """

    name: str
    magic: tuple[bytes, ...]
    limit_bits: int
    genesis: bytes
    bip34_from: int


_ALL = (
    Network(
        "mainnet",
        (bytes.fromhex("f9beb4d9"),),
        _TESTNET_LIMIT,
        from_displayed("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"),
        224_412,
    ),
    Network(
        "testnet",
        (bytes.fromhex("0b110907"), bytes.fromhex("1c163f28")),
        _TESTNET_LIMIT,
        from_displayed("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"),
        21_111,
    ),
    Network(
        "signet",
        (bytes.fromhex("0a03cf40"),),
        0x1E0377AE,
        from_displayed("00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6"),
        1,
    ),
    Network(
        "regtest",
        (bytes.fromhex("fabfb5da"),),
        0x207FFFFF,
        from_displayed("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"),
        1,
    ),
)
NETWORK = {network.name: network for network in _ALL}
NETWORK_OF_MAGIC = {magic: network.name for network in _ALL for magic in network.magic}

EASIEST = "regtest"  # the network whose limit every other one's is below


def meets_target(block_hash: bytes, bits: int, network: str) -> bool:
    """Return whether a hash (wire order) meets its own target and the network's easiest one."""
    target, easiest = target_of_bits(bits), target_of_bits(NETWORK[network].limit_bits)
    return int.from_bytes(block_hash, "little") <= target <= easiest


def target_of_bits(bits: int) -> int:
    """Return the target that a compact ``bits`` field stands for (0 when it is negative)."""
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    if bits & 0x800000:
        return 0
    shift = 8 * (exponent - 3)
    return mantissa << shift if shift >= 0 else mantissa >> -shift
