# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages that show a log-in, held back until it is known whether it is they or the session.

A market that is logged out shows a log-in everywhere; a page that only looks like one, or
that needs more than the crawl has, shows it while others come.  So such a page waits, leased,
until a page that was asked for *after* it came: then it alone is to blame.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.frontier import PageRow

LOGIN_NEEDED = "login-needed"
LOGIN_AGAIN = "login-again"
FEW = 3  # so many at the end of a crawl that brought pages are taken for pages of their own
MOST = 1000
MOST_OF_A_SESSION = 10


@dataclass(frozen=True, slots=True)
class Aside:
    """One page; ``links`` are what its log-in page names, ``n_asked`` the requests before it."""

    row: PageRow
    capture_id: str
    links: tuple[tuple[str, str], ...]
    n_asked: int


class SetAside:
    """The pages of one run that showed a log-in; ``logged_in`` says that none should.

    Who has no account may be shown a log-in for one kind of page and not for another; who is
    logged in is judged by pages of the same kind.
    """

    def __init__(self, *, logged_in: bool) -> None:
        self.n_asked = 0
        self.logged_in = logged_in
        self.blamed: set[str] = set()
        self.last_chance = ""
        self._pages: dict[int, Aside] = {}
        self._served: dict[str, int] = {}

    @property
    def cause(self) -> str:
        """Why such a page fails."""
        return LOGIN_AGAIN if self.logged_in else LOGIN_NEEDED

    @property
    def any_served(self) -> bool:
        """Whether any page came in this run."""
        return bool(self._served)

    @property
    def full(self) -> bool:
        """Whether so many wait that it is the session, not they."""
        return len(self._pages) >= (MOST_OF_A_SESSION if self.logged_in else MOST)

    @property
    def pages(self) -> tuple[Aside, ...]:
        """Return what waits, in the order in which it became known."""
        return tuple(self._pages[seq] for seq in sorted(self._pages))

    def next_number(self) -> int:
        """Count a request; return its number."""
        self.n_asked += 1
        return self.n_asked

    def put(self, one: Aside) -> None:
        """Hold back a page that showed a log-in."""
        self._pages[one.row.seq] = one

    def served(self, number: int, hint: str) -> None:
        """Note that the request with this number brought a page of the kind ``hint``."""
        self._served[hint] = max(number, self._served.get(hint, 0))

    def take_proven(self) -> list[Aside]:
        """Take out the pages behind which others came."""
        return self._take([one for one in self.pages if self._since(one) > one.n_asked])

    def take_few(self, *, fetched: bool) -> list[Aside]:
        """Take out what is left where it is little; ``fetched``: pages came, now or before."""
        few = len(self._pages) <= FEW
        if self.logged_in:
            alone = few and all(self._since(one) for one in self.pages)
        else:
            alone = few and fetched
        return self._take(list(self.pages)) if alone else []

    def take_all(self) -> list[Aside]:
        """Take out everything."""
        return self._take(list(self.pages))

    def take_one(self) -> Aside:
        """Take out the first."""
        return self._take([self.pages[0]])[0]

    def _since(self, one: Aside) -> int:
        if self.logged_in:
            return self._served.get(one.row.hint, 0)
        return max(self._served.values(), default=0)

    def _take(self, chosen: list[Aside]) -> list[Aside]:
        for one in chosen:
            del self._pages[one.row.seq]
        return chosen
