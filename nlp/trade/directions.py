# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directions of shipping: none that is said (None), ``()`` for the origin of the goods."""

from __future__ import annotations

Directions = tuple[str, ...]

FROM: Directions = ("ships_from",)
TO: Directions = ("ships_to",)
BOTH: Directions = (*FROM, *TO)
NOTHING: Directions = ("nothing",)  # excepted: said, and neither of the two
ORIGIN: Directions = ()
