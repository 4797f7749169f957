# SPDX-License-Identifier: AGPL-3.0-or-later
"""A node's JSON-RPC (Bitcoin Core, btcd): whole blocks, so that everything proves itself.

The best source: the own node learns nothing that it does not know already.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.parsing.block import HEADER_BYTES, parse_header
from ledger.parsing.digest import displayed
from ledger.parsing.networks import NETWORK
from ledger.sources import faults
from ledger.sources.asking import Asker, document

PAGE = 100  # transactions of an address a call
MOST_PAGES = 10_000
NO_ADDRESS = -5  # the code of a node that knows nothing of an address


class NodeError(Exception):
    """The node answered with an error object; the code is its own."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


class Node:
    """The calls that the ledger makes; ``name`` stands for the source in errors."""

    def __init__(self, asker: Asker, name: str, user: str = "", password: str = "") -> None:
        self._asker = asker
        self._name = name
        word = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._headers = {"Content-Type": "application/json", "Authorization": f"Basic {word}"}

    def call(self, method: str, *parameters: Any) -> Any:
        """Return the result of a call; ``InputError`` E-LED-102 or E-LED-106."""
        try:
            return self._call(method, *parameters)
        except NodeError as error:
            raise faults.said_no(str(error)[:300], f"{self._name} {method}") from error

    def _call(self, method: str, *parameters: Any) -> Any:
        where = f"{self._name} {method}"
        body = {"jsonrpc": "1.0", "id": 1, "method": method, "params": list(parameters)}
        answer = document(self._asker.post(json.dumps(body).encode(), self._headers), where)
        if not isinstance(answer, dict) or "result" not in answer:
            raise faults.unreadable("result", where)
        error = answer.get("error")
        if error:
            told = error if isinstance(error, dict) else {}
            code = told.get("code")
            raise NodeError(code if isinstance(code, int) else 0, str(told.get("message", error)))
        return answer["result"]

    def blocks(self, first: int, last: int) -> Iterator[bytes]:
        """Yield the raw blocks of the heights ``first`` to ``last``, a chain.

        Raises ``InputError`` E-LED-103 where a block is not what was asked for and E-LED-105
        where they are no chain any more when the last has come.
        """
        previous = b""
        for height in range(first, last + 1):
            raw = self.block(self._hash_at(height))
            header = parse_header(raw)
            if previous and header.previous != previous:
                raise faults.reorganised(f"{self._name} {height}")
            previous = header.block_hash
            yield raw
        if previous and self._hash_at(last) != displayed(previous):
            raise faults.reorganised(f"{self._name} {last}")

    def block(self, block_hash: str) -> bytes:
        """Return the bytes of a block; its header has the hash that was asked for."""
        where = f"{self._name} {block_hash}"
        raw = _bytes(self.call("getblock", block_hash, 0), where)
        if len(raw) < HEADER_BYTES or displayed(parse_header(raw).block_hash) != block_hash:
            raise faults.untrue("getblock", where)
        return raw

    def block_of(self, txid: str) -> str:
        """Return the hash of the block of a transaction (the node keeps an index of them)."""
        found = self.call("getrawtransaction", txid, 1)
        block_hash = found.get("blockhash") if isinstance(found, dict) else None
        if not isinstance(block_hash, str) or not block_hash:
            raise faults.unreadable("blockhash", f"{self._name} {txid}")
        return block_hash

    def blocks_of(self, address: str) -> list[str]:
        """Return the hashes of all blocks with a transaction of an address, in order found.

        By btcd's index of addresses, else by Core's filters (``scanblocks``).
        """
        try:
            return list(dict.fromkeys(self._searched(address)))
        except NodeError as error:
            if error.code == NO_ADDRESS:
                return []
        found = self.call("scanblocks", "start", [f"addr({address})"])
        blocks = found.get("relevant_blocks") if isinstance(found, dict) else None
        if not isinstance(blocks, list) or found.get("completed") is False:
            raise faults.unreadable("relevant_blocks", f"{self._name} scanblocks")
        return [str(block) for block in blocks]

    def _searched(self, address: str) -> Iterator[str]:
        for page in range(MOST_PAGES):
            try:
                rows = self._call("searchrawtransactions", address, 1, page * PAGE, PAGE)
            except NodeError as error:
                if error.code == NO_ADDRESS and page:
                    return
                raise
            if not isinstance(rows, list):
                raise faults.unreadable("searchrawtransactions", f"{self._name} {address}")
            yield from (str(row["blockhash"]) for row in rows if row.get("blockhash"))
            if len(rows) < PAGE:
                return
        raise faults.unreadable("searchrawtransactions", f"{self._name} {address}")

    def tip(self) -> int:
        """Return the height of the best block."""
        height = self.call("getblockcount")
        if not isinstance(height, int) or height < 0:
            raise faults.unreadable("getblockcount", self._name)
        return height

    def _hash_at(self, height: int) -> str:
        found = self.call("getblockhash", height)
        if not isinstance(found, str):
            raise faults.unreadable("getblockhash", f"{self._name} {height}")
        return found


def framed(blocks: Sequence[bytes], network: str) -> bytes:
    """Return blocks as a ``blk`` file holds them."""
    magic = NETWORK[network].magic[0]
    return b"".join(magic + len(raw).to_bytes(4, "little") + raw for raw in blocks)


def _bytes(text: Any, where: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise faults.unreadable("hex", where) from error
