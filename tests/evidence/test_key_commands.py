# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case keys``: what a person types, what it prints, what it asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vestigo.evidence import keybox

OLD, NEW, OWN = "correct horse battery staple", "another horse in the pasture", "ana sings at dawn"
STDIN = "--passphrase-stdin"


@pytest.fixture(autouse=True)
def _quick_boxes(monkeypatch):
    """What a guess at a passphrase costs is not what is tested here."""
    monkeypatch.setattr(keybox, "WORK", 2**10)


@pytest.fixture
def case(tmp_path, vestigo):
    assert vestigo("case", "new", tmp_path / "case", "--title", "t", "--unit", "u")[0] == 0
    assert vestigo("case", "keys", "create", tmp_path / "case", STDIN, stdin=OLD)[0] == 0
    return tmp_path / "case"


def shown(vestigo, case: Path, passphrase: str) -> dict[str, str]:
    code, out, err = vestigo("case", "keys", "show", case, STDIN, "--json", stdin=passphrase)
    assert code == 0, err
    return json.loads(out)


def test_the_life_of_keys(case, vestigo):
    first = shown(vestigo, case, OLD)
    assert vestigo("case", "keys", case, "rotate", STDIN, stdin=OLD)[0] == 0
    code, _out, err = vestigo("case", "keys", "passphrase", case, STDIN, stdin=f"{OLD}\n{NEW}\n")
    assert code == 0
    assert "still open with the old passphrase" in err
    assert vestigo("case", "keys", "show", case, STDIN, stdin=OLD)[2].startswith("E-EVI-014")
    two = f"{NEW}\n{OWN}\n"
    assert vestigo("case", "keys", "operator", "add", case, "ana", STDIN, stdin=two)[0] == 0
    assert vestigo("evidence", "checkpoint", case, "--operator", "ana", STDIN, stdin=two)[0] == 0
    now = shown(vestigo, case, NEW)
    assert now["origin"] == first["origin"]
    assert now["unit_certificate_sha256"] == first["unit_certificate_sha256"]
    assert now["keys"].split() == [first["keys"], now["key"]]
    assert now["operators"].startswith("ana:")
    assert vestigo("evidence", "verify", case)[0] == 0


def test_what_was_signed_since_a_revocation_is_said_to_be_doubtful(case, vestigo):
    assert vestigo("evidence", "checkpoint", case, STDIN, stdin=OLD)[0] == 0
    digits = shown(vestigo, case, OLD)["keys"]
    words = ("case", "keys", "revoke", case, digits, "--reason", "stolen", "--since",
             "2020-01-01T00:00:00Z", "--json")  # fmt: skip
    code, out, _err = vestigo(*words)
    assert code == 0
    assert json.loads(out) == {"key": digits, "since": "2020-01-01T00:00:00Z", "reason": "stolen"}
    code, out, err = vestigo("evidence", "verify", case, "--json")
    assert code == 4
    assert (
        f"Doubtful: signed by a key after it was revoked: event 3 (checkpoint signed): {digits}"
        in err
    )
    assert len(json.loads(out)["keys"]["doubtful"]) == 1


@pytest.mark.parametrize(
    ("words", "stdin", "code"),
    [
        (("rotate",), NEW, "E-EVI-014"),
        (("passphrase",), f"{OLD}\nshort\n", "E-EVI-011"),
        (("passphrase",), OLD, "E-EVI-011"),
        (("operator", "add"), f"{OLD}\nshort\n", "E-EVI-011"),
        (("operator", "add"), f"{NEW}\n{OWN}\n", "E-EVI-014"),
    ],
)
def test_what_is_refused_leaves_the_keys_as_they_were(case, vestigo, words, stdin, code):
    more = ("ana",) if words[0] == "operator" else ()
    before = {path.name: path.read_bytes() for path in (case / "keys").iterdir()}
    assert vestigo("case", "keys", *words, case, *more, STDIN, stdin=stdin)[2].startswith(code)
    assert {path.name: path.read_bytes() for path in (case / "keys").iterdir()} == before


def test_an_operator_changes_only_the_own_passphrase(case, vestigo):
    two = f"{OLD}\n{OWN}\n"
    assert vestigo("case", "keys", "operator", "add", case, "ana", STDIN, stdin=two)[0] == 0
    box = case / "keys/operator-ana.box"
    older = box.read_bytes()
    change = ("case", "keys", "operator", "passphrase", case, "ana", STDIN)
    assert vestigo(*change, stdin=f"{OLD}\n{NEW}\n")[2].startswith("E-EVI-014")
    assert vestigo(*change, stdin=f"{OWN}\nshort\n")[2].startswith("E-EVI-011")
    assert box.read_bytes() == older
    code, out, err = vestigo(*change, "--json", stdin=f"{OWN}\n{NEW}\n")
    assert code == 0, err
    assert json.loads(out)["key"] == shown(vestigo, case, OLD)["operators"].partition(":")[2]
    sign = ("evidence", "checkpoint", case, "--operator", "ana", STDIN)
    assert vestigo(*sign, stdin=two)[2].startswith("E-EVI-014")
    assert vestigo(*sign, stdin=f"{OLD}\n{NEW}\n")[0] == 0
    box.write_bytes(older)
    assert vestigo(*sign, stdin=two)[2].startswith("E-EVI-261")
    assert vestigo(*change, stdin=f"{OWN}\n{NEW}\n")[2].startswith("E-EVI-261")


def test_a_revoked_operator_changes_no_passphrase(case, vestigo):
    two = f"{OLD}\n{OWN}\n"
    assert vestigo("case", "keys", "operator", "add", case, "ana", STDIN, stdin=two)[0] == 0
    revoke = ("--reason", "left", "--since", "2020-01-01T00:00:00Z")
    assert vestigo("case", "keys", "revoke", case, "ana", *revoke)[0] == 0
    change = ("case", "keys", "operator", "passphrase", case, STDIN)
    for name in ("ana", "../ana", "a/b"):
        said = vestigo(*change, name, stdin=f"{OWN}\n{NEW}\n")
        assert said[2].startswith("E-EVI-266"), name


def test_an_operator_who_is_not_there_signs_nothing(case, vestigo):
    words = ("evidence", "checkpoint", case, "--operator", "bob", STDIN)
    assert vestigo(*words, stdin=f"{OLD}\n{OWN}\n")[2].startswith("E-EVI-266")
    assert list((case / "anchors").glob("checkpoint-*.note")) == []
    words = ("case", "keys", "operator", "passphrase", case, "bob", STDIN)
    assert vestigo(*words, stdin=f"{OWN}\n{NEW}\n")[2].startswith("E-EVI-266")


def test_without_keys_nothing_can_be_changed(tmp_path, vestigo):
    case = tmp_path / "bare"
    assert vestigo("case", "new", case, "--title", "t", "--unit", "u")[0] == 0
    for words in (("rotate", case), ("passphrase", case), ("operator", "add", case, "ana")):
        said = vestigo("case", "keys", *words, STDIN, stdin=f"{OLD}\n{NEW}\n")
        assert said[2].startswith("E-EVI-012"), words
    words = ("revoke", case, "00000000", "--reason", "r", "--since", "2020-01-01T00:00:00Z")
    assert vestigo("case", "keys", *words)[2].startswith("E-EVI-012")
