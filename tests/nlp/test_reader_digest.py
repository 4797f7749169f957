# SPDX-License-Identifier: AGPL-3.0-or-later
"""The digest of the reader covers the program text that decides a reading, and no other."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from nlp.reading import version

ROOT = Path(version.__file__).parents[2]
COUNTED = ("nlp.", "vestigo.identifiers", "vestigo.rates")
BESIDE = ("nlp/lines/", "nlp/scoring/", "nlp/upkeep/", "nlp/linking/")


def imported(module, seen):
    """Every module of ours that ``module`` imports, itself included, as files."""
    spec = find_spec(module)
    if spec is None or spec.origin in seen:
        return seen
    seen.add(spec.origin)
    for node in ast.walk(ast.parse(Path(spec.origin).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(COUNTED):
            imported(node.module, seen)
    return seen


def test_everything_that_the_reader_imports_is_covered():
    needed = {
        str(Path(one).relative_to(ROOT))
        for name in ("nlp.reading.reader", "nlp.reading.records", "nlp.reading.own_terms")
        for one in imported(name, set())
    }
    assert len(needed) > 40
    assert needed <= set(version.sources())


def test_what_only_counts_and_compares_is_not_covered():
    assert not [one for one in version.sources() if one.startswith(BESIDE)]


def test_files_in_inner_folders_count():
    assert "nlp/substances/mentions.py" in version.sources()


@pytest.mark.parametrize("name", ["nlp/text/lexing.py", "nlp/prices/pairing.py"])
def test_any_change_of_a_covered_file_is_another_reader(name, tmp_path, monkeypatch):
    before = version.reader_digest()
    for one in version.sources():
        copy = tmp_path / one
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / one).read_bytes())
    monkeypatch.setattr(version, "files", lambda package: tmp_path / package)
    assert version.reader_digest.__wrapped__() == before
    with (tmp_path / name).open("a", encoding="utf-8") as handle:
        handle.write("# another\n")
    assert version.reader_digest.__wrapped__() != before
