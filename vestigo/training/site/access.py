# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a market treats visitors: queue, captcha, log-in, lost sessions, maintenance.

Everything follows from the request and the cookie that it brings.  Counters are those of
the visitor: who never hands back a changed cookie is always at the same place.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from vestigo.training.behaviour import MarketSection
from vestigo.training.site.addresses import Wanted
from vestigo.training.site.answer import Answer, redirect
from vestigo.training.site.captcha import captcha_picture, code_of
from vestigo.training.site.contents import Contents
from vestigo.training.site.cookie import Session, Signer
from vestigo.training.site.mirrors import PHISHING, Door

QUEUE_SECONDS = 3
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """One request with the session that it brings."""

    method: str
    target: str
    wanted: Wanted | None
    session: Session
    form: Mapping[str, str]


class Access:
    """Lets visitors in, or not."""

    def __init__(self, contents: Contents, door: Door) -> None:
        market = contents.view.market
        self._contents = contents
        self._section: MarketSection = market.section
        self._door = door
        self._account = (market.account, market.password)
        self._seed = market.seed
        place = f"{market.key}/{door.kind}"
        self._signer = Signer(f"{market.seed}/{place}/{market.password}")
        self.cookie = f"session_{hashlib.sha256(place.encode()).hexdigest()[:6]}"

    def visit(self, method: str, target: str, cookies: Mapping[str, str], body: bytes) -> Visit:
        """Return what a request wants and who asks."""
        session = self._signer.open(cookies.get(self.cookie, ""))
        if session.stage == "queue" and not self._has_queue:
            session = replace(session, stage="door")
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        form = {name: values[0] for name, values in fields.items()}
        target = f"/{target.lstrip('/')}"  # what is sent back never names another host
        return Visit(method, target, self._contents.addresses.wanted(target), session, form)

    def inside(self) -> dict[str, str]:
        """Return the cookie of somebody who has just logged in."""
        return {self.cookie: self._signer.seal(Session("inside"))}

    def at_the_door(self) -> dict[str, str]:
        """Return the cookie of somebody who has waited and not yet logged in."""
        return {self.cookie: self._signer.seal(Session("door"))}

    def answer(self, visit: Visit, page: Callable[[Visit], Answer]) -> Answer:
        """Answer a request; ``page`` answers those of a visitor who is inside."""
        kind = visit.wanted.kind if visit.wanted else ""
        if kind == "style":
            return self._contents.style()
        if kind == "captcha":
            return self._captcha(visit)
        if visit.session.stage == "queue":
            return self._queue(visit)
        return self._login(visit) if kind == "login" else self._beyond(visit, kind, page)

    def _beyond(self, visit: Visit, kind: str, page: Callable[[Visit], Answer]) -> Answer:
        if visit.session.stage != "inside":
            return redirect(self._contents.addresses.of("login"))
        if kind == "logout":
            return self._ended(visit.session, "Max-Age=0; ")
        return self._counted(visit, page)

    def walls(self) -> Iterator[tuple[str, str, Answer]]:
        """Yield (page kind, address, answer) of everything that can stand before the pages.

        All of them, whatever this market has; a log-in with and without a captcha.
        """
        of, challenge = self._contents.addresses.of, self._challenge(0)
        for failed in (False, True):
            for asked in ("", challenge):
                shown = self._contents.render(
                    "login.html", "login", account="", failed=failed, challenge=asked
                )
                yield "login", of("login"), shown
            yield "captcha", of("queue"), self._check_page(Session(), failed=failed)
        for ahead in (1, 250):
            yield "queue", of("home"), self._queue_page(of("home"), ahead)
        yield "maintenance", of("home"), self._maintenance()

    @property
    def _has_queue(self) -> bool:
        return bool(self._section.queue_requests) or self._section.captcha == "queue"

    def _queue(self, visit: Visit) -> Answer:
        """Show the position; then the captcha, or let through to the log-in."""
        session = visit.session
        ahead = self._section.queue_requests - session.n_waited
        if ahead > 0:
            waited = replace(session, n_waited=session.n_waited + 1)
            return self._keep(self._queue_page(visit.target, ahead), waited)
        if self._section.captcha != "queue":
            return self._keep(redirect(visit.target), replace(session, stage="door"))
        if visit.method != "POST":
            return self._check_page(session, failed=False)
        tried = replace(session, n_tries=session.n_tries + 1)
        if not self._solved(visit):
            return self._keep(self._check_page(tried, failed=True), tried)
        home = redirect(self._contents.addresses.of("login"))
        return self._keep(home, replace(tried, stage="door"))

    def _login(self, visit: Visit) -> Answer:
        session = visit.session
        if visit.method != "POST":
            return self._login_page(session, failed=False)
        tried = replace(session, n_tries=session.n_tries + 1)
        user, password, _code = self._contents.layout.fields
        given = (visit.form.get(user, ""), visit.form.get(password, ""))
        knows = given == self._account or self._door.kind == PHISHING
        if not knows or (self._section.captcha == "login" and not self._solved(visit)):
            return self._keep(self._login_page(tried, failed=True), tried)
        home = redirect(self._contents.addresses.of("home"))
        return self._keep(home, replace(tried, stage="inside", n_asked=0))

    def _counted(self, visit: Visit, page: Callable[[Visit], Answer]) -> Answer:
        """Answer a visitor who is inside, unless the session or the market gives out."""
        section = self._section
        session = replace(visit.session, n_asked=visit.session.n_asked + 1)
        if section.session_requests and session.n_asked > section.session_requests:
            return self._ended(session)
        if section.maintenance_every and session.n_asked % section.maintenance_every == 0:
            return self._keep(self._maintenance(), session)
        answer = page(visit)
        if section.truncated_every and session.n_asked % section.truncated_every == 0:
            answer = _cut(answer)
        return self._keep(answer, session) if self._counts else answer

    @property
    def _counts(self) -> bool:
        section = self._section
        return bool(
            section.session_requests or section.maintenance_every or section.truncated_every
        )

    def _ended(self, session: Session, more: str = "") -> Answer:
        """Send a visitor back to the log-in; captchas go on where they were."""
        gone = replace(session, stage="door", n_asked=0)
        return self._keep(redirect(self._contents.addresses.of("login")), gone, more)

    def _captcha(self, visit: Visit) -> Answer:
        """Return the picture of a challenge of ours (nobody has to be logged in for it)."""
        challenge = visit.wanted.key if visit.wanted else ""
        number, _dash, _signature = challenge.partition("-")
        if not hmac.compare_digest(self._challenge(number).encode(), challenge.encode()):
            return self._contents.not_found()
        content = captcha_picture(self._seed, self._section.key, challenge)
        return Answer(200, (("Content-Type", "image/png"),), content)

    def _solved(self, visit: Visit) -> bool:
        """Whether the form answers the challenge that this visitor was shown last."""
        challenge = self._challenge(visit.session.n_tries)
        code = visit.form.get(self._contents.layout.fields[2], "").strip().upper()
        same = hmac.compare_digest(visit.form.get("challenge", "").encode(), challenge.encode())
        return same and code == code_of(self._seed, self._section.key, challenge)

    def _challenge(self, number: int | str) -> str:
        return f"{number}-{self._signer.sign(f'challenge/{number}')[:12]}"

    def _login_page(self, session: Session, *, failed: bool) -> Answer:
        challenge = self._challenge(session.n_tries) if self._section.captcha == "login" else ""
        return self._contents.render(
            "login.html", "login", account="", failed=failed, challenge=challenge
        )

    def _check_page(self, session: Session, *, failed: bool) -> Answer:
        challenge = self._challenge(session.n_tries)
        return self._contents.render(
            "check.html", "check", account="", failed=failed, challenge=challenge
        )

    def _queue_page(self, target: str, ahead: int) -> Answer:
        return self._contents.render(
            "queue.html", "queue", account="", position=ahead, seconds=QUEUE_SECONDS, again=target
        )

    def _maintenance(self) -> Answer:
        shown = self._contents.render("maintenance.html", "maintenance", 503)
        return shown.with_header("Retry-After", str(RETRY_SECONDS))

    def _keep(self, answer: Answer, session: Session, more: str = "") -> Answer:
        value = "" if more else self._signer.seal(session)
        return answer.with_header("Set-Cookie", f"{self.cookie}={value}; Path=/; {more}HttpOnly")


def _cut(answer: Answer) -> Answer:
    """Return a page that breaks off: two thirds of it."""
    return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
