# SPDX-License-Identifier: AGPL-3.0-or-later
"""A chain of any length for measuring: unsigned, but every block proves itself (regtest).

Shapes are those of the real chain in the mean: 2 inputs, 2.3 outputs, 370 bytes.  More than
half of the money goes to addresses of services, so that trails end.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ledger.parsing.digest import double_sha256
from ledger.parsing.files import find_frames
from ledger.parsing.merkle import merkle_root
from ledger.parsing.networks import NETWORK, meets_target
from ledger.sources.serializing import compact_size_bytes, header_bytes
from vestigo.identifiers.bitcoin import address_of_script
from vestigo.store.atomic import write_atomically

REGTEST = NETWORK["regtest"]
BLOCKS, TOLD = "blocks", "chain.json"  # files, and what is in them
A_BLOCK = 2_500  # transactions
ONE = "invented"
FILE_BYTES = 128 << 20  # as Core's
RECENT = 20_000  # coins among which the next one to be spent is chosen
N_SERVICES, SERVICE_ADDRESSES = 20, 5
TO_SERVICE, FROM_SERVICE, TO_SELF = 0.3, 0.3, 0.45
TO_NEWCOMER, TO_KNOWN = 0.15, 0.3
BEGIN, INTERVAL = 1_700_000_000, 600
FIRST_COINS, A_WALLET = 30_000, 10  # so many of them are one wallet's
N_VENDORS, A_VENDOR = 20, 1_000  # one payment of so many goes to a vendor
_SEQUENCE, _NO_LOCK = b"\xff\xff\xff\xff", b"\0\0\0\0"
_WEIGHTS = 10_000
_N_INPUTS = (1, 1, 1, 2, 2, 3, 6)
_N_OUTPUTS = (1, 2, 2, 2, 2, 2, 2, 3, 3, 5)


class SomeCoin(NamedTuple):
    """An output that is not spent yet; 36 bytes as an input names it."""

    outpoint: bytes
    value_sat: int


@dataclass
class Synthetic:
    """What was written: starts are published addresses, services carry tags."""

    n_transactions: int = 0
    n_blocks: int = 0
    raw_bytes: int = 0
    starts: list[str] = field(default_factory=list)
    services: dict[str, list[str]] = field(default_factory=dict)

    def tagpack(self) -> str:
        """Return a TagPack that names the services."""
        lines = [
            "title: synthetic", "creator: bench", "source: https://example.org",
            "currency: BTC", "category: exchange", "confidence: ownership", "tags:",
        ]  # fmt: skip
        for name, addresses in self.services.items():
            lines += [f"  - address: {one}\n    label: {name}" for one in addresses]
        return "\n".join(lines) + "\n"


def kept_chain(folder: Path, n_transactions: int) -> Synthetic:
    """Return the chain that stands in a folder; it is written there first if none does."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / TOLD
    if not told.is_file():
        shutil.rmtree(folder / BLOCKS, ignore_errors=True)  # one that was cut off
        made = write_chain(folder / BLOCKS, n_transactions)
        write_atomically(told, json.dumps(asdict(made)).encode("utf-8"))
    return Synthetic(**json.loads(told.read_bytes()))


def one_block(folder: Path) -> Path:
    """Return a file with the last block of a small invented chain."""
    kept_chain(folder / ONE, 2 * A_BLOCK)
    content = max((folder / ONE / BLOCKS).iterdir()).read_bytes()
    frames, _fault = find_frames(content, ONE)
    file = folder / f"{ONE}.blk"
    file.write_bytes(content[frames[-1].start : frames[-1].end])
    return file


def write_chain(folder: Path, n_transactions: int, seed: int = 1) -> Synthetic:
    """Write ``blk`` files of about ``n_transactions`` into a new folder; return what is in it."""
    folder.mkdir()
    made, choice = Synthetic(), random.Random(seed)  # noqa: S311 - shapes, no secrets
    services = [
        [_script(f"service {n} {k}") for k in range(SERVICE_ADDRESSES)] for n in range(N_SERVICES)
    ]
    vendors = [_script(f"vendor {n}") for n in range(N_VENDORS)]
    made.starts = [_address(script) for script in vendors]
    made.services = {
        f"Service {n}": [_address(script) for script in scripts]
        for n, scripts in enumerate(services)
    }
    previous = REGTEST.genesis
    for block in _blocks(choice, n_transactions, services, vendors):
        raw = _mined(previous, block, BEGIN + made.n_blocks * INTERVAL)
        previous = double_sha256(raw[:80])
        with (folder / f"blk{made.raw_bytes // FILE_BYTES:05}.dat").open("ab") as file:
            file.write(REGTEST.magic[0] + struct.pack("<I", len(raw)) + raw)
        made.raw_bytes += 8 + len(raw)
        made.n_blocks += 1
        made.n_transactions += len(block)
    return made


class _Payer:
    """Whoever pays: a wallet spends its own coins alone, so that clusters are wallets.

    Wallets of services come first, then those of vendors, then everybody else's.
    """

    def __init__(self, choice: random.Random, services: list[list[bytes]]) -> None:
        self.choice = choice
        self.services = services
        self.coins: dict[int, list[SomeCoin]] = defaultdict(list)
        self.owners: list[int] = []  # of each coin that somebody but a service got
        self.n_wallets = N_SERVICES + N_VENDORS
        self.new: list[tuple[int, SomeCoin]] = []

    def payment(self, payees: list[tuple[int, bytes]]) -> bytes:
        """Return a payment to ``payees`` and whoever chance names, b"" without coins."""
        payer = self._payer()
        spent = self._spent(payer)
        if not spent:
            return b""
        outputs = list(payees)
        while len(outputs) < max(len(payees), self.choice.choice(_N_OUTPUTS)):
            outputs.append(self._payee(payer))
        values = self._shares(sum(coin.value_sat for coin in spent), len(outputs))
        signature = b"\x6b" + self.choice.randbytes(107) + _SEQUENCE
        raw = struct.pack("<I", 2) + compact_size_bytes(len(spent))
        raw += b"".join(coin.outpoint + signature for coin in spent)
        raw += compact_size_bytes(len(outputs))
        paid = zip(values, outputs, strict=True)
        raw += b"".join(struct.pack("<QB", sat, len(to)) + to for sat, (_owner, to) in paid)
        raw += _NO_LOCK
        made = _coins(raw, values)
        self.new += [(owner, coin) for (owner, _to), coin in zip(outputs, made, strict=True)]
        return raw

    def newcomer(self) -> int:
        """Return the number of a wallet that nobody had."""
        self.n_wallets += 1
        return self.n_wallets - 1

    def _payer(self) -> int:
        """Return a service, or somebody with a coin that is not old."""
        choice = self.choice
        service = choice.randrange(N_SERVICES)
        if choice.random() < FROM_SERVICE and self.coins[service]:
            return service
        while self.owners:
            at = choice.randrange(max(0, len(self.owners) - RECENT), len(self.owners))
            self.owners[at], self.owners[-1] = self.owners[-1], self.owners[at]
            owner = self.owners.pop()
            if self.coins[owner]:
                return owner
        return service

    def _payee(self, payer: int) -> tuple[int, bytes]:
        choice = self.choice
        if payer >= N_SERVICES and choice.random() < TO_SERVICE:
            service = choice.randrange(N_SERVICES)
            return service, choice.choice(self.services[service])
        if choice.random() < TO_SELF:
            return payer, _new_script(choice)
        if choice.random() < TO_NEWCOMER or not self.owners:
            return self.newcomer(), _new_script(choice)
        owner = self.owners[-1 - choice.randrange(min(RECENT, len(self.owners)))]
        again = choice.random() < TO_KNOWN
        return owner, _script(f"again {owner}") if again else _new_script(choice)

    def _shares(self, total: int, n: int) -> list[int]:
        """Return ``n`` amounts that come to ``total`` at most, unlike as payment and change are."""
        weights = [self.choice.randrange(1, _WEIGHTS) for _output in range(n)]
        whole = sum(weights)
        return [total * weight // whole for weight in weights]

    def settle(self) -> None:
        """Let what was paid in this block be spent from the next one on."""
        for owner, coin in self.new:
            self.coins[owner].append(coin)
            if owner >= N_SERVICES:
                self.owners.append(owner)
        self.new = []

    def _spent(self, payer: int) -> list[SomeCoin]:
        coins = self.coins[payer]
        spent = [
            coins.pop(self.choice.randrange(len(coins)))
            for _input in range(min(self.choice.choice(_N_INPUTS), len(coins)))
        ]
        if not coins:
            del self.coins[payer]
        return spent


def _blocks(
    choice: random.Random, n: int, services: list[list[bytes]], vendors: list[bytes]
) -> Iterator[list[bytes]]:
    payer, n_done = _Payer(choice, services), 0
    for height in count(1):
        if n_done >= n:
            return
        n_coins = FIRST_COINS if height == 1 else 1
        block = [_coinbase(height, choice, n_coins)]
        found = _coins(block[0], _values(n_coins))
        owners = [payer.newcomer() for _wallet in found[::A_WALLET]]
        payer.new = [(owners[n // A_WALLET], coin) for n, coin in enumerate(found)]
        while len(block) < min(A_BLOCK, n - n_done):
            vendor = (height + len(block)) % N_VENDORS
            paid = [(N_SERVICES + vendor, vendors[vendor])] if len(block) % A_VENDOR == 0 else []
            payment = payer.payment(paid)
            if not payment:
                break
            block.append(payment)
        payer.settle()
        n_done += len(block)
        yield block


def _values(n: int) -> list[int]:
    return [5_000_000_000 // n] * n


def _coins(raw: bytes, values: list[int]) -> list[SomeCoin]:
    txid = double_sha256(raw)
    return [SomeCoin(txid + struct.pack("<I", n), value) for n, value in enumerate(values)]


def _new_script(choice: random.Random) -> bytes:
    return b"\x00\x14" + choice.randbytes(20)


def _coinbase(height: int, choice: random.Random, n_outputs: int) -> bytes:
    raw = struct.pack("<I", 2) + b"\x01" + bytes(32) + _SEQUENCE
    raw += b"\x04\x03" + height.to_bytes(3, "little") + _SEQUENCE + compact_size_bytes(n_outputs)
    for value in _values(n_outputs):
        raw += struct.pack("<Q", value) + b"\x16" + _new_script(choice)
    return raw + _NO_LOCK


def _mined(previous: bytes, transactions: list[bytes], seconds: int) -> bytes:
    root = merkle_root([double_sha256(raw) for raw in transactions])
    for nonce in count():
        header = header_bytes(0x20000000, previous, root, seconds, REGTEST.limit_bits, nonce)
        if meets_target(double_sha256(header), REGTEST.limit_bits, "regtest"):
            return header + compact_size_bytes(len(transactions)) + b"".join(transactions)
    raise AssertionError


def _script(name: str) -> bytes:
    return b"\x00\x14" + hashlib.sha256(name.encode()).digest()[:20]


def _address(script: bytes) -> str:
    found = address_of_script(script, "regtest")
    assert found is not None
    return found
