# SPDX-License-Identifier: AGPL-3.0-or-later
"""The avatar's session on the market: log in, notice the log-out, log in again.

While a log-in runs the scheduler hands out no page.  ``generation`` counts the
log-ins: a page that was asked for before the last one and came back as a log-in
page is simply asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from scrapy import Request

from crawler.market import CaptchaForm, LoginForm, MarketProfile
from vestigo.i18n import _

FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(slots=True, kw_only=True)
class LoginSession:
    """State of the log-in; ``limit`` bounds log-ins in a row that brought no page.

    ``stage`` names the request that is under way: ``look`` (at the log-in page),
    ``picture`` (of a captcha), ``captcha`` (its answer), ``log-in`` (account and
    password), or "".  ``n_answers`` counts the answers of a person in this log-in,
    ``n_looks`` how often its page led to itself; ``asked_at`` is the page that asked for it.
    """

    profile: MarketProfile
    start_uri: str
    account: str
    password: str | None = field(repr=False)
    headers: dict[str, str]
    limit: int
    generation: int = 0
    n_log_ins: int = 0
    n_fruitless: int = 0
    n_walls: int = 0
    n_answers: int = 0
    n_looks: int = 0
    stage: str = ""
    wall_uri: str = ""
    asked_at: str = ""
    walls: set[str] = field(default_factory=set)
    _next: Request | None = None
    _under_way: bool = False

    @property
    def possible(self) -> bool:
        """Whether an account was given with its password."""
        return bool(self.account) and self.password is not None

    @property
    def why_impossible(self) -> str:
        """What was not given, for whoever has to give it."""
        if self.account:
            return _("The market asks for a log-in and no password was given.")
        return _("The market asks for a log-in and no account was given.")

    @property
    def busy(self) -> bool:
        """Whether a log-in is under way: no page may be asked for."""
        return self._under_way

    @property
    def uri(self) -> str:
        """Where the log-in form is, on the host that asked for it; "" where there is none.

        Each mirror of a market has log-ins of its own.
        """
        login = self.profile.login
        return urljoin(self.asked_at or self.start_uri, login.path) if login else ""

    @property
    def known_at_start(self) -> bool:
        """Whether a log-in can begin before any page was asked for."""
        return self.possible and bool(self.uri)

    def is_login_uri(self, uri: str) -> bool:
        """Say whether ``uri`` is the log-in page."""
        return bool(self.uri) and urlsplit(uri).path == urlsplit(self.uri).path

    def leaves_wall(self, redirect: str) -> bool:
        """Say whether an answer leads away from a wall that is not the log-in page."""
        if self.wall_uri == self.uri:
            return False
        return not redirect or urlsplit(redirect).path != urlsplit(self.wall_uri).path

    def begin(self, at: str = "") -> bool:
        """Begin a log-in; False when ``limit`` of them in a row brought no page.

        ``at`` is the page that shows the wall, for a market without a known log-in page.
        """
        if self.n_fruitless >= self.limit:
            return False
        self.n_log_ins += 1
        self.n_fruitless += 1
        self.asked_at = at
        self.wall_uri = at if at and not (self.possible and self.uri) else self.uri
        self.n_answers = self.n_looks = 0
        self._under_way = True
        self.look()
        return True

    def look(self) -> None:
        """Have the log-in page asked for (again)."""
        self._send("look", "GET", self.wall_uri or self.uri)

    def next_request(self) -> Request | None:
        """Return the request of the log-in that is due, once."""
        request, self._next = self._next, None
        return request

    def fetch_picture(self, form: CaptchaForm) -> None:
        """Have the picture of a captcha asked for."""
        self._send("picture", "GET", form.picture, captcha=True)

    def submit(self, form: LoginForm, solution: tuple[str, str] | None = None) -> None:
        """Have the form sent with account and password filled in.

        ``solution`` is the field of a captcha in the form and what a person read.
        """
        assert self.password is not None
        values = {field.name: field.value for field in form.other_fields}
        values |= {form.user_field: self.account, form.password_field: self.password}
        values |= dict([solution] if solution else [])
        self._send("log-in", "POST", form.action, urlencode(values), secret_body=True)

    def submit_captcha(self, form: CaptchaForm, answer: str) -> None:
        """Have the form of a captcha sent with what a person read."""
        values = {field.name: field.value for field in form.other_fields}
        values[form.answer_field] = answer
        self._send("captcha", "POST", form.action, urlencode(values))

    def bore_fruit(self) -> None:
        """Note that a page came: the log-ins before it were worth it."""
        self.n_fruitless = 0

    def succeeded(self) -> None:
        """Note that the market let the avatar in; ``walls`` are pages of their own that did."""
        if self.wall_uri != self.uri:
            self.walls.add(self.wall_uri)
        self.generation += 1
        self._end()

    def failed(self) -> None:
        """Note that it did not."""
        self._end()

    def _end(self) -> None:
        self._under_way, self._next, self.stage = False, None, ""

    def _send(self, stage: str, method: str, uri: str, body: str = "", **more: Any) -> None:
        self.stage = stage
        meta = {"hint": "login", "act": "login", "label": f"login/{self.n_log_ins}", **more}
        headers = {**self.headers, "Content-Type": FORM_TYPE} if body else self.headers
        self._next = Request(
            uri, method=method, body=body, headers=headers, meta=meta, dont_filter=True
        )
