# SPDX-License-Identifier: AGPL-3.0-or-later
"""``data/`` is a function of case, checkpoint and release: not of the user or the process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PASSPHRASE = "correct horse battery staple"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


BUILD_AGAIN = """
import sys
from pathlib import Path
from vestigo.clock import system_clock
from vestigo.evidence.bundle import build_bundle
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.keys import unlock_keys
from vestigo.store import CaseFolder, RecordLedger
folder = CaseFolder.open(Path(sys.argv[1]))
custody = CustodyLog(folder.custody, actor="eve", clock=system_clock)
keys, ledger = unlock_keys(folder, sys.argv[2]), RecordLedger(folder.records)
print(build_bundle(folder, ledger, custody, keys, attachments={}, at_checkpoint=6).path)
"""


def test_data_is_the_same_in_processes_of_other_zone_language_umask_and_hash_seed(world, tmp_path):
    """Two strangers to each other: nothing of the user or the process shows in ``data/``."""
    built = []
    for n, (zone, language, seed, umask) in enumerate(
        (("UTC", "C", "0", 0o022), ("Pacific/Kiritimati", "es_AR.UTF-8", "4711", 0o077))
    ):
        shutil.copytree(world.folder.path, tmp_path / f"copy{n}")
        env = {
            "PATH": os.environ["PATH"],
            "TZ": zone,
            "LC_ALL": language,
            "PYTHONHASHSEED": seed,
            "USER": f"u{n}",
        }
        done = subprocess.run([sys.executable, "-c", BUILD_AGAIN, str(tmp_path / f"copy{n}"), PASSPHRASE],
                              env=env, umask=umask, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        built.append(Path(done.stdout.strip()))
    assert tree(built[0] / "data") == tree(built[1] / "data")
    assert (built[0] / "manifest-sha512.txt").read_bytes() == (
        built[1] / "manifest-sha512.txt"
    ).read_bytes()
