# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two independent nodes accept every block of a full world, and none that was tampered with."""

import importlib.util

import pytest

from vestigo.training.chain.wire import double_sha256

SEEDS = (1, 2)


def kernel(folder):
    if importlib.util.find_spec("pbk") is None:
        pytest.skip("py-bitcoinkernel is not installed (it has no wheel for every machine)")
    import pbk

    return pbk, pbk.load_chainman(folder, pbk.ChainType.REGTEST)


def with_kind(chain, kind):
    """Return the first block with an input of that kind, and that payment."""
    for payment in chain.ledger.payments:
        if all(coin.account.kind == kind for coin in payment.coins):
            found = next(one for one in chain.ledger.blocks if payment.txid in one.txids)
            return found, payment
    raise AssertionError(kind)


def tampered(raw, payment):
    """Return the block with one bit of the payment's last signature turned.

    A witness is not covered by the txid, so that the merkle root still holds; the
    witness commitment does not, and neither does the signature.
    """
    at = raw.index(payment.raw) + len(payment.raw) - 4 - 20
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def recommitted(chain, block, payment):
    """Return the block with a wrong Schnorr signature and everything else made to fit."""
    from vestigo.training.chain import mining

    changed = bytearray(payment.raw)
    changed[-4 - 20] ^= 1
    included = [one for one in chain.ledger.payments if one.txid in block.txids]
    forged = [
        type(one)(one.txid, bytes(changed) if one is payment else one.raw, one.stripped,
                  one.draft, one.kind, one.sent_at)
        for one in included
    ]  # fmt: skip
    ordered = sorted(forged, key=lambda one: block.txids.index(one.txid))
    previous = chain.ledger.blocks[block.height - 1].block_hash
    from vestigo.training.keyring import Keyring

    miner = Keyring(chain.seed).account("miner", block.height % 5)
    made, _coin = mining.mine(block.height, previous, block.mined_at, miner, ordered)
    return made.raw


@pytest.mark.parametrize("seed", SEEDS)
def test_bitcoin_core_accepts_every_block(chain_of, seed, tmp_path):
    chain = chain_of("full", seed)
    pbk, validator = kernel(tmp_path)
    for block in chain.ledger.blocks[1:]:
        validator.process_block(pbk.Block(block.raw))
    assert validator.get_active_chain().height == len(chain.ledger.blocks) - 1
    assert str(validator.best_entry.block_hash) == chain.ledger.blocks[-1].block_hash


@pytest.mark.parametrize("seed", [1, 7])
def test_bitcoin_core_accepts_the_small_world(chain_of, seed, tmp_path):
    chain = chain_of("demo", seed)
    pbk, validator = kernel(tmp_path)
    for block in chain.ledger.blocks[1:]:
        validator.process_block(pbk.Block(block.raw))
    assert str(validator.best_entry.block_hash) == chain.ledger.blocks[-1].block_hash


@pytest.mark.parametrize("kind", ["p2tr", "p2wsh"])
def test_bitcoin_core_refuses_a_wrong_signature(full, kind, tmp_path):
    block, payment = with_kind(full, kind)
    pbk, validator = kernel(tmp_path)
    for one in full.ledger.blocks[1 : block.height]:
        validator.process_block(pbk.Block(one.raw))
    forged = recommitted(full, block, payment)
    assert forged != block.raw
    validator.process_block(pbk.Block(forged))
    assert validator.get_active_chain().height == block.height - 1
    validator.process_block(pbk.Block(block.raw))
    assert validator.get_active_chain().height == block.height


@pytest.mark.parametrize("seed", SEEDS)
def test_btcd_accepts_every_block_and_gives_back_the_same(chain_of, seed, btcd, tmp_path):
    module, program = btcd
    blocks = chain_of("full", seed).ledger.blocks
    with module.running(program, tmp_path / "node") as node:
        assert node.call("getblockhash", 0) == blocks[0].block_hash
        for block in blocks[1:]:
            node.submit(block.raw)
            assert node.call("getbestblockhash") == block.block_hash
        assert node.call("getblockcount") == len(blocks) - 1
        for block in blocks[1:]:
            if len(block.txids) > 1:
                assert node.call("getblock", block.block_hash, 1)["tx"] == list(block.txids)
        with pytest.raises(module.RefusedError, match=r"exists|already"):
            node.submit(blocks[-1].raw)


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr", "p2wsh"])
def test_btcd_refuses_a_tampered_block_and_then_takes_the_true_one(full, kind, btcd, tmp_path):
    module, program = btcd
    block, payment = with_kind(full, kind)
    with module.running(program, tmp_path / "node") as node:
        for one in full.ledger.blocks[1 : block.height]:
            node.submit(one.raw)
        for forged in (tampered(block.raw, payment), recommitted(full, block, payment)):
            with pytest.raises(module.RefusedError, match="rejected"):
                node.submit(forged)
        assert node.call("getblockcount") == block.height - 1
        node.submit(block.raw)
        assert node.call("getbestblockhash") == block.block_hash


def test_btcd_refuses_a_coinbase_that_takes_too_much(full, btcd, tmp_path):
    module, program = btcd
    first, second = full.ledger.blocks[1:3]
    greedy = bytearray(second.raw)
    value = (50 * 10**8).to_bytes(8, "little")
    at = bytes(greedy).index(value)
    greedy[at : at + 8] = (50 * 10**8 + 1).to_bytes(8, "little")
    with module.running(program, tmp_path / "node") as node:
        node.submit(first.raw)
        with pytest.raises(module.RefusedError, match="rejected"):
            node.submit(bytes(greedy))
    assert double_sha256(bytes(greedy[:80])) == double_sha256(second.raw[:80])
