# SPDX-License-Identifier: AGPL-3.0-or-later
"""Observations from a file: for crawls of other programs and for simulations (docs/formats)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crawler.estimating import Sighting, estimate_on_sale
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.coverage import listings_document

FIELDS = {"pass", "listing", "ways", "state"}
MOST_PASSES = 10_000


def read_observations(path: Path) -> list[Sighting]:
    """Return the observations of a file, one JSON object a line.

    Raises ``UsageError`` E-CRA-071 for a line that is none.
    """
    found: dict[tuple[int, str], Sighting] = {}
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                one = _sighting(path, number, line)
                if (one.pass_no, one.listing) in found:
                    raise _bad(path, number)
                found[one.pass_no, one.listing] = one
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, 0) from error
    return list(found.values())


def estimate_document(sightings: list[Sighting]) -> dict[str, Any]:
    """Return the estimate for the last pass that was observed."""
    counted = estimate_on_sale(sightings)
    return {"pass": counted.pass_no, **listings_document(counted)}


def _sighting(path: Path, number: int, line: str) -> Sighting:
    try:
        row = json.loads(line)
        if set(row) != FIELDS or type(row["pass"]) is not int or row["pass"] > MOST_PASSES:
            raise _bad(path, number)
        if not isinstance(row["ways"], list):
            raise _bad(path, number)
        if not all(isinstance(text, str) for text in [row["listing"], *row["ways"]]):
            raise _bad(path, number)
        return Sighting(row["pass"], row["listing"], frozenset(row["ways"]), row["state"])
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad(path, number) from error


def _bad(path: Path, number: int) -> UsageError:
    return UsageError(
        "E-CRA-071",
        _("This is no line of observations."),
        where=f"{path}:{number}" if number else str(path),
        remedy=_("Each line is an object with “pass”, “listing”, “ways” and “state”; each "
                 "listing stands once in a pass."),
    )  # fmt: skip
