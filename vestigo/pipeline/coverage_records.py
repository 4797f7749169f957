# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coverage estimates as records: from the archive and the custody log alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from crawler.coverage import GONE, Link, home_of, listing_key, sighted
from crawler.estimating import METHOD, Estimate, Sighting, estimate_on_sale
from crawler.links import normal_uri
from crawler.market import MarketProfile, PageReading
from crawler.market.classifying import OTHER
from vestigo.evidence.custody import CustodyEvent
from vestigo.pipeline.coverage import named_pass
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture, CountOf, CoverageEstimate, Method

LEVEL = Decimal("0.9500")
NO_LEVEL = Decimal("0.0000")
BEGAN, ENDED = "crawl began", "crawl ended"
FAILED, REFUSED = "failed: ", "refused: "

Pass = tuple[str, int]


@dataclass(slots=True)
class Looked:
    """What the archive holds of one pass.

    ``pages`` has the last reading of each address: the key of the listing that it promises,
    its kind, the way that it is to what it links to, and the keys of these.
    """

    pages: dict[str, tuple[str, str, str, tuple[str, ...]]] = field(default_factory=dict)
    captures: list[str] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    last_at: datetime | None = None


class PassesSeen:
    """Takes pages as they are read, then says how much each pass saw."""

    def __init__(self, session: CaseSession) -> None:
        self._begun: dict[str, list[tuple[datetime, Pass]]] = {}
        self._ended: dict[Pass, CustodyEvent] = {}
        for event in session.custody.events():
            if event.action == "collection" and event.details.get("frontier"):
                self._note(event)
        self._looked: dict[Pass, Looked] = {}

    def _note(self, event: CustodyEvent) -> None:
        name = named_pass(event.details["frontier"])
        if event.reason == BEGAN:
            host = urlsplit(event.details.get("start", "")).netloc.lower()
            self._begun.setdefault(host, []).append((event.at, name))
        elif event.reason == ENDED:
            self._ended[name] = event

    def take(self, capture: Capture, profile: MarketProfile, reading: PageReading) -> None:
        """Note one page that was read; those of no crawl are left out."""
        host = urlsplit(capture.uri).netloc.lower()
        crawls = self._begun.get(host, self._of_hosts(profile) if host in profile.hosts else [])
        begun = [name for at, name in crawls if at <= capture.observed_at]
        if not begun or begun[-1][0] != profile.market:
            return
        looked = self._looked.setdefault(begun[-1], Looked())
        uri = normal_uri(capture.uri)
        own = listing_key(profile, uri) if profile.hint(uri) == "listing" else ""
        links = dict.fromkeys(
            listing_key(profile, link.uri)
            for link in reading.links
            if link.page_kind_hint == "listing"
        )
        way = (profile.hint(uri) or reading.kind) if reading.kind == OTHER else reading.kind
        looked.pages[uri] = (own, reading.kind, way, tuple(links))
        looked.captures.append(capture.capture_id)
        looked.digests.add(profile.digest)
        looked.last_at = max(looked.last_at or capture.observed_at, capture.observed_at)

    def _of_hosts(self, profile: MarketProfile) -> list[tuple[datetime, Pass]]:
        """Return the crawls of a market that began on another of its hosts, in order of time."""
        every = (one for begun in self._begun.values() for one in begun)
        return sorted(one for one in every if one[1][0] == profile.market)

    def records(self) -> Iterator[CoverageEstimate]:
        """Yield the estimate of every pass, sorted by market and pass."""
        known: dict[str, list[Sighting]] = {}
        for name, looked in sorted(self._looked.items()):
            rows = known.setdefault(name[0], [])
            rows += _sightings(looked, name[1], rows)
            counted = estimate_on_sale(rows, name[1])
            yield _record(name, looked, counted, self._ended.get(name))


def _sightings(looked: Looked, pass_no: int, before: list[Sighting]) -> list[Sighting]:
    """Return what the pages of a pass say; what was on sale before was to be asked for again."""
    links = [Link(one.listing, "", "waiting") for one in before if one.state == "on-sale"]
    for uri, (own, kind, way, keys) in looked.pages.items():
        host = urlsplit(uri).netloc
        if own:
            links.append(Link(own, "", _state(kind), host))
        links += [Link(key, way, "waiting", host) for key in keys]
    links.sort()
    return list(sighted(links, home_of(links), pass_no))


def _state(kind: str) -> str:
    return "on-sale" if kind == "listing" else "gone" if kind in GONE else "failed"


def _record(
    name: Pass, looked: Looked, counted: Estimate, ended: CustodyEvent | None
) -> CoverageEstimate:
    details: Mapping[str, str] = ended.details if ended else {}
    settings = hashlib.sha256("\n".join(sorted(looked.digests)).encode("ascii")).hexdigest()
    return CoverageEstimate(
        sources=tuple(sorted(set(looked.captures))),
        method=Method(rule=METHOD, settings_sha256=settings),
        confidence=NO_LEVEL if counted.abstained else LEVEL,
        observed_at=looked.last_at,
        market=name[0],
        pass_no=name[1],
        n_captures=len(looked.captures),
        pages_known=_number(details, "known"),
        pages_fetched=_number(details, "fetched"),
        pages_waiting=_number(details, "waiting"),
        pages_failed=_counts(details, FAILED),
        pages_refused=_counts(details, REFUSED),
        listings_known=counted.known,
        listings_on_sale=counted.on_sale,
        listings_gone=counted.gone,
        listings_unresolved=counted.unresolved,
        ways=tuple(CountOf(name=way, n=n) for way, n in sorted(counted.ways.items())),
        on_sale_estimate=counted.total,
        on_sale_low=counted.low,
        on_sale_high=counted.high,
        unseen_estimate=counted.unseen,
        unseen_low=counted.unseen_low,
        unseen_high=counted.unseen_high,
        abstained=counted.abstained,
    )


def _number(details: Mapping[str, str], name: str) -> int | None:
    return int(details[name]) if name in details else None


def _counts(details: Mapping[str, str], prefix: str) -> tuple[CountOf, ...]:
    return tuple(
        CountOf(name=name.removeprefix(prefix), n=int(value))
        for name, value in sorted(details.items())
        if name.startswith(prefix)
    )
