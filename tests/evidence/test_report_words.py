# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents say nothing that is not translated into each of their languages."""

from __future__ import annotations

import ast
import string

import pytest
from babel.messages.pofile import read_po

from vestigo.i18n import DOCUMENT_LANGUAGES, SOURCE_LANGUAGE, catalogue, ngettext, speaking

WHOLE = ("vestigo/evidence/bundle/documents", "vestigo/evidence/report")
FILES = ("vestigo/evidence/words.py", "vestigo/evidence/coverage_words.py",
         "vestigo/evidence/bundle/sheet.py", "vestigo/pipeline/coverage_sheet.py",
         "vestigo/pipeline/cash_out_sheet.py", "vestigo/pipeline/chance_words.py")  # fmt: skip
TRANSLATED = [name for name in DOCUMENT_LANGUAGES if name != SOURCE_LANGUAGE]
# the same word in both languages
SAME = {
    "{n} byte",
    "{kind}: {n}",
    "{number}. {service}",
    "bytes {start}-{end}",
    "{day}, {time} UTC",
    "{part} of {value}, {moment}",
}


def messages(repository):
    """Return every message of a document: singular, and plural or None."""
    paths = [p for folder in WHOLE for p in sorted((repository / folder).glob("*.py"))]
    found = {}
    for path in [*paths, *(repository / name for name in FILES)]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in ("_", "ngettext"):
                words = [a.value for a in node.args[: 2 if name == "ngettext" else 1]]
                found[words[0]] = words[1] if name == "ngettext" else None
    return found


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_message_of_a_document_is_translated(repository, language):
    known = catalogue(language)._messages
    found = messages(repository)
    assert len(found) > 300
    missing = [m for m, plural in found.items()
               if not all(known.get(m, ("",))) or len(known[m]) != (2 if plural else 1)]  # fmt: skip
    assert not missing, f"{language}: {missing}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_sentences_differ_from_english(repository, language):
    known = catalogue(language)._messages
    copied = [m for m in messages(repository) if known[m][0] == m and " " in m and m not in SAME]
    assert not copied


@pytest.mark.parametrize("language", ["pt", "fr"])
def test_no_translation_is_left_over(repository, language):
    path = repository / "config" / "locale" / language / "report.po"
    with path.open("rb") as handle:
        ids = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(handle) if m.id}
    assert not ids - set(messages(repository))


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_the_same(repository, language):
    def fields(text):
        return sorted(name for _t, name, _s, _c in string.Formatter().parse(text) if name)

    known = catalogue(language)._messages
    for message in messages(repository):
        for text in known[message]:
            assert fields(text) == fields(message), message


def test_none_is_counted_as_the_language_does():
    def said(language):
        with speaking(language):
            return ngettext("{n} byte", "{n} bytes", 0)

    assert (said("fr"), said("es"), said("en")) == ("{n} octet", "{n} bytes", "{n} bytes")


def test_a_language_of_documents_is_none_of_the_console():
    from vestigo.i18n import LANGUAGES

    assert set(LANGUAGES) < set(DOCUMENT_LANGUAGES)
