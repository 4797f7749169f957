# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing a page live, where the authorization has the act ``screenshot``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crawler.browser.drawn import Drawn, led_away, no_answer, not_shown, screened_out
from crawler.browser.live import LiveWire
from crawler.browser.studio import Studio
from crawler.permission import intent
from vestigo.authority import Gate
from vestigo.errors import InputError
from vestigo.evidence.screening import Screen
from vestigo.records import Authorization


def ask_for_live(
    authority: Gate, uri: str, hint: str, account: str, *, scripts: bool
) -> Authorization:
    """Return the authorization for a live picture; nothing is sent.

    Raises ``AuthorityError`` where it lacks the page itself, the act ``screenshot``, or, with
    ``scripts``, the act ``run_scripts``.
    """
    granted = authority.check(intent(uri, hint, account))
    for act in ("screenshot", *(["run_scripts"] if scripts else [])):
        authority.check(intent(uri, hint, account, act=act))
    return granted


def draw_live(
    studio: Studio,
    wire: LiveWire,
    *,
    screen: Screen,
    hidden: Callable[[], Sequence[str]],
    cookies: Sequence[dict[str, Any]] = (),
) -> Drawn:
    """Return the picture of ``wire.page_uri`` as the market shows it now.

    Raises ``AuthorityError`` where the authorization ended meanwhile, E-CRA-045 for a hit of
    the screening, E-CRA-049 where the page did not come, E-CRA-044 where it was not drawn.
    """
    uri, policy = wire.page_uri, wire.rules.policy
    chromium = studio.chromium()
    try:
        shot = chromium.take(uri, policy, studio.viewport, hidden, None, cookies)
    except InputError:
        _raise_why(wire)
        raise
    _raise_why(wire)
    if not shot.uri.startswith("http"):  # the browser's own page, in place of one that was refused
        raise led_away(uri)
    if not screen.judge_picture(shot.png).passed:
        raise screened_out(uri)
    return Drawn(
        shot=shot,
        browser=chromium.version,
        sources=tuple(wire.sources),
        **not_shown((*wire.missing, *shot.not_loaded), wire.withheld, wire.rules.judge),
    )


def _raise_why(wire: LiveWire) -> None:
    """Raise what ended the picture, if the wire knows it."""
    if wire.ended is not None:
        raise wire.ended
    if wire.hit:
        raise screened_out(wire.page_uri, live=True)
    if wire.page is None and wire.sources and not wire.missing:
        raise led_away(wire.page_uri)
    if wire.page is None:
        raise no_answer(wire.page_uri, ", ".join(sorted(set(wire.missing.values()))) or "refused")
