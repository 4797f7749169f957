# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scripts in the wheel are those that the sources beside them give; no Node is needed here."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

MOST_BYTES = 350_000


@pytest.fixture(scope="module")
def browser_folder(repository):
    return repository / "vestigo/console/browser"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_served_was_built_from_these_sources(browser_folder):
    told = json.loads((browser_folder / "built.json").read_text("utf-8"))
    sources = {path.name: digest(path) for path in browser_folder.iterdir()
               if path.suffix in (".ts", ".mjs", ".json") and path.name != "built.json"}  # fmt: skip
    assert told["sources"] == sources, "build again: cd vestigo/console/browser && npm run build"
    static = browser_folder.parent / "static"
    assert told["built"] == {path.name: digest(path) for path in sorted(static.glob("*.js"))}


def test_the_front_end_stays_small(browser_folder):
    static = browser_folder.parent / "static"
    files = [*static.glob("*.js"), *static.glob("*.css")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= MOST_BYTES


def test_no_script_asks_for_what_the_policy_forbids(browser_folder):
    for path in browser_folder.glob("*.ts"):
        text = path.read_text("utf-8")
        assert text.startswith("// SPDX-License-Identifier: AGPL-3.0-or-later"), path.name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
            r"|localStorage|sessionStorage|indexedDB|\.style\b\s*=|setAttribute\(.style",
            text,
        ), path.name
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), path.name


def test_every_sentence_that_a_script_says_is_given_by_the_page(browser_folder):
    from vestigo.console.graphing.sentences import sentences

    code = "\n".join(path.read_text("utf-8") for path in browser_folder.glob("*.ts"))
    said = set(re.findall(r'\bsay\(\s*"([a-z-]+)"', code)) | {"undone", "redone", "ended",
                                                              "too-large"}  # fmt: skip
    assert said == {name for name, _words, _one in sentences()}
