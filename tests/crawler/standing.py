# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawls as they may stand, written into a case without crawling, for who looks at them."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.frontier import Frontier, NewPage
from vestigo.evidence.quarantine import Quarantine, QuarantineItem
from vestigo.pipeline.crawl_state import CrawlState, RunningNow, process_ticks, state_path

PROFILE = str(Path(__file__).parent / "market.toml")
START = "http://127.0.0.1:9/"
NOW = datetime.now(UTC).replace(microsecond=0)  # when the tests were collected
WEEK = 7 * 86_400  # longer than any run of them takes: what is to come is still to come


def put(case, *, name="tiny", n_queued=0, n_done=0, failed=(), running=None, **fields):
    """Write a frontier and what is remembered of its crawl."""
    frontier = Frontier(case.crawl_state / f"{name}.sqlite")
    pages = [NewPage(f"{START}p/{n}", "listing") for n in range(n_done + len(failed))]
    frontier.add(pages)
    for n in range(n_done + len(failed)):
        row = frontier.lease(0, ("", 0))
        if n < n_done:
            frontier.done(row, "c" * 64, "listing", [])
        else:
            frontier.fail(row, failed[n - n_done], "e" * 64)
    frontier.add(NewPage(f"{START}q/{n}", "listing") for n in range(n_queued))
    frontier.close()
    given = {"profile": "range", "start": START, "account": "", "market": name, "pass_no": 1}
    state = CrawlState(**{**given, **fields}, running=running)
    state_path(case.crawl_state / f"{name}.sqlite").write_text(json.dumps(state.document()))


def park(case, host):
    """Let something have been found on a host."""
    item = QuarantineItem(
        item_id="ab" * 32, cause="hit", at=at(-60), sha256="0" * 64, n_bytes=1, address="-",
        host=host, list_name="l", list_version="1", match_kind="sha256", distance=0,
        recipient="", kept="", authorization_id="",
    )  # fmt: skip
    Quarantine(case).put(item, None, {})


def alive(**fields):
    return RunningNow(os.getpid(), process_ticks(os.getpid()), NOW.isoformat(), **fields)


def at(seconds):
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def fits(out):
    lines = out.splitlines()
    long = [one for one in lines if len(one) > 80 and not one.startswith("  $ ")]
    return len(lines) <= 24 and not long
