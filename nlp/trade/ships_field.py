# SPDX-License-Identifier: AGPL-3.0-or-later
"""The field in which a market shows where a listing ships from and to (``nlp.shipping.v2``).

"NL", "Suisse → Europe", "Lager Graz; EU": the first country is where it ships from, what
stands behind an arrow or covers many countries is where it ships to.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.scanning.fields import FieldText

SHIPS_FIELD = "ships_text"
MANY = ("EU", "WORLDWIDE")
WITHIN = ("innerhalb", "binnen", "within", "intern", "only", "nur", "alleen", "uniquement",
          "solo", "apenas", "domestic", "inland", "seulement", "exclusivamente")  # fmt: skip
ARROW_SIGNS = (">", "→", "»", "⇒", "➡")
FROM, TO = ("ships_from",), ("ships_to",)


def first_arrow(field: FieldText) -> int:
    """Return the token of the first arrow of the field, the number of tokens where none stands."""
    signs = (n for n, text in enumerate(field.texts) if text in ARROW_SIGNS)
    return next(signs, len(field.tokens))


def field_direction(
    field: FieldText,
    code: str,
    starts: Sequence[int],
    arrow_at: int,
    position: int,
    own: tuple[str, ...],
    before: tuple[str, ...] | None,
) -> tuple[str, ...]:
    """Return the direction of the country ``code`` that begins at token ``starts[position]``.

    ``arrow_at`` is the token of the first arrow (``first_arrow``).
    ``own`` is what the words beside it say, ``before`` the direction of the one before it.
    """
    start = starts[position]
    if field.tokens[-1].text in WITHIN and len(starts) == 1 and code not in MANY:
        return (*FROM, *TO)  # "Österreich innerhalb", "CH only"
    if own and not (position and code in MANY and own == before == FROM):
        return own
    arrow = arrow_at < start
    if position == 0 and not arrow:
        return TO if code in MANY else FROM
    if arrow or code in MANY or field.text(start - 1) in (";", "|", ":"):
        return TO
    return before or TO
