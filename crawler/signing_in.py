# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the answers of a log-in: the form, then in or not."""

from __future__ import annotations

from crawler.judging import Verdict, judge
from crawler.permission import host_and_port
from crawler.world import CrawlWorld
from vestigo.evidence.warc import WireResponse
from vestigo.i18n import _
from vestigo.records import Capture


class SigningIn:
    """Takes the exchanges of a log-in, one after another."""

    def __init__(self, world: CrawlWorld) -> None:
        self._world = world

    def take(self, method: str, capture: Capture, wire: WireResponse) -> None:
        """Judge an archived exchange of the log-in and go on."""
        verdict = judge(self._world.job.profile, capture, wire)
        if method == "GET":
            self._on_form(verdict)
        else:
            self._on_answer(verdict, capture)

    def broken(self, cause: str) -> None:
        """Give up: the exchange brought nothing that can be read."""
        self._give_up("E-CRA-014", _("The log-in page could not be fetched."), cause)

    def _on_form(self, verdict: Verdict) -> None:
        session = self._world.session
        form = verdict.reading.login_form if verdict.reading else None
        if form is not None and host_and_port(form.action) in self._world.hosts:
            session.submit(form)
        elif form is None and verdict.outcome == "done":
            session.succeeded()
            self._log("the avatar was in already")
        else:
            self._give_up("E-CRA-014", _("The log-in page shows no form that the profile knows."))

    def _on_answer(self, verdict: Verdict, capture: Capture) -> None:
        session = self._world.session
        back = bool(verdict.redirect) and session.is_login_uri(verdict.redirect)
        if verdict.outcome == "done" and not back:
            session.succeeded()
            self._log("logged in", capture)
        elif verdict.outcome == "logged-out" or back:
            self._give_up("E-CRA-011", _("The market refused account or password."))
        else:
            self._give_up(
                "E-CRA-014", _("The log-in brought a page of another kind."), verdict.cause
            )

    def _give_up(self, code: str, why: str, cause: str = "") -> None:
        self._world.session.failed()
        self._world.pause(code, f"{why} ({cause})" if cause else why)

    def _log(self, reason: str, capture: Capture | None = None) -> None:
        details = {"account": self._world.account, "act": "login"}
        if capture is not None:
            details["capture_id"] = capture.capture_id
        self._world.job.on_event("collection", reason, details)
