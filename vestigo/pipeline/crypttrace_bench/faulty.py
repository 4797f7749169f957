# SPDX-License-Identifier: AGPL-3.0-or-later
"""An explorer with one fault: what each side says about an address that it asks for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.serving import Answer, Esplora
from ledger.sources import faults
from ledger.sources.esplora import Explorer
from vestigo.errors import VestigoError
from vestigo.pipeline.crypttrace_bench.world import NETWORK

LOOPBACK, OK, TOO_MANY = "127.0.0.1", 200, 429
FREE_QUESTIONS = 1
Change = Callable[[str, Any], Any]


def _short_page(path: str, row: Any) -> Any:
    return row[:-1] if isinstance(row, list) and "/txs" in path else row


def _each_transaction(change: Callable[[dict[str, Any]], None]) -> Change:
    def changed(_path: str, row: Any) -> Any:
        for one in row if isinstance(row, list) else [row]:
            if isinstance(one, dict) and "vout" in one:
                change(one)
        return row

    return changed


def _drop_last_output(one: dict[str, Any]) -> None:
    one["vout"] = one["vout"][: max(1, len(one["vout"]) - 1)]


def _raise_value(one: dict[str, Any]) -> None:
    one["vout"][0]["value"] += 1


def _count_too_high(_path: str, row: Any) -> Any:
    if isinstance(row, dict) and "chain_stats" in row:
        row["chain_stats"]["tx_count"] += 1
    return row


def _other_branch(path: str, row: Any) -> Any:
    if path.endswith("/merkle-proof"):
        row["merkle"] = ["11" * 32 for _ in row["merkle"]]
    return row


def _same(_path: str, row: Any) -> Any:
    return row


FAULTS: dict[str, Change] = {
    "none": _same,
    "short page": _short_page,
    "an output left out": _each_transaction(_drop_last_output),
    "one satoshi more": _each_transaction(_raise_value),
    "count too high": _count_too_high,
    "wrong merkle branch": _other_branch,
    "429 after the first answer": _same,
    "answers cut in the middle": _same,
}


class FaultyExplorer:
    """Answers as the store does, with one fault."""

    def __init__(self, esplora: Esplora, fault: str) -> None:
        self._esplora = esplora
        self._fault = fault
        self._n_asked = 0
        self._lock = threading.Lock()

    def answer(self, path: str) -> Answer:
        """Return the answer to a path, spoilt."""
        with self._lock:
            self._n_asked += 1
            if self._fault.startswith("429") and self._n_asked > FREE_QUESTIONS:
                return Answer(TOO_MANY, "text/plain", b"too many")
            answer = self._esplora.answer(path)
        if self._fault.startswith("answers cut"):
            return answer._replace(content=answer.content[: len(answer.content) // 2])
        if answer.status != OK or answer.kind != "application/json":
            return answer
        made = FAULTS[self._fault](path, json.loads(answer.content))
        return answer._replace(content=json.dumps(made).encode())


@contextmanager
def serving_fault(esplora: Esplora, fault: str) -> Iterator[str]:
    """Serve a faulty explorer on loopback and yield its address."""
    explorer = FaultyExplorer(esplora, fault)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = explorer.answer(self.path)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def our_word(esplora: Esplora, fault: str, address: str) -> str:
    """Return the code that our source reader ends with, or ``complete``."""
    explorer = FaultyExplorer(esplora, fault)

    def get(path: str) -> bytes:
        answer = explorer.answer(path)
        if answer.status != OK:
            raise faults.refused(answer.status, path)
        return answer.content

    try:
        Explorer(get, "explorer", NETWORK).history(address)
    except VestigoError as error:
        return error.code
    return "complete"
