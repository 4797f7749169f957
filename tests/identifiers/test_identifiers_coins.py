# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of Litecoin, Monero, Ethereum and TRON."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vestigo.identifiers import coins
from vestigo.identifiers.base58 import ALPHABET, encode_check
from vestigo.identifiers.bech32 import WitnessProgram, encode_witness

XMR = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
EIP55 = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)


@given(st.binary(min_size=20, max_size=20), st.sampled_from([0x30, 0x32]))
def test_litecoin_base58(digest, version):
    assert coins.is_litecoin(encode_check(bytes([version]) + digest))


@given(st.binary(min_size=20, max_size=20))
def test_litecoin_segwit(digest):
    assert coins.is_litecoin(encode_witness(WitnessProgram("ltc", 0, digest)))
    assert not coins.is_litecoin(encode_witness(WitnessProgram("bc", 0, digest)))


@given(st.binary(min_size=20, max_size=20))
def test_tron(digest):
    address = encode_check(b"\x41" + digest)
    assert address.startswith("T")
    assert coins.is_tron(address)
    assert not coins.is_litecoin(address)


@given(st.binary(min_size=20, max_size=20), st.integers(1, 30), st.sampled_from(ALPHABET))
def test_a_changed_character_is_refused(digest, position, letter):
    address = encode_check(b"\x41" + digest)
    changed = address[:position] + letter + address[position + 1 :]
    assert coins.is_tron(changed) == (changed == address)


def test_a_longer_payload_is_no_address():
    assert not coins.is_tron(encode_check(b"\x41" + bytes(21)))


def test_monero():
    assert coins.is_monero(XMR)


@settings(max_examples=40)
@given(st.integers(0, 94), st.sampled_from(ALPHABET))
def test_a_corrupted_monero_address_is_refused(position, letter):
    changed = XMR[:position] + letter + XMR[position + 1 :]
    assert coins.is_monero(changed) == (changed == XMR)


@pytest.mark.parametrize("text", ["", "4", "x" * 95, XMR[:-1], XMR + "1", "4" + "l" * 94])
def test_what_is_no_monero(text):
    assert not coins.is_monero(text)


@pytest.mark.parametrize("address", EIP55)
def test_ethereum(address):
    assert coins.ethereum_checksum(address) is True
    assert coins.ethereum_checksum(address.lower()) is None
    assert coins.ethereum_checksum("0x" + address[2:].upper()) is None
    assert coins.ethereum_checksum("0x" + address[2:].swapcase()) is False


@pytest.mark.parametrize("text", ["", "0x", "0x12", EIP55[0] + "0", EIP55[0].replace("0x", "1x")])
def test_what_is_no_ethereum(text):
    assert coins.ethereum_checksum(text) is False
