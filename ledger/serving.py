# SPDX-License-Identifier: AGPL-3.0-or-later
"""Esplora's REST answers out of the chain store, so that other programs run on the same chain.

Read only; there is no pool of waiting transactions, and scripts are not disassembled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

from ledger.index import NONE
from ledger.parsing import parse_header
from ledger.parsing.digest import displayed, from_displayed
from ledger.parsing.transaction import TxOutput
from ledger.store import ChainStore, StoredTransaction
from ledger.store.columns import BRANCH, WHOLE_BLOCK
from vestigo.errors import InputError
from vestigo.identifiers.bitcoin import address_of_script, decode_address, script_kind

PAGE = 25
TEXT, JSON, BYTES = "text/plain", "application/json", "application/octet-stream"
KINDS = {
    "p2wpkh": "v0_p2wpkh", "p2wsh": "v0_p2wsh", "p2tr": "v1_p2tr", "nulldata": "op_return",
}  # fmt: skip
_HASH = re.compile(r"[0-9a-f]{64}")


class Answer(NamedTuple):
    """Status, kind of content, and content of an answer."""

    status: int
    kind: str
    content: bytes


class NoSuchThingError(LookupError):
    """The store has nothing of this name."""


class Esplora:
    """Answers for one chain store; every path begins with ``/``."""

    def __init__(self, store: ChainStore) -> None:
        self._store = store
        self._index = store.index

    def answer(self, path: str) -> Answer:
        """Return the answer for a path; 404 where there is nothing, 400 for no address."""
        words = [word for word in path.partition("?")[0].split("/") if word]
        try:
            made = self._made(words)
        except NoSuchThingError:
            return Answer(404, TEXT, b"not found")
        except InputError:
            return Answer(400, TEXT, b"no address of this network")
        if isinstance(made, bytes):
            return Answer(200, BYTES, made)
        if isinstance(made, str):
            return Answer(200, TEXT, made.encode())
        return Answer(200, JSON, json.dumps(made, separators=(",", ":")).encode())

    def _made(self, words: list[str]) -> Any:  # noqa: PLR0911 - one path a line
        match words:
            case ["blocks", "tip", "height"]:
                return str(self._tip[0])
            case ["blocks", "tip", "hash"]:
                return displayed(self._index.block_hashes[self._tip[1]])
            case ["block-height", height] if height.isascii() and height.isdigit():
                return self._block_at(int(height))
            case ["fee-estimates"]:
                return {}
            case ["block", block_hash, *rest]:
                return self._block(self._block_number(block_hash), rest)
            case ["tx", txid, *rest]:
                return self._tx(self._tx_number(txid), rest)
            case ["address", address, *rest]:
                script = decode_address(address, self._store.network).script
                found = self._index.script_number.get(script)
                return self._history({"address": address}, found, rest)
            case ["scripthash", digest, *rest] if _HASH.fullmatch(digest):
                found = self._index.script_number.by_sha256(bytes.fromhex(digest))
                return self._history({"scripthash": digest}, found, rest)
        raise NoSuchThingError

    # ---- blocks

    @cached_property
    def _best(self) -> dict[int, int]:
        """The number of the block at each height, on the chain that reaches highest."""
        blocks = self._store.tables["blocks"]
        heights, previous = blocks["height"].to_pylist(), blocks["previous"].to_pylist()
        number = {block_hash: i for i, block_hash in enumerate(self._index.block_hashes)}
        headed = {int(i) for i in self._index.block[self._index.proof <= BRANCH]}
        known = [(heights[i], i) for i in sorted(headed) if heights[i] is not None]
        found: dict[int, int] = {}
        here = max(known)[1] if known else None
        while here is not None and heights[here] is not None:
            found[heights[here]] = here
            here = number.get(previous[here])
        return {**dict(known), **found}

    @property
    def _tip(self) -> tuple[int, int]:
        if not self._best:
            raise NoSuchThingError
        return max(self._best.items())

    def _block_at(self, height: int) -> str:
        if height not in self._best:
            raise NoSuchThingError
        return displayed(self._index.block_hashes[self._best[height]])

    def _block_number(self, block_hash: str) -> int:
        wanted = _digest(block_hash)
        if wanted not in self._index.block_hashes:
            raise NoSuchThingError
        return self._index.block_hashes.index(wanted)

    def _block(self, block: int, rest: Sequence[str]) -> Any:
        raw = self._store.raw_block_at(block)
        if rest != ["header"] and not self._is_whole(block):
            raise NoSuchThingError  # of which only some transactions are here
        txids = [displayed(leaf) for leaf in self._store.leaves(block)]
        match rest:
            case []:
                return self._block_row(block, raw, len(txids))
            case ["header"]:
                return raw[:80].hex()
            case ["raw"]:
                return raw
            case ["txids"]:
                return txids
            case ["status"]:
                height = self._block_row(block, raw, len(txids))["height"]
                return {"in_best_chain": self._best.get(height) == block, "height": height}
            case ["txs", *start] if all(word.isdigit() for word in start):
                first = int(start[0]) if start else 0
                return [self._row(self._tx_number(one)) for one in txids[first : first + PAGE]]
        raise NoSuchThingError

    def _is_whole(self, block: int) -> bool:
        return bool((self._index.proof[self._index.block == block] == WHOLE_BLOCK).any())

    def _block_row(self, block: int, raw: bytes, n_tx: int) -> dict[str, Any]:
        header = parse_header(raw)
        return {
            "id": displayed(header.block_hash),
            "height": self._store.tables["blocks"]["height"][block].as_py(),
            "version": header.version,
            "timestamp": header.seconds,
            "bits": header.bits,
            "merkle_root": displayed(header.merkle_root),
            "previousblockhash": displayed(header.previous),
            "tx_count": n_tx,
            "size": len(raw),
        }

    # ---- transactions

    def _tx_number(self, txid: str) -> int:
        found = self._index.tx_number(_digest(txid))
        if found is None or self._index.is_stub(found):
            raise NoSuchThingError
        return found

    def _tx(self, tx: int, rest: Sequence[str]) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "": partial(self._row, tx),
            "hex": self._store.stored(tx).raw.hex,
            "raw": lambda: self._store.stored(tx).raw,
            "status": partial(self._status, tx),
            "outspends": lambda: list(map(self._outspend, self._index.outputs(tx))),
            "merkle-proof": lambda: self._proof(self._store.stored(tx)),
        }
        match rest:
            case ["outspend", vout] if vout.isascii() and vout.isdigit():
                outputs = self._index.outputs(tx)
                if int(vout) < len(outputs):
                    return self._outspend(outputs[int(vout)])
            case [] | [_] if "".join(rest) in answers:
                return answers["".join(rest)]()
        raise NoSuchThingError

    def _row(self, tx: int) -> dict[str, Any]:
        stored, index = self._store.stored(tx), self._index
        scan = stored.scan
        spent = index.spent_by(tx)
        inputs = []
        for i, one in enumerate(scan.inputs):
            known = spent[i] != NONE
            inputs.append({
                "txid": displayed(one.prev_txid), "vout": one.prev_vout,
                "prevout": self._output(TxOutput(*index.coin(spent[i]))) if known else None,
                "scriptsig": one.script_sig.hex(), "is_coinbase": scan.is_coinbase,
                "sequence": one.sequence,
                "witness": [item.hex() for item in scan.witness[i]] if scan.witness else [],
            })  # fmt: skip
        paid = sum(output.value_sat for output in scan.outputs)
        whole = NONE not in spent and not scan.is_coinbase
        fee = sum(int(index.value_sat[output]) for output in spent) - paid if whole else 0
        return {
            "txid": stored.txid, "version": scan.version, "locktime": scan.locktime,
            "vin": inputs, "vout": [self._output(output) for output in scan.outputs],
            "size": len(stored.raw), "weight": scan.weight, "fee": fee,
            "status": self._status(tx),
        }  # fmt: skip

    def _output(self, output: TxOutput) -> dict[str, Any]:
        kind = script_kind(output.script)
        row = {
            "scriptpubkey": output.script.hex(), "scriptpubkey_type": KINDS.get(kind, kind),
            "value": output.value_sat,
        }  # fmt: skip
        address = address_of_script(output.script, self._store.network)
        return {**row, "scriptpubkey_address": address} if address else row

    def _status(self, tx: int) -> dict[str, Any]:
        index = self._index
        return {
            "confirmed": True, "block_height": index.height(tx),
            "block_hash": displayed(index.block_hashes[index.block_of(tx)]),
            "block_time": int(index.seconds[tx]),
        }  # fmt: skip

    def _proof(self, stored: StoredTransaction) -> dict[str, Any]:
        if stored.proof == "raw":
            raise NoSuchThingError
        return {
            "block_height": stored.height, "merkle": list(stored.merkle_branch),
            "pos": stored.position,
        }  # fmt: skip

    def _outspend(self, output: int) -> dict[str, Any]:
        spender = int(self._index.spender[output])
        if spender == NONE:
            return {"spent": False}
        vin = self._index.spent_by(spender).index(output)
        return {"spent": True, "txid": self._index.txid(spender), "vin": vin,
                "status": self._status(spender)}  # fmt: skip

    # ---- addresses

    def _history(self, name: dict[str, str], script: int | None, rest: Sequence[str]) -> Any:
        index = self._index
        outputs = [] if script is None else index.outputs_to(script)
        spent = [output for output in outputs if index.spender[output] != NONE]
        touched = {int(index.tx_of[o]) for o in outputs} | {int(index.spender[o]) for o in spent}
        newest = sorted((tx for tx in touched if not index.is_stub(tx)), reverse=True)
        match rest:
            case []:
                return {**name, "chain_stats": self._sums(outputs, spent, len(newest)),
                        "mempool_stats": self._sums([], [], 0)}  # fmt: skip
            case ["utxo"]:
                return [self._unspent(o) for o in outputs if index.spender[o] == NONE]
            case ["txs"] | ["txs", "chain"]:
                return [self._row(tx) for tx in newest[:PAGE]]
            case ["txs", "mempool"]:
                return []
            case ["txs", "chain", last]:
                number = self._tx_number(last)
                first = newest.index(number) + 1 if number in newest else len(newest)
                return [self._row(tx) for tx in newest[first : first + PAGE]]
        raise NoSuchThingError

    def _sums(self, outputs: list[int], spent: list[int], n_tx: int) -> dict[str, int]:
        values = self._index.value_sat
        return {
            "funded_txo_count": len(outputs), "funded_txo_sum": int(values[outputs].sum()),
            "spent_txo_count": len(spent), "spent_txo_sum": int(values[spent].sum()),
            "tx_count": n_tx,
        }  # fmt: skip

    def _unspent(self, output: int) -> dict[str, Any]:
        tx = int(self._index.tx_of[output])
        return {
            "txid": self._index.txid(tx), "vout": self._index.vout(output),
            "status": self._status(tx), "value": int(self._index.value_sat[output]),
        }  # fmt: skip


def _digest(text: str) -> bytes:
    if not _HASH.fullmatch(text):
        raise NoSuchThingError
    return from_displayed(text)
