# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger touches neither the home folder nor the network, nor brings bitcoinlib in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ledger.parsing import scan_block
from ledger.parsing.digest import displayed

PROGRAM = """
import sys, pkgutil, importlib
opened = []
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        opened.append(event)
sys.addaudithook(watch)
import ledger
for module in pkgutil.walk_packages(ledger.__path__, "ledger."):
    importlib.import_module(module.name)
from pathlib import Path
from ledger.ingest import ingest_file
from ledger.analysis import analyse
from vestigo.settings import default_settings
folder, file, address = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
ingest_file(folder, file, "regtest")
found = analyse(folder, "regtest", [address], [], default_settings()["ledger"], {})
assert len(found.traces) == 1
assert "bitcoinlib" not in sys.modules
assert not opened, opened
print("alone")
"""


def test_importing_and_running_writes_nothing_to_home_and_opens_no_socket(chain, tmp_path: Path):
    chain.step([chain.coin("v", 1_000)], [("x", 900)])
    file = chain.write(tmp_path / "b.dat")
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / "chain"), str(file), chain.address("v")]
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
    )
    assert done.stdout.strip() == "alone", done.stderr
    assert list(home.rglob("*")) == []


SECOND = """
import sys
from pathlib import Path
sys.addaudithook(lambda event, args: sys.exit(9) if event in (
    "socket.connect", "socket.getaddrinfo", "socket.sendto") else None)
from ledger.second_opinion import transaction_ids
for line in transaction_ids(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])):
    print(line)
"""


def test_bitcoinlib_gives_a_second_opinion_and_touches_neither_home_nor_net(chain, tmp_path: Path):
    coin = chain.coin("a", 10_000)
    chain.step([coin], [("b", 9_000)])
    block = tmp_path / "block"
    block.write_bytes(chain.blocks[-1])
    home, folder = tmp_path / "home", tmp_path / "own"
    home.mkdir()
    folder.mkdir()
    environment = {**os.environ, "HOME": str(home)}
    environment.pop("BCL_DATA_DIR", None)
    words = [sys.executable, "-c", SECOND, str(block), str(folder)]
    done = subprocess.run(words, env=environment, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    scanned = scan_block(chain.blocks[-1], where="")
    assert done.stdout.decode().split() == [displayed(tx.txid) for tx in scanned.transactions]
    assert list(home.iterdir()) == []
    assert list(folder.iterdir()) != []
