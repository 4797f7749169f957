# SPDX-License-Identifier: AGPL-3.0-or-later
"""The holder of the unit's key writes another ledger, log and seal: right in form, not in fact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from vestigo.evidence.stranger import verify
from vestigo.pipeline.tamper_bench.mutation import HOLDER, Change, Scene, Table
from vestigo.records import canonical_json

TABLE = Table(HOLDER, [])
Body = dict[str, Any]
Edit = Callable[[Body], Body]


def story(file: str, edit_body: Edit) -> Change:
    """Edit records of a file, and everything that names them by id; then log and seal anew."""

    def change(scene: Scene) -> None:
        scene.leave_outside("")
        changed = edited(scene, file, edit_body)
        assert changed, "the attack changed nothing"
        for old, new in changed.items():
            name_anew(scene, old, new)
        log_anew(scene)

    return change


def edited(scene: Scene, file: str, edit_body: Edit) -> dict[str, str]:
    """Write edited records; return the new id of each that is another one now."""
    path, changed, lines = scene.path / "data" / file, {}, []
    for line in path.read_bytes().splitlines():
        body = edit_body(json.loads(line))
        lines.append(canonical_json(body))
        if lines[-1] != line:
            changed[_id(line)] = _id(lines[-1])
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return changed


def name_anew(scene: Scene, old: str, new: str) -> None:
    """Put a new id into the ledger of ids, the exhibits and the table."""
    data = scene.path / "data"
    for path in (data / "custody/records.txt", data / "ledger/cash-outs.csv",
                 *data.glob("exhibits/*/exhibit.json")):  # fmt: skip
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


def log_anew(scene: Scene) -> None:
    """Put the heads of the new ledger into the log, chain it and seal."""
    data = scene.path / "data"
    chain, heads = "0" * 64, ["0" * 64]
    for row in (data / "custody/records.txt").read_text().splitlines():
        link = verify.committed(*row.split(" ")[0::2])
        chain = hashlib.sha256(f"{chain}\n{link}".encode()).hexdigest()
        heads.append(chain)
    previous, lines = "0" * 64, []
    for line in (data / "custody/events.jsonl").read_bytes().splitlines():
        event = json.loads(line)
        event["previous_sha256"] = previous
        if event["reason"] == "record ledger head":
            event["object_sha256"] = heads[int(event["details"]["n_entries"])]
        lines.append(canonical_json(event))
        previous = _id(lines[-1])
    (data / "custody/events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    scene.sealed.reseal()


def _id(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def every(**more: Any) -> Edit:
    """Change fields of every record."""
    return lambda body: {**body, **more}


def first_hop(**more: Any) -> Edit:
    """Change fields of the first step of a trace."""
    return lambda body: {**body, "hops": [{**body["hops"][0], **more}]}


def unconnected(body: Body) -> Body:
    """Let a second step follow that does not spend the first."""
    hop = body["hops"][0]
    return {**body, "hops": [hop, {**hop, "from_address": hop["to_address"]}]}


def where(key: str, value: object, **more: Any) -> Edit:
    """Change fields of the records that say something."""
    return lambda body: {**body, **more} if body[key] == value else body


def doubled_end(body: Body) -> Body:
    """Take the doubled end of a merkle level for a place (CVE-2012-2459)."""
    return {**body, "position": 3} if body["position"] == 2 else body  # noqa: PLR2004 (the last)


ELSEWHERE = "bcrt1qqgqqyqsqqgqqyqsqqgqqyqsqqgqqyqsqpc8rdk"
CASH, TRACE, BLOCK = "ledger/cash_out_point.jsonl", "ledger/trace.jsonl", "ledger/block.jsonl"
LISTING, TX, CAPTURE = "extraction/listing.jsonl", "ledger/transaction.jsonl", "crawl/capture.jsonl"
LONG_AGO = "2020-01-01T00:00:00Z"
STORIES: dict[str, tuple[str, Edit]] = {
    "cash-out to another address": (CASH, every(address=ELSEWHERE)),
    "cash-out at another time": (CASH, every(paid_at=LONG_AGO)),
    "cash-out without its trace": (CASH, every(trace_id="c" * 64)),
    "cash-out of another start": (CASH, every(start_address="zz")),
    "trace to another address": (TRACE, first_hop(to_address=ELSEWHERE)),
    "trace from another address": (TRACE, first_hop(from_address="somebody")),
    "trace of unconnected steps": (TRACE, unconnected),
    "reading of a page that is not here": (LISTING, where("listing_key", "1", sources=["f" * 64])),
    "practice block as a real one": (BLOCK, every(network="mainnet")),
    "block of an unknown network": (BLOCK, every(network="moon")),
    "block at another time": (BLOCK, every(mined_at=LONG_AGO)),
    "block of fewer transactions": (BLOCK, every(n_transactions=2)),
    "doubled end of a merkle tree": (TX, doubled_end),
    "page without authority": (CAPTURE, every(authorization_id="a" * 64)),
    "page with another status": (CAPTURE, where("status", 200, status=404)),
}
for name, (file, edit_body) in STORIES.items():
    TABLE.add(name, story(file, edit_body), outside="")


def slipped_in(scene: Scene) -> None:
    """Add a reading and its id, which the log never counted."""
    scene.leave_outside("")
    path = scene.path / "data/extraction/listing.jsonl"
    body = {**json.loads(path.read_bytes().splitlines()[0]), "listing_key": "slipped in"}
    _append(scene, "extraction/listing.jsonl", body, "listing")


def second_capture(scene: Scene) -> None:
    """Add a second record of a page, by another account."""
    scene.leave_outside("")
    path = scene.path / "data/crawl/capture.jsonl"
    body = {**json.loads(path.read_bytes().splitlines()[1]), "account": "somebody else"}
    _append(scene, "crawl/capture.jsonl", body, "capture")


def _append(scene: Scene, file: str, body: Body, kind: str) -> None:
    path, ids = scene.path / "data" / file, scene.path / "data/custody/records.txt"
    line = canonical_json(body)
    path.write_bytes(path.read_bytes() + line + b"\n")
    ids.write_text(ids.read_text() + f"{_id(line)} {kind}\n")
    log_anew(scene)


TABLE.add("reading slipped in", slipped_in, outside="")
TABLE.add(
    "second record of a page",
    second_capture,
    outside="",
)
