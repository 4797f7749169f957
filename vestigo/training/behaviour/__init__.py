# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a practice world is like: one TOML file, every key with a range and a default."""

from vestigo.training.behaviour.ledger import CashOutSection, LedgerSection
from vestigo.training.behaviour.market import LAYOUTS, MarketSection
from vestigo.training.behaviour.reading import load_behaviour, world_names
from vestigo.training.behaviour.sections import (
    LANGUAGES,
    Behaviour,
    ChurnSection,
    GoodsFile,
    ListingSection,
    VendorSection,
    WorldSection,
)

__all__ = [
    "LANGUAGES",
    "LAYOUTS",
    "Behaviour",
    "CashOutSection",
    "ChurnSection",
    "GoodsFile",
    "LedgerSection",
    "ListingSection",
    "MarketSection",
    "VendorSection",
    "WorldSection",
    "load_behaviour",
    "world_names",
]
