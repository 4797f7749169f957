# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a verifier found, in the reader's language; what has no words stays in English, marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vestigo.console.proving.content_words import content_sentences
from vestigo.console.proving.sealed_words import sealed_sentences
from vestigo.console.words import in_quotes, number
from vestigo.evidence.words import kind_words
from vestigo.i18n import SOURCE_LANGUAGE, active_language, speaking

PLACE = re.compile(r"\{(\w+)\}")
AGAIN = "why"  # what fills this place is a sentence again
MOST_DEPTH = 4
NO_DIGEST = {"archive", "received"}


class Piece(NamedTuple):
    """A part of what was found; ``is_told`` where it stands in the reader's language."""

    text: str
    is_told: bool


class Sentence(NamedTuple):
    """A sentence as the verifier writes it, and in the reader's language."""

    pattern: re.Pattern[str]
    said: str


def told(detail: str) -> tuple[Piece, ...]:
    """Return what a verifier says in pieces; those without words are its own English."""
    return tuple(_joined(_told(detail, 0))) if detail else ()


def found_in_case(check: str, detail: str) -> tuple[Piece, ...]:
    """Return what a check of the case found: a sentence, or a name that the log does not give."""
    return told(f"{detail}: the log has no event of it" if check in NO_DIGEST else detail)


def _told(text: str, depth: int) -> list[Piece]:
    if active_language() == SOURCE_LANGUAGE or depth > MOST_DEPTH:
        return [Piece(text, active_language() == SOURCE_LANGUAGE)]
    return (
        _whole(text, depth) or _listed(text, depth) or _placed(text, depth) or [Piece(text, False)]
    )


def _whole(text: str, depth: int) -> list[Piece]:
    """Return a sentence with its places filled, nothing where none fits."""
    for sentence in _sentences(active_language()):
        if found := sentence.pattern.fullmatch(text):
            return list(_filled(sentence.said, found.groupdict(), depth))
    return []


def _filled(said: str, given: dict[str, str], depth: int) -> Iterator[Piece]:
    for n, part in enumerate(PLACE.split(said)):
        if n % 2 == 0:
            yield Piece(part, is_told=True)
        elif part == AGAIN:
            yield from _again(given[part], depth)
        else:
            yield Piece(_shown(part, given[part]), is_told=True)


def _again(text: str, depth: int) -> list[Piece]:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        pieces = _told(text[1:-1], depth + 1)
        before, after = in_quotes("\0").split("\0")
        return [Piece(before, is_told=True), *pieces, Piece(after, is_told=True)]
    words = kind_words(text)
    return [Piece(words, is_told=True)] if words != text else _told(text, depth + 1)


def _shown(place: str, value: str) -> str:
    return number(int(value)) if len(place) == 1 and value.isdecimal() else value


def _listed(text: str, depth: int) -> list[Piece]:
    """Return what several parts say, of which the first has words."""
    head, sign, rest = text.partition("; ")
    said = (_whole(head, depth) or _placed(head, depth)) if sign else []
    return [*said, Piece("; ", is_told=True), *_told(rest, depth)] if said else []


def _placed(text: str, depth: int) -> list[Piece]:
    """Return where and what: the place of something that has words is a name."""
    for sign in re.finditer(": ", text):
        if said := _whole(text[sign.end() :], depth):
            place = text[: sign.start()]
            where = _whole(place, depth) or [Piece(place, is_told=True)]
            return [*where, Piece(": ", is_told=True), *said]
    return []


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    text, is_told = "", True
    for piece in pieces:
        if piece.is_told != is_told and text:
            yield Piece(text, is_told)
            text = ""
        text, is_told = text + piece.text, piece.is_told
    if text:
        yield Piece(text, is_told)


@cache
def _sentences(language: str) -> tuple[Sentence, ...]:
    """Return what a verifier can say; what has more words of its own comes first."""
    with speaking(SOURCE_LANGUAGE):
        english = (*sealed_sentences(), *content_sentences())
    with speaking(language):
        said = (*sealed_sentences(), *content_sentences())
    pairs = sorted(zip(english, said, strict=True), key=lambda pair: -len(PLACE.sub("", pair[0])))
    return tuple(Sentence(re.compile(_pattern(one)), other) for one, other in pairs)


def _pattern(english: str) -> str:
    parts = PLACE.split(english)
    for n in range(1, len(parts), 2):
        parts[n] = rf"(?P<{parts[n]}>{r'[0-9]+' if len(parts[n]) == 1 else '.+?'})"
    return "".join(part if n % 2 else re.escape(part) for n, part in enumerate(parts))
