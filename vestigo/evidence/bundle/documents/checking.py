# SPDX-License-Identifier: AGPL-3.0-or-later
"""How anybody checks a bundle, in steps that a sheet and the report begin with."""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.evidence.stranger import PAGES
from vestigo.i18n import SOURCE_LANGUAGE, _, active_language


def guide_page() -> str:
    """Return the name of the page on verifying, in the active language where there is one."""
    wanted = f"VERIFY.{active_language()}.md"
    return wanted if wanted in PAGES else f"VERIFY.{SOURCE_LANGUAGE}.md"


def check_steps() -> Iterator[str]:
    """Yield the first two steps: compare from outside, then run the verifier."""
    yield _(
        "Get the fingerprints of the unit and of the verifier by another way than this bundle, "
        "and compare them as {page} says."
    ).format(page=guide_page())
    yield _(
        "Run {command}: it must end with exit code 0, and the line of each check must begin "
        "with ok."
    ).format(command="python3 -I verify.py --anchors DIR")
