# SPDX-License-Identifier: AGPL-3.0-or-later
"""The values of withheld fields: found wherever they stand as a word, and blotted out."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable
from typing import Any

BLOT = "[withheld]"
SHORTEST = 4  # a shorter value is no word to search for: whole pages that hold it go


class Values:
    """Withheld values; ``patterns`` match them as words, in any case."""

    def __init__(self, texts: Iterable[str]) -> None:
        known = {text.strip() for text in texts if text.strip()}
        self.searched = frozenset(text for text in known if len(text) >= SHORTEST)
        forms = {form for text in known for form in _forms(text)}
        long = {form for text in self.searched for form in _forms(text)}
        self._all = _pattern(forms)
        self._long = _pattern(long)
        self._raw = _raw_pattern(long)

    def stand_in(self, content: str) -> bool:
        """Say whether a text holds one of the values that can be searched for."""
        return bool(self._long and self._long.search(content))

    def stand_in_bytes(self, content: bytes) -> bool:
        """Say the same of bytes in UTF-8, Latin-1 or UTF-16."""
        return bool(self._raw and self._raw.search(content))

    def blotted(self, text: str) -> str:
        """Return a text with every value overwritten, always by the same word."""
        return self._all.sub(BLOT, text) if self._all else text


def values_of(body: dict[str, Any], field: str) -> list[str]:
    """Return the texts of one field of a record, as it says them and as they were quoted."""
    found = list(_texts(body.get(field)))
    spans = [one["span"] for one in body.get("spans", ()) if one["field"] == field]
    spans += [body["span"]] if body.get("field") == field and body.get("span") else []
    for span in spans:
        found.append(span["text"])
        for piece in span["ranges"]:
            quoted = piece["quoted"]
            if piece["encoding"] == "base64":
                quoted = base64.b64decode(quoted).decode("latin-1")
            found.append(quoted)
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def _forms(text: str) -> set[str]:
    escaped = html.escape(text), html.escape(text, quote=False)
    collapsed = re.sub(r"\s+", " ", text)
    return {text, html.unescape(text), *escaped, collapsed}


def _pattern(forms: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    words = "|".join(r"\s+".join(map(re.escape, form.split())) for form in ordered if form.split())
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None


def _raw_pattern(forms: Iterable[str]) -> re.Pattern[bytes] | None:
    encoded: set[bytes] = set()
    for form in forms:
        for codec in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            try:
                encoded.add(form.encode(codec))
            except UnicodeEncodeError:
                continue
    words = b"|".join(re.escape(one) for one in sorted(encoded, key=lambda o: (-len(o), o)))
    pattern = rb"(?<![0-9A-Za-z])(?:" + words + rb")(?![0-9A-Za-z])"
    return re.compile(pattern, re.IGNORECASE) if words else None
