# SPDX-License-Identifier: AGPL-3.0-or-later
"""The screen in front of the archive: every exchange passes here before it is kept anywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from scrapy import Request

from crawler.frontier.rows import class_hint
from crawler.job import CrawlJob
from crawler.market import MarketProfile, read_page
from crawler.market.classifying import is_page_type
from crawler.market.size import too_large
from crawler.permission import host_and_port, intent_of
from crawler.third_class import may_not_be_kept
from vestigo.evidence.quarantine import Sighting, masked_address
from vestigo.evidence.screening import Screen, Verdict
from vestigo.evidence.screening.media import pictures_inside
from vestigo.evidence.warc import Exchange, WireResponse
from vestigo.evidence.warc.exchange import Withheld
from vestigo.i18n import _

if TYPE_CHECKING:
    from crawler.world import CrawlWorld

NEVER = "never"
SCREENED = "screened"
QUARANTINED = "quarantined"
NOT_SCREENED = "not-screened"
THIRD_CLASSES = ("buyer_profile", "message", "order")
_UNDONE = ("content-encoding", "bad-coding", "truncated-coding", "decoded-too-long",
           "coding-trailing-bytes")  # fmt: skip
Part = tuple[bytes, str]


class CrawlScreening:
    """The screen of one crawl, and the hosts that wait for a person."""

    def __init__(self, job: CrawlJob, *, pictures_allowed: bool) -> None:
        self.catcher = job.catcher
        base = job.catcher.screen if job.catcher else Screen()
        self._profile = job.profile
        self._screen = base.variant(pictures_allowed=pictures_allowed)
        self._for_captcha = base.variant(pictures_allowed=True)
        parked = job.catcher.quarantine.parked_hosts() if job.catcher else {}
        self.parked = set(parked)

    @property
    def has_lists(self) -> bool:
        """Whether the unit supplied anything to compare with."""
        return self._screen.has_lists

    def forbids(self, uri: str) -> bool:
        """Say whether an address holds one of the unit's ``never`` terms."""
        return not self._screen.judge(uri, "", b"", "").passed

    def judge(self, exchange: Exchange, wire: WireResponse, *, captcha: bool) -> Verdict:
        """Return the worst verdict on what an exchange brought: a hit before all else."""
        screen = self._for_captcha if captcha else self._screen
        category = self._category(exchange, wire) if screen.has_terms else ""
        worst = screen.judge(exchange.uri, category, b"", "")
        for body, media_type in self._parts(exchange, wire):
            verdict = screen.judge("", "", body, media_type)
            if verdict.outcome == "hit":
                return verdict
            worst = worst if verdict.passed else verdict
        unseen = screen.has_terms and is_page_type(wire.media_type) and too_large(wire.body)
        if worst.passed and self.has_lists and (unseen or _cannot_be_read(wire)):
            return Verdict("not-authorised", why=NOT_SCREENED)
        return worst

    def _parts(self, exchange: Exchange, wire: WireResponse) -> Iterator[Part]:
        """Yield whatever bytes of a response may hold a body, wherever they stand."""
        response = exchange.response
        if wire.status is None:
            yield response, ""
            for end in (b"\r\n\r\n", b"\n\n"):
                if end in response:
                    yield response.partition(end)[2], ""
            return
        yield wire.body, wire.media_type
        if wire.tail_start < len(response):
            yield response[wire.tail_start :], ""
        if "coding-trailing-bytes" in wire.coding:
            for start in pictures_inside(wire.content):
                yield wire.content[start:], ""
        if self.has_lists:
            yield response[: wire.head_end], ""

    def _category(self, exchange: Exchange, wire: WireResponse) -> str:
        if wire.status is None:
            return ""
        return category_of(self._profile, exchange.uri, wire.body, wire.media_type)


def category_of(profile: MarketProfile, uri: str, body: bytes, media_type: str) -> str:
    """Return the category that the profile reads off a page, "" where it shows none."""
    reading = read_page(
        profile, body, uri=uri, status=HTTPStatus.OK, media_type=media_type, charset="", problem=""
    )
    return " / ".join(reading.listing.category) if reading.listing else ""


def stop_at_parked_host(world: CrawlWorld, request: Request) -> None:
    """Pause the crawl where the host of ``request`` waits for a person."""
    if _host(request.url) in world.screening.parked:
        world.pause("E-SCR-012", _parked())


def stop_at_parked_market(world: CrawlWorld) -> bool:
    """Pause before anything is sent where a host of the market waits for a person."""
    hosts = {f"{host}:{port}" for host, port in world.hosts}
    if hosts & world.screening.parked:
        world.pause("E-SCR-012", _parked())
    return bool(world.paused)


async def screened(world: CrawlWorld, request: Request, exchange: Exchange) -> Exchange | None:
    """Return the exchange as it may be archived; None where it went into the quarantine.

    A body that may not be kept is left out of it; its length and digest are told.
    """
    screening = world.screening
    captcha = bool(request.meta.get("captcha"))
    wire = exchange.wire
    if screening.has_lists:
        verdict = await asyncio.to_thread(screening.judge, exchange, wire, captcha=captcha)
    else:
        verdict = screening.judge(exchange, wire, captcha=captcha)
    if verdict.outcome == "hit":
        _quarantine(world, request, exchange, wire, verdict)
        return None
    if verdict.passed:
        verdict = may_not_be_kept(world.job, exchange.uri, wire) or verdict
    return exchange if verdict.passed else _without_body(world, request, exchange, wire, verdict)


def _quarantine(
    world: CrawlWorld, request: Request, exchange: Exchange, wire: WireResponse, verdict: Verdict
) -> None:
    """Put the exchange where nobody here can open it, park its host, and call a person."""
    catcher = world.screening.catcher
    assert catcher is not None
    host = _host(exchange.uri)
    sighting = Sighting(
        uri=exchange.uri,
        host=host,
        seen_at=exchange.began_at,
        body=wire.body,
        blocks={"request": exchange.request, "response": exchange.response},
        authorization_id=exchange.authorization_id,
        third=_is_third(world, request),
    )
    item = catcher.catch(verdict, sighting)
    world.screening.parked.add(host)
    why = _("A page went into the quarantine ({item}). Its host is parked: call a person.")
    world.pause("E-SCR-012", why.format(item=item.item_id[:16]))


def _without_body(
    world: CrawlWorld, request: Request, exchange: Exchange, wire: WireResponse, verdict: Verdict
) -> Exchange:
    """Return the exchange with the head of its response alone, and log what was left out."""
    body = wire.body or exchange.response
    withheld = Withheld(
        reason=verdict.why,
        media_type=verdict.media_type,
        n_bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    head = b"" if wire.status is None else exchange.response[: wire.head_end]
    third = _is_third(world, request) or bool(class_hint(verdict.why))
    details = {
        "address": masked_address(exchange.uri, third=third),
        "media_type": withheld.media_type, "n_bytes": str(withheld.n_bytes),
        "sha256": withheld.sha256, "seen_at": exchange.began_at.isoformat(),
    }  # fmt: skip
    world.job.on_event("redact", f"body withheld: {verdict.why}", details)
    return replace(
        exchange,
        response=head,
        truncated="unspecified",
        problem=verdict.why,
        withheld=withheld,
    )


def _cannot_be_read(wire: WireResponse) -> bool:
    return any(problem.startswith(_UNDONE) for problem in wire.coding)


def _is_third(world: CrawlWorld, request: Request) -> bool:
    return intent_of(request, world.account).data_class in THIRD_CLASSES


def _parked() -> str:
    return _("This host is parked: a person looks at what was found there first.")


def _host(uri: str) -> str:
    host, port = host_and_port(uri)
    return f"{host}:{port}"
