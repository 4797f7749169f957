# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exchange rates from files that the unit supplies.  Format: docs/formats/rates.md.

A rate is that of the day or there is none.  Only where the caller allows it does
the last known day within ``fallback_days`` stand in, and that is marked.  Nothing is
ever interpolated.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

from vestigo.errors import ConfigurationError
from vestigo.i18n import _

COLUMNS = ("date", "currency", "btc_price", "source")
BITCOIN = "BTC"
PLACES = Decimal("0.0001")
CODE_LETTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one bitcoin cost in ``currency`` on ``on``, by ``source``.

    ``is_fallback`` is true where ``on`` is an earlier day than the one asked for.
    """

    on: date
    currency: str
    btc_price: Decimal
    source: str
    is_fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """An amount in another currency (four places), the day and source of its rates."""

    amount: Decimal
    currency: str
    on: date
    source: str
    is_fallback: bool


class RateTable:
    """Daily prices of one bitcoin; other pairs go through it on the same day."""

    def __init__(self, rates: Iterable[Rate], digest: str = "") -> None:
        self._rates = {(rate.currency, rate.on): rate for rate in rates}
        self.digest = digest

    @classmethod
    def read(cls, paths: Iterable[Path]) -> RateTable:
        """Return the table of CSV files (or of every ``*.csv`` of a folder).

        A later file overrides an earlier one.  Raises ``ConfigurationError`` E-NLP-010
        (a file is not there), E-NLP-011 (columns), E-NLP-012 (a value), naming the line.
        """
        rates: list[Rate] = []
        digest = hashlib.sha256()
        for path in _files(paths):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
            rates += _read_file(path)
        return cls(rates, digest.hexdigest())

    def __len__(self) -> int:
        return len(self._rates)

    def btc(self, on: date, currency: str, *, fallback_days: int = 0) -> Rate | None:
        """Return what one bitcoin cost in ``currency`` on the day ``on``, or None.

        With ``fallback_days`` the last known earlier day within so many days may stand
        in; such a rate says ``is_fallback``.
        """
        for back in range(fallback_days + 1):
            rate = self._rates.get((currency.upper(), on - timedelta(days=back)))
            if rate is not None:
                return rate if back == 0 else _older(rate)
        return None

    def convert(
        self, amount: Decimal, currency: str, target: str, on: date, *, fallback_days: int = 0
    ) -> Converted | None:
        """Return ``amount`` in ``target`` at the rates of ``on``; None where one is unknown."""
        used: list[Rate] = []
        value = amount
        if currency.upper() != BITCOIN:
            rate = self.btc(on, currency, fallback_days=fallback_days)
            if rate is None:
                return None
            used.append(rate)
            value = value / rate.btc_price
        if target.upper() != BITCOIN:
            rate = self.btc(on, target, fallback_days=fallback_days)
            if rate is None:
                return None
            used.append(rate)
            value = value * rate.btc_price
        if not used:
            return None
        return Converted(
            amount=value.quantize(PLACES, rounding=ROUND_HALF_EVEN),
            currency=target.upper(),
            on=min(rate.on for rate in used),
            source="; ".join(dict.fromkeys(_said(rate) for rate in used)),
            is_fallback=any(rate.is_fallback for rate in used),
        )


def _older(rate: Rate) -> Rate:
    return Rate(
        on=rate.on,
        currency=rate.currency,
        btc_price=rate.btc_price,
        source=rate.source,
        is_fallback=True,
    )


def _said(rate: Rate) -> str:
    mark = f" (rate of {rate.on.isoformat()})" if rate.is_fallback else ""
    return f"{rate.source}{mark}"


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(path.glob("*.csv"))
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigurationError(
                "E-NLP-010",
                _("The rates file is not there."),
                where=str(path),
                remedy=_("Check the path."),
            )
    return found


def _read_file(path: Path) -> list[Rate]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ConfigurationError(
                "E-NLP-011",
                _("The columns of the rates file are not {columns}.").format(
                    columns=", ".join(COLUMNS)
                ),
                where=str(path),
                remedy=_("Correct the first line of the file."),
            )
        return [_row(row, f"{path}:{reader.line_num}") for row in reader]


def _row(row: dict[str, str], where: str) -> Rate:
    try:
        on = date.fromisoformat(row["date"])
        price = Decimal(row["btc_price"])
    except (ValueError, InvalidOperation, TypeError) as error:
        raise _bad_value(where) from error
    currency = row["currency"] or ""
    valid = len(currency) == CODE_LETTERS and currency.isalpha() and currency.isupper()
    if not price.is_finite() or price <= 0 or not valid or not row["source"] or None in row:
        raise _bad_value(where)
    return Rate(on=on, currency=currency, btc_price=price, source=row["source"])


def _bad_value(where: str) -> ConfigurationError:
    return ConfigurationError(
        "E-NLP-012",
        _("A row of the rates file has no valid date, currency, price or source."),
        where=where,
        remedy=_("Write the date as YYYY-MM-DD, the price as a positive decimal, and the source."),
    )
