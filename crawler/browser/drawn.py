# SPDX-License-Identifier: AGPL-3.0-or-later
"""A picture that was drawn, and the errors where none was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from crawler.browser.policy import Judge
from crawler.browser.rendering import Shot
from vestigo.errors import InputError, SourceUnreachable
from vestigo.evidence.quarantine import named_by_digest
from vestigo.i18n import _

MOST_NAMED = 200
LONGEST_NAME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture with what it was made from.

    ``sources`` are capture ids, the page first; ``missing`` the addresses that the page
    embeds and the archive does not hold; ``withheld`` those that it holds and the
    authorization does not let be shown.
    """

    shot: Shot
    browser: str
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    withheld: tuple[str, ...]


class NotShown(TypedDict):
    """The two fields of ``Drawn`` about what is not in the picture."""

    missing: tuple[str, ...]
    withheld: tuple[str, ...]


def name_of(uri: str, judge: Judge) -> str:
    """Return what an address is called in records and log: a digest where it may not be told."""
    return uri[:LONGEST_NAME] if judge(uri, "", b"", "").passed else named_by_digest(uri)


def not_shown(missing: Iterable[str], withheld: Iterable[str], judge: Judge) -> NotShown:
    """Return both, sorted and bounded; what was withheld is not missing."""
    kept_back = {name_of(uri, judge) for uri in withheld}
    absent = {name_of(uri, judge) for uri in missing} - kept_back
    return NotShown(
        missing=tuple(sorted(absent)[:MOST_NAMED]), withheld=tuple(sorted(kept_back)[:MOST_NAMED])
    )


def screened_out(uri: str, *, live: bool = False) -> InputError:
    """Return the error for a page of which something may not be seen.

    Drawn live, what was caught is where hits go already.
    """
    remedy = _("Put the exhibit into quarantine, as the order says.")
    if live:
        remedy = _("Its host is parked: “vestigo evidence quarantine CASE --list”.")
    return InputError(
        "E-CRA-045",
        _("The screening stopped this picture; nothing of it was kept."),
        where=uri,
        remedy=remedy,
    )


def too_large(uri: str, n_bytes: int) -> InputError:
    """Return the error for a page that is not given to the browser."""
    return InputError(
        "E-CRA-046",
        _("The page is too large to be drawn: {n} bytes.").format(n=n_bytes),
        where=uri,
        remedy=_("Raise “max_page_bytes” in [picture]; the archived bytes are unharmed."),
    )


def led_away(uri: str) -> SourceUnreachable:
    """Return the error for a live page that only leads to what is not asked for."""
    return SourceUnreachable(
        "E-CRA-049",
        _("The page leads to an address that is not asked for."),
        where=uri,
        remedy=_("Behind a log-in hand over its session with “--account” and “--cookies”."),
    )


def no_answer(uri: str, cause: str) -> SourceUnreachable:
    """Return the error for a live page that did not come."""
    return SourceUnreachable(
        "E-CRA-049",
        _("The page did not come: {cause}").format(cause=cause),
        where=uri,
        remedy=_("Try again later; what was received is archived."),
    )
