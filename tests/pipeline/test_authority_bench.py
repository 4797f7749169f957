# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random schedules against the gate, counted at real sockets; and the harness itself."""

import json
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from vestigo.authority import Gate
from vestigo.cli.bench_authority import authority
from vestigo.errors import AuthorityError
from vestigo.pipeline.authority_bench.browsed import BrowsedRounds
from vestigo.pipeline.authority_bench.model import Arrival, Model, Paper, wanted
from vestigo.pipeline.authority_bench.rounds import Rounds
from vestigo.pipeline.authority_bench.running import MEMORY, OpenGate, is_browsed, measure
from vestigo.pipeline.authority_bench.schedules import make_schedule
from vestigo.pipeline.authority_bench.servers import Servers

N_SCHEDULES = 500
PAPER = Paper(0, 60, ("h", "g:81"), ("view", "login"), ("listing",), ("avatar",))


@pytest.fixture(scope="module")
def servers():
    with Servers() as serving:
        yield serving


@pytest.fixture
def work():
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.timeout(300)
def test_nothing_out_of_scope_is_asked_for_and_nothing_in_scope_is_refused(work, servers):
    found = Rounds(work, servers).run(range(50_000, 50_000 + N_SCHEDULES))
    assert found.violations == []
    assert found.refused == []
    assert (found.n_schedules, found.n_complete > 100) == (N_SCHEDULES, True)
    assert {f"E-AUT-00{n}" for n in range(1, 7)} <= set(found.codes)


@pytest.mark.timeout(60)
def test_a_gate_that_allows_everything_is_told_on(work, servers):
    found = Rounds(work, servers, OpenGate).run(range(15))
    assert found.violations


@pytest.mark.timeout(60)
def test_a_gate_that_refuses_too_much_is_told_on(work, servers):
    class NoVendors(OpenGate.__base__):
        def covers(self, intent):
            return super().covers(intent) and intent.data_class != "vendor_profile"

    found = Rounds(work, servers, NoVendors).run(range(60))
    assert any("never asked for" in line for line in found.refused)


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_browser_asks_for_nothing_out_of_scope_and_is_refused_nothing_in_scope(work, servers):
    found = BrowsedRounds(work, servers).run(range(100, 116))
    assert found.violations == []
    assert found.refused == []
    assert (found.n_schedules, found.n_drawn >= 3) == (16, True)
    assert {"E-AUT-002", "E-AUT-003", "E-AUT-004"} <= set(found.codes)


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_browser_behind_a_wrong_gate_is_told_on(work, servers):
    """One that allows everything, and one that refuses pictures of pages that it should show."""

    class NoStyles(Gate):
        def check(self, intent):
            if "as=css" in intent.what:
                raise AuthorityError("E-AUT-004", "no", where="", remedy="")
            return super().check(intent)

    assert BrowsedRounds(work, servers, OpenGate).run(range(4)).violations
    found = BrowsedRounds(work, servers, NoStyles).run(range(100, 108))
    assert any("never asked for" in line and "as=css" in line for line in found.refused)


def test_the_browsers_share_lies_evenly():
    chosen = [n for n in range(1000) if is_browsed(n, 1000, 50)]
    assert len(chosen) == 50
    assert {later - earlier for earlier, later in pairwise(chosen)} == {20}


@pytest.mark.timeout(60)
def test_finished_batches_are_kept_for_the_same_commit(tmp_path, monkeypatch):
    from vestigo.pipeline.authority_bench import running

    monkeypatch.setattr(running, "current_commit", lambda: "abc")
    monkeypatch.setattr(running, "CONTROL", 12)
    ran = []
    real = Rounds.run
    monkeypatch.setattr(
        Rounds, "run", lambda self, seeds, *more: ran.append(len(seeds)) or real(self, seeds, *more)
    )
    options = {"keep": tmp_path, "resume": True, "on_schedule": lambda: None}
    first = measure(6, 1, **options)
    again = measure(6, 1, **options)
    assert ran == [6, 12, 12]
    assert {**first, "seconds": ""} == {**again, "seconds": ""}
    monkeypatch.setattr(running, "current_commit", lambda: "def")
    measure(6, 1, **options)
    assert ran == [6, 12, 12, 6, 12]


@pytest.mark.timeout(60)
def test_the_command_prints_one_document(monkeypatch):
    from vestigo.pipeline.authority_bench import running

    monkeypatch.setattr(running, "CONTROL", 12)
    done = CliRunner().invoke(authority, ["--schedules", "3", "--json"], standalone_mode=False)
    document = json.loads(done.stdout)
    assert (document["schedules"], document["met"]) == (3, True)
    assert done.return_value == 0


@pytest.mark.parametrize(
    ("host", "port", "method", "target", "at", "allowed"),
    [
        ("h", 80, "GET", "/p/1", 0, True),
        ("g", 81, "GET", "/", 59, True),
        ("g", 80, "GET", "/p/1", 0, False),
        ("h", 80, "GET", "/p/1", 60, False),
        ("h", 80, "GET", "/p/1", -1, False),
        ("h", 80, "GET", "/v/1", 0, False),
        ("h", 80, "GET", "/s/1", 0, False),
        ("h", 80, "GET", "/i/1.png", 0, False),
        ("h", 80, "POST", "/p/1", 0, True),
        ("h", 80, "GET", "/captcha.png", 0, True),
        ("h", 80, "GET", "/p/1?as=css", 0, True),
        ("h", 80, "GET", "/p/1?as=img", 0, False),
        ("h", 80, "GET", "/favicon.ico", 0, False),
    ],
)
def test_the_table(host, port, method, target, at, allowed):
    arrival = Arrival(host, port, method, target, at)
    assert Model([PAPER], "avatar").allows(arrival) is allowed
    assert Model([PAPER], "nobody").allows(arrival) is False
    replacing = Paper(0, 60, (), (), (), (), replaces=0)
    assert Model([PAPER, replacing], "avatar").allows(arrival) is False


def test_a_form_belongs_to_the_log_in_wherever_it_goes():
    assert wanted(Arrival("h", 1, "POST", "/x/9", 0)) == ("login", "listing")


def test_a_seed_is_one_schedule(servers):
    assert make_schedule(7, servers.endpoints) == make_schedule(7, servers.endpoints)
    assert make_schedule(7, servers.endpoints) != make_schedule(8, servers.endpoints)
