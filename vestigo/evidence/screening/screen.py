# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one object that everything captured is shown to before it is kept."""

from __future__ import annotations

from vestigo.evidence.screening.media import is_text_type, media_of
from vestigo.evidence.screening.verdict import PASSED, Verdict

NOT_AUTHORISED = "media-not-authorised"


class Screen:
    """Judges bodies, addresses and categories; safe to ask from several threads.

    ``pictures_allowed`` says whether the authorization has the act ``fetch_image``.
    """

    def __init__(self, *, pictures_allowed: bool = False) -> None:
        self._pictures_allowed = pictures_allowed

    def judge(self, uri: str, category: str, body: bytes, media_type: str) -> Verdict:
        """Return the verdict on a decoded body (b"" asks about the address alone).

        ``category`` is "" where none is known; ``media_type`` is what the header said.
        """
        del uri, category
        found = media_of(body)
        declared = "" if is_text_type(media_type) or not body else media_type
        if (found or declared) and not self._pictures_allowed:
            return Verdict("not-authorised", why=NOT_AUTHORISED, media_type=found or declared)
        return PASSED
