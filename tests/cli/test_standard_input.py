# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands whose standard input was closed (``<&-``) say so; lines that are none are counted."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from vestigo.cli.app import run
from vestigo.cli.standard_input import standard_input
from vestigo.errors import UsageError
from vestigo.store import CaseFolder


@pytest.mark.parametrize(
    "words",
    [
        ["nlp", "read"],
        ["ledger", "classify", "--jsonl"],
        ["crawl", "run", "CASE", "--profile", "range", "--start", "http://127.0.0.1:1/",
         "--account", "a", "--password-stdin"],
        ["console", "account", "add", "CASE", "somebody", "--password-stdin"],
        ["graph", "rebuild", "CASE", "--to", "bolt://127.0.0.1:1", "--password-stdin"],
    ],
    ids=lambda words: " ".join(words[:2]),
)  # fmt: skip
def test_closed_standard_input_is_a_usage_error(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    """``nlp read <&-`` was an ``AttributeError`` on ``sys.stdin.buffer``."""
    CaseFolder.create(tmp_path / "case", title="T", unit="U")
    monkeypatch.setattr(sys, "stdin", None)
    assert run([str(tmp_path / "case") if word == "CASE" else word for word in words]) == 2
    assert "E-CFG-008" in capsys.readouterr().err


def test_standard_input_is_what_python_has(monkeypatch: pytest.MonkeyPatch):
    given = io.StringIO("x")
    monkeypatch.setattr(sys, "stdin", given)
    assert standard_input() is given
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError):
        standard_input()


@pytest.mark.parametrize(("n_broken", "said"), [(0, ""), (1, "1 line could"), (2, "2 lines could")])
def test_nlp_read_says_how_many_lines_could_not_be_read(
    n_broken: int, said: str, tmp_path: Path, capfdbinary
):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"title": "1g MDMA"}) + "\n" + "broken\n" * n_broken)
    sys.stdout.flush()
    assert run(["nlp", "read", str(path)]) == 0
    sys.stdout.flush()
    out, err = capfdbinary.readouterr()
    assert len(out.splitlines()) == 1 + n_broken
    assert err.decode().count("\n") == (1 if n_broken else 0)
    assert said in err.decode()
