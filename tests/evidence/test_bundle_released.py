# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bundles of earlier releases stay verifiable: ``released/format-N.zip`` holds one of each.

A zip holds ``bundle/`` and ``anchors/`` as that release wrote them, of the invented case of
these tests.  Never make one anew: what a court holds is not made anew either.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from vestigo.errors import ExitCode
from vestigo.evidence.bundle import inspect_bundle

RELEASED = sorted((Path(__file__).parent / "released").glob("format-*.zip"))


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def released(request, tmp_path):
    """The folders of a bundle and of its anchors."""
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "bundle", tmp_path / "anchors"


def test_there_is_one():
    assert [path.name for path in RELEASED][:1] == ["format-1.zip"]


def test_it_verifies_with_all_three(released, stranger):
    bundle, anchors = released
    report = inspect_bundle(bundle, anchors)
    assert report.exit_code == ExitCode.DONE
    assert report.outside
    for program in stranger:
        done = program(bundle, anchors)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("data/custody/events.jsonl", "custody"),
        ("data/extraction/listing.jsonl", "records"),
        ("seal/checkpoint.note", "checkpoint"),
        ("seal/statement.json", "signature"),
    ],
)
def test_a_changed_byte_in_it_is_named(released, name, check):
    bundle, anchors = released
    path = bundle / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(content))
    failed = {
        one.check for one in inspect_bundle(bundle, anchors).findings if one.status == "FAILED"
    }
    assert check in failed
    assert "sha256" in failed
