# SPDX-License-Identifier: AGPL-3.0-or-later
"""A full disk stops a stage with a code; with space again the same command goes on."""

import shutil
import subprocess

import pytest

from vestigo.records import Authorization, Block, Capture, Selector, Tag
from vestigo.store import RecordLedger


@pytest.fixture
def small_disk(mounted):
    """A tmpfs that can be made larger; skips where nothing may be mounted."""
    return mounted("400k")


def resize(folder, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def fill(folder, leave):
    """Fill the disk but for ``leave`` bytes."""
    with (folder / "ballast").open("wb") as handle:
        handle.write(b"\0" * max(shutil.disk_usage(folder).free - leave, 0))


def records_of(case, vestigo):
    import json

    return json.loads(vestigo("case", "show", case, "--json").stdout)["records"]


STAGES = {
    "ingest": lambda case: ("ledger", "ingest", case, *sorted((case / "range/blocks").iterdir()),
                            "--network", "regtest"),
    "read": lambda case: ("case", "read", case, "--profile", "range"),
    "trace": lambda case: ("ledger", "trace", case, "--network", "regtest"),
    "graph": lambda case: ("graph", "rebuild", case),
    "update": lambda case: ("graph", "update", case),
    "bundle": lambda case: ("bundle", "build", case, "--passphrase-stdin"),
}  # fmt: skip


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_full_disk_is_said_and_the_stage_goes_on_later(stage, finished_demo, small_disk, vestigo):
    resize(small_disk, "300m")
    case = small_disk / "case"
    shutil.copytree(finished_demo[1], case)
    for name in ("records.sqlite", "chain"):
        if stage == "ingest":
            target = case / name
            shutil.rmtree(target) if target.is_dir() else None
    (case / "chain").mkdir(exist_ok=True)
    if stage in ("read", "trace"):
        forget_derived(case)
    if stage == "update":
        (case / "graph" / "embedded.state").unlink()
    before = records_of(case, vestigo)
    fill(small_disk, leave=16_384)
    passphrase = (case / "practice-passphrase").read_text()
    stopped = vestigo(*STAGES[stage](case), stdin=passphrase)
    assert stopped.returncode == 7, (stage, stopped.returncode, stopped.stderr[-2000:])
    assert "Traceback" not in stopped.stderr
    (small_disk / "ballast").unlink()
    assert records_of(case, vestigo) == before or stage in ("read", "trace", "ingest")
    resumed = vestigo(*STAGES[stage](case), stdin=passphrase)
    assert resumed.returncode in (0, 4), (stage, resumed.stderr[-2000:])
    if stage in ("read", "trace"):  # here the log rightly misses what the test made it forget
        with RecordLedger(case / "records.sqlite") as ledger:
            assert ledger.verify().n_entries > sum(before.values())
    else:
        checked = vestigo("evidence", "verify", case)
        assert checked.returncode in (0, 4), checked.stderr[-2000:]


def forget_derived(case):
    """Make a ledger of the captures, blocks, tags and authorizations alone."""
    with RecordLedger(case / "records.sqlite") as old, RecordLedger(case / "less.sqlite") as new:
        for cls in (Authorization, Capture, Block, Tag, Selector):
            new.append(old.of_kind(cls))
    for path in case.glob("records.sqlite*"):
        path.unlink()
    for path in sorted(case.glob("less.sqlite*")):
        path.rename(case / path.name.replace("less", "records"))
