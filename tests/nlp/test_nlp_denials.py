# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sentences as sellers write them: what they deny, compare, advise against, or offer.

``denials.tsv`` has language, sentence and ``substance:status`` (n negated, m mentioned,
s stated) for each name.  Lines that begin with ``?`` are not understood where they stand
alone, as the only sentence of a listing; they are read like the others beside an offer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read

STATUSES = {"n": "negated", "m": "mentioned", "s": "stated"}
LANGUAGES = ("de", "en", "es", "fr", "nl", "pt")
OFFER = {
    "de": "Verkaufe Haschisch, 5 g für 40 €.",
    "en": "Selling hash, 5 g for 40 EUR.",
    "es": "Vendo hachís, 5 g por 40 €.",
    "fr": "Je vends de la résine, 5 g pour 40 €.",
    "nl": "Verkoop hasj, 5 g voor 40 €.",
    "pt": "Vendo haxixe, 5 g por 40 €.",
}
UNREAD_MOST = 0.15  # of the sentences that stand alone
WRONG_STATUS_MOST = 0.08  # negated for mentioned, or the other way round


def sentences(language):
    for line in Path(__file__).with_name("denials.tsv").read_text("utf-8").splitlines():
        known, text, names = line.removeprefix("?").split("\t")
        if known == language:
            expected = dict(name.split(":") for name in names.split())
            yield text, {k: STATUSES[v] for k, v in expected.items()}, line[0] == "?"


def settings(language, text):
    """Yield the sentence in listings of something else, which say what they sell."""
    yield {"description": f"{OFFER[language]} {text}"}
    yield {"profile": f"{OFFER[language]} {text}"}
    yield {"title": "Hash 5 g 40 EUR", "description": text}
    yield {"title": "OG Kush 5 g 40 EUR", "description": text}


def said(language, **fields):
    reading = read(ListingText(language=language, **fields))
    return {row.id: row.status for row in reading.substances}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_denied_or_compared_is_never_on_offer_beside_goods(language):
    wrong = [
        (text, name, found[name])
        for text, expected, _hard in sentences(language)
        if "stated" not in expected.values()
        for fields in settings(language, text)
        for found in [said(language, **fields)]
        for name in expected
        if found.get(name) in ("stated", "implied")
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_denied_is_told_from_mentioned(language):
    n_wrong, n_names = 0, 0
    for text, expected, _hard in sentences(language):
        if "stated" not in expected.values():
            found = said(language, description=f"{OFFER[language]} {text}")
            n_names += len(expected)
            n_wrong += sum(found.get(name) != status for name, status in expected.items())
    assert n_names > 25
    assert n_wrong <= WRONG_STATUS_MOST * n_names


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_alone_says_what_it_denies_and_what_it_sells(language):
    hard, known = 0, list(sentences(language))
    for text, expected, is_hard in known:
        found = said(language, description=text)
        hard += is_hard
        assert is_hard or {name: found.get(name) for name in expected} == expected, text
    assert hard <= UNREAD_MOST * len(known)


def test_each_language_has_its_sentences():
    assert all(sum(1 for _ in sentences(language)) >= 40 for language in LANGUAGES)
