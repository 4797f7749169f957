# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which parts of a bench are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from vestigo.errors import UsageError
from vestigo.i18n import _


def chosen_parts(only: str, known: Iterable[str]) -> list[str]:
    """Return the parts that a list with commas names, all where it is empty; E-BEN-001."""
    given, names = [name.strip() for name in only.split(",") if name.strip()], list(known)
    unknown = [name for name in given if name not in names]
    if unknown:
        raise UsageError(
            "E-BEN-001",
            _("There is no measurement “{name}”.").format(name=unknown[0]),
            remedy=_("There are: {names}.").format(names=", ".join(sorted(names))),
        )
    return [name for name in names if name in given or not given]
