# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only the log names, and names that the format gives: both verifiers say the same."""

from __future__ import annotations

import json
import shutil

import pytest

from vestigo.evidence.stranger import verify
from vestigo.pipeline.disposing import dispose_exhibit
from vestigo.pipeline.session import open_session
from vestigo.pipeline.tamper_bench.bases import Bases
from vestigo.pipeline.tamper_bench.judging import PROGRAMS, run_verifier


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    return Bases(tmp_path_factory.mktemp("bases"))


def said_of(sealed, check: str) -> list[tuple[str, str]]:
    """What both verifiers say in one check; they must agree word for word."""
    found = []
    for program in PROGRAMS:
        lines = run_verifier(program, sealed.path, sealed.anchors).lines
        found.append(sorted((status, told) for status, one, told in lines if one == check))
    assert found[0] == found[1]
    return found[0]


def test_each_file_of_a_bundle_is_the_one_that_the_log_names(sealed):
    assert said_of(sealed, "collected") == [("ok", "2 files are those of the log")]


def test_an_archive_with_another_byte_is_not_the_one_of_the_log(sealed):
    path = next((sealed.path / "data/captures").iterdir())
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    sealed.reseal()
    told = f"data/captures/{path.name}: not a file that the log names with this digest"
    assert said_of(sealed, "collected") == [("FAILED", told)]


def test_an_archive_that_was_closed_twice_is_named(sealed):
    events = sealed.path / "data/custody/events.jsonl"
    lines = events.read_bytes().splitlines()
    closed = next(json.loads(line) for line in lines if b"WARC segment closed" in line)
    again = verify.canonical({**closed, "id": len(lines) + 1, "object_sha256": "f" * 64})
    events.write_bytes(b"".join(line + b"\n" for line in [*lines, again]))
    sealed.reseal()
    assert said_of(sealed, "collected") == [
        ("FAILED", f"{closed['exhibit']}: another digest than when it was closed")
    ]


def test_a_bundle_for_a_time_before_a_disposal_is_not_confirmed(world):
    first = world.build()
    world.ledger.close()
    with open_session(world.folder.path, clock=world.clock) as session:
        dispose_exhibit(session, "0004", "Order 7", "not of this case")
    with open_session(world.folder.path, clock=world.clock) as session:
        world.ledger, world.custody = session.ledger, session.custody
        late, now = world.build(at_checkpoint=first.checkpoint), world.build()
        for program in PROGRAMS:
            said = run_verifier(program, late.path, world.folder.anchors)
            assert (said.exit_code, "collected" in said.checks("NOT CHECKED")) == (4, True)
            said = run_verifier(program, now.path, world.folder.anchors)
            assert said.told("ok", {"collected"}) == [
                "2 files are those of the log, 1 with tombstones"
            ]


NAMES = [
    "data/captures/x.txt", "data/captures/a/b.warc.gz", "data/crawl/coverage.en.txt.bak",
    "data/crawl/listing.jsonl", "data/custody/proofs/1.tlog-proof", "data/exhibits/0002/a.html",
    "data/extraction/capture.jsonl", "data/graph/other.graphml", "data/origin/m.test/x.json",
    "data/received/0001/content", "data/report/report.txt", "data/certification/draft.txt",
    "seal/stamps/note.txt", "LIMITS.en.txt", "VERIFY.md", "verify.pyc",
]  # fmt: skip


def test_a_name_that_the_format_does_not_give_is_refused_by_both(sealed):
    for name in NAMES:
        (sealed.path / name).parent.mkdir(parents=True, exist_ok=True)
        (sealed.path / name).write_bytes(b"x\n")
    sealed.reseal()
    own = "a file that no bundle of this format holds"
    assert said_of(sealed, "files") == sorted(("FAILED", f"{name}: {own}") for name in NAMES)


@pytest.mark.parametrize("name", ["second", "whole", "part"])
def test_every_name_that_the_builder_writes_is_one_of_the_format(name, bases, tmp_path):
    copy = bases.copy(name, tmp_path / name)
    assert [status for status, _told in said_of(copy, "files")] == ["ok"]
    assert [status for status, _told in said_of(copy, "collected")] == ["ok"]
    shutil.rmtree(tmp_path / name)
