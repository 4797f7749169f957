# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a profile's table apart key by key; what nobody asked for is an error."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.settings import refuse_unknown_keys


class Table:
    """A TOML table that remembers which keys were asked for."""

    def __init__(self, given: Any, where: str) -> None:
        if not isinstance(given, Mapping):
            raise wrong_form(where, _("a table is expected"))
        self._given = given
        self._asked: dict[str, None] = {}
        self.where = where

    def done(self) -> None:
        """Refuse every key that was not asked for, naming the nearest."""
        refuse_unknown_keys(self._given, self._asked, self.where)

    def has(self, key: str) -> bool:
        """Return whether the table has ``key``; asking makes it known."""
        self._asked[key] = None
        return key in self._given

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default the key is required."""
        return str(self._value(key, str, default, _("a text is expected")))

    def flag(self, key: str) -> bool:
        """Return true or false (false where the key is absent)."""
        return bool(self._value(key, bool, False, _("true or false is expected")))

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a whole number."""
        return int(self._value(key, int, default, _("a whole number is expected")))

    def decimal(self, key: str) -> Decimal | None:
        """Return a number, None where the key is absent."""
        if not self.has(key):
            return None
        value = self._value(key, (int, Decimal), None, _("a number is expected"))
        return Decimal(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts (empty where the key is absent)."""
        return tuple(self._list(key, str, _("a list of texts is expected")))

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers (empty where the key is absent)."""
        return tuple(self._list(key, int, _("a list of whole numbers is expected")))

    def table(self, key: str) -> Table:
        """Return a table inside this one (empty where the key is absent)."""
        return Table(self._value(key, Mapping, {}, _("a table is expected")), self._place(key))

    def tables(self, key: str) -> list[Table]:
        """Return a list of tables inside this one."""
        items = self._list(key, Mapping, _("a list of tables is expected"))
        return [Table(item, f"{self._place(key)}[{n}]") for n, item in enumerate(items, 1)]

    def named_tables(self, key: str) -> dict[str, Table]:
        """Return a table of tables, whatever their names are."""
        inner = self.table(key)
        return {name: inner.table(name) for name in inner.names()}

    def names(self) -> list[str]:
        """Return the keys that the table has, in their order."""
        return list(self._given)

    def _list(self, key: str, kind: type, expected: str) -> list[Any]:
        value = self._value(key, list, [], expected)
        if not all(isinstance(item, kind) and not isinstance(item, bool) for item in value):
            raise wrong_form(self._place(key), expected)
        return list(value)

    def _value(self, key: str, kind: Any, default: Any, expected: str) -> Any:
        if not self.has(key):
            if default is None:
                raise wrong_form(self._place(key), _("the key is missing"))
            return default
        value = self._given[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise wrong_form(self._place(key), expected)
        return value

    def _place(self, key: str) -> str:
        return f"{self.where} {key}"


def wrong_form(where: str, reason: str) -> ConfigurationError:
    """Return the error E-MAR-004 for a profile that is not as its format asks."""
    return ConfigurationError(
        "E-MAR-004",
        _("The profile is not as its format asks: {reason}.").format(reason=reason),
        where=where,
        remedy=_("See docs/formats/market-profile.md."),
    )
