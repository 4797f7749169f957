# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing an archived page: the browser gets archived bytes and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.browser.archived import ArchivedAnswers
from crawler.browser.drawn import LONGEST_NAME, Drawn, not_shown, screened_out, too_large
from crawler.browser.gate import Doorkeeper
from crawler.browser.policy import Answer, Judge, RenderPolicy, lift_inline
from crawler.browser.studio import Studio
from vestigo.authority import Gate, Intent
from vestigo.errors import AuthorityError, InputError
from vestigo.evidence.screening import Screen
from vestigo.i18n import _
from vestigo.records import Capture


class NothingLeaves(Doorkeeper):
    """Refuses every connection: an archived page needs none; each attempt is logged."""

    def __init__(self, authority: Gate) -> None:
        self._authority = authority

    def ask(self, host: str, port: int) -> None:
        """Refuse, in the name of the authority: no authorization names this act."""
        self._authority.check(
            Intent(
                host=host, port=port, act="browser", account="", data_class="",
                what="a connection of the browser while an archived page was drawn",
            )
        )  # fmt: skip
        raise AuthorityError("E-AUT-004", _("The authorization does not name this act."))

    async def serve(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Never called: no connection is granted."""
        del reader, writer
        raise AssertionError(f"a connection to {host}:{port} was granted")


@dataclass(slots=True)
class _Sitting:
    """The answers to one page's requests, and what became of them."""

    answers: ArchivedAnswers
    page: Capture
    policy: RenderPolicy
    judge: Judge
    limit: int
    sources: dict[str, None] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    inline: dict[str, Answer] = field(default_factory=dict)
    hit: InputError | None = None

    def answer(self, uri: str, is_page: bool) -> Answer | None:
        """Return what the browser gets for ``uri``."""
        if is_page:
            fits = uri == self.page.uri and not self.sources
            return self._screened(uri, self.answers.page(self.page)) if fits else None
        if uri in self.inline:
            return self.inline[uri]
        found = self.answers.embedded(uri, self.page)
        if found is None:
            return None
        if not self.policy.pictures and found.is_picture:
            self.withheld.add(uri[:LONGEST_NAME])
            return None
        return self._screened(uri, found)

    def _screened(self, uri: str, answer: Answer) -> Answer | None:
        """Return ``answer`` when neither it nor a picture inside of it is a hit."""
        if len(answer.body) > self.limit:
            self.withheld.add(uri[:LONGEST_NAME])
            return None
        passed = self._passed(uri, answer.body, answer.media_type)
        if self.hit is not None:
            return None
        if not passed:
            self.withheld.add(uri[:LONGEST_NAME])
            return None
        self.sources.setdefault(answer.capture_id)
        lifted, pictures = lift_inline(answer, uri) if self.policy.pictures else (answer, {})
        self.inline.update(pictures)
        return lifted

    def _passed(self, uri: str, body: bytes, media_type: str) -> bool:
        verdict = self.judge(uri, "", body, media_type)
        if verdict.outcome == "hit" and self.hit is None:
            self.hit = screened_out(uri)
        return verdict.passed


def draw_archived(
    studio: Studio,
    answers: ArchivedAnswers,
    page: Capture,
    *,
    policy: RenderPolicy,
    screen: Screen,
    hidden: Sequence[str],
) -> Drawn:
    """Return the picture of ``page`` as the archive holds it.

    ``screen`` is asked for everything before the browser gets it, and for the picture.

    Raises ``InputError``: E-CRA-044 not drawn within the limits, E-CRA-045 something of the
    page is a hit of the screening (nothing is kept then), E-CRA-046 the page is too large.
    """
    if page.n_body_bytes > studio.max_page_bytes:
        raise too_large(page.uri, page.n_body_bytes)
    sitting = _Sitting(answers, page, policy, screen.judge, studio.max_page_bytes)
    chromium = studio.chromium()
    try:
        shot = chromium.take(page.uri, policy, studio.viewport, lambda: hidden, sitting.answer)
    except InputError:
        if sitting.hit is not None:
            raise sitting.hit from None
        raise
    if sitting.hit or not screen.judge_picture(shot.png).passed:
        raise sitting.hit or screened_out(page.uri)
    return Drawn(
        shot=shot,
        browser=chromium.version,
        sources=tuple(sitting.sources),
        **not_shown(shot.not_loaded, sitting.withheld, screen.judge),
    )
