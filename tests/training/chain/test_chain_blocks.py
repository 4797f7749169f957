# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger is valid: checked with btclib, with libsecp256k1 and with Bitcoin Core's own code."""

import hashlib
import importlib.util
import sys
from collections import Counter
from itertools import pairwise

import pytest
from btclib.script.engine import verify_transaction
from btclib.tx.tx import Tx
from coincurve import PrivateKey, PublicKey
from hypothesis import given
from hypothesis import strategies as st

from vestigo.training.chain.coins import Coin, Draft, Habit, Target, virtual_size
from vestigo.training.chain.mining import GENESIS, GENESIS_HASH, subsidy
from vestigo.training.chain.signing import sign
from vestigo.training.chain.wire import compact_size, displayed, double_sha256, push, push_height
from vestigo.training.keyring import SCRIPT_KINDS, Keyring, output_script
from vestigo.training.timeline import GENESIS_AT

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
MATURITY = 100


def sha256d(content):
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()


def root_of(level):
    while len(level) > 1:
        level = level + level[-1:] if len(level) % 2 else level
        level = [sha256d(level[n] + level[n + 1]) for n in range(0, len(level), 2)]
    return level[0]


@pytest.fixture(scope="module")
def blocks(world):
    return [sys.modules["range_reader"].split_block(raw) for raw in world.raw_blocks]


def test_it_begins_with_the_genesis_block_of_regtest(world):
    assert world.raw_blocks[0] == GENESIS
    assert displayed(double_sha256(GENESIS[:80])) == GENESIS_HASH


def test_there_are_about_three_hundred_payments(world):
    payments = [one for one in world.read.values() if not one.is_coinbase]
    assert 270 <= len(payments) <= 340
    assert len(payments) == len(world.ledger.payments)


def test_each_block_names_the_one_before(blocks):
    for (before, _raws), (header, _others) in pairwise(blocks):
        assert header[4:36] == sha256d(before)


def test_each_block_has_done_the_work_of_regtest(blocks):
    for header, _raws in blocks:
        assert header[72:76].hex() == "ffff7f20"
        assert int.from_bytes(sha256d(header), "little") <= 0x7FFFFF << 232


def test_each_merkle_root_covers_its_transactions(blocks):
    for header, raws in blocks:
        ids = [bytes.fromhex(Tx.parse(raw).id.hex())[::-1] for raw in raws]
        assert header[36:68] == root_of(ids)


def test_each_coinbase_states_height_and_witness_commitment(blocks):
    for height, (_header, raws) in enumerate(blocks[1:], 1):
        coinbase = Tx.parse(raws[0])
        assert coinbase.vin[0].script_sig.startswith(push_height(height))
        witness_ids = [bytes(32), *(sha256d(raw) for raw in raws[1:])]
        commitment = sha256d(root_of(witness_ids) + bytes(32))
        script = coinbase.vout[1].script_pub_key.script
        assert script == bytes.fromhex("6a24aa21a9ed") + commitment


def test_times_increase(blocks):
    times = [int.from_bytes(header[68:72], "little") for header, _raws in blocks[1:]]
    assert times == sorted(set(times))
    assert times[0] > GENESIS_AT.timestamp()


def test_no_more_coins_are_made_than_allowed(world):
    fees, rewards = Counter(), {}
    for one in world.read.values():
        if one.is_coinbase:
            rewards[one.height] = sum(value for _address, value in one.outputs)
        else:
            fees[one.height] += sum(v for _a, v in one.spent) - sum(v for _a, v in one.outputs)
    for height in range(1, len(rewards)):
        assert rewards[height] == subsidy(height) + fees[height]


def test_every_payment_pays_a_fee_of_a_usual_rate(world):
    for one in world.read.values():
        if one.is_coinbase:
            continue
        fee = sum(v for _a, v in one.spent) - sum(v for _a, v in one.outputs)
        assert 1 <= fee / Tx.parse(one.raw).vsize <= 40


def test_nothing_is_spent_before_it_exists_or_twice(world):
    order = {txid: number for number, txid in enumerate(world.read)}
    spent = Counter()
    for one in world.read.values():
        if one.is_coinbase:
            continue
        for txid, vout in one.inputs:
            assert order[txid] < order[one.txid]
            assert vout < len(world.read[txid].outputs)
            spent[txid, vout] += 1
    assert max(spent.values()) == 1


def test_coinbases_mature_before_they_are_spent(world):
    ages = [
        one.height - world.read[txid].height
        for one in world.read.values() if not one.is_coinbase
        for txid, _vout in one.inputs if world.read[txid].is_coinbase
    ]  # fmt: skip
    assert ages
    assert min(ages) >= MATURITY


def test_every_signature_verifies_by_btclib(world):
    parsed = {txid: Tx.parse(one.raw) for txid, one in world.read.items()}
    for txid, one in world.read.items():
        if one.is_coinbase:
            continue
        spent = [parsed[source].vout[vout] for source, vout in one.inputs]
        verify_transaction(spent, parsed[txid])


def test_btclib_would_notice_a_changed_amount(world):
    payment = next(one for one in world.ledger.payments if one.kind == "escrow")
    parsed = Tx.parse(payment.raw)
    spent = [Tx.parse(world.read[coin.txid].raw).vout[coin.vout] for coin in payment.coins]
    verify_transaction(spent, parsed)
    changed = bytearray(payment.raw)
    at = bytes(changed).index(payment.targets[0].value_sat.to_bytes(8, "little"))
    changed[at] ^= 1
    with pytest.raises(Exception):  # noqa: B017  (whatever btclib says, it must not pass)
        verify_transaction(spent, Tx.parse(bytes(changed)))


def key_hash_payments(world):
    return [
        one for one in world.ledger.payments
        if {coin.account.kind for coin in one.coins} <= {"p2wpkh", "p2pkh", "p2sh-p2wpkh"}
    ]  # fmt: skip


def signatures(raw):
    """Yield (input number, signature, public key) of key-hash inputs of all three kinds."""
    parsed = Tx.parse(raw)
    for number, one in enumerate(parsed.vin):
        stack = list(one.script_witness.stack)
        if not stack:
            script, at = one.script_sig, 0
            while at < len(script):
                stack.append(script[at + 1 : at + 1 + script[at]])
                at += 1 + script[at]
        yield number, stack[-2], stack[-1]


def test_every_signature_has_a_low_s_and_says_all(world):
    for payment in key_hash_payments(world):
        for _number, signature, _key in signatures(payment.raw):
            assert signature[-1] == 1
            n_r = signature[3]
            s = int.from_bytes(signature[6 + n_r : -1], "big")
            assert 0 < s <= HALF_ORDER


def segwit_digest(payment, number):
    """Return the BIP 143 digest of one witness input, written down a second time."""

    def outpoint(coin):
        return bytes.fromhex(coin.txid)[::-1] + coin.vout.to_bytes(4, "little")

    parsed = Tx.parse(payment.raw)
    sequence = parsed.vin[0].sequence.to_bytes(4, "little")
    coin = payment.coins[number]
    code = b"\x76\xa9\x14" + output_script(coin.account.public_key, "p2wpkh")[2:] + b"\x88\xac"
    outputs = b"".join(
        t.value_sat.to_bytes(8, "little") + compact_size(len(t.output_script)) + t.output_script
        for t in payment.targets
    )
    return sha256d(
        parsed.version.to_bytes(4, "little") + sha256d(b"".join(map(outpoint, payment.coins)))
        + sha256d(sequence * len(payment.coins)) + outpoint(coin) + b"\x19" + code
        + coin.value_sat.to_bytes(8, "little") + sequence + sha256d(outputs)
        + parsed.lock_time.to_bytes(4, "little") + (1).to_bytes(4, "little")
    )  # fmt: skip


def test_signatures_are_those_of_rfc_6979_as_libsecp256k1_makes_them(world):
    """The digests are written down a second time here; libsecp256k1 gives the same bytes."""
    n_compared = 0
    for payment in key_hash_payments(world):
        for number, signature, key in signatures(payment.raw):
            account = payment.coins[number].account
            assert key == account.public_key
            if account.kind == "p2pkh":
                continue
            digest = segwit_digest(payment, number)
            assert PublicKey(key).verify(signature[:-1], digest, hasher=None)
            assert PrivateKey(account.secret).sign(digest, hasher=None) == signature[:-1]
            n_compared += 1
    assert n_compared > 300


def test_every_kind_of_output_is_spent_mostly_the_common_one(world):
    kinds = Counter(
        coin.account.kind for payment in world.ledger.payments for coin in payment.coins
    )
    assert set(kinds) == set(SCRIPT_KINDS)
    assert kinds["p2wpkh"] > sum(kinds.values()) / 2


@pytest.mark.parametrize("seed", [1, 2])
def test_bitcoin_core_accepts_the_whole_chain(world_of, seed, tmp_path):
    if importlib.util.find_spec("pbk") is None:
        pytest.skip("py-bitcoinkernel is not installed (it has no wheel for every machine)")
    import pbk

    ledger = world_of(seed).ledger
    validator = pbk.load_chainman(tmp_path, pbk.ChainType.REGTEST)
    for block in ledger.blocks[1:]:
        validator.process_block(pbk.Block(block.raw))
    assert validator.get_active_chain().height == len(ledger.blocks) - 1
    assert str(validator.best_entry.block_hash) == ledger.blocks[-1].block_hash


def test_bitcoin_core_refuses_a_changed_signature(world, tmp_path):
    if importlib.util.find_spec("pbk") is None:
        pytest.skip("py-bitcoinkernel is not installed (it has no wheel for every machine)")
    import pbk

    validator = pbk.load_chainman(tmp_path, pbk.ChainType.REGTEST)
    first = next(block for block in world.ledger.blocks[1:] if len(block.txids) > 1)
    for block in world.ledger.blocks[1 : first.height]:
        validator.process_block(pbk.Block(block.raw))
    changed = first.raw[:-30] + bytes([first.raw[-30] ^ 1]) + first.raw[-29:]
    with pytest.raises(pbk.ProcessBlockException):
        validator.process_block(pbk.Block(changed))
    assert validator.get_active_chain().height == first.height - 1


@pytest.mark.parametrize(
    "kinds", [("p2wpkh",), ("p2pkh",), ("p2sh-p2wpkh",), ("p2pkh", "p2wpkh", "p2sh-p2wpkh")]
)
def test_a_signed_draft_is_as_large_as_reckoned(kinds):
    keyring = Keyring(9)
    coins = tuple(
        Coin("ab" * 32, number, 50_000, keyring.account("a", number, kind), GENESIS_AT)
        for number, kind in enumerate(kinds)
    )
    targets = (Target(40_000, keyring.account("b", 0)), Target(0, None, b"\x6a\x01x"))
    txid, raw, _stripped = sign(Draft(coins, targets, 7, 0xFFFFFFFD))
    parsed = Tx.parse(raw)
    assert parsed.id.hex() == txid
    assert (parsed.version, parsed.lock_time, parsed.vin[0].sequence) == (2, 7, 0xFFFFFFFD)
    assert abs(parsed.vsize - virtual_size(coins, targets)) <= 2 * len(coins)
    assert [one.value for one in parsed.vout] == [40_000, 0]


@given(st.integers(0, 2**31 - 1))
def test_a_height_is_pushed_as_core_reads_it(height):
    script = push_height(height)
    if height <= 16:
        assert script == bytes([0x50 + height])
    else:
        assert script[0] == len(script) - 1
        assert int.from_bytes(script[1:], "little", signed=True) == height
        assert script[-1] or script[-2] & 0x80


@pytest.mark.parametrize(
    ("number", "content"),
    [(0, "00"), (252, "fc"), (253, "fdfd00"), (65535, "fdffff"), (65536, "fe00000100")],
)
def test_compact_sizes(number, content):
    assert compact_size(number).hex() == content


@pytest.mark.parametrize("n_bytes", [0, 76])
def test_a_push_that_is_not_short_is_refused(n_bytes):
    with pytest.raises(ValueError, match="short push"):
        push(bytes(n_bytes))


def test_an_unknown_kind_of_script_is_refused():
    with pytest.raises(ValueError, match="one key"):
        output_script(bytes(33), "p2pk")


@pytest.mark.parametrize(
    ("height", "sat"), [(0, 50 * 10**8), (149, 50 * 10**8), (150, 25 * 10**8), (300, 1_250_000_000)]
)
def test_the_subsidy_halves_as_on_regtest(height, sat):
    assert subsidy(height) == sat


def test_a_payment_that_cannot_be_paid_is_refused(world):
    from vestigo.training.chain.book import Book
    from vestigo.training.timeline import STORY_BEGINS_AT

    book = Book(Keyring(9))
    coin = book.coins("miner")[0]
    habit = Habit(5, False, 0xFFFFFFFD)
    with pytest.raises(ValueError, match="would be left"):
        book.pay(
            [coin], [Target(coin.value_sat, Keyring(9).account("b", 0))], habit, "x", coin.account
        )
    with pytest.raises(ValueError, match="with a fee of"):
        book.pay([coin], [Target(coin.value_sat, Keyring(9).account("b", 0))], habit, "x")
    book.run(STORY_BEGINS_AT)
    with pytest.raises(ValueError, match="has passed"):
        book.plan(GENESIS_AT, lambda: None)
