# SPDX-License-Identifier: AGPL-3.0-or-later
"""Having Chromium draw one page, with an end to everything that a page may do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.browser.flags import chromium_flags
from crawler.browser.launching import browser_environment, find_playwright, sandboxed
from crawler.browser.policy import Answer, RenderPolicy
from crawler.browser.scratch import Scratch
from crawler.browser.veiling import veil_third_persons
from crawler.browser.watching import Watchdog
from vestigo.errors import InputError, SourceUnreachable
from vestigo.i18n import _

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Route

LAUNCH_SECONDS = 60
_SETTLED_MS = 250
# what a page shows; a prefetch or a jump elsewhere is no part of it
_EMBEDDED = frozenset({"font", "image", "media", "script", "stylesheet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """The window: width and height, and the most of a longer page that is drawn (pixels)."""

    width: int
    height: int
    max_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What was drawn; ``cut`` says that the page is longer than was drawn.

    ``not_loaded`` are addresses that the page embeds and the browser did not get or show.
    """

    png: bytes
    width: int
    height: int
    cut: bool
    n_masked: int
    uri: str
    not_loaded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for one page, memory (MB) of the browser, and what it asks with."""

    seconds: int
    memory_mb: int
    user_agent: str


# address, whether it is to be the page itself -> what the browser gets; None: it fails
Answering = Callable[[str, bool], Answer | None]


class Chromium:
    """A started browser; ``take`` draws one page in a profile of its own."""

    def __init__(self, browser: Browser, watchdog: Watchdog, limits: Limits) -> None:
        self._browser = browser
        self._watchdog = watchdog
        self._limits = limits

    @property
    def version(self) -> str:
        """Name and build of the browser."""
        return f"Chromium {self._browser.version}"

    @property
    def alive(self) -> bool:
        """Whether the browser still runs."""
        return self._browser.is_connected()

    def take(
        self,
        uri: str,
        policy: RenderPolicy,
        viewport: Viewport,
        hidden: Callable[[], Sequence[str]],
        answering: Answering | None,
        cookies: Sequence[dict[str, Any]] = (),
    ) -> Shot:
        """Return the picture of ``uri``; ``hidden`` gives the names of third persons.

        With ``answering`` nothing leaves the browser: each request is answered by it.
        Raises ``InputError`` E-CRA-044 where the page could not be drawn within the limits.
        """
        from playwright.sync_api import Error

        try:
            with (
                self._watchdog.within(self._limits.seconds),
                self._context(policy, viewport) as context,
            ):
                context.add_cookies(list(cookies))  # type: ignore[arg-type]  # typed dicts of theirs
                page = _only_page(context)
                if answering is not None:
                    _answer_all(context, page, answering, policy)
                return self._draw(page, uri, viewport, hidden)
        except Error as error:
            raise _not_drawn(uri, self._watchdog.reason or _first_line(error)) from error

    @contextmanager
    def _context(self, policy: RenderPolicy, viewport: Viewport) -> Iterator[BrowserContext]:
        context = self._browser.new_context(
            viewport={"width": viewport.width, "height": viewport.height},
            java_script_enabled=policy.scripts,
            service_workers="block",
            accept_downloads=False,
            ignore_https_errors=False,
            user_agent=self._limits.user_agent,
            locale="en-US",
            timezone_id="UTC",
        )
        context.set_default_timeout(self._limits.seconds * 1000)
        try:
            yield context
        finally:
            with suppress(Exception):  # a browser that was killed has nothing to close
                context.close()

    def _draw(
        self, page: Page, uri: str, viewport: Viewport, hidden: Callable[[], Sequence[str]]
    ) -> Shot:
        failed: set[str] = set()

        def note(request: Request) -> None:
            if request.resource_type in _EMBEDDED:
                failed.add(request.url)

        page.on("requestfailed", note)
        page.goto(uri, wait_until="load")
        page.wait_for_timeout(_SETTLED_MS)
        n_masked = veil_third_persons(page, hidden())
        whole = int(page.evaluate("document.documentElement.scrollHeight"))
        height = max(viewport.height, min(whole, viewport.max_height))
        page.set_viewport_size({"width": viewport.width, "height": height})
        png = page.screenshot(animations="disabled", caret="hide", scale="css")
        return Shot(
            png=png, width=viewport.width, height=height, cut=whole > height,
            n_masked=n_masked, uri=page.url, not_loaded=tuple(sorted(failed)),
        )  # fmt: skip


@contextmanager
def open_chromium(
    launcher: Path, scratch: Scratch, isolation: str, port: int, limits: Limits
) -> Iterator[Chromium]:
    """Start the browser and end it, whatever happened; E-CRA-043 where it does not start."""
    from playwright.sync_api import Error

    with ExitStack() as stack:
        stack.enter_context(_temporary_files_in(scratch))
        playwright = stack.enter_context(find_playwright()())
        try:
            browser = _launch(playwright, launcher, scratch, isolation, port)
        except Error as error:
            raise SourceUnreachable(
                "E-CRA-043",
                _("Chromium does not start: {reason}").format(reason=_first_line(error)),
                where=str(launcher),
                remedy=_("Start it by hand to see why, or set “isolation” in [picture] to gate."),
            ) from error
        try:
            yield Chromium(browser, Watchdog(scratch, limits.memory_mb), limits)
        finally:
            with suppress(Exception):  # it may have been killed
                browser.close()


def _launch(
    playwright: Playwright, launcher: Path, scratch: Scratch, isolation: str, port: int
) -> Browser:
    environment: dict[str, str | float | bool] = {**browser_environment(scratch)}
    return playwright.chromium.launch(
        executable_path=launcher,
        args=chromium_flags(port),
        chromium_sandbox=sandboxed(isolation),
        env=environment,
        timeout=LAUNCH_SECONDS * 1000,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


def _answer_all(
    context: BrowserContext, page: Page, answering: Answering, policy: RenderPolicy
) -> None:
    """Answer every request of ``page``; those of pop-ups fail."""

    def answer_one(route: Route) -> None:
        request = route.request
        is_page = request.is_navigation_request() and request.frame.parent_frame is None
        answer = answering(request.url, is_page)
        if answer is None:  # "aborted": a page that wants to go elsewhere stays where it is
            route.abort("aborted" if is_page else "blockedbyclient")
        else:
            headers = dict(answer.headers(policy))
            route.fulfill(status=answer.status, headers=headers, body=answer.body)

    context.route("**/*", lambda route: route.abort())
    page.route("**/*", answer_one)


def _only_page(context: BrowserContext) -> Page:
    """Open the page; pop-ups are closed and dialogs dismissed as they come."""
    page = context.new_page()
    context.on("page", lambda popup: popup.close())
    page.on("dialog", lambda dialog: dialog.dismiss())
    return page


@contextmanager
def _temporary_files_in(scratch: Scratch) -> Iterator[None]:
    """Have Playwright's own driver put its files into ``scratch``, too."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(scratch.short)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _not_drawn(uri: str, reason: str) -> InputError:
    return InputError(
        "E-CRA-044",
        _("The page could not be drawn: {reason}").format(reason=reason),
        where=uri,
        remedy=_(
            "Its archived bytes are unharmed; raise the limits in [picture] if they were met."
        ),
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
