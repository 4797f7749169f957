# SPDX-License-Identifier: AGPL-3.0-or-later
"""Other ways to find substances in a text, to be measured beside ours.

Each gives the names it found; ``Naming`` makes ids of them with our lexicon, so that a
peer is not blamed for calling a substance by another of its names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from nlp.lexicon.loading import Lexicon
from nlp.text.normalizing import normalize
from vestigo.errors import InputError
from vestigo.i18n import _

Finder = Callable[[str], set[str]]
NOT_OF_A_SLUG = re.compile(r"[^a-z0-9]+")


class Naming:
    """Ids of names, by the terms of the lexicon; an unknown name gives a slug of itself."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._ids: dict[str, str] = {}
        for term in sorted(lexicon.terms, key=lambda t: (t.ambiguity != "strong", t.substance)):
            self._ids.setdefault(_plain(term.term), term.substance)

    def ids(self, names: Iterable[str]) -> set[str]:
        """Return the ids of names."""
        return {self._ids.get(_plain(n)) or NOT_OF_A_SLUG.sub("_", _plain(n)) for n in names}


def naive_finder(lexicon: Lexicon) -> Finder:
    """Return one pattern of all substance names, between word boundaries, in any case."""
    names = sorted({s.name for s in lexicon.substances.values()}, key=lambda n: (-len(n), n))
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b", re.IGNORECASE)
    return lambda text: set(pattern.findall(text))


def list_finder(path: Path) -> Finder:
    """Return spaCy's ``PhraseMatcher`` over a list, in any case.

    The list: JSON of names with ``aliases`` (as TripSit publishes it), or a term a line.
    Raises ``InputError`` E-NLP-024 where it is neither.
    """
    import spacy
    from spacy.matcher import PhraseMatcher

    language = spacy.blank("en")
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    for name, words in _read_list(path).items():
        matcher.add(name, [language.make_doc(word) for word in words if word.strip()])
    names = language.vocab.strings
    return lambda text: {names[key] for key, _s, _e in matcher(language.make_doc(text))}


def drug_ner_finder() -> Finder | None:
    """Return drug-named-entity-recognition (extra ``bench``), or None where it is absent."""
    try:
        find_drugs = import_module("drug_named_entity_recognition").find_drugs
    except ImportError:
        return None
    return lambda text: {str(found[0]["name"]) for found in find_drugs(text.split(" "))}


def _read_list(path: Path) -> dict[str, list[str]]:
    try:
        text = path.read_text("utf-8")
        if path.suffix != ".json":
            return {line.strip(): [line.strip()] for line in text.splitlines() if line.strip()}
        return {str(name): [str(name), *_aliases(row)] for name, row in json.loads(text).items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            "E-NLP-024",
            _("The list of names cannot be read: {reason}.").format(reason=error),
            where=str(path),
            remedy=_("Give a term a line, or JSON of names with “aliases”."),
        ) from error


def _aliases(row: dict[str, Any]) -> list[str]:
    return [str(alias) for alias in row.get("aliases") or ()]


def _plain(name: str) -> str:
    return " ".join(normalize(name).normal.split())
