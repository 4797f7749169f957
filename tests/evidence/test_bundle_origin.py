# SPDX-License-Identifier: AGPL-3.0-or-later
"""Onion descriptors go into the bundle when the log knows them; what is missing is indexed."""

import hashlib
import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "onion"
NAME = "7-1-abc"


@pytest.fixture
def with_descriptor(world):
    """The small case with an archived descriptor that the log knows."""
    folder = world.folder.origin / json.loads((HERE / "real.json").read_text())["host"]
    folder.mkdir(parents=True)
    for suffix in (".descriptor", ".json"):
        content = (HERE / f"real{suffix}").read_bytes()
        (folder / f"{NAME}{suffix}").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        exhibit = f"{folder.name}/{NAME}{suffix}"
        world.custody.append("collection", object_sha256=digest, exhibit=exhibit, reason="archived")
    return world, folder


def not_included(bundle):
    lines = (bundle / "data" / "crawl" / "not-included.jsonl").read_text().splitlines()
    return [json.loads(line)["exhibit"] for line in lines]


def test_descriptor_and_facts_stand_in_the_bundle(with_descriptor):
    world, folder = with_descriptor
    (folder / "unlogged.descriptor").write_bytes(b"nobody logged this")
    bundle = world.build().path
    inside = {
        path.name: path.read_bytes()
        for path in (bundle / "data" / "origin").rglob("*.*")
        if path.is_file()
    }
    assert inside == {
        f"{NAME}{suffix}": (HERE / f"real{suffix}").read_bytes() for suffix in (".descriptor", ".json")
    }  # fmt: skip
    assert not any(folder.name in name for name in not_included(bundle))


def test_one_that_is_gone_or_changed_is_indexed_as_not_included(with_descriptor):
    world, folder = with_descriptor
    (folder / f"{NAME}.descriptor").write_bytes(b"changed")
    (folder / f"{NAME}.json").unlink()
    bundle = world.build().path
    assert not (bundle / "data" / "origin").exists()
    assert {f"{folder.name}/{NAME}.descriptor", f"{folder.name}/{NAME}.json"} <= set(
        not_included(bundle)
    )
