# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which country a name means that several have, and which "the whole country" is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nlp.scanning.fields import FieldText
from nlp.trade.countries import HOME, CountryFound

Said = tuple[FieldText, CountryFound, str]
WIDE = frozenset(("EU", "WORLDWIDE", HOME))


@dataclass(frozen=True)
class NamedCountries:
    """The countries of a listing: ``said`` to be sent from or to, and all ``mentioned``.

    ``hints`` are those whose carriers or money the text names ("Chilexpress", "reais").
    """

    said: Sequence[Said]
    mentioned: Sequence[CountryFound]
    hints: Sequence[str]

    def codes(self, country: CountryFound) -> tuple[str, ...]:
        """Return the codes that ``country`` stands for, given what else the listing says."""
        if country.code == HOME:
            return self._home
        if country.instead:
            return (self._meant(country),)
        return tuple(country.code.split("+"))

    @cached_property
    def _firm(self) -> frozenset[str]:
        """The countries that are named by a name of their own, or hinted at."""
        own = (one.code.split("+") for one in self.mentioned if not one.instead)
        return frozenset((*self.hints, *(code for codes in own for code in codes)))

    @cached_property
    def _home(self) -> tuple[str, ...]:
        """The one country of the listing: sent from, sent to, hinted at, named; or none."""
        sent, reached = (
            [self._meant(one) for _field, one, of in self.said if of == direction]
            for direction in ("ships_from", "ships_to")
        )
        order = [*sent, *self.hints, *reached, *(one.code for one in self.mentioned)]
        single = (code for code in order if code not in WIDE and "+" not in code)
        code = next(single, None)
        return (code,) if code else ()

    def _meant(self, country: CountryFound) -> str:
        """Return which of the countries that have such a place is meant: the one also named."""
        likely = (code for code in (country.code, *country.instead) if code in self._firm)
        return next(likely, country.code)
