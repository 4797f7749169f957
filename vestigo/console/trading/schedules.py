# SPDX-License-Identifier: AGPL-3.0-or-later
"""Under which conventions a substance is scheduled, as the lexicon’s sources say."""

from __future__ import annotations

from functools import cache

from nlp.lexicon.loading import shipped_lexicon
from vestigo.i18n import _

NOT_LISTED = "not-listed"


@cache
def schedules_of(substance_id: str) -> tuple[str, ...]:
    """Return ``1961 I``, ``1971 II``, … of a substance; ``not-listed`` where none names it."""
    rows = shipped_lexicon().schedules.get(substance_id, ())
    names = {f"{one.convention} {one.schedule or ''}".strip() for one in rows}
    return tuple(sorted(names)) or (NOT_LISTED,)


def editions() -> str:
    """Return which editions of the lists were looked at."""
    rows = (one for found in shipped_lexicon().schedules.values() for one in found)
    return "; ".join(sorted({one.state for one in rows}))


def schedule_words(name: str) -> str:
    """Return a schedule as people read it."""
    if name == NOT_LISTED:
        return _("in no schedule of the conventions")
    convention, _blank, schedule = name.partition(" ")
    if not schedule:
        return _("convention of {year}").format(year=convention)
    return _("{year}, schedule {schedule}").format(year=convention, schedule=schedule)
