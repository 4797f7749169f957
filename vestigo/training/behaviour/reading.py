# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a behaviour file: nothing in it is guessed, everything else is refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any, TypeVar

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.settings import read_toml
from vestigo.training.behaviour.keys import Key, key_of, keys_of
from vestigo.training.behaviour.ledger import CashOutSection, LedgerSection
from vestigo.training.behaviour.market import MarketSection
from vestigo.training.behaviour.possible import refuse_impossible
from vestigo.training.behaviour.sections import (
    Behaviour,
    ChurnSection,
    GoodsFile,
    ListingSection,
    VendorSection,
    WorldSection,
)

SECTIONS = {
    "world": WorldSection, "vendors": VendorSection, "listings": ListingSection,
    "churn": ChurnSection, "cash_out": CashOutSection, "ledger": LedgerSection,
}  # fmt: skip
MARKET = "market"
USUAL_WORLD = "full"
MOST_GOODS_BYTES = 4_000_000

Section = TypeVar("Section")


def world_names() -> list[str]:
    """Return the names of the shipped worlds."""
    return sorted(path.stem for path in _worlds().glob("*.toml"))


def load_behaviour(name_or_path: str) -> Behaviour:
    """Return the behaviour of a shipped world (by name) or of a file (by path).

    Raises ``ConfigurationError``: E-CFG-001 and E-CFG-002 (no such file, not TOML),
    E-TRA-010 to E-TRA-012 (key, type, range), E-TRA-013 (cannot be together),
    E-TRA-014 (no such world), E-TRA-015 (goods).
    """
    path = _path_of(name_or_path)
    document = read_toml(path)
    known = [*SECTIONS, MARKET]
    for name in document:
        if name not in known:
            raise _unknown(name, _homes_of(name) or known, str(path))
    values: dict[str, Any] = {
        name: _section(section, document.get(name, {}), f"{path} [{name}]")
        for name, section in SECTIONS.items()
    }
    behaviour = Behaviour(
        name=path.stem,
        markets=_markets(document.get(MARKET, _usual_markets()), str(path)),
        goods_files=_goods_files(values["world"], path.parent),
        **values,
    )
    refuse_impossible(behaviour, str(path))
    return behaviour


def _worlds() -> Path:
    return config_root() / "training" / "worlds"


def _path_of(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml" or len(path.parts) > 1:
        return path
    if name_or_path in world_names():
        return _worlds() / f"{name_or_path}.toml"
    near = difflib.get_close_matches(name_or_path, world_names(), n=1, cutoff=0.0)
    raise ConfigurationError(
        "E-TRA-014",
        _("There is no shipped world “{name}”; the nearest is “{near}”.").format(
            name=name_or_path, near=near[0]
        ),
        where=name_or_path,
        remedy=_("Name one of {names}, or the path of a behaviour file (.toml).").format(
            names=", ".join(world_names())
        ),
    )


def _usual_markets() -> Any:
    """Return the venues of the full world, for a file that names none."""
    return read_toml(_worlds() / f"{USUAL_WORLD}.toml")[MARKET]


def _markets(given: Any, where: str) -> tuple[MarketSection, ...]:
    if not isinstance(given, list) or not given:
        raise _wrong_type(MARKET, _("a list of tables, each headed [[market]]"), where)
    return tuple(
        _section(MarketSection, item, f"{where} [[market]] {number}")
        for number, item in enumerate(given, start=1)
    )


def _section(section: type[Section], given: Any, where: str) -> Section:
    if not isinstance(given, Mapping):
        raise _wrong_type(where, _("a table"), where)
    known = keys_of(section)
    for name in given:
        if name not in known:
            raise _unknown(name, list(known), where)
    return section(**{name: _value(known[name], value, where) for name, value in given.items()})


def _value(declared: Field[Any], value: Any, where: str) -> Any:
    """Return ``value`` as the section keeps it; refuse what is not allowed."""
    key, name = key_of(declared), declared.name
    checks = {
        "whole": _whole, "switch": _switch, "word": _word,
        "text": _text, "words": _words, "weights": _weights,
    }  # fmt: skip
    return checks[key.kind](key, name, value, where)


def _whole(key: Key, name: str, value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong_type(name, _("a whole number, {allowed}").format(allowed=key.allowed), where)
    if not key.low <= value <= key.high:
        raise _out_of_range(name, value, key, where)
    return value


def _switch(key: Key, name: str, value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(name, key.allowed, where)
    return value


def _word(key: Key, name: str, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(name, _("one of {allowed}").format(allowed=key.allowed), where)
    if value not in key.choices:
        raise _out_of_range(name, value, key, where)
    return value


def _text(key: Key, name: str, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(name, key.allowed, where)
    fitting = key.low <= len(value.strip()) and len(value) <= key.high
    if not (fitting and value.isprintable() and re.fullmatch(key.pattern or ".*", value)):
        raise _out_of_range(name, value, key, where)
    return value


def _words(key: Key, name: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(name, key.allowed, where)
    fitting = all(re.fullmatch(key.pattern, item) for item in value)
    if not (fitting and key.low <= len(value) <= key.high and len(set(value)) == len(value)):
        raise _out_of_range(name, value, key, where)
    return tuple(value)


def _weights(key: Key, name: str, value: Any, where: str) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, Mapping):
        raise _wrong_type(name, _("a table of {allowed}").format(allowed=key.allowed), where)
    for choice, weight in value.items():
        if choice not in key.choices:
            raise _unknown(choice, list(key.choices), f"{where} {name}")
        _whole(Key("whole", "", key.low, key.high), f"{name}.{choice}", weight, where)
    if not any(value.values()):
        raise _out_of_range(name, dict(value), key, where)
    return tuple(sorted(value.items()))


def _goods_files(world: WorldSection, folder: Path) -> tuple[GoodsFile, ...]:
    """Return the files that ``world.goods`` names: beside the behaviour file, else shipped."""
    return tuple(_goods_file(name, folder) for name in world.goods)


def _goods_file(name: str, folder: Path) -> GoodsFile:
    places = [folder / name, config_root() / "training" / name]
    path = next((one for one in places if one.is_file()), None)
    try:
        content = None if path is None else _beginning(path)
    except OSError:
        content = None
    if content is None or len(content) > MOST_GOODS_BYTES:
        raise ConfigurationError(
            "E-TRA-015",
            _("The file of goods is not there, cannot be read, or is too large."),
            where=str(path or places[0]),
            remedy=_("Correct “goods”, or put the file beside the behaviour file."),
        )
    return GoodsFile(name, content)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_GOODS_BYTES + 1)


def _homes_of(name: str) -> list[str]:
    """Return ``[section] name`` for each section in which ``name`` is a key."""
    homes = [f"[{section}] {name}" for section, kind in SECTIONS.items() if name in keys_of(kind)]
    return homes + [f"[[{MARKET}]] {name}"] * (name in keys_of(MarketSection))


def _unknown(name: str, known: list[str], where: str) -> ConfigurationError:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return ConfigurationError(
        "E-TRA-010",
        _("Unknown key “{key}”; the nearest known key is “{near}”.").format(key=name, near=near[0]),
        where=where,
        remedy=_("Correct or remove the key."),
    )


def _wrong_type(name: str, wanted: str, where: str) -> ConfigurationError:
    return ConfigurationError(
        "E-TRA-011",
        _("The value of “{key}” is of the wrong type.").format(key=name),
        where=where,
        remedy=_("Give {wanted}.").format(wanted=wanted),
    )


def _out_of_range(name: str, value: Any, key: Key, where: str) -> ConfigurationError:
    return ConfigurationError(
        "E-TRA-012",
        _("“{key}” may not be {value}.").format(key=name, value=repr(value)[:80]),
        where=where,
        remedy=_("Allowed: {allowed}.").format(allowed=key.allowed),
    )
