# SPDX-License-Identifier: AGPL-3.0-or-later
"""The holder of the unit's key rewrites what was, and seals it right: only the outside can tell."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from typing import Any

from vestigo.pipeline.tamper_bench.changes import both, put, replace, reseal
from vestigo.pipeline.tamper_bench.invented_authority import make_lab
from vestigo.pipeline.tamper_bench.mutation import HOLDER, Change, Scene, Table
from vestigo.pipeline.tamper_bench.outside import NOWHERE, add_stamp
from vestigo.records import canonical_json

TABLE = Table(HOLDER, [])
add = TABLE.add
EVENTS = "data/custody/events.jsonl"
Bodies = list[dict[str, Any]]


def rewritten(change_bodies: Callable[[Bodies], Bodies]) -> Change:
    """Rewrite the log with a right chain, proofs and seal."""

    def change(scene: Scene) -> None:
        path = scene.path / EVENTS
        bodies = change_bodies([json.loads(line) for line in path.read_bytes().splitlines()])
        previous, lines = "0" * 64, []
        for n, body in enumerate(bodies, 1):
            body.update(id=n, previous_sha256=previous)
            lines.append(canonical_json(body))
            previous = hashlib.sha256(lines[-1]).hexdigest()
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        index_again(scene)
        scene.sealed.reseal()

    return change


def index_again(scene: Scene) -> None:
    """Write the new numbers of events into the index of what is not included."""
    path = scene.path / "data/crawl/not-included.jsonl"
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    events = [json.loads(line) for line in (scene.path / EVENTS).read_bytes().splitlines()]
    kept = ("at", "action", "object_sha256", "exhibit", "reason")
    wanted = {(row["object_sha256"], row["reason"]) for row in rows}
    again = [
        canonical_json({"event": event["id"], **{key: event[key] for key in kept}}) + b"\n"
        for event in events
        if (event["object_sha256"], event["reason"]) in wanted
    ]
    path.write_bytes(b"".join(again))


def another_actor(bodies: Bodies) -> Bodies:
    """Say that somebody else made the case."""
    bodies[0]["actor"] = "somebody else"
    return bodies


def backdated(bodies: Bodies) -> Bodies:
    """Let everything have happened a year before."""
    for body in bodies:
        body["at"] = body["at"].replace("2026", "2025", 1)
    return bodies


def another_reason(bodies: Bodies) -> Bodies:
    """Say another order for what was destroyed."""
    for body in bodies:
        if body["action"] == "disposal":
            body["details"] = {**body["details"], "order": "an order that nobody gave"}
    return bodies


def reordered(bodies: Bodies) -> Bodies:
    """Let the look come before the packing, at one another's times."""
    last = len(bodies) - 1
    bodies[last]["at"], bodies[last - 1]["at"] = bodies[last - 1]["at"], bodies[last]["at"]
    return [*bodies[: last - 1], bodies[last], bodies[last - 1]]


def one_more(bodies: Bodies) -> Bodies:
    """Slip in an event."""
    return [*bodies[:1], dict(bodies[0], reason="slipped in"), *bodies[1:]]


def one_less(bodies: Bodies) -> Bodies:
    """Leave out the look that somebody had."""
    return [body for body in bodies if body["action"] != "access"]


def another_machine(bodies: Bodies) -> Bodies:
    """Say that everything was done on another machine."""
    for body in bodies:
        body["machine_id"] = "0" * len(body["machine_id"])
    return bodies


REWRITES: dict[str, Callable[[Bodies], Bodies]] = {
    "another actor": another_actor, "everything a year before": backdated,
    "another order for what was destroyed": another_reason, "events reordered": reordered,
    "an event slipped in": one_more, "a look left out": one_less,
    "another machine": another_machine,
}  # fmt: skip


def outside_is(kind: str) -> Change:
    """Leave one kind of outside anchor."""
    return lambda scene: scene.leave_outside(kind)


for what, rewrite in REWRITES.items():
    change = both(outside_is("checkpoint"), rewritten(rewrite))
    add(
        f"{what}, against an earlier checkpoint",
        change,
        base="second",
        outside="checkpoint",
    )


def strip(*folders: str) -> Change:
    """Take stamps or cosignatures of the old log out of the bundle."""

    def change(scene: Scene) -> None:
        for folder in folders:
            shutil.rmtree(scene.path / folder)

    return change


def stamped_again(scene: Scene) -> None:
    """Stamp the rewritten log by a made-up authority of the same names."""
    folder = scene.work / "forger"
    folder.mkdir()
    for name in ("one", "two"):
        add_stamp(scene.path, name, make_lab(folder / name, n=5, base=NOWHERE))
    scene.sealed.list_tags()


STAMPS, COSIGNED = "seal/stamps", "seal/witness"
for what in ("another actor", "events reordered"):
    rewrite = REWRITES[what]
    add(
        f"{what}, against a witness",
        both(outside_is("witness"), strip(STAMPS), rewritten(rewrite)),
        base="whole",
        outside="witness",
        alone_it_passes=False,
    )
    add(
        f"{what}, against a witness whose note is gone",
        both(outside_is("witness"), strip(STAMPS, COSIGNED), rewritten(rewrite)),
        base="whole",
        outside="witness",
    )
    add(
        f"{what}, against a stamp",
        both(outside_is("stamp"), strip(COSIGNED), rewritten(rewrite)),
        base="whole",
        outside="stamp",
    )
add(
    "rewritten and stamped by a self-made authority",
    both(outside_is("stamp"), strip(COSIGNED), rewritten(another_actor), stamped_again),
    base="whole",
    outside="stamp",
)

# --------------------------------------------- what the unit itself did not write

RIGHT = b"print('ok           names         everything is right')\n"
PAGES = {
    "replaced verify.py": put("verify.py", RIGHT),
    "replaced verify.sh": put("verify.sh", b"#!/bin/sh\necho right\n"),
    "both verifiers replaced": both(put("verify.py", RIGHT), put("verify.sh", b"echo right\n")),
    "verifier that skips a check": replace("verify.py", b'"spans"', b'"spams"', 1),
    "replaced expected.txt": put("expected.txt", b"FAILED       names\nexit code 3\n"),
    "expected.txt that expects less": replace("expected.txt", b"ok           stamps\n", b""),
    "replaced page how to verify": put("VERIFY.en.md", b"# How to verify\n\nRun verify.py.\n"),
    "replaced page of limits": put("LIMITS.es.md", b"# No hay l\xc3\xadmites\n"),
}  # fmt: skip
for what, change in PAGES.items():
    add(what, both(outside_is(""), change, reseal), outside="published")
