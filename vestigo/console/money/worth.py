# SPDX-License-Identifier: AGPL-3.0-or-later
"""What satoshi were worth on a day, with the source of the rate; local time beside UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from vestigo.pipeline.cash_outs import Sheet

SAT = Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount in one currency (two places); ``amount`` None where no rate is known."""

    currency: str
    amount: Decimal | None
    rate_on: str
    source: str
    is_older: bool


def worth_of(sheet: Sheet, sat: int, at: datetime) -> list[Worth]:
    """Return the worth in each currency of the case at the rates of the day."""
    found = []
    for currency in sheet.currencies:
        converted = None
        if sheet.rates is not None:
            converted = sheet.rates.convert(
                Decimal(sat) / SAT, "BTC", currency, at.astimezone(UTC).date(),
                fallback_days=sheet.fallback_days,
            )  # fmt: skip
        if converted is None:
            found.append(Worth(currency, None, "", "", is_older=False))
        else:
            amount = converted.amount.quantize(Decimal("0.01"))
            found.append(Worth(currency, amount, converted.on.isoformat(), converted.source,
                               is_older=converted.is_fallback))  # fmt: skip
    return found


def local_moment(sheet: Sheet, at: datetime) -> str:
    """Return a time in the zone of the case, with its offset and the zone's name."""
    return f"{at.astimezone(sheet.zone):%Y-%m-%d %H:%M:%S %z} {sheet.zone}"
