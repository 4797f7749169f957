# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the answers of a log-in: queue, captcha, form, then in or not.

A captcha is never solved here: its picture is handed to the person who attends the
crawl, or the crawl pauses.
"""

from __future__ import annotations

from crawler.attending import NoPicture, ask_person, inline_picture
from crawler.judging import TO_ITSELF, Verdict, judge
from crawler.market import CaptchaForm, LoginForm
from crawler.permission import host_and_port
from crawler.world import CrawlWorld
from vestigo.evidence.warc import WireResponse
from vestigo.i18n import _, ngettext
from vestigo.records import Capture

MOST_ANSWERS = 3
_CAPTCHAS = ("E-CRA-016", "E-CRA-017")


class SigningIn:
    """Takes the exchanges of a log-in, one after another."""

    def __init__(self, world: CrawlWorld) -> None:
        self._world = world
        self._login: LoginForm | None = None
        self._captcha: CaptchaForm | None = None

    def take(self, _method: str, capture: Capture, wire: WireResponse) -> None:
        """Judge an archived exchange of the log-in and go on."""
        stage = self._world.session.stage
        if stage == "picture":
            self._on_picture(capture, wire.body, capture.media_type)
            return
        verdict = judge(self._world.job.profile, capture, wire)
        if verdict.outcome == "wait":
            self._wait(verdict)
        elif verdict.outcome == "person" and verdict.cause == "captcha":
            self._on_captcha(verdict, None)
        elif stage == "look" and verdict.cause == TO_ITSELF:
            self._look_once_more()
        elif stage == "look":
            self._on_form(verdict)
        elif stage == "captcha":
            self._after_captcha(verdict)
        else:
            self._on_answer(verdict, capture)

    def _after_captcha(self, verdict: Verdict) -> None:
        """Go on to the log-in; where a page of its own had the captcha, see whether it is left."""
        session = self._world.session
        if verdict.outcome == "done" and session.leaves_wall(verdict.redirect):
            self._let_in()
        else:
            session.look()

    def _look_once_more(self) -> None:
        """Ask again for a log-in page that set a cookie and led to itself."""
        session = self._world.session
        session.n_looks += 1
        if session.n_looks < int(self._world.job.settings["attempts"]):
            session.look()
        else:
            self._give_up("E-CRA-014", _("The log-in page could not be fetched."), TO_ITSELF)

    def broken(self, cause: str) -> None:
        """Give up: the exchange brought nothing that can be read."""
        self._give_up("E-CRA-014", _("The log-in page could not be fetched."), cause)

    def _wait(self, verdict: Verdict) -> None:
        self._world.hold(verdict.seconds, verdict.cause)
        if self._world.paused:
            self._world.session.failed()
        else:
            self._world.session.look()

    def _on_form(self, verdict: Verdict) -> None:
        session = self._world.session
        form = verdict.reading.login_form if verdict.reading else None
        captcha = verdict.reading.captcha if verdict.reading else None
        if form is not None and not session.possible:
            self._give_up("E-CRA-010", session.why_impossible)
        elif form is not None and host_and_port(form.action) in self._world.hosts:
            if captcha is not None:
                self._on_captcha(verdict, form)
            else:
                self._login = None
                session.submit(form)
        elif (
            form is None
            and verdict.outcome == "done"
            and (verdict.kind != "other" or session.wall_uri != session.uri)
        ):
            self._let_in()
            self._log("the avatar was in already")
        else:
            self._give_up("E-CRA-014", _("The log-in page shows no form that the profile knows."))

    def _on_captcha(self, verdict: Verdict, login: LoginForm | None) -> None:
        """Ask for the picture where somebody attends the crawl, pause where nobody does."""
        world = self._world
        form = verdict.reading.captcha if verdict.reading else None
        if form is None or not world.attended:
            self._give_up("E-CRA-016", _("The market shows a captcha, and no person attends."))
            return
        if world.session.n_answers >= MOST_ANSWERS:
            self._give_up("E-CRA-017", _("The market accepted none of the answers."))
            return
        self._login, self._captcha = login, form
        try:
            inline = inline_picture(form.picture)
        except NoPicture:
            self._give_up("E-CRA-014", _("The captcha shows no picture."))
            return
        if inline is not None:
            self._on_picture(None, *inline)
        elif {host_and_port(form.picture), host_and_port(form.action)} <= self._world.hosts:
            world.session.fetch_picture(form)
        else:
            self._give_up("E-CRA-014", _("The captcha would go to another host."))

    def _on_picture(self, capture: Capture | None, content: bytes, media_type: str) -> None:
        world = self._world
        attendant = world.job.attendant
        assert attendant is not None
        if not content or not media_type.startswith("image/"):
            self._give_up("E-CRA-014", _("The captcha shows no picture."))
            return

        def answered(answer: str) -> None:
            world.job.on_state("answered", {})
            if not world.stopping:
                self._on_person(answer, capture)

        world.job.on_state("asking", {"person": attendant.person})
        ask_person(attendant, content, media_type, answered)

    def _on_person(self, answer: str, capture: Capture | None) -> None:
        """Send what the person typed; it is an act of that person."""
        world, form = self._world, self._captcha
        attendant = world.job.attendant
        assert attendant is not None
        assert form is not None
        if not answer:
            self._give_up(*_unanswered(attendant.person, world.session.n_answers))
            return
        world.session.n_answers += 1
        self._log("captcha answered by a person", capture, person=attendant.person)
        if self._login is not None:
            world.session.submit(self._login, (form.answer_field, answer))
        else:
            world.session.submit_captcha(form, answer)
        if world.crawler is not None:
            world.crawler.look_again()

    def _on_answer(self, verdict: Verdict, capture: Capture) -> None:
        session = self._world.session
        back = bool(verdict.redirect) and session.is_login_uri(verdict.redirect)
        if verdict.outcome == "done" and not back:
            self._let_in()
            self._log("logged in", capture)
        elif self._login is not None and back:
            session.look()
        elif self._login is not None and verdict.outcome == "logged-out":
            self._on_form(verdict)
        elif verdict.outcome == "logged-out" or back:
            self._give_up("E-CRA-011", _("The market refused account or password."))
        else:
            self._give_up(
                "E-CRA-014", _("The log-in brought a page of another kind."), verdict.cause
            )

    def _let_in(self) -> None:
        session = self._world.session
        session.succeeded()
        wall = "" if session.wall_uri == session.uri else session.wall_uri
        self._world.job.on_state("let in", {"wall": wall})

    def _give_up(self, code: str, why: str, cause: str = "") -> None:
        self._world.session.failed()
        kind = "captcha" if code in _CAPTCHAS else "login"
        self._world.pause(code, f"{why} ({cause})" if cause else why, kind)

    def _log(self, reason: str, capture: Capture | None = None, **more: str) -> None:
        details = {"account": self._world.account, "act": "login", **more}
        if capture is not None:
            details["capture_id"] = capture.capture_id
        self._world.job.on_event("collection", reason, details)


def _unanswered(person: str, n_answers: int) -> tuple[str, str]:
    """Return code and words for a captcha that gets no (further) answer of who attends."""
    if not n_answers:
        return "E-CRA-016", _("The market shows a captcha, and {person} gave no answer.").format(
            person=person
        )
    told = ngettext(
        "The market did not accept the answer of {person}, and no further one came.",
        "The market accepted none of {n} answers of {person}, and no further one came.",
        n_answers,
    )
    return "E-CRA-017", told.format(person=person, n=n_answers)
