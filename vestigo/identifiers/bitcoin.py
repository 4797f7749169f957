# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bitcoin addresses and the scripts they stand for, on every network.

An address does not always name one network: test networks share their base58
versions, and testnet and signet share the prefix ``tb``.  ``networks`` therefore
lists all on which the text is valid.  Checked against the vectors of Bitcoin
Core (key_io) and BIP 341.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.identifiers.base58 import decode_check, encode_check
from vestigo.identifiers.bech32 import (
    PROGRAM_BYTES_V0,
    WitnessProgram,
    decode_witness,
    encode_witness,
)

NETWORKS = ("mainnet", "testnet", "signet", "regtest")

_TEST_NETWORKS = ("testnet", "signet", "regtest")
_VERSIONS = {
    0x00: (("mainnet",), "p2pkh"),
    0x05: (("mainnet",), "p2sh"),
    0x6F: (_TEST_NETWORKS, "p2pkh"),
    0xC4: (_TEST_NETWORKS, "p2sh"),
}
_PREFIXES = {"bc": ("mainnet",), "tb": ("testnet", "signet"), "bcrt": ("regtest",)}
_HASH_BYTES = 20
_WITNESS_KINDS = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}
# size and first bytes say it all: version and push of a witness program of known length
_BY_HEAD = {
    (n_bytes + 2, bytes((version + 0x50 if version else 0, n_bytes))): kind
    for (version, n_bytes), kind in _WITNESS_KINDS.items()
}
_ANCHOR = bytes.fromhex("4e73")
_P2PKH = re.compile(rb"\x76\xa9\x14.{20}\x88\xac", re.DOTALL)
_P2SH = re.compile(rb"\xa9\x14.{20}\x87", re.DOTALL)
_WITNESS = re.compile(rb"[\x00\x51-\x60].{3,41}", re.DOTALL)
_PUBLIC_KEY = rb"(?:\x21[\x02\x03].{32}|\x41[\x04\x06\x07].{64})"
_KEY = re.compile(_PUBLIC_KEY, re.DOTALL)
_P2PK = re.compile(_PUBLIC_KEY + rb"\xac", re.DOTALL)
_MULTISIG = re.compile(rb"[\x51-\x60](" + _PUBLIC_KEY + rb"+)[\x51-\x60]\xae", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BitcoinAddress:
    """An address that was checked.

    ``text`` is the canonical spelling (segregated witness in lower case); ``kind`` is
    p2pkh, p2sh, p2wpkh, p2wsh, p2tr, p2a or witness_unknown; ``script`` the output script.
    """

    text: str
    networks: tuple[str, ...]
    kind: str
    script: bytes


def decode_address(text: str, network: str | None = None) -> BitcoinAddress:
    """Return the address that ``text`` spells.

    Raises ``InputError`` E-LED-001 when it is no Bitcoin address, E-LED-002 when it
    is one of another network than ``network``.
    """
    address = _decode_base58(text) or _decode_segwit(text)
    if address is None:
        raise InputError(
            "E-LED-001",
            _("This is not a valid Bitcoin address."),
            where=text[:100],
            remedy=_("Compare it, character by character, with the place it was read from."),
        )
    if network is not None and network not in address.networks:
        raise InputError(
            "E-LED-002",
            _("The address belongs to another network than {network}.").format(network=network),
            where=text[:100],
            remedy=_("Choose the network that the address belongs to."),
        )
    return address


def script_kind(script: bytes) -> str:
    """Return the type of an output script.

    One of p2pkh, p2sh, p2wpkh, p2wsh, p2tr, p2a, witness_unknown, p2pk, op_return,
    multisig (bare), or nonstandard.
    """
    return _BY_HEAD.get((len(script), script[:2])) or _kind_by_form(script)


def _kind_by_form(script: bytes) -> str:
    if _P2PKH.fullmatch(script):
        return "p2pkh"
    if _P2SH.fullmatch(script):
        return "p2sh"
    witness = _witness_of(script)
    if witness is not None:
        return _witness_kind(*witness)
    if script[:1] == b"\x6a":
        return "op_return"
    if _P2PK.fullmatch(script):
        return "p2pk"
    return "multisig" if _is_multisig(script) else "nonstandard"


@lru_cache(maxsize=65536)
def address_of_script(script: bytes, network: str) -> str | None:
    """Return the address of an output script on ``network``, or None where it has none.

    A bare public key (p2pk) and a bare multisig have no address, as in Bitcoin Core.
    """
    if network not in NETWORKS:
        raise ValueError(f"{network!r} is not one of {', '.join(NETWORKS)}")
    main = network == "mainnet"
    if _P2PKH.fullmatch(script):
        return encode_check((b"\x00" if main else b"\x6f") + script[3:23])
    if _P2SH.fullmatch(script):
        return encode_check((b"\x05" if main else b"\xc4") + script[2:22])
    witness = _witness_of(script)
    if witness is None:
        return None
    return encode_witness(WitnessProgram(prefix_of(network), *witness))


@cache
def prefix_of(network: str) -> str:
    """Return the prefix of the segregated-witness addresses of a network."""
    return next(name for name, networks in _PREFIXES.items() if network in networks)


def _decode_base58(text: str) -> BitcoinAddress | None:
    payload = decode_check(text)
    if payload is None or len(payload) != 1 + _HASH_BYTES or payload[0] not in _VERSIONS:
        return None
    networks, kind = _VERSIONS[payload[0]]
    digest = payload[1:]
    script = (
        b"\x76\xa9\x14" + digest + b"\x88\xac"
        if kind == "p2pkh"
        else b"\xa9\x14" + digest + b"\x87"
    )
    return BitcoinAddress(text, networks, kind, script)


def _decode_segwit(text: str) -> BitcoinAddress | None:
    witness = decode_witness(text)
    if witness is None or witness.prefix not in _PREFIXES:
        return None
    version, program = witness.version, witness.program
    script = bytes((version + 0x50 if version else 0, len(program))) + program
    kind = _witness_kind(version, program)
    return BitcoinAddress(text.lower(), _PREFIXES[witness.prefix], kind, script)


def _witness_kind(version: int, program: bytes) -> str:
    if (version, program) == (1, _ANCHOR):
        return "p2a"
    return _WITNESS_KINDS.get((version, len(program)), "witness_unknown")


def _witness_of(script: bytes) -> tuple[int, bytes] | None:
    if not _WITNESS.fullmatch(script) or script[1] != len(script) - 2:
        return None
    version, program = script[0] - 0x50 if script[0] else 0, script[2:]
    if version == 0 and len(program) not in PROGRAM_BYTES_V0:
        return None
    return version, program


def _is_multisig(script: bytes) -> bool:
    match = _MULTISIG.fullmatch(script)
    if match is None:
        return False
    needed, n_keys = script[0] - 0x50, len(_KEY.findall(match[1]))
    return needed <= n_keys == script[-2] - 0x50
