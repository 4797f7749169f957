# SPDX-License-Identifier: AGPL-3.0-or-later
"""The field in which a market shows where a listing ships from and to (``nlp.shipping.v1``).

"NL", "Suisse → Europe", "Lager Graz; EU": the first country is where it ships from, what
stands behind an arrow or covers many countries is where it ships to.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.fields import FieldText

SHIPS_FIELD = "ships_text"
MANY = ("EU", "WORLDWIDE")
WITHIN = ("innerhalb", "binnen", "within", "intern")
ARROW_SIGNS = (">", "→", "»", "⇒", "➡")
FROM, TO = ("ships_from",), ("ships_to",)


def field_direction(
    field: FieldText,
    code: str,
    starts: Sequence[int],
    position: int,
    own: tuple[str, ...],
    before: tuple[str, ...] | None,
) -> tuple[str, ...]:
    """Return the direction of the country ``code`` that begins at token ``starts[position]``.

    ``own`` is what the words beside it say, ``before`` the direction of the one before it.
    """
    start = starts[position]
    if field.tokens[-1].text in WITHIN and len(starts) == 1:
        return (*FROM, *TO)  # "Österreich innerhalb"
    if own and not (position and code in MANY and own == before == FROM):
        return own
    arrow = any(field.text(index) in ARROW_SIGNS for index in range(start))
    if position == 0 and not arrow:
        return TO if code in MANY and len(starts) > 1 else FROM
    if arrow or code in MANY or field.text(start - 1) in (";", "|", ":"):
        return TO
    return before or TO
