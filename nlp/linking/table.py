# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published table of weights (``config/linking/*.toml``): read, checked, digested."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from nlp.linking.wording import WordingSettings
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.settings import read_toml, refuse_unknown_keys, section_digest

FORMAT = "vestigo.linking.v1"
RULE = "nlp.linking.v1"
MISSING = "missing"
SIGNAL_NAMES = (
    "pgp_key", "quoted_key", "key_user_id", "contact", "address", "link", "handle", "contact_name",
    "naming", "mutual_naming", "text", "passages", "titles", "habits", "language", "image",
)  # fmt: skip
SHAPE: dict[str, Any] = {
    "format": "", "title": "",
    "prior": {"share_with_another": 0, "least_accounts": 0, "source": ""},
    "bands": {"strong": 0, "possible": 0, "source": ""},
    "limits": {"copied": 0, "different_key": 0, "contact": 0, "source": ""},
    "groups": {"also": 0, "source": ""},
    "calibration": {"slope": 0, "intercept": 0, "source": ""},
    "wording": {"background": 0, "stranger_mean": 0, "stranger_deviation": 0,
                "stranger_weight": 0, "source": ""},
    "signal": {},
}  # fmt: skip
SIGNAL_SHAPE: dict[str, Any] = {
    "name": "", "group": "", "kind": "", "about": "", "source": "", "unless": "", "level": [],
}  # fmt: skip
LEVEL_SHAPE: dict[str, Any] = {"name": "", "m": 0, "u": 0, "at": 0}
TIERS = ("copyable", "contact", "key")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a signal: m and u and, where the signal is graded, where it stands."""

    name: str
    m: float
    u: float
    at: float | None

    @property
    def weight(self) -> float:
        """Return log2(m/u) in bits."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Signal:
    """One comparison: its group (the strongest of a group counts), tier and levels.

    ``tier`` is ``copyable`` (anybody can copy it), ``contact`` or ``key``; ``unless`` is
    "signal:level" of another signal that already says what this one would say for one party.
    """

    name: str
    group: str
    tier: str
    unless: str
    levels: tuple[Level, ...]

    @cached_property
    def _weights(self) -> dict[str, float]:
        return {item.name: item.weight for item in self.levels}

    @cached_property
    def _steps(self) -> tuple[list[float], list[float]]:
        return [item.at or 0.0 for item in self.levels], [item.weight for item in self.levels]

    def weight(self, level: str) -> float:
        """Return the weight of the level called ``level`` (0 bits where it is missing)."""
        return self._weights.get(level, 0.0)

    def graded(self, score: float) -> tuple[str, float]:
        """Return the level that ``score`` reaches and the weight between its neighbours."""
        places, weights = self._steps
        after = bisect_right(places, score)
        reached = self.levels[max(after - 1, 0)].name
        if after == 0:
            return reached, weights[0]
        if after == len(places):
            return reached, weights[-1]
        low, high = places[after - 1], places[after]
        share = (score - low) / (high - low)
        return reached, weights[after - 1] + (weights[after] - weights[after - 1]) * share


@dataclass(frozen=True, slots=True)
class Table:
    """All published numbers, and ``sha256``, the digest that records cite."""

    signals: dict[str, Signal]
    share_with_another: float
    least_accounts: int
    strong: float
    possible: float
    copied_limit: float
    contact_limit: float
    different_key_limit: float
    also: float
    slope: float
    intercept: float
    wording: WordingSettings
    sha256: str

    def prior(self, n_accounts: int) -> float:
        """Return log2 of the odds that two accounts drawn from the input are one party."""
        others = max(n_accounts, self.least_accounts) - 1
        expected = self.share_with_another / others
        return math.log2(expected / (1 - expected))

    def band(self, probability: float) -> str:
        """Return the band of a probability."""
        if probability >= self.strong:
            return "strong"
        return "possible" if probability >= self.possible else "weak"


@cache
def shipped_table() -> Table:
    """Return the table that ships with this release."""
    return read_table(config_root() / "linking" / "vendors.toml")


@cache
def common_words() -> frozenset[str]:
    """Return everyday words of sellers in six languages, without accents."""
    lists = read_toml(config_root() / "linking" / "common_words.toml")
    function_words = read_toml(config_root() / "lexicon" / "languages.toml")
    every = [*lists.values(), *function_words.values()]
    return frozenset(str(word) for words in every for word in words)


def read_table(path: Path) -> Table:
    """Return the table in a TOML file; ``ConfigurationError`` where it is not one."""
    plain = read_toml(path)
    where = str(path)
    refuse_unknown_keys({k: v for k, v in plain.items() if k != "signal"}, SHAPE, where)
    if plain.get("format") != FORMAT:
        raise _wrong(where, f"format = {FORMAT}")
    try:
        signals = [_signal(item, where) for item in plain["signal"]]
        return Table(
            signals={item.name: item for item in signals},
            share_with_another=_share(plain["prior"]["share_with_another"]),
            least_accounts=int(plain["prior"]["least_accounts"]),
            strong=_share(plain["bands"]["strong"]),
            possible=_share(plain["bands"]["possible"]),
            copied_limit=_share(plain["limits"]["copied"]),
            contact_limit=_share(plain["limits"]["contact"]),
            different_key_limit=_share(plain["limits"]["different_key"]),
            also=_share(plain["groups"]["also"]),
            slope=float(plain["calibration"]["slope"]),
            intercept=float(plain["calibration"]["intercept"]),
            wording=_wording(plain["wording"]),
            sha256=section_digest({**plain, "common_words": sorted(common_words())}),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise _wrong(where, str(error)) from error


def _signal(item: Mapping[str, Any], where: str) -> Signal:
    refuse_unknown_keys(item, SIGNAL_SHAPE, f"{where} [signal]")
    for level in item["level"]:
        refuse_unknown_keys(level, LEVEL_SHAPE, f"{where} [{item['name']}]")
    levels = tuple(
        Level(str(level["name"]), _share(level["m"]), _share(level["u"]),
              float(level["at"]) if "at" in level else None)
        for level in item["level"]
    )  # fmt: skip
    places = [level.at for level in levels if level.at is not None]
    if item["name"] not in SIGNAL_NAMES or item["kind"] not in TIERS or not levels:
        raise ValueError(f"{item['name']} ({item['kind']})")
    if places != sorted(set(places)) or len(places) not in (0, len(levels)):
        raise ValueError(f"{item['name']}: at")
    if not str(item["source"]):
        raise ValueError(f"{item['name']}: source")
    return Signal(item["name"], item["group"], item["kind"], item.get("unless", ""), levels)


def _wording(section: Mapping[str, Any]) -> WordingSettings:
    return WordingSettings(
        background=int(section["background"]),
        stranger_mean=float(section["stranger_mean"]),
        stranger_deviation=float(section["stranger_deviation"]),
        stranger_weight=int(section["stranger_weight"]),
    )


def _share(value: Any) -> float:
    number = float(value)
    if not 0 < number < 1:
        raise ValueError(f"{value} is not between 0 and 1")
    return number


def _wrong(where: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        "E-LNK-001",
        _("The table of linking weights is wrong: {what}").format(what=what),
        where=where,
        remedy=_("Correct the table or restore the one that was shipped."),
    )
