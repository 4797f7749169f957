# SPDX-License-Identifier: AGPL-3.0-or-later
"""The practice case goes on where it was left and touches nothing else."""

import stat
from datetime import UTC, datetime

import pytest

from vestigo.errors import UsageError
from vestigo.pipeline.authorizing import read_authorization
from vestigo.pipeline.demonstration import Demonstration, begin
from vestigo.store import writer_lock


def test_a_demonstration_goes_on_in_the_same_world(tmp_path):
    first = begin(tmp_path / "demo", 7)
    assert begin(tmp_path / "demo", None) == first
    assert begin(tmp_path / "demo", 7) == first


def test_another_seed_is_refused(tmp_path):
    begin(tmp_path / "demo", 7)
    with pytest.raises(UsageError) as caught:
        begin(tmp_path / "demo", 8)
    assert caught.value.code == "E-DEM-002"


def test_a_folder_of_somebody_else_is_not_touched(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError) as caught:
        begin(tmp_path, None)
    assert caught.value.code == "E-DEM-001"
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_passphrase_is_made_once_and_private(tmp_path):
    practice = begin(tmp_path / "demo", 1)
    assert practice.passphrase() == practice.passphrase()
    assert stat.S_IMODE(practice.passphrase_file.stat().st_mode) == 0o600


def test_the_practice_authorization_names_the_range_and_nothing_more(tmp_path):
    practice = begin(tmp_path / "demo", 1)
    file = tmp_path / "a.toml"
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    file.write_text(practice.authorization_toml("avatar", now))
    authorization = read_authorization(file)
    assert authorization.hosts == (f"127.0.0.1:{practice.port}",)
    assert authorization.acts == ("view", "search", "login")
    assert authorization.starts_at == now
    assert (authorization.ends_at - now).days == 7


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError) as caught:
        begin(tmp_path / "file", None)
    assert caught.value.code == "E-DEM-001"


def test_a_second_demonstration_in_the_folder_waits_for_its_turn(tmp_path):
    practice = begin(tmp_path / "demo", 1)
    announced = []
    with writer_lock(practice.path / "practice.lock"), pytest.raises(UsageError) as caught:
        Demonstration(practice, lambda *step: announced.append(step)).run()
    assert caught.value.code == "E-STO-001"
    assert announced == []
