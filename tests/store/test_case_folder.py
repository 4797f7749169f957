# SPDX-License-Identifier: AGPL-3.0-or-later
"""The case folder: who may read it, what it refuses."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from vestigo.errors import ConfigurationError, UsageError
from vestigo.store import CaseFolder, writer_lock
from vestigo.store.atomic import write_atomically


def test_a_new_case_is_private(tmp_path):
    folder = CaseFolder.create(tmp_path / "c", title='A "title"\n', unit="U\\1")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.toml.stat().st_mode) == 0o600
    assert folder.description()["title"] == 'A "title"\n'
    assert folder.description()["unit"] == "U\\1"


def test_what_is_there_is_never_overwritten(tmp_path):
    CaseFolder.create(tmp_path / "c", title="t", unit="u")
    with pytest.raises(UsageError) as caught:
        CaseFolder.create(tmp_path / "c", title="t", unit="u")
    assert caught.value.code == "E-STO-002"


def test_a_folder_without_a_case_is_named(tmp_path):
    with pytest.raises(UsageError) as caught:
        CaseFolder.open(tmp_path)
    assert caught.value.code == "E-STO-003"


def test_an_unknown_key_names_the_nearest(tmp_path):
    folder = CaseFolder.create(tmp_path / "c", title="t", unit="u")
    text = folder.toml.read_text().replace("[settings]", "[settings.ledger]\nmax_hopps = 3")
    folder.toml.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        folder.settings()
    assert caught.value.code == "E-CFG-003"
    assert "max_hops" in str(caught.value)


def test_a_case_overrides_one_setting_only(tmp_path):
    folder = CaseFolder.create(tmp_path / "c", title="t", unit="u")
    before = folder.settings()
    text = folder.toml.read_text().replace("[settings]", "[settings.ledger]\nmax_hops = 3")
    folder.toml.write_text(text)
    after = folder.settings()
    assert after["ledger"] == {**before["ledger"], "max_hops": 3}
    assert after["crawl"] == before["crawl"]


HOLDER = """
import sys
from pathlib import Path
from vestigo.store import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_refused_and_a_dead_one_is_forgotten(tmp_path):
    lock = tmp_path / "writer.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(UsageError) as caught, writer_lock(lock):
        pass
    assert caught.value.code == "E-STO-001"
    holder.kill()
    holder.communicate()
    with writer_lock(lock):
        pass


def test_an_atomic_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_atomically(path, b"old")

    def full(_descriptor):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_place_that_cannot_be_written_is_said():
    with pytest.raises(UsageError) as caught:
        CaseFolder.create(Path("/proc/vestigo-case"), title="t", unit="u")
    assert caught.value.code == "E-STO-007"


def test_a_title_typed_under_a_foreign_locale_keeps_its_letters(tmp_path):
    typed = "Operaci\u00f3n".encode().decode("ascii", "surrogateescape")
    folder = CaseFolder.create(tmp_path / "c", title=typed, unit="u")
    assert folder.description()["title"] == "Operaci\u00f3n"


def test_a_settings_section_at_the_wrong_level_names_the_right_one(tmp_path):
    folder = CaseFolder.create(tmp_path / "c", title="t", unit="u")
    folder.toml.write_text(folder.toml.read_text() + "\n[crawl]\nconcurrency = 1\n")
    with pytest.raises(ConfigurationError) as caught:
        folder.settings()
    assert "settings.crawl" in caught.value.what


def test_an_empty_description_is_filled_with_nothing(tmp_path):
    folder = CaseFolder.create(tmp_path / "c", title="t", unit="u")
    folder.toml.write_text("")
    assert folder.description()["title"] == ""
