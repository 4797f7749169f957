# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hostile market itself; the crawl of it is ``vestigo bench hostile``."""

import gzip
import zlib

import brotli
import pytest

from vestigo.pipeline.hostile_bench import answers
from vestigo.pipeline.hostile_bench.answers import BOMBS, TRAPS, bomb, first_page, pieces, targets
from vestigo.pipeline.hostile_bench.running import _document
from vestigo.pipeline.steps import StepResult


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(answers, "HUGE", 4 << 20)
    monkeypatch.setattr(answers, "LARGE", 3_000_000)
    bomb.cache_clear()
    yield
    bomb.cache_clear()


def test_each_kind_is_linked_to_as_often_as_asked_for():
    assert len(targets(4)) - len(targets(3)) == len(targets(3)) - len(targets(2))
    assert all(target.encode() in first_page(2) for target in targets(2))


@pytest.mark.usefixtures("small")
def test_every_address_is_answered():
    for target in targets(1):
        content = b"".join(piece for piece, _n in zip(pieces(target, 1), range(50), strict=False))
        assert content.startswith(b"HTTP/1.1") or target == "/p/silent-0", target


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", sorted(BOMBS))
def test_a_bomb_is_small_and_becomes_large(kind):
    undo = {"gzip": gzip.decompress, "deflate": zlib.decompress,
            "nested": lambda content: gzip.decompress(gzip.decompress(content)),
            "br": brotli.decompress, "tags": gzip.decompress}[kind]  # fmt: skip
    assert len(bomb(kind)) * 20 < len(undo(bomb(kind)))


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_leads_further_in(trap):
    (page,) = pieces(f"/c/{trap}/0", 1)
    assert page.count(b"<a href=") >= 1


REPORT = (
    '{"failed": {"deadline": 3, "decoded-too-long": 4, "page-too-large": 1, "too-long": 2, "too-many-redirects": 1},'
    ' "refused": {"trap-depth": 1}, "page_kinds": {}, "exhibits": [%s],'
    ' "profile_matches_nothing": %s}'
)
CAUSES = ("deadline", "decoded-too-long", "page-too-large", "too-long", "too-many-redirects",
          "trap-depth")  # fmt: skip


@pytest.mark.parametrize(
    ("left_out", "peak", "lost", "met"),
    [("", 600, "true", True), ("too-long", 600, "true", False), ("", 701, "true", False),
     ("", 600, "false", False)],
)  # fmt: skip
def test_a_limit_that_is_missed_and_a_cause_without_exhibit_are_told(left_out, peak, lost, met):
    named = ", ".join(f'{{"cause": "{cause}"}}' for cause in CAUSES if cause != left_out)
    done = StepResult(4, REPORT % (named, lost), 1.0, peak)
    assert _document(done, done, 1)["met"] is met
