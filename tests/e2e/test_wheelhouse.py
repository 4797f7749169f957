# SPDX-License-Identifier: AGPL-3.0-or-later
"""An air-gapped machine: the wheels install without a network, and the demonstration runs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vestigo import __version__


def missing(reason):
    if os.environ.get("VESTIGO_REQUIRE_NAMESPACES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def airgapped():
    """The words that put a command into a network namespace with nothing but loopback."""
    words = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    able = shutil.which("unshare") and shutil.which("ip")
    if not able or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        missing("this machine cannot make a network namespace (needs root and iproute2)")
    return words


@pytest.fixture(scope="module")
def installed(airgapped, tmp_path_factory):
    """The folder of programs of a new environment, installed from the wheels alone."""
    wheels = os.environ.get("VESTIGO_WHEELHOUSE", "")
    if not wheels or not list(Path(wheels).glob("vestigo-*.whl")):
        missing("VESTIGO_WHEELHOUSE names no folder of wheels (bin/wheelhouse makes one)")
    environment = tmp_path_factory.mktemp("airgapped") / "venv"
    subprocess.run([*airgapped, sys.executable, "-m", "venv", str(environment)], check=True)
    subprocess.run(
        [*airgapped, str(environment / "bin" / "pip"), "install", "--quiet", "--no-compile",
         "--no-index", "--find-links", wheels, "vestigo"],
        check=True,
    )  # fmt: skip
    return environment / "bin"


def run(airgapped, installed, home, *words):
    environment = {"PATH": f"{installed}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(
        [*airgapped, str(installed / "vestigo"), *map(str, words)],
        capture_output=True, text=True, check=False, cwd=home, env=environment,
    )  # fmt: skip


def test_the_demonstration_runs_from_the_wheels_without_a_network(airgapped, installed, tmp_path):
    assert run(airgapped, installed, tmp_path, "--version").stdout.strip() == __version__
    done = run(airgapped, installed, tmp_path, "demo", "--case", "case", "--seed", 2, "--json")
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout)["passed"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case"], "something lies outside"


def test_no_other_distribution_owns_a_name_that_we_ship(airgapped, installed, tmp_path):
    found = run(airgapped, installed, tmp_path, "doctor", "--json")
    states = {item["check"]: item["state"] for item in json.loads(found.stdout)}
    assert states["import_names"] == "ok"


def test_the_wheel_ships_what_it_needs_and_no_tests():
    wheels = Path(os.environ.get("VESTIGO_WHEELHOUSE", "."))
    names = []
    for wheel in wheels.glob("vestigo-*.whl"):
        import zipfile

        names = zipfile.ZipFile(wheel).namelist()
    if not names:
        missing("VESTIGO_WHEELHOUSE names no folder of wheels (bin/wheelhouse makes one)")
    tops = {name.split("/")[0] for name in names}
    assert tops == {"crawler", "graph", "ledger", "nlp", "vestigo",
                    f"vestigo-{__version__}.dist-info"}  # fmt: skip
    for needed in ("vestigo/_config/defaults.toml", "vestigo/_config/markets/range.toml",
                   "vestigo/_config/locale/es/kernel.po", "graph/queries/flows.cypher"):  # fmt: skip
        assert needed in names
