# SPDX-License-Identifier: AGPL-3.0-or-later
"""Part a: archived pages a second through one Tor client, beside plain httpx and httpx2.

The pages stand behind an onion service of a private Tor network on loopback, which the
tests of a checkout bring along; without that or without ``tor`` the part is left out and
says why.  All go through the same client, 32 requests at a time, in turns.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from vestigo.pipeline.capture_bench.loopback import OURS, SERVER, timed
from vestigo.pipeline.capture_bench.parts import Figure, Measured, Plan
from vestigo.pipeline.steps import StepFailed, serving
from vestigo.training.onion.control import TorControl

PEER = "crawler.peers.plain_httpx"
PRIVATE_TOR = Path(__file__).resolve().parents[3] / "tests" / "tor_network" / "private_tor.py"
N_PAGES = 800
ROUNDS = 5
AT_ONCE = 32
LEAST_SHARE = 0.6
_ABSENT = 3
Runs = dict[str, list[dict[str, Any]]]


def measure(plan: Plan) -> Measured:
    """Return our rate, the peers' rates and the share; left out where there is no Tor."""
    why = missing()
    if why:
        return Measured({}, {"left_out": why})
    runs: Runs = {"httpx": [], "httpx2": [], "archive": []}
    with onion(plan.work / "tor") as (url, proxy):
        for number in range(ROUNDS):
            for name, done in runs.items():
                one = _run(name, url, proxy, plan.work / f"{name}-{number}")
                if one is not None:
                    done.append(one)
    return Measured(
        _figures(runs),
        {"pages": N_PAGES, "rounds": ROUNDS, "at_once": AT_ONCE, "runs": runs,
         "absent": [name for name, done in runs.items() if not done]},
    )  # fmt: skip


def missing() -> str:
    """Say what this part needs and has not, "" where all is there."""
    if not (shutil.which("tor") and shutil.which("tor-gencert")):
        return "tor is not installed"
    return "" if PRIVATE_TOR.is_file() else "the private Tor network needs a checkout"


def _figures(runs: Runs) -> dict[str, Figure]:
    rate = {name: median(one["pages_per_s"] for one in done) for name, done in runs.items() if done}
    cpu = {name: min(one["cpu_ms"] for one in done) for name, done in runs.items() if done}
    fastest = max(value for name, value in rate.items() if name != "archive")
    return {
        "share_of_plain_pages_per_s": Figure(round(rate["archive"] / fastest, 3), "", LEAST_SHARE),
        **{f"{name}_pages_per_s": Figure(value, "1/s") for name, value in rate.items()},
        **{f"{name}_cpu_ms": Figure(value, "ms") for name, value in cpu.items()},
    }


def _run(name: str, url: str, proxy: str, work: Path) -> dict[str, Any] | None:
    more = [url, str(N_PAGES), str(AT_ONCE)]
    if name == "archive":
        work.mkdir()
        return timed([OURS, name, *more, str(work), proxy])
    try:
        return timed([PEER, name, *more, proxy])
    except StepFailed as error:
        if error.exit_code == _ABSENT:
            return None
        raise


@contextmanager
def onion(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve the invented pages as an onion service; yield its address and the proxy's."""
    network = _private_tor().PrivateTor(folder)
    try:
        network.open()
        with (
            serving([sys.executable, "-m", SERVER]) as local,
            TorControl("127.0.0.1", network.control_port) as control,
        ):
            control.authenticate(str)
            name = _publish(control, urlsplit(local).port or 0)
            yield f"http://{name}.onion/", f"socks5://127.0.0.1:{network.socks_port}"
    finally:
        network.close()


def _publish(control: TorControl, port: int) -> str:
    """Publish the port under a key that nobody keeps, and wait until it is known."""
    control.watch("HS_DESC")
    lines = control.ask(f"ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=80,127.0.0.1:{port}")
    name = next(line.partition("=")[2] for line in lines if line.startswith("ServiceID="))
    while "UPLOADED" not in (event := control.next_event(60.0)):
        if not event:
            raise TimeoutError("the onion service is not published")
    return name


def _private_tor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("private_tor", PRIVATE_TOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["private_tor"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module
