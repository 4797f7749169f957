# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of pictures: a page as a browser drew it, and a picture that was captured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vestigo.records.base import Derived, register


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot(Derived):
    """A page as a browser drew it, from archived bytes or live.

    ``sources`` are the ids of the captures that the browser was given, the page first;
    ``rendered`` is ``archive`` or ``live``; sizes are in pixels, ``cut`` says that the page
    is longer than the picture.  ``missing`` are addresses that the page embeds and nobody
    captured, ``withheld`` those that may not be shown; ``n_masked`` counts the places where
    a third person's name was covered.  The file lies in ``evidence/derived`` as
    ``file_name``.
    """

    KIND: ClassVar[str] = "screenshot"

    uri: str
    file_name: str
    sha256: str
    n_bytes: int
    width: int
    height: int
    viewport_width: int
    viewport_height: int
    cut: bool
    browser: str
    rendered: str
    scripts: bool
    pictures: bool
    n_masked: int
    missing: tuple[str, ...]
    withheld: tuple[str, ...]


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedPicture(Derived):
    """A picture among the captures: what it is and looks like, without showing it.

    ``sha256`` is that of its bytes; ``pdq`` (64 hex digits) and ``pdq_quality`` (0–100) are
    "" and 0 where it could not be decoded, and ``problem`` says why.  ``inline`` says that
    it stands inside a page (``data:``).
    """

    KIND: ClassVar[str] = "captured_picture"

    uri: str
    inline: bool
    sha256: str
    n_bytes: int
    media_type: str
    pdq: str
    pdq_quality: int
    problem: str
