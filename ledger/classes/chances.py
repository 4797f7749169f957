# SPDX-License-Identifier: AGPL-3.0-or-later
"""How likely a transaction is a mix, given the class that the rules gave it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from vestigo.places import config_root
from vestigo.records import probability
from vestigo.settings import read_toml

UNSEEN = probability("0.5")


class _Chances(dict[str, Decimal]):
    """A class that was never counted stands at one half."""

    def __missing__(self, name: str) -> Decimal:
        return UNSEEN


@cache
def class_chances() -> Mapping[str, Decimal]:
    """Return the probability of a mix by class (``config/ledger/classes.toml``)."""
    table = read_toml(config_root() / "ledger" / "classes.toml")["class"]
    return _Chances({name: probability(row["probability"]) for name, row in table.items()})
