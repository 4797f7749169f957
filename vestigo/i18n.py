# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every text that a person reads passes through ``_`` or ``ngettext``.

Catalogues are the ``.po`` files under ``config/locale/<language>/``, one per
area, read as they stand: there is no compiled copy that could be out of date.
Machine output (``--json``, records, bundles' ``data/``) never passes here.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from vestigo.places import config_root

SOURCE_LANGUAGE = "en"
LANGUAGES = ("en", "es")
# sheets and reports, too, are made in these; their catalogues hold what documents say
DOCUMENT_LANGUAGES = ("en", "es", "pt", "fr")
NONE_IS_SINGULAR = ("pt", "fr")

_active = SOURCE_LANGUAGE
_speaking: ContextVar[str] = ContextVar("vestigo_language", default="")


class _Catalogue(gettext.NullTranslations):
    """Messages of one language, joined over all areas."""

    def __init__(self, messages: dict[str, tuple[str, ...]], language: str = "") -> None:
        super().__init__()
        self._messages = messages
        self._singular = (0, 1) if language in NONE_IS_SINGULAR else (1,)

    def gettext(self, message: str) -> str:
        forms = self._messages.get(message)
        return forms[0] if forms and forms[0] else message

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        forms = self._messages.get(singular)
        if not forms or not forms[1:] or not all(forms):
            return singular if n == 1 else plural
        return forms[0] if n in self._singular else forms[1]


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of ``language``; the source language has none."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    from babel.messages.pofile import read_po

    messages: dict[str, tuple[str, ...]] = {}
    for path in sorted((config_root() / "locale" / language).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle):
                if not message.id or message.fuzzy:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                messages[key] = (text,) if isinstance(text, str) else tuple(text or ())
    return _Catalogue(messages, language)


def preferred_language() -> str:
    """Return the person's language: ``VESTIGO_LANG``, then the locale, then English."""
    for name in ("VESTIGO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = os.environ.get(name, "").split(".")[0].split("_")[0].lower()
        if language in LANGUAGES:
            return language
        if language:
            return SOURCE_LANGUAGE
    return SOURCE_LANGUAGE


def activate(language: str) -> None:
    """Make ``language`` the language of this process."""
    global _active
    _active = language if language in LANGUAGES else SOURCE_LANGUAGE


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make ``language`` the language of this task or thread only (a request, a document)."""
    token = _speaking.set(language if language in DOCUMENT_LANGUAGES else SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _speaking.reset(token)


def active_language() -> str:
    """Return the language that ``_`` translates into."""
    return _speaking.get() or _active


def _(message: str) -> str:
    """Translate ``message`` into the active language."""
    return catalogue(active_language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a message whose form depends on the count ``n``."""
    return catalogue(active_language()).ngettext(singular, plural, n)
