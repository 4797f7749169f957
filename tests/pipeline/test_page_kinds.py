# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measuring of page kinds itself, and a small count of what the bench counts whole."""

from decimal import Decimal
from itertools import islice

import pytest

from crawler.market import load_profile
from vestigo.pipeline.page_kinds import (
    _PROFILES,
    Confusion,
    KnownPage,
    guess,
    kind_with,
    range_pages,
    saved_pages,
    wall,
)
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site.kinds import served_kinds
from vestigo.training.telling import tell_world

KINDS = {
    "category", "listing", "vendor", "search", "buyer", "message", "login", "captcha", "queue",
    "maintenance", "not-found", "soft-404", "rate-limit", "other",
}  # fmt: skip


def test_a_matrix_counts_what_is_wrong():
    confusion = Confusion()
    page = KnownPage("g", "captcha", "/x", 200, b"")
    for truth, found in [("captcha", "captcha"), ("captcha", "listing"), ("", ""), ("queue", "")]:
        confusion.add(page, truth, found)
    document = confusion.as_document()
    assert (document["pages"], document["right"], document["share"]) == (4, 2, "0.5000")
    assert document["junk"] == 2
    assert document["matrix"]["captcha"] == {"captcha": 1, "listing": 1}
    assert len(document["missed"]) == 2


@pytest.fixture(scope="module")
def pages():
    return list(range_pages([1], "demo"))


def test_the_range_tells_every_kind_and_its_profile_knows_them(pages):
    assert {page.kind for page in pages} == KINDS
    confusion, without = Confusion(), Confusion()
    some = {}
    for page in pages:
        some.setdefault((page.group, page.kind), []).append(page)
    for (layout, _kind), found in sorted(some.items()):
        profile = load_profile(_PROFILES.get(layout, f"range-{layout}"))
        for page in found[:12]:
            confusion.add(page, page.kind, kind_with(profile, page))
            if page.kind not in ("other", "buyer", "message"):
                without.add(page, wall(page.kind), guess(page))
    assert confusion.missed == []
    assert without.missed == []
    assert Decimal(confusion.as_document()["share"]) == 1


@pytest.mark.parametrize("layout", ["cards", "forum", "minimal", "table"])
def test_walls_of_every_layout(layout):
    world = tell_world(1, load_behaviour("full"))
    views = [m.at(n) for m in world.markets for n in range(1, len(world.passes) + 1)]
    view = next((one for one in views if one.layout == layout), None)
    assert view is not None
    profile = load_profile(_PROFILES.get(layout, f"range-{layout}"))
    for served in islice(served_kinds(view), 9):  # what stands before the pages comes first
        answer = served.answer
        page = KnownPage(
            layout, served.kind, f"http://h{served.target}", answer.status, answer.body
        )
        assert kind_with(profile, page) == guess(page) == served.kind


@pytest.mark.real
def test_some_pages_of_the_saved_market(real_data):
    profile = load_profile("agora-2014")
    confusion, without = Confusion(), Confusion()
    for page in islice(saved_pages(real_data / "agora-2014" / "open.tar.xz"), 60):
        gone = page.kind == "listing" and b'id="single-product"' not in page.body
        truth = "soft-404" if gone else page.kind
        confusion.add(page, truth, kind_with(profile, page))
        without.add(page, "", guess(page))
    assert (confusion.missed, without.missed) == ([], [])
