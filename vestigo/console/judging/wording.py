# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verdicts, what they may rest on, and signals in words."""

from __future__ import annotations

from vestigo.i18n import _


def verdict_words(verdict: str) -> str:
    """Return a verdict as a person reads it."""
    words = {
        "same": _("one party"), "different": _("two parties"), "unsure": _("not decided"),
        "confirmed": _("confirmed"), "rejected": _("rejected"),
    }  # fmt: skip
    return words.get(verdict, verdict)


def basis_words() -> dict[str, str]:
    """Return what a verdict may rest on, by the words that the record keeps (never translated)."""
    return {
        "signals and texts compared": _("I compared the signals and the texts"),
        "traces and tags compared": _("I compared the traces and the tags"),
        "evidence outside of this case": _("Evidence outside of this case (say which)"),
        "answer to a legal request": _("The answer to a legal request (say which)"),
        "other": _("Another reason (say which)"),
    }


def signal_words(name: str) -> str:
    """Return what a signal compares."""
    words = {
        "pgp_key": _("OpenPGP key"), "quoted_key": _("quoted OpenPGP key"),
        "key_user_id": _("user id of the key"), "contact": _("contact"),
        "address": _("address"), "link": _("link"), "handle": _("handle"),
        "contact_name": _("name in a contact"), "naming": _("one names the other"),
        "mutual_naming": _("each names the other"), "text": _("wording of the profile"),
        "passages": _("shared passages"), "titles": _("titles of listings"),
        "habits": _("habits of writing"), "language": _("language"), "image": _("picture"),
    }  # fmt: skip
    return words.get(name, name)
