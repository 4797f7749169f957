# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which texts of a page might say from where and to where is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from crawler.market.forms import joint_at, place_span
from crawler.market.guessing.sight import Guess, Sight, place_of
from crawler.market.labels import Labelled
from crawler.market.money import find_money
from crawler.market.view import Segment, cut_segments, spell

_LEADS = r"(?:from|von|aus|desde|de|depuis|van|uit|из|da|od|z)"
_WAY = re.compile(
    rf"[\W_]*(?:(?P<a>[^\W\d_][^→➜➔⇒>]{{1,40}}?)\s*(?:→|➜|➔|⇒|->|=>|>)\s*(?P<b>[^→➜➔⇒>]{{2,80}}?)"
    rf"|{_LEADS}\s+(?P<c>.{{2,40}}?)\s+(?:to|nach|a|hasta|para|vers|naar|в|do|in)\s+(?P<d>.{{2,80}}?))\s*\.?",
    re.IGNORECASE,
)
_CODES = re.compile(r"[A-Z]{2,3}(?:\s*[,/&+;]\s*[A-Z]{2,3})*")
LEAST = 2.0
LONGEST = 120
SHORT_LABEL = 6
SENTENCE = 5
MOST_OTHERS = 3
_WORD = re.compile(r"[^\W\d_]+")


def ships_guesses(sight: Sight, concept: str) -> list[Guess]:
    """Return what may be ``ships_from`` or ``ships_to``, with points."""
    found = [
        *_by_label(sight, concept),
        *_by_both(sight, concept),
        *_by_class(sight, concept),
        *_by_way(sight, concept),
        *_by_short(sight, concept),
    ]
    for guess in found:
        guess.points -= sight.cost(guess.place, "options", "aside") + 0.01 * guess.segments[0].line
        if len(guess.value) > LONGEST or not any(c.isalnum() for c in guess.value):
            guess.points -= 8
        if any(True for _money in find_money(guess.value)):
            guess.points -= 6
    return found


def _by_label(sight: Sight, concept: str) -> Iterator[Guess]:
    for label in sight.labelled(concept):
        text = spell(label.value)[0]
        placed = sight.words.is_place(text) or bool(_CODES.fullmatch(text.strip()))
        segments = one_end(sight, label.value, concept) or label.value
        more = _more_places(sight, segments) if concept == "ships_to" else []
        guess = _trimmed([*_places_only(sight, segments), *more], label)
        placed = placed or sight.words.names_place(guess.value)
        guess.add(6 if label.strong else 4.5, f"label “{label.label}”")
        guess.add(1.5 if placed else 0, "a place")
        if not placed:
            guess.points -= 4 if _is_preposition(sight, label.label) else 0.5
        if not placed and len(text.split()) >= SENTENCE:
            guess.points -= 4
        if placed and _is_told(sight, guess.value, text):
            guess.points -= 3 if label.strong else 6
        yield guess
    if concept == "ships_to":
        yield from _behind_from(sight)


def _more_places(sight: Sight, value: list[Segment]) -> list[Segment]:
    """Return the places behind separators: "Mexico · Peru"."""
    last = value[-1]
    behind = sight.view.segments[last.number + 1 :]
    if not sight.words.names_place(last.text):
        return []
    return list(
        takewhile(
            lambda one: (
                one.apart and one.line == last.line and sight.words.names_places_only(one.text)
            ),
            behind,
        )
    )


def _is_told(sight: Sight, value: str, text: str) -> bool:
    """Return whether a place stands in a sentence: "to Canada two to three weeks"."""
    if any(c.isdigit() for c in value) or text.rstrip().endswith("?"):
        return True
    words = [word for word in _WORD.findall(value) if len(word) > 1]
    others = [word for word in words if not sight.words.names_place(word)]
    return len(others) > MOST_OTHERS and not sight.words.names_place(value)


def _is_preposition(sight: Sight, label: str) -> bool:
    short = len(label) <= SHORT_LABEL and label in sight.words.lists["ships_from.short"]
    return short or label not in sight.words.labels


def _behind_from(sight: Sight) -> Iterator[Guess]:
    """Yield the second half of "Ships from Spain to Worldwide"."""
    for label in sight.labelled("ships_from"):
        if one_end(sight, label.value, "ships_from"):
            guess = _trimmed(one_end(sight, label.value, "ships_to"), label)
            guess.add(4.0, f"label “{label.label}”")
            yield guess


def _by_both(sight: Sight, concept: str) -> Iterator[Guess]:
    for label in sight.labelled("ships_both"):
        segments = one_end(sight, label.value, concept)
        if segments:
            guess = _trimmed(segments, label)
            guess.add(4.5, f"label “{label.label}”")
            yield guess
        elif concept == "ships_to" and sight.words.names_place(spell(trimmed(label.value))[0]):
            guess = _trimmed(label.value, label)
            guess.add(3.0, f"label “{label.label}”")
            yield guess


def _by_class(sight: Sight, concept: str) -> Iterator[Guess]:
    for line in sight.view.lines:
        text = spell(line)[0]
        if (
            len(text) < LONGEST
            and sight.words.is_place(text)
            and sight.is_called(place_of(line), concept)
        ):
            guess = Guess(text, line, place_of(line), 0.0)
            guess.add(2.5, "its class")
            yield guess


def _by_way(sight: Sight, concept: str) -> Iterator[Guess]:
    """Yield the ends of a text that is nothing but a way: "FR → USA", "From Spain to Peru"."""
    for segments in _short_texts(sight):
        text, starts = spell(segments)
        match = _WAY.fullmatch(text) if len(text) < LONGEST else None
        names = "ab" if match is not None and match["a"] else "cd"
        if match is None or not _are_ends(sight, match[names[0]], match[names[1]], names == "ab"):
            continue
        start, end = match.span(names[0] if concept == "ships_from" else names[1])
        part = cut_segments(segments, starts, start, end)
        guess = Guess(spell(part)[0], part, place_of(part), 0.0)
        guess.add(3.5, "a way between places")
        yield guess


def _short_texts(sight: Sight) -> Iterator[list[Segment]]:
    """Yield each text, and each line of several that are short: "Spain", "→", "Peru"."""
    for one in sight.view.segments:
        yield [one]
    yield from (line for line in sight.view.lines if 1 < len(line) <= SENTENCE + 2)


def _by_short(sight: Sight, concept: str) -> Iterator[Guess]:
    """Yield what is nothing but a short word and a place: "From Spain"."""
    short = sight.words.lists["ships_from.short"]
    for one in sight.view.segments:
        word, _space, rest = one.text.partition(" ")
        low = word.casefold()
        if low not in short or concept not in sight.words.labels.get(low, ()):
            continue
        placed = sight.words.names_places_only(rest) or _CODES.fullmatch(rest.strip())
        if not placed or len(rest) > LONGEST:
            continue
        part = replace(one, start=one.start + len(one.text) - len(rest))
        guess = Guess(rest, [part], one.holder, 0.0, low)
        guess.add(3.5, f"label “{low}”")
        yield guess


def _are_ends(sight: Sight, start: str, end: str, arrow: bool) -> bool:
    """Return whether both are places; behind an arrow so is "Worldwide except Peru"."""
    return _is_end(sight, start) and (_is_end(sight, end) or (arrow and sight.words.is_place(end)))


def _is_end(sight: Sight, text: str) -> bool:
    return sight.words.names_place(text) or bool(_CODES.fullmatch(text.strip()))


def one_end(sight: Sight, value: list[Segment], concept: str) -> list[Segment]:
    """Return one half of a value as "Spain → Worldwide", nothing where it is not of that form."""
    text, starts = spell(value)
    cut = joint_at(text, sight.words.lists["ships.joint"])
    if cut is None or not sight.words.is_place(text[: cut[0]]):
        return []
    if not sight.words.is_place(text[cut[1] :]) and "→" not in text and ">" not in text:
        return []
    low, high = (0, cut[0]) if concept == "ships_from" else (cut[1], _end_of_places(sight, text))
    return cut_segments(value, starts, low, high)


def _places_only(sight: Sight, segments: list[Segment]) -> list[Segment]:
    """Return a value without what follows the places in elements of its own."""
    if len(segments) == 1 or not sight.words.is_place(segments[0].text):
        return segments
    segments = list(takewhile(lambda one: _fits_places(sight, one.text), segments))
    text, starts = spell(segments)
    return cut_segments(segments, starts, 0, _end_of_places(sight, text))


def _fits_places(sight: Sight, text: str) -> bool:
    return sight.words.is_place(text) or "," in text or not any(c.isalnum() for c in text)


def _end_of_places(sight: Sight, text: str) -> int:
    """Return where the places end in a sentence as "… to Europe, no escrow"."""
    end = len(text)
    while (comma := text.rfind(",", 0, end)) > 0 and not sight.words.is_place(
        text[comma + 1 : end]
    ):
        end = comma
    return end


def trimmed(segments: list[Segment]) -> list[Segment]:
    """Return the name of a place without flags and arrows around it."""
    if any(one.leaf.sign for one in segments) and not all(one.leaf.sign for one in segments):
        segments = [one for one in segments if not one.leaf.sign]  # a flag beside the name
    while len(segments) > 1 and not any(c.isalnum() for c in segments[-1].text):
        segments = segments[:-1]
    text, starts = spell(segments)
    start, end = place_span(text)
    return cut_segments(segments, starts, start, end) or segments


def _trimmed(segments: list[Segment], label: Labelled) -> Guess:
    kept = trimmed(segments)
    return Guess(spell(kept)[0], kept, place_of(kept), 0.0, label.label)
