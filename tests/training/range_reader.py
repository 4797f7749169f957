# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second reading of the range's files, which shares no code with what wrote them.

Blocks and transactions are read with btclib; the trace below is the plainest one that
the methods of the ledger stage allow: follow every coin, stop at services and mixes.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from btclib.script.script_pub_key import address as btclib_address
from btclib.tx.tx import Tx

SWEEP_WITHIN = timedelta(hours=72)


@dataclass
class ReadTransaction:
    txid: str
    height: int
    at: datetime
    raw: bytes
    inputs: list[tuple[str, int]]
    outputs: list[tuple[str | None, int]]
    spent: list[tuple[str | None, int]] = field(default_factory=list)

    @property
    def is_coinbase(self) -> bool:
        return self.inputs[0][0] == "00" * 32

    @property
    def is_equal_output_mix(self) -> bool:
        values = [value for _address, value in self.outputs]
        addresses = {address for address, _value in [*self.outputs, *self.spent]}
        return (
            len(self.inputs) == len(values) in range(5, 9)
            and len(set(values)) == 1
            and len(addresses) == 2 * len(values)
        )


def iter_raw_blocks(content: bytes):
    at = 0
    while at < len(content):
        assert content[at : at + 4] == bytes.fromhex("fabfb5da")
        n_bytes = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at + 8 : at + 8 + n_bytes]
        at += 8 + n_bytes


def split_block(raw: bytes) -> tuple[bytes, list[bytes]]:
    """Return header and raw transactions of a block."""
    from io import BytesIO

    stream = BytesIO(raw)
    header = stream.read(80)
    count = stream.read(1)[0]
    if count == 0xFD:
        count = int.from_bytes(stream.read(2), "little")
    raws = []
    for _number in range(count):
        start = stream.tell()
        Tx.parse(stream)
        raws.append(raw[start : stream.tell()])
    assert not stream.read()
    return header, raws


def read_chain(content: bytes) -> dict[str, ReadTransaction]:
    """Return every transaction of a block file by id, in the order of the chain."""
    found: dict[str, ReadTransaction] = {}
    for height, raw in enumerate(iter_raw_blocks(content)):
        header, raws = split_block(raw)
        at = datetime.fromtimestamp(int.from_bytes(header[68:72], "little"), UTC)
        for body in raws:
            one = _read(body, height, at)
            if not one.is_coinbase:
                one.spent = [found[txid].outputs[vout] for txid, vout in one.inputs]
            found[one.txid] = one
    return found


def _read(body: bytes, height: int, at: datetime) -> ReadTransaction:
    parsed = Tx.parse(body)
    inputs = [(one.prev_out.tx_id.hex(), one.prev_out.vout) for one in parsed.vin]
    outputs = [(_address(one.script_pub_key.script), one.value) for one in parsed.vout]
    return ReadTransaction(parsed.id.hex(), height, at, body, inputs, outputs)


def _address(script: bytes) -> str | None:
    if script[:1] == b"\x6a":
        return None
    return btclib_address(script, "regtest") or None


class Follower:
    """Clusters by common spending, finds deposit addresses, follows coins."""

    def __init__(self, chain: dict[str, ReadTransaction], tags: dict[str, str]) -> None:
        self.chain = chain
        self.spender: dict[tuple[str, int], ReadTransaction] = {}
        self.received: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._parent: dict[str, str] = {}
        for one in chain.values():
            for vout, (address, _value) in enumerate(one.outputs):
                if address:
                    self.received[address].append((one.txid, vout))
            if one.is_coinbase:
                continue
            for outpoint in one.inputs:
                assert outpoint not in self.spender, "spent twice"
                self.spender[outpoint] = one
            if not one.is_equal_output_mix:
                self._join({address for address, _value in one.spent if address})
        self.services = {self._root(address): label for address, label in tags.items()}
        self.deposits = self._deposit_addresses()

    def service(self, address: str) -> str | None:
        return self.services.get(self._root(address)) or self.deposits.get(address)

    def cluster_size(self, address: str) -> int:
        return sum(1 for one in self._parent if self._root(one) == self._root(address))

    def cash_outs(self, start: str) -> set[tuple[str, int]]:
        """Follow every coin of ``start``; return the outputs that reach a service."""
        reached: set[tuple[str, int]] = set()
        seen: set[tuple[str, int]] = set()
        waiting = deque(self.received[start])
        while waiting:
            outpoint = waiting.popleft()
            one = self.spender.get(outpoint)
            if one is None or outpoint in seen or one.is_equal_output_mix:
                continue
            seen.add(outpoint)
            for vout, (address, _value) in enumerate(one.outputs):
                if address is None:
                    continue
                if self.service(address):
                    reached.add((one.txid, vout))
                else:
                    waiting.append((one.txid, vout))
        return reached

    def first_in_first_out(self, start: str) -> set[tuple[str, int]]:
        """Return the outputs to services that hold coins of ``start`` by FIFO."""
        taint: dict[tuple[str, int], list[tuple[int, int]]] = {}
        reached = set()
        for one in self.chain.values():
            for vout, (address, value) in enumerate(one.outputs):
                if address == start:
                    taint[one.txid, vout] = [(0, value)]
            if one.is_coinbase or one.is_equal_output_mix:
                continue
            pieces = list(_pieces(one, taint))
            at = 0
            for vout, (address, value) in enumerate(one.outputs):
                cut = [(max(a, at) - at, min(b, at + value) - at) for a, b in pieces]
                cut = [(a, b) for a, b in cut if a < b]
                at += value
                if not cut or address == start or address is None:
                    continue
                if self.service(address):
                    reached.add((one.txid, vout))
                else:
                    taint[one.txid, vout] = cut
        return reached

    def _deposit_addresses(self) -> dict[str, str]:
        found = {}
        for address, outpoints in self.received.items():
            services = {self._swept(outpoint) for outpoint in outpoints}
            if len(services) == 1 and (service := services.pop()):
                found[address] = service
        return found

    def _swept(self, outpoint: tuple[str, int]) -> str | None:
        one = self.spender.get(outpoint)
        if one is None or one.at - self.chain[outpoint[0]].at > SWEEP_WITHIN:
            return None
        to = {self.services.get(self._root(address or "")) for address, _value in one.outputs}
        return to.pop() if len(to) == 1 else None

    def _root(self, address: str) -> str:
        while (above := self._parent.get(address, address)) != address:
            address = above
        return address

    def _join(self, addresses: set[str]) -> None:
        first, *others = sorted(addresses)
        self._parent.setdefault(first, first)
        for other in others:
            self._parent.setdefault(other, other)
            self._parent[self._root(other)] = self._root(first)


def _pieces(one: ReadTransaction, taint: dict[tuple[str, int], list[tuple[int, int]]]):
    at = 0
    for outpoint, (_address, value) in zip(one.inputs, one.spent, strict=True):
        for begin, end in taint.get(outpoint, ()):
            yield at + begin, at + end
        at += value
