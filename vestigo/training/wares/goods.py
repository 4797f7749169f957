# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a good is: its wordings, its forms, and what is so about each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vestigo.training.world import SubstanceClaim, TextPrice

KINDS = ("plain", "trap", "options", "other")
DRUG_CLASSES = ("drug", "medicine", "precursor")
GOODS_CLASSES = (
    *DRUG_CLASSES, "weapon", "document", "counterfeit_money", "hacking", "wildlife",
    "equipment", "other",
)  # fmt: skip
TRAPS = (
    "negation", "mention", "misleading_name", "implied", "origin", "count_x_dose", "microgram",
    "double_unit", "fraction", "local_unit", "fluid_ounce", "concentration", "price_in_title",
    "price_table", "bare_currency", "local_currency", "unit_price", "purity", "dosage_advice",
    "packing", "dates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """A title or sentence and what is so about it: substances, purity, prices in it."""

    text: str
    claims: tuple[SubstanceClaim, ...] = ()
    purity: tuple[Decimal, ...] = ()
    prices: tuple[TextPrice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One quantity in which a good is sold; ``grams`` that of one piece, ``eur`` its price."""

    label: str
    kind: str
    grams: Decimal | None
    count: int | None
    dose_mg: Decimal | None
    ml: Decimal | None
    eur: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """One good with its titles, texts and forms; with ``options`` all forms are one listing."""

    id: str
    language: str
    category: tuple[str, ...]
    goods_class: str
    claims: tuple[SubstanceClaim, ...]
    traps: tuple[str, ...]
    titles: tuple[Wording, ...]
    texts: tuple[Wording, ...]
    forms: tuple[Form, ...]
    options: bool

    @property
    def kind(self) -> str:
        """One of ``KINDS``, by which a behaviour says how many of each there are."""
        if self.options:
            return "options"
        if self.goods_class not in DRUG_CLASSES:
            return "other"
        return "trap" if self.traps else "plain"
