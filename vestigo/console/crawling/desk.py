# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the crawl desk does: begin a pass, go on, attend, plan; as the command line does it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from vestigo.console.crawling.plan import Plan
from vestigo.console.crawling.processes import Crawls
from vestigo.console.looks import AccessLog, Look
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _
from vestigo.pipeline.recrawl import NextPass, next_passes
from vestigo.pipeline.session import CaseSession

_LOG = logging.getLogger("vestigo.console")
CAPTCHA = "captcha"
PLANNER = "operator"


class CrawlDesk:
    """The crawls of one case as an operator handles them."""

    def __init__(self, session: CaseSession, log: AccessLog) -> None:
        folder = session.folder.console
        folder.mkdir(mode=0o700, exist_ok=True)
        self._session = session
        self._log = log
        self.crawls = Crawls(session.folder.path, folder)
        self.plan = Plan(session.folder.path / "console-passes.json", session.clock)

    def begin_pass(self, one: NextPass, account: str, password: str) -> None:
        """Begin the next pass over a market."""
        words = ["run", "--profile", one.profile, "--start", one.start]
        words += ["--pass", str(one.pass_no)] if one.pass_no > 1 else []
        words += ["--account", one.account, "--password-stdin"] if one.account else []
        words += ["--", str(self._session.folder.path)]
        self.crawls.start(one.market, words, account, password=password if one.account else "")

    def go_on(self, name: str, account: str, password: str, *, retry_failed: bool) -> None:
        """Go on with a crawl as it was begun."""
        words = ["resume", *(["--retry-failed"] if retry_failed else [])]
        words += ["--password-stdin"] if password else []
        words += ["--", str(self._session.folder.path), name]
        self.crawls.start(_market_of(name), words, account, password=password)

    def attend(self, name: str, account: str, person: str, password: str) -> None:
        """Sit by a parked crawl: log in with the password, answer captchas from here."""
        words = ["attend", f"--person={person}", *(["--password-stdin"] if password else [])]
        words += ["--", str(self._session.folder.path), name]
        self.crawls.start(_market_of(name), words, account, password=password, person=person)

    def next_pass(self, market: str) -> NextPass:
        """Return what is next for a market; E-CON-054 where it was never crawled."""
        found = {one.market: one for one in next_passes(self._session)}
        if market not in found:
            raise UsageError(
                "E-CON-054",
                _("This market was not crawled in this case."),
                where=market[:80],
                remedy=_("Begin with “vestigo crawl run”, with its profile and start."),
            )
        return found[market]

    @staticmethod
    def as_new(one: NextPass) -> NextPass:
        """Return the pass after one that is complete; one that is not complete goes on."""
        return replace(one, pass_no=one.pass_no + 1) if one.what == "no-rhythm" else one

    def captcha(self) -> Path | None:
        """Return the picture that a crawl asks about, None where none does."""
        scratch = self._session.folder.path / "scratch"
        found = sorted(scratch.glob(f"{CAPTCHA}.*")) if scratch.is_dir() else []
        return next((one for one in found if one.is_file()), None)

    def begin_due(self) -> None:
        """Begin what is due and needs nobody; what needs a password stays due and is shown."""
        try:
            for planned in self.plan.due():
                one = self.next_pass(planned.market)
                if one.account or one.what == "running":
                    continue
                if self.plan.drop(planned.market) is None:
                    continue  # somebody else looked at the same moment and begins it
                look = Look("planned pass begun")
                details = {"market": one.market, "planned_by": planned.by}
                self._log.write(look, planned.by, PLANNER, details)
                self.begin_pass(self.as_new(one), planned.by, "")
        except VestigoError as error:
            _LOG.warning("%s %s %s", error.code, error.what, error.where)


def _market_of(name: str) -> str:
    return name.partition(".pass-")[0]
