# SPDX-License-Identifier: AGPL-3.0-or-later
"""What screening says of one body, and what matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pass", "hit", "not-authorised"]
MATCH_KINDS = ("md5", "sha1", "sha256", "pdq", "never-term", "never-pattern")


@dataclass(frozen=True, slots=True)
class Match:
    """Which list matched, in which version, by which kind of comparison.

    ``sha256`` is the digest of the bytes that matched (a picture inside of a page has its
    own), "" where an address or a category matched; ``distance`` is in bits, for PDQ.
    """

    list_name: str
    version: str
    kind: str
    sha256: str = ""
    distance: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a body.

    ``pass``: it may be archived; ``hit``: it goes into the quarantine, nowhere else;
    ``not-authorised``: its body may not be kept in the open.

    ``why`` is a short stable word: for ``not-authorised`` that is ``media-not-authorised``
    or ``not-screened``; ``media_type`` is what the bytes are.
    """

    outcome: Outcome
    match: Match | None = None
    why: str = ""
    media_type: str = ""

    @property
    def passed(self) -> bool:
        """Whether the body may go on its ordinary way."""
        return self.outcome == "pass"


PASSED = Verdict("pass")
