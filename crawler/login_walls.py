# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done about a page that shows a log-in: log in, hold it back, fail it, or park."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crawler.frontier import NewPage, PageRow
from crawler.set_aside import Aside
from crawler.world import CrawlWorld
from vestigo.i18n import _

Found = tuple[tuple[str, str], ...]
Links = Iterable[tuple[str, str]]


class LoginWalls:
    """Tells a session that is over from a page that shows a log-in to everybody.

    ``new_pages`` makes pages of (uri, hint) pairs and the capture that names them.
    """

    def __init__(
        self,
        world: CrawlWorld,
        new_pages: Callable[[Iterable[tuple[str, str]], str], list[NewPage]],
    ) -> None:
        self._world = world
        self._new_pages = new_pages

    def met(self, row: PageRow, capture_id: str, links: Found, generation: int) -> None:
        """Take a page that shows a log-in: the first time log in, then hold it back."""
        world, aside = self._world, self._world.aside
        if generation < world.session.generation or world.session.busy:
            world.frontier.give_back(row)
        elif world.session.possible and row.uri not in aside.blamed:
            aside.blamed.add(row.uri)
            self.logged_out(row, generation, "login")
        elif row.uri == aside.last_chance:
            world.session.bore_fruit()
            self._fail([Aside(row, capture_id, links, aside.n_asked)])
        else:
            aside.put(Aside(row, capture_id, links, aside.n_asked))
            if aside.full:
                self._no_way_in()

    def served(self, number: int, hint: str) -> None:
        """Take note of a page that came: those that were held back before it are to blame."""
        aside = self._world.aside
        aside.served(number, hint)
        if not self._world.session.possible:
            self._fail(aside.take_proven())

    def settle(self) -> None:
        """Decide about what is held back: nothing else is left to be asked for.

        Who can log in does so for each page once more, and asks for it alone.
        """
        world, aside = self._world, self._world.aside
        if world.stopping or not aside.pages:
            return
        if world.session.possible and aside.any_served:
            last = aside.take_one()
            aside.last_chance = last.row.uri
            world.frontier.give_back(last.row)
            self._log_in(last.row.uri, "login")
            return
        if not world.session.possible:
            fetched = aside.any_served or world.frontier.coverage().fetched > 0
            self._fail(aside.take_few(fetched=fetched))
        if aside.pages:
            self._no_way_in()

    def logged_out(self, row: PageRow, generation: int, cause: str, at: str = "") -> None:
        """Put the page back and log in again, unless somebody did so meanwhile."""
        world = self._world
        world.frontier.give_back(row)
        if generation < world.session.generation or world.session.busy:
            return
        if not (world.session.possible or (cause == "captcha" and world.attended)):
            self._no_password()
        else:
            self._log_in(at or row.uri, cause)

    def _log_in(self, at: str, cause: str) -> None:
        if not self._world.session.begin(at):
            self._too_often(cause)

    def _fail(self, pages: Iterable[Aside]) -> None:
        for one in pages:
            links = self._new_pages(one.links, one.capture_id)
            self._world.frontier.fail(one.row, self._world.aside.cause, one.capture_id, links)

    def _no_way_in(self) -> None:
        if self._world.session.possible:
            self._too_often("login")
        else:
            self._no_password()

    def _too_often(self, cause: str) -> None:
        self._world.pause("E-CRA-012", _("The market logged the avatar out too often."), cause)

    def _no_password(self) -> None:
        if self._world.job.cookies:
            why = _("The session of the cookies is over, and no password was given.")
            self._world.pause("E-CRA-050", why, "login")
        else:
            self._world.pause("E-CRA-010", self._world.session.why_impossible, "login")
