# SPDX-License-Identifier: AGPL-3.0-or-later
"""The accounting method of a case: locked once, by a named person, with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.taint import ORDERED_METHODS
from vestigo.errors import ConfigurationError, UsageError
from vestigo.i18n import _
from vestigo.records import Judgement

SUBJECT = "ledger accounting method"


def locked_accounting(judgements: Iterable[Judgement]) -> str | None:
    """Return the method that a case is locked to, or None; the first lock stands."""
    locks = sorted(
        (one for one in judgements if one.subject == SUBJECT),
        key=lambda one: (one.judged_at, one.record_id),
    )
    return locks[0].verdict if locks else None


def accounting_settings(
    settings: Mapping[str, Any], judgements: Iterable[Judgement]
) -> dict[str, Any]:
    """Return the ledger's settings with the locked method in place of the default.

    A locked method that gives sums and no paths leaves the paths to the setting.  Raises
    ``ConfigurationError`` E-LED-030 where the setting gives no paths either.
    """
    locked = locked_accounting(judgements)
    method = locked if locked in ORDERED_METHODS else str(settings["accounting"])
    if method not in ORDERED_METHODS:
        raise ConfigurationError(
            "E-LED-030",
            _("The accounting method “{name}” gives no paths.").format(name=method),
            where="[ledger] accounting",
            remedy=_("Use one of: {names}.").format(names=", ".join(sorted(ORDERED_METHODS))),
        )
    return {**settings, "accounting": method}


def refuse_second_lock(judgements: Iterable[Judgement], method: str) -> None:
    """Raise ``UsageError`` E-LED-082 where the case is locked to another method already."""
    locked = locked_accounting(judgements)
    if locked is not None and locked != method:
        raise UsageError(
            "E-LED-082",
            _("This case is locked to the method “{name}”.").format(name=locked),
            remedy=_("A method is chosen once a case, before its results are known."),
        )
