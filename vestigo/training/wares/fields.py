# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking values off a table of a data file, strictly: what is left over is refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _

MOST = Decimal(10_000_000)
LONGEST_TEXT = 2_000
MOST_ITEMS = 100


class Fields:
    """One table; each ``take_`` removes a key, ``finish`` refuses what nobody took.

    Every method raises ``ConfigurationError`` E-TRA-016 with the place and the key.
    """

    def __init__(self, table: Any, where: str) -> None:
        self.where = where
        if not isinstance(table, dict):
            raise self.wrong("-", _("a table"))
        self._left: dict[str, Any] = dict(table)
        self._known: list[str] = []

    def take(self, key: str, default: Any = None) -> Any:
        """Return the value of ``key`` as it stands."""
        self._known.append(key)
        return self._left.pop(key, default)

    def take_text(self, key: str, pattern: str = "", longest: int = LONGEST_TEXT) -> str:
        """Return a text without control marks (line ends may be in it)."""
        value = self.take(key)
        printable = isinstance(value, str) and value.replace("\n", "").isprintable()
        if not printable or len(value) > longest or not re.fullmatch(pattern or r"(?s).*", value):
            wanted = _("a text of at most {n} characters").format(n=longest)
            raise self.wrong(key, f"{wanted} {pattern}".rstrip())
        return str(value)

    def take_word(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return one of ``choices``."""
        value = self.take(key, default)
        if value not in choices:
            raise self.wrong(key, _("one of {allowed}").format(allowed=", ".join(choices)))
        return str(value)

    def take_words(self, key: str, pattern: str, least: int = 0) -> tuple[str, ...]:
        """Return a list of texts that all match ``pattern``."""
        value = self.take_list(key, least)
        if not all(isinstance(one, str) and re.fullmatch(pattern, one) for one in value):
            raise self.wrong(key, _("texts that match {pattern}").format(pattern=pattern))
        return tuple(value)

    def take_list(self, key: str, least: int = 0, most: int = MOST_ITEMS) -> list[Any]:
        """Return a list of ``least`` to ``most`` values."""
        value = self.take(key, [])
        if not isinstance(value, list) or not least <= len(value) <= most:
            wanted = _("a list of {least} to {most} values")
            raise self.wrong(key, wanted.format(least=least, most=most))
        return value

    def take_number(self, key: str, *, needed: bool = False) -> Decimal | None:
        """Return a decimal above 0, or None where it is not there and not ``needed``."""
        value = self.take(key)
        if value is None and not needed:
            return None
        return self.number(key, value)

    def take_count(self, key: str) -> int | None:
        """Return a whole number above 0, or None."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MOST:
            raise self.wrong(key, _("a whole number above 0"))
        return value

    def take_switch(self, key: str) -> bool:
        """Return true or false (the default)."""
        value = self.take(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, _("true or false"))
        return value

    def number(self, key: str, value: Any) -> Decimal:
        """Return ``value`` (a decimal as text or number) if it is above 0 and not absurd."""
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else Decimal(0)
        except InvalidOperation:
            number = Decimal(0)
        if not number.is_finite() or not 0 < number < MOST:
            raise self.wrong(key, _("a number above 0 and below {most}").format(most=MOST))
        return number

    def finish(self) -> None:
        """Refuse the first key that nobody took, naming the nearest that is known."""
        for key in self._left:
            near = difflib.get_close_matches(key, self._known, n=1, cutoff=0.0)
            raise ConfigurationError(
                "E-TRA-016",
                _("Unknown key “{key}”; the nearest known key is “{near}”.").format(
                    key=key, near=near[0]
                ),
                where=self.where,
                remedy=_("Correct or remove the key."),
            )

    def wrong(self, key: str, wanted: str) -> ConfigurationError:
        """Return the error that says what ``key`` has to be."""
        return ConfigurationError(
            "E-TRA-016",
            _("“{key}” is not there or not as it has to be.").format(key=key),
            where=self.where,
            remedy=_("Give {wanted}.").format(wanted=wanted),
        )
