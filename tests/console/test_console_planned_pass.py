# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pass that an operator planned begins by itself, in a process of its own, over a real market."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from vestigo.clock import system_clock
from vestigo.console.accounts import Accounts
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.capture_bench.frontier_size import order
from vestigo.pipeline.capture_bench.large_market import n_pages, write_profile
from vestigo.pipeline.crawl_kills.counting import CountingMarket
from vestigo.pipeline.session import open_session
from vestigo.records import Capture
from vestigo.store import CaseFolder

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
LISTINGS = 3
WAIT = 120


@pytest.mark.timeout(400)
def test_a_planned_pass_begins_at_its_moment_and_captures_the_market_again(tmp_path, serve):
    path, profile = tmp_path / "case", write_profile(tmp_path)
    CaseFolder.create(path, title="Planned", unit="Unit 7")
    with open_session(path) as session:
        record_authorization(session, order())
        Accounts(session.folder).add("olga.operator", "operator", PASSWORD, session.clock)
    with CountingMarket(LISTINGS) as market:
        words = ["crawl", "run", str(path), "--profile", str(profile), "--start", market.uri]
        first = subprocess.run([sys.executable, "-m", "vestigo", *words], check=False,
                               capture_output=True, timeout=WAIT)  # fmt: skip
        assert first.returncode == 0, first.stderr[-2000:]
        before = market.n_asked
        with serve(SimpleNamespace(path=path, clock=system_clock)) as served:
            _planned_far_and_dropped(served)
            assert market.n_asked == before, "not before its moment"
            _planned_now(served)
            name = next(iter(served.desk.crawls.crawls.all()))
            child = served.desk.crawls.crawls._children[name].process
            assert child.wait(WAIT) == 0, served.desk.crawls.crawls.all()[name]
            with served.signed_in("olga.operator") as client:
                page = client.get("/crawls")
                assert page.status_code == 200
                assert "olga.operator" in page.text
        assert market.n_asked == 2 * before == 2 * n_pages(LISTINGS)
    with open_session(path) as session:
        session.ledger.verify()
        session.custody.verify()
        assert len(list(session.ledger.of_kind(Capture))) == 2 * n_pages(LISTINGS)
        begun = [e for e in session.custody.events() if "planned pass begun" in e.reason]
    assert begun[0].details["planned_by"] == "olga.operator"
    assert len(begun) == 1


def _plan(served, moment):
    with served.signed_in("olga.operator") as client:
        form = {"market": "large", "at": moment}
        answer = client.post("/crawls/plan", data=form, headers=SAME)
        assert answer.status_code == 303, answer.text[-500:]


def _planned_far_and_dropped(served):
    """A plan for later begins nothing, and is taken away by an empty moment."""
    later = system_clock() + timedelta(days=2)
    _plan(served, f"{later:%Y-%m-%dT%H:%M:%S}")
    served.desk.crawls.begin_due()
    assert set(served.desk.crawls.plan.all()) == {"large"}
    _plan(served, "")
    assert served.desk.crawls.plan.all() == {}
    assert served.desk.crawls.crawls.all() == {}


def _planned_now(served):
    """A plan whose moment has come begins once, whoever looks first: follower or we."""
    _plan(served, f"{system_clock():%Y-%m-%dT%H:%M:%S}")
    served.desk.crawls.begin_due()
    end = time.monotonic() + WAIT
    while not served.desk.crawls.crawls.all() and time.monotonic() < end:
        served.desk.crawls.begin_due()
    assert served.desk.crawls.plan.all() == {}
    assert len(served.desk.crawls.crawls.all()) == 1
