# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor: import names that others own are found."""

import pytest

from vestigo.errors import UsageError
from vestigo.pipeline.health import examine, foreign_owners
from vestigo.store import CaseFolder


def test_another_distribution_with_our_name_is_found():
    owners = {"graph": ["vestigo", "some-graph"], "nlp": ["vestigo"], "tests": ["bitcoinlib"]}
    assert foreign_owners(owners, ("graph", "nlp")) == {"graph": ["some-graph"]}


def test_nobody_else_owns_our_names_here():
    states = {finding.check: finding.state for finding in examine(None)}
    assert states["import_names"] == "ok"
    assert states["python"] == "ok"


def test_the_volume_of_a_case_is_examined(tmp_path):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    checks = {finding.check for finding in examine(folder.path)}
    assert {"space", "encryption", "swap"} <= checks


@pytest.mark.parametrize(
    ("kinds", "state"),
    [("lvm\ncrypt\ndisk", "ok"), ("lvm\npart\ndisk", "warning"), ("", "warning")],
)
def test_what_lies_below_the_volume_decides(tmp_path, monkeypatch, kinds, state):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, says in {"findmnt": "/dev/dm-0", "lsblk": kinds}.items():
        program = programs / name
        program.write_text(f"#!/bin/sh\necho '{says}'\n" if says else "#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
    swaps = tmp_path / "swaps"
    swaps.write_text("Filename Type\n/dev/zram0 partition\n/dev/dm-1 partition\n")
    monkeypatch.setattr("vestigo.pipeline.health.SWAPS", swaps)
    monkeypatch.setenv("PATH", str(programs))
    found = {one.check: (one.state, one.detail) for one in examine(folder.path)}
    assert found["encryption"][0] == found["swap"][0] == state
    assert ("/dev/dm-1" in found["swap"][1]) is (state == "warning" and bool(kinds))
    if not kinds:
        assert "not known" in found["encryption"][1]
        assert "not known" in found["swap"][1]


def test_a_folder_without_a_case_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        examine(tmp_path)
    assert caught.value.code == "E-STO-003"
