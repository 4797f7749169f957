# SPDX-License-Identifier: AGPL-3.0-or-later
"""What spoke for a guess, in the language of the person who reads the proposal."""

from __future__ import annotations

from vestigo.i18n import _


def reason_text(why: str) -> str:
    """Return a reason (as ``Guess.why`` has it) for a reader; an unknown one as it is."""
    for begin, text in (
        ("label “", _("label “{word}”")),
        ("word “", _("word “{word}”")),
        ("link to “", _("link to “{word}”")),
    ):
        if why.startswith(begin):
            return text.format(word=why.removeprefix(begin).removesuffix("”"))
    return _fixed().get(why, why)


def _fixed() -> dict[str, str]:
    return {
        "a link": _("a link"),
        "a place": _("a place"),
        "a way between places": _("a way between places"),
        "bold": _("bold"),
        "bold above the labels": _("bold above the labels"),
        "breadcrumbs": _("breadcrumbs"),
        "called a vendor beside it": _("called a vendor beside it"),
        "ends in the title": _("ends in the title"),
        "heading": _("heading"),
        "its class": _("its class"),
        "its link": _("its link"),
        "its links": _("its links"),
        "large letters": _("large letters"),
        "links right above the title": _("links right above the title"),
        "links with signs between": _("links with signs between"),
        "named again": _("named again"),
        "named in its link": _("named in its link"),
        "right above the labels": _("right above the labels"),
        "page title": _("page title"),
        "beside the title": _("beside the title"),
        "on a button of buying": _("on a button of buying"),
        "open in the menu": _("open in the menu"),
        "rated beside it": _("rated beside it"),
        "told to programs": _("told to programs"),
    }
