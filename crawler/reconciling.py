# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting frontier, archive and authorizations in agreement before a crawl goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.frontier import NewPage
from crawler.judging import CUT_BY_US, judge
from crawler.permission import covered
from crawler.set_aside import LOGIN_NEEDED
from vestigo.errors import VerificationError
from vestigo.evidence.warc import (
    WireResponse,
    broken_segments,
    iter_captures,
    iter_labelled,
    read_exchange,
    read_response,
    segment_paths,
)
from vestigo.records import Capture

if TYPE_CHECKING:
    from crawler.page_work import PageWork
    from crawler.world import CrawlWorld


def last_place(folder: Path) -> tuple[str, int]:
    """Return (file, offset) of the last capture in the archive, ("", 0) for none."""
    for path in reversed(segment_paths(folder)):
        name = path.name.removesuffix(".open")
        place = ("", 0)
        for capture in iter_captures(folder, after=(name, 0)):
            place = (capture.warc_name, capture.warc_offset)
        if place[0]:
            return place
    return "", 0


def reconcile(world: CrawlWorld, pages: PageWork) -> None:
    """Settle the pages that were in flight when a crawl was killed.

    A page whose capture is durable is taken from the archive, not asked for again;
    every other one is put back.  A frontier that was lost is made again first.
    """
    if world.frontier.lost:
        restore(world, pages)
    leased = {world.label_of(row): row for row in world.frontier.leased()}
    if not leased:
        return
    after = min((row.after_name, row.after_offset) for row in leased.values())
    for capture, label in iter_labelled(world.job.captures_folder, after=after):
        row = leased.get(label)
        wire = None if row is None else _archived(world, capture)
        if row is None or wire is None:
            continue
        del leased[label]
        if capture.problem.partition(";")[0] in CUT_BY_US:
            world.frontier.give_back(row)
        elif wire.status is None:
            pages.broken(row, capture.problem, capture)
        else:
            pages.take(row, capture, wire, generation=-1)
        world.n_reconciled += 1
    for row in leased.values():
        world.frontier.give_back(row)


def restore(world: CrawlWorld, pages: PageWork) -> None:
    """Make a lost frontier again from the captures of its pages, in the order of the archive.

    Only what is done for good is taken; a page that failed, waited or was a wall is asked
    for again, and so is what stands behind a damaged place of the archive, which is told.
    When this is killed it begins again: what is settled stays settled.
    """
    frontier, why = world.frontier, world.frontier.lost
    world.job.tally.counts.clear()
    for name, offset in broken_segments(world.job.captures_folder):
        _damaged(world, "E-EVI-103", f"{name}@{offset}")
    captures = list(_captures_of(world))
    frontier.count_from(max((seq for _capture, seq in captures), default=0) + 1)
    for capture, _seq in captures:
        profile = world.job.profile
        row = frontier.take_up(NewPage(capture.uri, profile.hint(capture.uri) or ""))
        if row is None:
            continue
        wire = _archived(world, capture)
        if (
            wire is not None
            and wire.status is not None
            and judge(profile, capture, wire).outcome == "done"
        ):
            pages.take(row, capture, wire, generation=-1)
            world.n_restored += 1
        else:
            frontier.give_back(row)
    frontier.found_again()
    details = {"frontier": world.job.frontier_path.name, "why": why, "n": str(world.n_restored)}
    world.job.on_event("fail", "frontier lost, made again from the archive", details)


def _captures_of(world: CrawlWorld) -> Iterator[tuple[Capture, int]]:
    """Yield the captures of this frontier's pages, each with the number that its page had."""
    mine = world.job.frontier_path.stem
    for capture, label in iter_labelled(world.job.captures_folder):
        stem, _slash, lease = label.partition("/")
        seq, _slash, _n = lease.partition("/")
        if stem == mine and seq.isdecimal():
            yield capture, int(seq)


def _archived(world: CrawlWorld, capture: Capture) -> WireResponse | None:
    """Return what came of a page; None, and that is told, where the archive is damaged."""
    try:
        exchange = read_exchange(world.job.captures_folder, capture)
    except VerificationError as error:
        _damaged(world, error.code, f"{capture.warc_name}@{capture.warc_offset}")
        return None
    return read_response(exchange.response, capture.request_method)


def _damaged(world: CrawlWorld, code: str, place: str) -> None:
    world.damaged.append(place)
    world.job.on_event("fail", f"{code} the archive is damaged", {"where": place})


def reconsider(world: CrawlWorld) -> None:
    """Ask again for pages that a new authorization covers, and for some that failed.

    These are the ones that were never reached, and those that need a log-in, once there is
    one; all of them only where the person asks for it.
    """
    cause = LOGIN_NEEDED if world.aside.logged_in else ""
    world.frontier.try_failed_again(every=world.job.retry_failed, cause=cause)
    for seq, uri, hint in world.frontier.not_authorised():
        if covered(world.gate, uri, hint, world.account):
            world.frontier.allow(seq)
