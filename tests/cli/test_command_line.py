# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: exit codes, streams, machine output, harmless printing."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.cli.output import printable


def vestigo(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "vestigo", *map(str, words)],
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "VESTIGO_LANG": "en", **environment},
    )  # fmt: skip


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case"
    made = vestigo("case", "new", path, "--title", "T", "--unit", "U", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout) == {"case": str(path)}
    return path


def test_a_case_is_made_and_shown(case):
    shown = vestigo("case", "show", case, "--json")
    assert json.loads(shown.stdout) == {
        "title": "T", "unit": "U", "authorizations": [], "records": {}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("case", "show", "/nonexistent"), 2),
        (("case", "nothing"), 2),
        (("nothing",), 2),
        (("case", "new"), 2),
    ],
)
def test_wrong_calls_end_with_2_and_print_nothing_on_stdout(words, code):
    done = vestigo(*words)
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_an_error_has_its_code_place_and_remedy():
    done = vestigo("case", "show", "/nonexistent")
    assert done.stderr.startswith("E-STO-003: ")
    assert "[/nonexistent]" in done.stderr
    assert "vestigo case new" in done.stderr


def test_a_person_is_spoken_to_in_their_language_and_a_machine_is_not(case):
    english = vestigo("case", "show", "/nonexistent").stderr
    spanish = vestigo("case", "show", "/nonexistent", VESTIGO_LANG="es").stderr
    assert spanish.startswith("E-STO-003: ")
    assert spanish != english
    machine = [vestigo("case", "show", case, "--json", VESTIGO_LANG=lang) for lang in ("en", "es")]
    assert machine[0].stdout == machine[1].stdout


def test_help_is_translated():
    assert vestigo("--help").stdout != vestigo("--help", VESTIGO_LANG="es").stdout


@given(st.text())
def test_printed_text_carries_no_control_or_direction_marks(text):
    shown = printable(text)
    assert all(c.isprintable() for c in shown)


def test_ansi_and_bidi_are_shown_escaped():
    assert printable("a\x1b[31mb\u202ec") == "a\\x1b[31mb\\u202ec"
