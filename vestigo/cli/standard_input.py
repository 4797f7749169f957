# SPDX-License-Identifier: AGPL-3.0-or-later
"""Standard input and output, which a caller may have closed."""

from __future__ import annotations

import sys
from typing import TextIO

from vestigo.errors import UsageError
from vestigo.i18n import _


def standard_input() -> TextIO:
    """Return standard input; ``UsageError`` E-CFG-008 where there is none (``<&-``)."""
    given: TextIO | None = sys.stdin
    if given is None:
        raise UsageError(
            "E-CFG-008",
            _("Standard input is closed."),
            remedy=_("Hand over a file or a pipe."),
        )
    return given


def standard_output() -> TextIO:
    """Return standard output; ``UsageError`` E-CFG-009 where there is none (``>&-``)."""
    given: TextIO | None = sys.stdout
    if given is None:
        raise UsageError(
            "E-CFG-009",
            _("Standard output is closed."),
            remedy=_("Let the answers go to a file or a pipe."),
        )
    return given
