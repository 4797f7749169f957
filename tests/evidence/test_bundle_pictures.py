# SPDX-License-Identifier: AGPL-3.0-or-later
"""A picture of a page in the bundle: with its exhibit, as recorded, or the verifier says so."""

import hashlib
import json

import pytest

from vestigo.errors import VerificationError
from vestigo.evidence.stranger import verify
from vestigo.records import CERTAIN, Method, Screenshot

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
METHOD = Method(rule="crawler.screenshot.v1", settings_sha256="0" * 64)


@pytest.fixture
def drawn(world):
    """Record a picture of the second capture; its style sheet is the fourth."""
    page, style = world.captures[1], world.captures[3]
    digest = hashlib.sha256(PNG).hexdigest()
    record = Screenshot(
        sources=(page.capture_id, style.capture_id), method=METHOD, confidence=CERTAIN,
        observed_at=page.observed_at, uri=page.uri, file_name="picture.png", sha256=digest,
        n_bytes=len(PNG), width=640, height=400, viewport_width=640, viewport_height=400, cut=False,
        browser="Chromium 1", rendered="archive", scripts=False, pictures=False, n_masked=1,
        missing=("http://x/a.css",), withheld=(),
    )  # fmt: skip
    world.folder.derived.mkdir(parents=True, exist_ok=True)
    (world.folder.derived / "picture.png").write_bytes(PNG)
    world.ledger.append([record])
    return record


def findings(bundle, anchors):
    found = verify.verify(bundle, anchors).findings
    return {check: detail for status, check, detail in found if status == verify.FAILED}


def test_it_lies_in_the_exhibit_of_its_page_and_stands_on_the_sheet(world, drawn):
    bundle = world.build().path
    (picture,) = bundle.glob("data/exhibits/*/*.png")
    assert picture.read_bytes() == PNG
    exhibit = json.loads((picture.parent / "exhibit.json").read_text())
    assert exhibit["capture_id"] == drawn.sources[0]
    assert exhibit["files"]["picture.png"] == drawn.sha256
    for language in ("en", "es"):
        sheet = (picture.parent / f"sheet.{language}.txt").read_text("utf-8")
        assert drawn.sha256 in sheet
        assert "http://x/a.css" in sheet
    assert findings(bundle, world.folder.anchors) == {}
    again = world.build().path
    same = {
        p.relative_to(bundle).as_posix() for p in bundle.glob("data/exhibits/**/*") if p.is_file()
    }
    assert same == {p.relative_to(again).as_posix() for p in again.glob("data/exhibits/**/*") if p.is_file()}  # fmt: skip


@pytest.mark.parametrize("content", [None, b"", PNG + b"x"])
def test_a_picture_that_is_gone_or_changed_is_not_sealed(world, drawn, content):
    path = world.folder.derived / "picture.png"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(VerificationError) as caught:
        world.build()
    assert caught.value.code == "E-BUN-007"
    assert not list(world.folder.bundles.iterdir())


def test_an_exhibit_that_lost_or_swapped_its_picture_is_a_fault(world, drawn):
    bundle = world.build().path
    bag = verify.Bag(bundle, None)
    found = {drawn.sources[0]: {"picture.png": drawn.sha256}}
    body = {**drawn.body(), "record_id": drawn.record_id}
    for wrong in (
        {},
        {drawn.sources[0]: {"picture.png": "0" * 64}},
        {**found, "other": {"x.png": "1"}},
    ):
        bag.bodies = {"screenshot": [body]}
        check = verify.Check(bag, "exhibits")
        verify.check_pictures(bag, check, wrong)
        assert check.n_faults, wrong
    check = verify.Check(bag, "exhibits")
    verify.check_pictures(bag, check, found)
    assert not check.n_faults
