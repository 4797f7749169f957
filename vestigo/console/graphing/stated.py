# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the graph holds of a thing, in words and figures of the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from vestigo.console.graphing.field_words import property_word
from vestigo.console.graphing.wording import band_word, party_word, place_word, status_word
from vestigo.console.judging.wording import signal_words, verdict_words
from vestigo.console.money.wording import category_words, hop_words, level_words
from vestigo.console.visible import plain
from vestigo.console.words import (
    basis_words,
    in_figures,
    kind_words,
    moment,
    number,
    percent,
    selector_words,
    stop_words,
)
from vestigo.i18n import _

MOST_TEXT = 300
DECIMALS = ("price_amount", "unit_price")
WORDS: Mapping[str, Callable[[str], str]] = {
    "band": band_word, "basis": basis_words, "category": category_words,
    "contact_kind": selector_words, "party": party_word, "said_in": place_word,
    "states": kind_words, "status": status_word, "stop_reason": stop_words,
    "tagpack_confidence": level_words, "verdict": verdict_words,
}  # fmt: skip


def stated_fields(properties: Mapping[str, Any], hidden: Collection[str]) -> dict[str, str]:
    """Return properties in words, without those that stand elsewhere."""
    return {
        property_word(field): plain(_stated(field, value))[:MOST_TEXT]
        for field, value in sorted(properties.items())
        if field not in hidden
    }


def _stated(field: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return _counted(field, value)
    if isinstance(value, list):
        return ", ".join(_signal(one) if field == "signals" else str(one) for one in value)
    return _worded(field, str(value))


def _counted(field: str, value: int) -> str:
    if field.endswith("_at"):
        return moment(datetime.fromtimestamp(value / 1000, UTC))
    return number(value) if field.startswith("n_") or field.endswith("_sat") else str(value)


def _signal(text: str) -> str:
    """Return ``name=weight`` in words."""
    name, _sign, weight = text.partition("=")
    return f"{signal_words(name)}: {in_figures(Decimal(weight))}"


def _worded(field: str, value: str) -> str:
    if field in WORDS:
        return WORDS[field](value)
    if field == "probability":
        return percent(value)
    if field == "why":
        return hop_words(value) or value
    return in_figures(Decimal(value)) if field in DECIMALS else value
