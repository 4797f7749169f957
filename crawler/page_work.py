# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an archived page to the frontier: done, again, failed, and what it links to."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.coverage import listing_key
from crawler.frontier import NewPage, PageRow
from crawler.frontier.rows import IMAGE
from crawler.judging import MAX_REDIRECTS, STOPPED, Verdict, judge
from crawler.links import is_too_long, normal_uri
from crawler.login_walls import LoginWalls
from crawler.market.classifying import OTHER
from crawler.permission import covered, host_and_port
from crawler.screening import NEVER, QUARANTINED, SCREENED
from crawler.tor.reasons import WRONG_ADDRESS
from crawler.traps import CAUSES
from crawler.world import CrawlWorld
from vestigo.evidence.quarantine import named_by_digest
from vestigo.evidence.warc import WireResponse
from vestigo.i18n import _
from vestigo.records import Capture

UNSEEN_ATTEMPTS = 7  # more looks at a page whose redirect leads where nobody has been yet
OTHER_HOST, TOO_LONG = "other-host", "address-too-long"
UNTOLD = (NEVER, SCREENED)
PICTURE = "picture"


class PageWork:
    """Takes pages of the frontier, live or found again in the archive."""

    def __init__(self, world: CrawlWorld) -> None:
        self._world = world
        self._seen: set[str] = set()
        self._walls = LoginWalls(
            world, lambda links, found_on: self.new_pages(links, found_on=found_on)
        )
        world.session.walls.update(world.job.known_walls)

    def take(
        self, row: PageRow, capture: Capture, wire: WireResponse, generation: int, number: int = 0
    ) -> None:
        """Judge an archived page and mark it; ``number`` counts the requests of this run."""
        world = self._world
        verdict = judge(world.job.profile, capture, wire)
        self._seen.add(row.uri)
        world.session.n_walls += verdict.is_wall
        if verdict.is_wall and row.uri in world.session.walls and row.n_redirects:
            world.frontier.done(row, capture.capture_id, verdict.cause, ())
            self._report()
            return
        to_login = bool(verdict.redirect) and world.session.is_login_uri(verdict.redirect)
        if to_login or (verdict.outcome == "logged-out" and not self._asked_for_login(row)):
            self._walls.met(row, capture.capture_id, tuple(_links(verdict)), generation)
        elif verdict.outcome in ("done", "logged-out"):
            self._done(row, capture, verdict, generation, number)
        elif verdict.outcome == "back" and (world.stopping or verdict.cause == STOPPED):
            world.frontier.give_back(row)
        elif verdict.outcome == "wait":
            world.frontier.wait(row, verdict.cause)
            world.hold(verdict.seconds, verdict.cause)
        elif verdict.outcome == "refuse":
            world.frontier.refuse(row, verdict.cause, capture.capture_id)
        elif verdict.outcome == "person" and verdict.cause == "captcha" and world.attended:
            self._walls.logged_out(row, generation, "captcha")
        elif verdict.outcome == "person":
            world.frontier.give_back(row)
            why = _("The market shows a page that a person has to solve.")
            world.pause("E-CRA-013", why, verdict.cause)
        else:
            self._again(row, verdict, capture)
        self._report()

    def settle(self) -> None:
        """Decide about pages that were held back: nothing else is left to be asked for."""
        self._walls.settle()

    def broken(self, row: PageRow, cause: str, capture: Capture | None) -> None:
        """Mark a page whose exchange brought nothing that can be read."""
        if cause == QUARANTINED:
            self._world.frontier.refuse(row, cause)
        elif self._world.stopping or cause.partition(";")[0] == STOPPED:
            self._world.frontier.give_back(row)
        else:
            self._again(row, Verdict("retry", cause), capture)
        self._report()

    def new_pages(
        self, links: Iterable[tuple[str, str]], n_redirects: int = 0, found_on: str = ""
    ) -> list[NewPage]:
        """Return (uri, hint) pairs as pages, each with the cause for leaving it out, if any.

        What may never be had is known by a digest of its address alone; ``found_on`` is the
        capture that names them.
        """
        pages = []
        for raw, given in links:
            uri = normal_uri(raw)
            if is_too_long(raw):
                pages.append(NewPage(named_by_digest(raw), "", TOO_LONG, n_redirects))
            # where a redirect leads is what its own address says, not what it was found as
            hint = self._world.job.profile.hint(uri) or given
            if uri:
                refused = self._left_out(uri, hint)
                listed = hint == "listing" and refused != OTHER_HOST
                key = listing_key(self._world.job.profile, uri) if listed else ""
                if refused in UNTOLD:
                    pages.append(NewPage(named_by_digest(uri), "", refused, n_redirects))
                else:
                    exhibit = found_on if refused in CAUSES else ""
                    pages.append(NewPage(uri, hint, refused, n_redirects, key, exhibit))
        return pages

    def _named_by(
        self, verdict: Verdict, links: Iterable[tuple[str, str]], found_on: str
    ) -> list[NewPage]:
        """Return ``links`` as pages, and the page's links to other hosts: they are refused."""
        others = verdict.reading.elsewhere if verdict.reading else ()
        hosts = self._world.hosts
        away = [(uri, "") for uri in others if host_and_port(normal_uri(uri)) not in hosts]
        return [*self.new_pages(links, found_on=found_on), *self.new_pages(away)]

    def _left_out(self, uri: str, hint: str) -> str:
        world = self._world
        if world.screening.forbids(uri):
            return SCREENED
        if host_and_port(uri) not in world.hosts:
            return OTHER_HOST
        if world.job.profile.is_never(uri):
            return NEVER
        if not covered(world.gate, uri, hint, world.account):
            return "not-authorised"
        return world.traps.cause(uri, hint)

    def _asked_for_login(self, row: PageRow) -> bool:
        return row.hint == "login" or self._world.session.is_login_uri(row.uri)

    def _done(
        self, row: PageRow, capture: Capture, verdict: Verdict, generation: int, number: int
    ) -> None:
        frontier = self._world.frontier
        if verdict.redirect:
            if row.n_redirects >= MAX_REDIRECTS:
                frontier.fail(row, "too-many-redirects", capture.capture_id)
                return
            if verdict.redirect in self._world.session.walls:
                self._walls.logged_out(row, generation, "captcha", verdict.redirect)
                return
            if self._leads_away(row, verdict, capture):
                return
            links = self.new_pages([(verdict.redirect, row.hint)], row.n_redirects + 1)
        else:
            links = self._named_by(verdict, self._leads(verdict), capture.capture_id)
            if verdict.reading is not None:
                self._world.job.tally.add(verdict.reading)
            self._world.n_waits = 0
            self._world.session.bore_fruit()
            if verdict.outcome == "done":
                self._walls.served(number, row.hint)
        kind = PICTURE if row.hint == IMAGE and verdict.kind == OTHER else verdict.kind
        frontier.done(row, capture.capture_id, kind or "login", links)

    def _leads(self, verdict: Verdict) -> list[tuple[str, str]]:
        """Return the links of a page and, where the authorization has them, its pictures."""
        links = _links(verdict)
        if verdict.reading is not None and self._world.pictures_allowed:
            shown = verdict.reading.pictures
            links += [(one.uri, IMAGE) for one in shown if not one.sha256]
        return links

    def _leads_away(self, row: PageRow, verdict: Verdict, capture: Capture) -> bool:
        """Put a page back whose redirect goes where the profile knows nothing: maybe to a wall.

        The page there is asked for in between; what it is shows before this one comes again.
        """
        world = self._world
        profile = world.job.profile
        if profile.hint(verdict.redirect) or not profile.hint(row.uri):
            return False
        patience = 0 if normal_uri(verdict.redirect) in self._seen else UNSEEN_ATTEMPTS
        last = row.n_attempts + 1 >= int(world.job.settings["attempts"]) + patience
        if last and not world.session.n_walls:
            return False
        known = self.new_pages([(verdict.redirect, row.hint)], row.n_redirects + 1)
        if any(page.refused for page in known):
            return False
        world.frontier.add(known)
        if last:
            world.frontier.fail(row, "redirected", capture.capture_id)
        else:
            pause = max(float(world.job.settings["retry_seconds"]), 0.1) * (row.n_attempts + 1)
            world.frontier.retry(row, "redirected", world.clock().timestamp() + pause)
        return True

    def _again(self, row: PageRow, verdict: Verdict, capture: Capture | None) -> None:
        world = self._world
        settings = world.job.settings
        last = row.n_attempts + 1 >= int(settings["attempts"]) or verdict.cause == WRONG_ADDRESS
        if verdict.outcome in ("retry", "back") and not last:
            pause = float(settings["retry_seconds"]) * (row.n_attempts + 1)
            world.frontier.retry(row, verdict.cause, world.clock().timestamp() + pause)
            return
        found_on = capture.capture_id if capture else ""
        links = self._named_by(verdict, _links(verdict), found_on)
        world.frontier.fail(row, verdict.cause, found_on, links)

    def _report(self) -> None:
        self._world.report_progress()


def _links(verdict: Verdict) -> list[tuple[str, str]]:
    reading = verdict.reading
    return [(link.uri, link.page_kind_hint) for link in reading.links] if reading else []
