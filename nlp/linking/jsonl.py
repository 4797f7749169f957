# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract of ``vestigo link vendors --jsonl``: profile lines in, pairs out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nlp.linking.linking import Pair, likeliest
from nlp.linking.profile import Profile, ProfileUnreadable, parse_profile
from nlp.linking.table import Table
from vestigo.errors import InputError
from vestigo.i18n import _

MAX_LINE = 8_000_000
MAX_PROFILES = 20_000


def read_profiles(
    lines: Iterable[bytes], on_problem: Callable[[InputError], None]
) -> list[Profile]:
    """Return the profiles in ``lines`` (UTF-8); blank lines are passed over.

    Each line that is no profile or repeats an id is handed to ``on_problem`` with its
    number; of two lines with one id the first is kept.  ``InputError`` E-LNK-004 where
    there are more than 20,000.
    """
    found: dict[str, tuple[int, Profile]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            profile = _parsed(line)
        except ProfileUnreadable as error:
            on_problem(_unreadable(number, str(error)))
            continue
        if profile.id in found:
            on_problem(_repeated(number, found[profile.id][0]))
            continue
        found[profile.id] = (number, profile)
        if len(found) > MAX_PROFILES:
            raise _too_many(number)
    return [profile for _number, profile in found.values()]


def pair_lines(profiles: list[Profile], table: Table) -> Iterator[dict[str, Any]]:
    """Yield one object a pair: for each profile in order its likeliest other accounts."""
    for pairs in likeliest(profiles, table):
        for pair in pairs:
            yield pair_line(profiles, pair)


def pair_line(profiles: list[Profile], pair: Pair) -> dict[str, Any]:
    """Return the object of one pair; weights in bits (two places) add up to the log-odds."""
    return {
        "a": profiles[pair.one].id,
        "b": profiles[pair.other].id,
        "probability": float(pair.probability),
        "band": pair.verdict.band,
        "signals": {item.name: round(item.weight, 2) + 0.0 for item in pair.verdict.signals},
    }


def _parsed(line: bytes) -> Profile:
    if len(line) > MAX_LINE:
        raise ProfileUnreadable(f"longer than {MAX_LINE} bytes")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProfileUnreadable(f"not UTF-8: {error.reason}") from error
    return parse_profile(text)


def _unreadable(number: int, reason: str) -> InputError:
    return InputError(
        "E-LNK-002",
        _("This line is no profile: {reason}.").format(reason=reason),
        where=_line(number),
        remedy=_("Correct the line; the others were compared without it."),
    )


def _repeated(number: int, first: int) -> InputError:
    return InputError(
        "E-LNK-003",
        _("This line repeats the id of line {first}.").format(first=first),
        where=_line(number),
        remedy=_("Give each account one line; the first was kept."),
    )


def _too_many(number: int) -> InputError:
    return InputError(
        "E-LNK-004",
        _("More than {n} profiles at once.").format(n=MAX_PROFILES),
        where=_line(number),
        remedy=_("Hand over fewer profiles."),
    )


def _line(number: int) -> str:
    return f"line {number}"
