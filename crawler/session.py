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

FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(slots=True, kw_only=True)
class LoginSession:
    """State of the log-in; ``limit`` bounds the log-ins of one run.

    ``stage`` names the request that is under way: ``look`` (at the log-in page),
    ``picture`` (of a captcha), ``captcha`` (its answer), ``log-in`` (account and
    password), or "".  ``n_answers`` counts the answers of a person in this log-in.
    """

    profile: MarketProfile
    start_uri: str
    account: str
    password: str | None = field(repr=False)
    headers: dict[str, str]
    limit: int
    generation: int = 0
    n_log_ins: int = 0
    n_answers: int = 0
    stage: str = ""
    _next: Request | None = None
    _under_way: bool = False

    @property
    def possible(self) -> bool:
        """Whether the profile has a log-in form and an account was given for it."""
        return bool(self.profile.login and self.account and self.password is not None)

    @property
    def busy(self) -> bool:
        """Whether a log-in is under way: no page may be asked for."""
        return self._under_way

    @property
    def uri(self) -> str:
        """Where the log-in form is ("" where the profile has none)."""
        return urljoin(self.start_uri, self.profile.login.path) if self.profile.login else ""

    def is_login_uri(self, uri: str) -> bool:
        """Say whether ``uri`` is the log-in page."""
        return bool(self.uri) and urlsplit(uri).path == urlsplit(self.uri).path

    def begin(self) -> bool:
        """Begin a log-in; False when the limit is reached or none is possible."""
        if not self.possible or self.n_log_ins >= self.limit:
            return False
        self.n_log_ins += 1
        self.n_answers = 0
        self._under_way = True
        self.look()
        return True

    def look(self) -> None:
        """Have the log-in page asked for (again)."""
        self._send("look", "GET", self.uri)

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

    def succeeded(self) -> None:
        """Note that the market let the avatar in."""
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
