# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run by a Python that has crypttrace 0.29: asks it, prints its answers as JSON.

Standard input: ``{"base", "labels", "starts", "addresses", "reaches", "reconcile"}``.  Its
waits between calls, its look-up of prices and every host but loopback are taken away; all
else is as it comes.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from importlib import import_module
from typing import Any

ACCEPTED = "127.0.0.1"


def _only_loopback(ask: Any) -> Any:
    def asked(host: Any, *rest: Any, **more: Any) -> Any:
        if host != ACCEPTED:
            raise OSError(f"{host} is not loopback")
        return ask(host, *rest, **more)

    return asked


def prepared(base: str, labels: dict[str, str]) -> None:
    """Point it at ``base``; ``labels`` are names by address, all of the type exchange."""
    socket.getaddrinfo = _only_loopback(socket.getaddrinfo)
    time.sleep = lambda _seconds: None
    fetcher = import_module("crypttrace.fetchers.bitcoin")
    fetcher.BASE = base  # type: ignore[attr-defined]
    http = import_module("crypttrace.fetchers.http")
    http.DEFAULT_INTERVAL = 0.0  # type: ignore[attr-defined]
    http.MIN_INTERVAL = {}  # type: ignore[attr-defined]
    import_module("crypttrace.prices")._cache["native:btc"] = None  # noqa: SLF001
    known = import_module("crypttrace.labels.labels")
    known.count()  # reads what it brings along
    rows = {a.lower(): {"name": name, "type": "exchange"} for a, name in labels.items()}
    known._KNOWN.update(rows)  # noqa: SLF001


def traced(start: str, depth: int, branching: int) -> list[dict[str, Any]]:
    """Return its findings from one start: address, type, label, value reached."""
    trace = import_module("crypttrace.trace")
    _tree, findings = trace.build(start, "btc", depth, branching)
    keys = ("address", "type", "label", "value_reached")
    return [{key: one[key] for key in keys} for one in findings]


def looked_at(address: str) -> dict[str, Any]:
    """Return what it says of one address: co-spending ones, off-ramp, payments out."""
    fetcher = import_module("crypttrace.fetchers.bitcoin")
    off = import_module("crypttrace.offramp").detect(address, "btc")
    rows = import_module("crypttrace.chains").transfers(address, "btc", 1000)
    return {
        "co_spend": [other for other, _times in fetcher.cluster(address)],
        "offramp": off["exchange"] if off else None,
        "paid": [[row["hash"], row["to"]] for row in rows if row["from"] == address],
    }


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """Return everything that was asked, with the seconds of each part."""
    prepared(asked["base"], asked["labels"])
    found: dict[str, Any] = {"traces": {}, "seconds": {}}
    for name, (depth, branching) in asked["reaches"].items():
        begun = time.perf_counter()
        found["traces"][name] = {
            start: traced(start, depth, branching) for start in asked["starts"]
        }
        found["seconds"][name] = round(time.perf_counter() - begun, 3)
    found["addresses"] = {address: looked_at(address) for address in asked["addresses"]}
    verify = import_module("crypttrace.verify")
    found["reconcile"] = [verify.reconcile(one, "btc")["status"] for one in asked["reconcile"]]
    return found


if __name__ == "__main__":
    json.dump(answered(json.load(sys.stdin)), sys.stdout)
