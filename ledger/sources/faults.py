# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source can do wrong; each has a code of its own, and nothing of the answer is kept."""

from __future__ import annotations

from vestigo.errors import InputError, SourceUnreachable
from vestigo.i18n import _


def _again() -> str:
    return _("Ask again later, or another source; nothing of the answer was kept.")


def _other() -> str:
    return _("Ask another source, best an own node; nothing of the answer was kept.")


def unreachable(reason: str, where: str) -> SourceUnreachable:
    """E-LED-100: no answer, or one that is cut or too late."""
    what = _("The source did not answer: {reason}").format(reason=reason)
    return SourceUnreachable("E-LED-100", what, where=where, remedy=_again())


def refused(status: int, where: str) -> SourceUnreachable:
    """E-LED-101: the source answers with a status that is no answer (429: too many questions)."""
    what = _("The source refused with status {status}.").format(status=status)
    return SourceUnreachable("E-LED-101", what, where=where, remedy=_again())


def unreadable(reason: str, where: str) -> InputError:
    """E-LED-102: the answer has not the form that it should have."""
    what = _("The answer of the source cannot be read: {reason}.").format(reason=reason)
    return InputError("E-LED-102", what, where=where, remedy=_other())


def untrue(reason: str, where: str) -> InputError:
    """E-LED-103: what the source says is not what its bytes prove."""
    what = _("The source says what its bytes do not prove: {reason}.").format(reason=reason)
    return InputError("E-LED-103", what, where=where, remedy=_other())


def incomplete(announced: int, arrived: int, where: str) -> InputError:
    """E-LED-104: fewer or more arrived than the source counts."""
    what = _("The source counts {announced} and {arrived} arrived.").format(
        announced=announced, arrived=arrived
    )
    return InputError("E-LED-104", what, where=where, remedy=_again())


def reorganised(where: str) -> InputError:
    """E-LED-105: the chain changed while it was asked."""
    what = _("The chain of the source changed while it was asked.")
    return InputError("E-LED-105", what, where=where, remedy=_again())


def said_no(message: str, where: str) -> InputError:
    """E-LED-106: the source answered the call with an error of its own."""
    what = _("The source refused the call: {message}").format(message=message)
    return InputError("E-LED-106", what, where=where, remedy=_other())
