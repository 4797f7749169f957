# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a ledger refuses, what it never does, and that two programs sign it alike."""

import dataclasses
import hashlib
import os
import subprocess
import sys

import pytest
from coincurve import PublicKeyXOnly

from vestigo.errors import ConfigurationError, VerificationError
from vestigo.training.behaviour import load_behaviour
from vestigo.training.behaviour.possible import refuse_impossible
from vestigo.training.chain import second_signer
from vestigo.training.chain.digests import Digests
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.chain.pace import ChancePace, SlotPace
from vestigo.training.keyring import Keyring, output_script, tap_tweak, tweaked_secret
from vestigo.training.stream import Stream
from vestigo.training.telling import tell_world
from vestigo.training.timeline import GENESIS_AT


def changed(behaviour, **keys):
    return dataclasses.replace(behaviour, ledger=dataclasses.replace(behaviour.ledger, **keys))


def ledger_of(seed, behaviour):
    return make_ledger(tell_world(seed, behaviour))


def test_more_transactions_than_allowed_are_refused_with_a_code():
    with pytest.raises(ConfigurationError, match="more than 120 transactions") as caught:
        ledger_of(1, changed(load_behaviour("demo"), most_transactions=120))
    assert caught.value.code == "E-TRA-040"
    assert "most_transactions" in caught.value.where


def test_what_nobody_can_pay_is_refused_with_a_code():
    poor = changed(
        load_behaviour("full"), exchanges=1, exchange_batches=200, batch_least=30, batch_most=30,
        most_transactions=5_000,
    )  # fmt: skip
    with pytest.raises(ConfigurationError, match="cannot be played") as caught:
        ledger_of(1, poor)
    assert caught.value.code == "E-TRA-041"


@pytest.mark.parametrize(
    "keys",
    [{"wasabi2_rounds": 0}, {"whirlpool_rounds": 1}, {"joinmarket_rounds": 1},
     {"batch_least": 20, "batch_most": 10}],
)  # fmt: skip
def test_mixes_without_enough_rounds_are_impossible(keys):
    with pytest.raises(ConfigurationError) as caught:
        refuse_impossible(changed(load_behaviour("full"), **keys), "here")
    assert caught.value.code == "E-TRA-013"


@pytest.mark.parametrize(
    "keys",
    [
        {"exchanges": 1, "untagged_services": 4},
        {"bystanders": 4, "bystander_payments": 0, "exchange_batches": 0, "payjoins": 5},
        {"whirlpool_rounds": 20, "wasabi1_rounds": 3, "wasabi2_rounds": 3, "joinmarket_rounds": 9},
        {"replacements": 40, "look_alikes": 10, "stonewalls": 12, "address_reuse_percent": 100},
        {"atm_customers": 0, "gift_card_customers": 0, "block_minutes": 180},
    ],
)  # fmt: skip
def test_worlds_at_the_edges_can_be_played(keys):
    ledger = ledger_of(4, changed(load_behaviour("full"), most_transactions=5_000, **keys))
    order = {payment.txid: n for n, payment in enumerate(ledger.payments)}
    spent = [(c.txid, c.vout) for p in ledger.payments for c in p.coins]
    assert len(spent) == len(set(spent))
    for payment in ledger.payments:
        assert payment.fee_sat > 0
        assert all(order.get(c.txid, -1) < order[payment.txid] for c in payment.coins)


def test_nobody_uses_a_service_that_is_not_there():
    behaviour = load_behaviour("demo")
    ledger = ledger_of(1, behaviour)
    assert ledger.services.atms == ledger.services.gift_cards == ()


def test_the_same_seed_gives_the_same_bytes_in_another_process(full, tmp_path):
    code = (
        "import hashlib; from vestigo.training.behaviour import load_behaviour;"
        "from vestigo.training.telling import tell_world;"
        "from vestigo.training.chain.ledger import make_ledger;"
        "from vestigo.training.chain.files import chain_files;"
        "l = make_ledger(tell_world(1, load_behaviour('full')));"
        "print(hashlib.sha256(b''.join(b for _n, b in chain_files(l))).hexdigest())"
    )
    environment = os.environ | {
        "PYTHONHASHSEED": "77",
        "TZ": "Asia/Kathmandu",
        "HOME": str(tmp_path),
    }
    environment.pop("BCL_DATA_DIR", None)
    made = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, text=True,
                          capture_output=True, check=True)  # fmt: skip
    from vestigo.training.chain.files import chain_files

    mine = hashlib.sha256(b"".join(content for _name, content in chain_files(full.ledger)))
    assert made.stdout.strip() == mine.hexdigest()
    assert list(tmp_path.iterdir()) == []


def test_bitcoinlib_signs_to_the_same_bytes(full):
    able = [one for one in full.ledger.payments if second_signer.can_sign(one.draft)]
    assert len(able) > 300
    for one in able[::15]:
        assert second_signer.sign_again(one.draft) == one.raw


def test_a_signature_that_bitcoinlib_does_not_confirm_is_an_error(full, monkeypatch):
    assert second_signer.confirm(full.ledger.payments) >= 3
    monkeypatch.setattr(second_signer, "sign_again", lambda _draft: b"")
    with pytest.raises(VerificationError) as caught:
        second_signer.confirm(full.ledger.payments)
    assert caught.value.code == "E-TRA-042"


def test_taproot_keys_are_tweaked_as_in_the_vectors_of_bip_341():
    internal = bytes.fromhex("d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d")
    assert tap_tweak(b"\x02" + internal).hex() == (
        "b86e7be8f39bab32a6f2c0443abbc210f0edac0e2c53d501b36b64437d9c6c70"
    )
    assert output_script(b"\x03" + internal, "p2tr").hex() == (
        "512053a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343"
    )


@pytest.mark.parametrize("number", range(6))
def test_the_tweaked_secret_signs_for_the_output_key(number):
    account = Keyring(3).account("somebody", number, "p2tr")
    secret = tweaked_secret(account.secret, account.public_key)
    from coincurve import PrivateKey

    assert PrivateKey(secret).public_key.format()[1:] == account.script[2:]


def test_taproot_signatures_verify_against_their_digests_by_libsecp256k1(full):
    n_seen = 0
    for payment in full.ledger.payments:
        digests = Digests(payment.draft)
        for number, coin in enumerate(payment.coins):
            if coin.account.kind == "p2tr" and len(payment.coins) == 1:
                signature = payment.raw[-4 - 64 : -4]
                key = PublicKeyXOnly(coin.account.script[2:])
                assert key.verify(signature, digests.taproot(number))
                n_seen += 1
    assert n_seen >= 5


def test_slots_ask_for_a_block_only_where_somebody_waits():
    pace = SlotPace()
    later = GENESIS_AT.replace(hour=9)
    assert list(pace.due(later, None)) == []
    assert list(pace.due(later, GENESIS_AT.replace(hour=1))) == [GENESIS_AT.replace(hour=3)]


def test_chance_never_gives_two_blocks_one_time():
    pace = ChancePace(Stream(1, "test"), GENESIS_AT, 1)
    times = list(pace.due(GENESIS_AT.replace(hour=20), None))
    assert len(times) == len(set(times)) > 900
    assert times == sorted(times)
    assert list(pace.due(GENESIS_AT.replace(hour=20), None)) == []
