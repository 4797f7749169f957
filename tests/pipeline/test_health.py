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
    assert {"space", "encryption"} <= checks


def test_a_folder_without_a_case_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        examine(tmp_path)
    assert caught.value.code == "E-STO-003"
