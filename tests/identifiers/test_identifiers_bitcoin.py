# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses against the vectors of Bitcoin Core and BIP 341, and hostile spellings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.errors import InputError
from vestigo.identifiers.base58 import decode_check, encode_check
from vestigo.identifiers.bech32 import WitnessProgram, decode_witness, encode_witness
from vestigo.identifiers.bitcoin import NETWORKS, address_of_script, decode_address, script_kind

CHAINS = {"main": "mainnet", "testnet4": "testnet", "signet": "signet", "regtest": "regtest"}
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"


@pytest.fixture(scope="module")
def vectors(real_data: Path) -> Path:
    return real_data / "bitcoin" / "address-vectors"


def refused(text: str, network: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        decode_address(text, network)
    return caught.value.code


@pytest.mark.real
def test_every_valid_vector_of_core_on_its_network(vectors: Path):
    rows = json.loads((vectors / "bitcoin_core_key_io_valid.json").read_text())
    addresses = [row for row in rows if not row[2]["isPrivkey"]]
    assert len(addresses) == 54
    for text, script, meta in addresses:
        network = CHAINS[meta["chain"]]
        address = decode_address(text, network)
        assert address.script.hex() == script
        assert address_of_script(address.script, network) == text
        others = [name for name in NETWORKS if name not in address.networks]
        assert {refused(text, name) for name in others} == {"E-LED-002"}


@pytest.mark.real
def test_case_flip_as_core_says(vectors: Path):
    for text, script, meta in json.loads((vectors / "bitcoin_core_key_io_valid.json").read_text()):
        if meta["isPrivkey"]:
            continue
        if meta.get("tryCaseFlip"):
            assert decode_address(text.swapcase()).script.hex() == script
        else:
            refused(text.swapcase())


@pytest.mark.real
def test_private_keys_are_not_addresses(vectors: Path):
    rows = json.loads((vectors / "bitcoin_core_key_io_valid.json").read_text())
    keys = [row[0] for row in rows if row[2]["isPrivkey"]]
    assert len(keys) == 16
    assert {refused(key) for key in keys} == {"E-LED-001"}


@pytest.mark.real
def test_every_invalid_vector_of_core_is_refused(vectors: Path):
    rows = json.loads((vectors / "bitcoin_core_key_io_invalid.json").read_text())
    assert len(rows) == 70
    assert {refused(text) for (text,) in rows} == {"E-LED-001"}


@pytest.mark.real
def test_bip341_wallet_vectors(vectors: Path):
    document = json.loads((vectors / "bitcoin_core_bip341_wallet_vectors.json").read_text())
    for case in document["scriptPubKey"]:
        text, script = case["expected"]["bip350Address"], case["expected"]["scriptPubKey"]
        address = decode_address(text, "mainnet")
        assert (address.kind, address.script.hex()) == ("p2tr", script)
        assert address_of_script(bytes.fromhex(script), "mainnet") == text


@pytest.mark.real
def test_legacy_addresses_of_bitcoinj(vectors: Path):
    text = (vectors / "bitcoinj_LegacyAddressTestDataset.txt").read_text()
    for address in text.replace(",", " ").split():
        assert decode_address(address, "mainnet").kind == "p2pkh"


@pytest.mark.real
def test_base58_vectors_of_core(vectors: Path):
    rows = json.loads((vectors / "bitcoin_core_base58_encode_decode.json").read_text())
    for payload, _text in rows:
        if payload and len(payload) <= 120:
            assert decode_check(encode_check(bytes.fromhex(payload))) == bytes.fromhex(payload)


@pytest.mark.parametrize("position", range(len(GENESIS)))
def test_one_wrong_character_is_refused(position: int):
    other = "2" if GENESIS[position] != "2" else "3"
    refused(GENESIS[:position] + other + GENESIS[position + 1 :])


@pytest.mark.parametrize("position", range(3, len(SEGWIT)))
def test_one_wrong_bech32_character_is_refused(position: int):
    other = "q" if SEGWIT[position] != "q" else "p"
    refused(SEGWIT[:position] + other + SEGWIT[position + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1", GENESIS + " ", GENESIS + "1", "1" * 10_000, SEGWIT.replace("bc1q", "bc1Q"),
        SEGWIT[:-1] + "K", "bc1" + "q" * 100, "1bc1", "\u202e" + GENESIS, "١" + GENESIS[1:],
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx",
        "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ",
    ],
)  # fmt: skip
def test_hostile_and_foreign_texts_are_refused(text: str):
    assert refused(text) == "E-LED-001"


def test_taproot_with_the_checksum_of_version_0_is_refused():
    witness = decode_witness(TAPROOT)
    assert witness is not None
    assert witness.version == 1
    refused("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd")


def test_upper_case_segwit_is_spelt_in_lower_case():
    assert decode_address(SEGWIT.upper()).text == SEGWIT


def test_networks_that_share_a_spelling_are_all_named():
    base58 = address_of_script(decode_address(GENESIS).script, "regtest")
    assert base58 is not None
    assert decode_address(base58).networks == ("testnet", "signet", "regtest")
    bech32 = address_of_script(decode_address(SEGWIT).script, "signet")
    assert bech32 is not None
    assert decode_address(bech32).networks == ("testnet", "signet")


@given(st.binary(max_size=60))
def test_base58check_round_trip(payload: bytes):
    if payload:
        assert decode_check(encode_check(payload)) == payload


@given(st.integers(1, 16), st.binary(min_size=2, max_size=40), st.sampled_from(["bc", "tb"]))
def test_bech32m_round_trip(version: int, program: bytes, prefix: str):
    witness = WitnessProgram(prefix, version, program)
    assert decode_witness(encode_witness(witness)) == witness


@given(st.binary(max_size=80), st.sampled_from(NETWORKS))
def test_an_address_always_leads_back_to_its_script(script: bytes, network: str):
    text = address_of_script(script, network)
    if text is not None:
        assert decode_address(text, network).script == script


@given(st.text(max_size=120))
def test_no_text_makes_the_decoder_fail_otherwise(text: str):
    try:
        address = decode_address(text)
    except InputError:
        return
    assert address_of_script(address.script, address.networks[0]) == address.text


KEY = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("2102" + KEY + "ac", "p2pk"),
        ("4104" + KEY + KEY + "ac", "p2pk"),
        ("2105" + KEY + "ac", "nonstandard"),
        ("6a0b68656c6c6f20776f726c64", "op_return"),
        ("512102" + KEY + "51ae", "multisig"),
        ("522102" + KEY + "51ae", "nonstandard"),
        ("512102" + KEY + "52ae", "nonstandard"),
        ("51024e73", "p2a"),
        ("", "nonstandard"),
        ("0015" + "00" * 21, "nonstandard"),
        ("ae", "nonstandard"),
        ("4100ae", "nonstandard"),
    ],
)
def test_scripts_without_an_ordinary_address(script: str, kind: str):
    assert script_kind(bytes.fromhex(script)) == kind
    if kind != "p2a":
        assert address_of_script(bytes.fromhex(script), "mainnet") is None


def test_an_unknown_network_is_a_programming_error():
    with pytest.raises(ValueError, match="litecoin"):
        address_of_script(b"", "litecoin")
