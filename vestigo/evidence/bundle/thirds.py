# SPDX-License-Identifier: AGPL-3.0-or-later
"""Third persons (buyers, bystanders): their names are masked in what a person reads.

So are the names of the unit's own accounts.
The archived bytes and the records keep them; sheets and plain texts show ``█████``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.view import CaseView
from vestigo.identifiers.mentioned import contacts_in

MASK = "█████"
SHORTEST = 3  # a shorter handle is masked only in its own field, or no sentence were left
BUYER_FIELDS = frozenset({"buyer", "buyer_handle"})
LONGEST_REMEMBERED = 1000
MOST_REMEMBERED = 20_000
_TOKEN = re.compile(r"[\w.@+\-]+")
_EDGES = ".-+@"


class ThirdParties:
    """The names of third persons in one case."""

    def __init__(self, view: CaseView | None, more: Collection[str] = ()) -> None:
        """Take the names from a case (None: from none) and ``more`` of them."""
        names = {*more, *(_names(view) if view is not None else ())}
        self._tokens = {n for n in names if len(n) >= SHORTEST and _TOKEN.fullmatch(n)}
        self._tokens |= {token.strip(_EDGES) for token in self._tokens}
        phrases = sorted((n for n in names if n and not _TOKEN.fullmatch(n)), key=_longest_first)
        self._phrases = re.compile("|".join(map(re.escape, phrases)), re.IGNORECASE)
        self._has_phrases = bool(phrases)
        self._remembered: dict[str, str] = {}

    def masked(self, text: str) -> str:
        """Return ``text`` with every name of a third person masked.

        Short texts are remembered: sheets say the same in each language, and much of it often.
        """
        if len(text) > LONGEST_REMEMBERED:
            return self._masked(text)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.clear()
        known = self._remembered.get(text)
        if known is None:
            known = self._remembered[text] = self._masked(text)
        return known

    def _masked(self, text: str) -> str:
        if self._has_phrases:
            text = self._phrases.sub(MASK, text)
        return _TOKEN.sub(self._token, text) if self._names_one(text) else text

    def _names_one(self, text: str) -> bool:
        """Say whether a token may be a name: most texts hold none and stay as they are."""
        tokens = {token.lower() for token in _TOKEN.findall(text)}
        if not self._tokens.isdisjoint(tokens):
            return True
        return not self._tokens.isdisjoint(token.strip(_EDGES) for token in tokens)

    def _token(self, matched: re.Match[str]) -> str:
        token = matched[0]
        if token.lower() in self._tokens:
            return MASK
        inner = token.strip(_EDGES)
        return token.replace(inner, MASK) if inner.lower() in self._tokens else token


def is_third(field: str) -> bool:
    """Say whether a field of a record holds a third person's name."""
    return field in BUYER_FIELDS


def _names(view: CaseView) -> set[str]:
    """Return the names of buyers and bystanders, and of the unit's own accounts, in small."""
    vendors = {body["handle"].lower() for _id, body in bodies(view, "vendor_account")}
    names = {name for _id, body in bodies(view, "authorization") for name in body["accounts"]}
    names.update(body["account"] for _id, body in bodies(view, "capture"))
    for _id, body in bodies(view, "feedback"):
        names.update(_texts_of_buyer(body))
        names.update(contacts_in(body["text"] or ""))
    for _id, body in bodies(view, "selector"):
        said = {body["value"], (body["span"] or {}).get("text", "")}
        if body["party"] == "vendor":
            vendors.update(one.lower() for one in said)
        else:
            names.update(said)
    return {name.strip().lower() for name in names} - vendors


def _texts_of_buyer(body: dict[str, Any]) -> list[str]:
    spans = [item["span"]["text"] for item in body["spans"] if is_third(item["field"])]
    return [body["buyer_handle"] or "", *spans]


def _longest_first(name: str) -> tuple[int, str]:
    return -len(name), name
