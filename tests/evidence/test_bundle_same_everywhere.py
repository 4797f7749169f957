# SPDX-License-Identifier: AGPL-3.0-or-later
"""``data/`` is a function of case, checkpoint and release: not of the user or the machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from vestigo.pipeline.session import open_session
from vestigo.pipeline.tamper_bench.bases import case_with_history
from vestigo.pipeline.tamper_bench.invented_case import PASSPHRASE

BUILD = """
import os, sys
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))} if sys.argv[1] == "one" else os.sched_getaffinity(0))
os.umask(int(sys.argv[2], 8))
from vestigo.cli.app import main
sys.argv = ["vestigo", *sys.argv[3:]]
main()
"""


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def copy_backwards(source: Path, target: Path) -> None:
    """Copy so that a listing of the folder comes in another order."""
    target.mkdir(parents=True)
    for path in sorted(source.iterdir(), reverse=True):
        if path.is_dir():
            copy_backwards(path, target / path.name)
        else:
            shutil.copy2(path, target / path.name)


def build(case: Path, checkpoint: int, environment: dict[str, str], cpus: str, umask: str, cwd: Path) -> Path:  # fmt: skip
    words = [sys.executable, "-c", BUILD, cpus, umask, "bundle", "build", str(case), "--json",
             "--passphrase-stdin", "--at-checkpoint", str(checkpoint)]  # fmt: skip
    done = subprocess.run(words, env={"PATH": os.environ["PATH"], **environment}, cwd=cwd, timeout=300,
                          input=f"{PASSPHRASE}\n", capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return case / "bundles" / Path(json.loads(done.stdout)["path"]).name


@pytest.fixture
def elsewhere(tmp_path):
    """A folder on another file system, where there is one."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path / "elsewhere"
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_data_is_the_same_in_two_environments(tmp_path, elsewhere):
    """Another user, home, zone, language, path, umask, hash seed, order of files, CPU count."""
    case_with_history(tmp_path / "case")
    with open_session(tmp_path / "case", write=False) as session:
        checkpoint = session.custody.head().n_events
    shutil.copytree(tmp_path / "case", tmp_path / "a long way down" / "one")
    copy_backwards(tmp_path / "case", elsewhere / "2")
    first = build(
        tmp_path / "a long way down" / "one", checkpoint,
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0", "USER": "u0", "LOGNAME": "u0", "HOME": str(tmp_path)},
        "one", "022", tmp_path,
    )  # fmt: skip
    second = build(
        elsewhere / "2", checkpoint,
        {"TZ": "Pacific/Kiritimati", "LANG": "es_AR.UTF-8", "PYTHONHASHSEED": "4711", "USER": "u1",
         "LOGNAME": "u1", "HOME": str(elsewhere), "LANGUAGE": "es", "TMPDIR": str(elsewhere)},
        "all", "077", elsewhere,
    )  # fmt: skip
    assert len(tree(first / "data")) > 30
    assert tree(first / "data") == tree(second / "data")
    for algorithm in ("sha256", "sha512"):
        name = f"manifest-{algorithm}.txt"
        assert (first / name).read_bytes() == (second / name).read_bytes()
    assert (first / "seal/checkpoint.note").read_bytes() == (
        second / "seal/checkpoint.note"
    ).read_bytes()
