# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting frontier, archive and authorizations in agreement before a crawl goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler.permission import covered
from vestigo.evidence.warc import (
    iter_captures,
    iter_labelled,
    read_exchange,
    read_response,
    segment_paths,
)

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
    every other one is put back.
    """
    leased = {world.label_of(row): row for row in world.frontier.leased()}
    if not leased:
        return
    after = min((row.after_name, row.after_offset) for row in leased.values())
    for capture, label in iter_labelled(world.job.captures_folder, after=after):
        row = leased.get(label)
        if row is None:
            continue
        del leased[label]
        exchange = read_exchange(world.job.captures_folder, capture)
        wire = read_response(exchange.response, capture.request_method)
        if wire.status is None:
            pages.broken(row, capture.problem, capture)
        else:
            pages.take(row, capture, wire, generation=-1)
        world.n_reconciled += 1
    for row in leased.values():
        world.frontier.give_back(row)


def reconsider(world: CrawlWorld) -> None:
    """Ask again for pages that failed, and for those that a new authorization covers."""
    world.frontier.try_failed_again()
    for seq, uri, hint in world.frontier.not_authorised():
        if covered(world.gate, uri, hint, world.account):
            world.frontier.allow(seq)
