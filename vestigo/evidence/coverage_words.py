# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coverage in words: why there is no estimate, by which way listings were found."""

from __future__ import annotations

from vestigo.i18n import _


def abstention_words(code: str) -> str:
    """Return what a reason for giving no estimate means; the code itself where it is not known."""
    return {
        "no-listing": _("no listing is known."),
        "one-way": _("every listing was found by one way only, so that none could be found again."),
        "too-few-fetched": _("too few of the known listings were fetched."),
        "too-few-listings": _("too few listings are known."),
        "too-few-recaptures": _("too few listings were found by more than one way."),
        "too-wide": _("the interval would be wider than the estimate itself."),
    }.get(code, code)


def way_words(way: str) -> str:
    """Return a kind of page as a way of finding listings; its own name where it is not known."""
    return {
        "category": _("category pages"),
        "search": _("search pages"),
        "vendor": _("vendor pages"),
        "listing": _("other listings"),
        "feedback": _("feedback"),
        "mirror": _("mirrors"),
        "earlier": _("earlier passes"),
        "other": _("other pages"),
    }.get(way, way)
