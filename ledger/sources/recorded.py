# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recorded answers: Esplora's transactions, Core's ``getblock`` 2 and 3, compact lines.

Blocks and transactions are written as bytes again, and have to have the hashes that are
said.  Of compact lines nothing can be proven; they are marked as stated.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.compact import NOTHING
from ledger.parsing.digest import displayed, double_sha256, from_displayed
from ledger.parsing.merkle import merkle_root
from ledger.parsing.transaction import COINBASE_PREVOUT, TxInput, TxOutput, scan_transaction
from ledger.parsing.validity import MOST_SAT
from ledger.sources import faults
from ledger.sources.serializing import compact_size_bytes, header_bytes, transaction_bytes
from ledger.store.columns import RAW, STATED, STUB
from ledger.store.loose import LooseTransaction

COIN = 100_000_000
NULL_VOUT = 0xFFFFFFFF
MOST_OUTPUTS = range(1 << 31)


class Recorded(NamedTuple):
    """What a file of recorded answers holds: whole blocks, and transactions without theirs."""

    blocks: list[bytes]
    transactions: list[LooseTransaction]


def is_recorded(content: bytes) -> bool:
    """Whether a file is JSON (blocks never begin like that)."""
    return content.lstrip()[:1] in (b"{", b"[")


def read_recorded(content: bytes, where: str) -> Recorded:
    """Return what recorded JSON holds: one document, or one a line.

    Raises ``InputError`` E-LED-102 (not of a known form) and E-LED-103 (the bytes that it
    stands for have not the hash that it says), each with the place.
    """
    found = Recorded([], [])
    claims: dict[Any, Any] = {}
    for place, document in _documents(content, where):
        try:
            _take(document, found, claims, place)
        except (
            LookupError, TypeError, ValueError, AttributeError, ArithmeticError, struct.error
        ) as error:  # fmt: skip
            raise faults.unreadable(str(error)[:80], place) from error
    once = _once(found.transactions, where)
    return Recorded(found.blocks, [*once, *_stubs(claims, once)])


def _documents(content: bytes, where: str) -> Iterator[tuple[str, Any]]:
    try:
        whole = json.loads(content, parse_float=Decimal)
    except RecursionError as error:
        raise faults.unreadable("JSON", f"{where}:1") from error
    except ValueError:
        for number, line in enumerate(content.splitlines(), start=1):
            if line.strip():
                yield f"{where}:{number}", _line(line, f"{where}:{number}")
        return
    rows = whole if isinstance(whole, list) else [whole]
    yield from ((f"{where}:{number}", row) for number, row in enumerate(rows, start=1))


def _line(line: bytes, where: str) -> Any:
    try:
        return json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise faults.unreadable("JSON", where) from error


def _take(document: Any, found: Recorded, claims: Any, where: str) -> None:
    row = document.get("result", document)
    if "tx" in row:
        found.blocks.append(core_block(row, where))
    elif all(isinstance(item, list) for item in (*row["vin"], *row["vout"])):
        found.transactions.append(_compact(row, claims, where))
    else:
        found.transactions.append(_esplora(row, claims, where))


def core_block(row: Mapping[str, Any], where: str) -> bytes:
    """Return the bytes of a block that Core's ``getblock`` shows with verbosity 2 or 3.

    Raises ``InputError`` E-LED-103 where header, ids or amounts are not what is said.
    """
    raws = [bytes.fromhex(one["hex"]) for one in row["tx"]]
    scans = [scan_transaction(raw, 0) for raw in raws]
    root = merkle_root([scan.txid for scan in scans])
    previous = from_displayed(row.get("previousblockhash", "00" * 32))
    header = header_bytes(
        row["version"], previous, root, row["time"], int(row["bits"], 16), row["nonce"]
    )
    if displayed(double_sha256(header)) != row["hash"]:
        raise faults.untrue("hash", where)
    if row.get("nTx", len(raws)) != len(raws):
        raise faults.incomplete(row["nTx"], len(raws), where)
    for n, (one, scan, raw) in enumerate(zip(row["tx"], scans, raws, strict=True)):
        told = [(output["value"] * COIN, bytes.fromhex(output["scriptPubKey"]["hex"]))
                for output in one["vout"]]  # fmt: skip
        as_told = (one["txid"], told, one.get("weight", scan.weight), len(raw))
        outputs = [tuple(output) for output in scan.outputs]
        if as_told != (displayed(scan.txid), outputs, scan.weight, scan.end):
            raise faults.untrue("tx", f"{where} tx {n}")
    return header + compact_size_bytes(len(raws)) + b"".join(raws)


def _esplora(row: Mapping[str, Any], claims: Any, where: str) -> LooseTransaction:
    inputs = [
        TxInput(
            from_displayed(one["txid"]), one["vout"],
            bytes.fromhex(one.get("scriptsig", "")), one["sequence"],
        )
        for one in row["vin"]
    ]  # fmt: skip
    outputs = [TxOutput(one["value"], bytes.fromhex(one["scriptpubkey"])) for one in row["vout"]]
    witness = [[bytes.fromhex(item) for item in one.get("witness") or ()] for one in row["vin"]]
    raw = transaction_bytes(row["version"], inputs, outputs, witness, row["locktime"])
    scan = scan_transaction(raw, 0)
    if displayed(scan.txid) != row["txid"]:
        raise faults.untrue("txid", where)
    if row.get("weight", scan.weight) != scan.weight or row.get("size", len(raw)) != len(raw):
        raise faults.untrue("weight", where)
    status = row.get("status") or {}
    seconds, height = int(status.get("block_time") or 0), status.get("block_height")
    for one, spent in zip(row["vin"], inputs, strict=True):
        if one.get("prevout"):
            told = TxOutput(one["prevout"]["value"], bytes.fromhex(one["prevout"]["scriptpubkey"]))
            _claim(claims, spent, told, seconds, where)
    return LooseTransaction(scan.txid, raw, seconds, height, RAW)


def _compact(row: Mapping[str, Any], claims: Any, where: str) -> LooseTransaction:
    stated = [one for one in row["vin"] if tuple(one[:2]) != NOTHING]
    inputs = [TxInput(from_displayed(one[0]), one[1], b"", 0) for one in stated]
    outputs = [TxOutput(value, bytes.fromhex(script)) for value, script in row["vout"]]
    seconds = int(row["time"])
    told = [TxOutput(one[2], bytes.fromhex(one[3])) for one in stated]
    _possible(inputs, told, outputs, where)
    for spent, one in zip(inputs, told, strict=True):
        _claim(claims, spent, one, seconds, where)
    if not inputs:
        inputs = [TxInput(COINBASE_PREVOUT, NULL_VOUT, b"", 0)]
    raw = transaction_bytes(0, inputs, outputs, (), 0)
    return LooseTransaction(from_displayed(row["txid"]), raw, seconds, None, STATED)


def _possible(
    inputs: Sequence[TxInput], told: Sequence[TxOutput], outputs: Sequence[TxOutput], where: str
) -> None:
    """Refuse what no transaction can be: a coin spent twice, more paid than spent, no such sum."""
    if len({(one.prev_txid, one.prev_vout) for one in inputs}) < len(inputs):
        raise faults.untrue("vin", where)
    if any(one.prev_vout not in MOST_OUTPUTS for one in inputs):
        raise faults.untrue("vin", where)
    if any(one.value_sat > MOST_SAT for one in (*told, *outputs)):
        raise faults.untrue("value", where)
    if inputs and sum(one.value_sat for one in told) < sum(one.value_sat for one in outputs):
        raise faults.untrue("vout", where)


def _claim(claims: Any, spent: TxInput, told: TxOutput, seconds: int, where: str) -> None:
    """Remember what a spent output is said to be; two sayings have to be one."""
    struct.pack("<Q", told.value_sat)
    before = claims.setdefault((spent.prev_txid, spent.prev_vout), (told, seconds))
    if before[0] != told:
        raise faults.untrue("prevout", where)


def _once(transactions: Sequence[LooseTransaction], where: str) -> list[LooseTransaction]:
    """Return each transaction once, as its bytes where they are known; two have to be one."""
    kept: dict[bytes, LooseTransaction] = {}
    for one in transactions:
        before = kept.setdefault(one.txid, one)
        if before.proof == one.proof == RAW:
            continue
        if before.outputs() != one.outputs() or _spent(before) != _spent(one):
            raise faults.untrue("txid", f"{where} {displayed(one.txid)}")
        if one.proof == RAW:
            kept[one.txid] = one
    return [*kept.values()]


def _spent(transaction: LooseTransaction) -> list[tuple[bytes, int]]:
    inputs = scan_transaction(transaction.raw, 0).inputs
    return [(one.prev_txid, one.prev_vout) for one in inputs]


def _stubs(claims: Any, transactions: list[LooseTransaction]) -> Iterator[LooseTransaction]:
    """Return what is said of outputs whose transactions are not there themselves."""
    known = {one.txid: dict(one.outputs()) for one in transactions}
    said: dict[bytes, dict[int, tuple[TxOutput, int]]] = {}
    for (txid, vout), (told, seconds) in claims.items():
        if txid not in known:
            said.setdefault(txid, {})[vout] = told, seconds
        elif known[txid].get(vout) != told:
            raise faults.untrue("prevout", f"{displayed(txid)}:{vout}")
    for txid, outputs in said.items():
        vouts = tuple(sorted(outputs))
        nothing = TxInput(b"\x01" * 32, 0, b"", 0)
        raw = transaction_bytes(0, [nothing], [outputs[vout][0] for vout in vouts], (), 0)
        seconds = min(seconds for _told, seconds in outputs.values())
        yield LooseTransaction(txid, raw, seconds, None, STUB, vouts=vouts)
