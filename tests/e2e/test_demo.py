# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job: from nothing to a verified bundle, on worlds whose truth is known."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

BUNDLE_FILES = {"bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt", "verify.sh", "verify.py"}


def test_seed_1_finds_everything_and_claims_nothing_false(finished_demo):
    document, path = finished_demo
    assert document["passed"]
    for part in ("vendors", "listings", "addresses"):
        assert document["score"][part]["missed"] == []
        assert document["score"][part]["wrong"] == []
    assert document["score"]["cash_outs"]["wrong"] == []
    assert document["score"]["cash_outs"]["true"] >= 5
    assert document["score"]["behind_mix"]["true"] >= 1
    assert {p.name for p in Path(document["bundle"]).iterdir()} >= BUNDLE_FILES
    assert Path(document["bundle"]).is_relative_to(path)


def test_the_world_is_large_enough(finished_demo):
    document, path = finished_demo
    truth = json.loads((path / "range" / "truth.json").read_text())
    assert len(truth["vendors"]) >= 12
    assert len(truth["listings"]) >= 60
    assert document["peak_mb"] <= 1536


def test_a_finished_demonstration_can_be_run_again(demo_case, vestigo):
    (demo_case / "practice.toml").read_text()
    done = vestigo("demo", "--case", demo_case, "--json")
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["passed"]


STAGES = (
    "crawl run",
    "ledger ingest",
    "case read",
    "ledger trace",
    "graph rebuild",
    "bundle build",
)


def killed_in(path, seed, stage, delay):
    """Run the demonstration and kill it and all its children soon after a stage began."""
    words = [sys.executable, "-m", "vestigo", "demo", "--case", str(path), "--seed", str(seed)]
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        for line in process.stderr:
            if f"vestigo {stage}" in line:
                break
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def test_kill_9_in_the_stages_loses_nothing(tmp_path, vestigo):
    seed = random.SystemRandom().randint(3, 2**31 - 1)
    chance = random.Random(seed)
    path = tmp_path / "case"
    kills = [
        killed_in(path, seed, stage, chance.uniform(0.8, 2.5)) for stage in chance.sample(STAGES, 3)
    ]
    done = vestigo("demo", "--case", path, "--json")
    assert done.returncode == 0, f"seed {seed}, kills {kills}\n{done.stderr[-4000:]}"
    assert json.loads(done.stdout)["passed"], seed
    checked = vestigo("evidence", "verify", path)
    assert checked.returncode in (0, 4), checked.stderr


def test_a_folder_of_somebody_else_is_refused(tmp_path, vestigo):
    (tmp_path / "mine.txt").write_text("mine")
    done = vestigo("demo", "--case", tmp_path)
    assert done.returncode == 2
    assert "E-DEM-001" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_port_in_use_is_said(demo_case, vestigo):
    import socket
    import tomllib

    port = tomllib.loads((demo_case / "practice.toml").read_text())["port"]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = vestigo("demo", "--case", demo_case)
    assert done.returncode == 7
    assert "E-DEM-004" in done.stderr
