# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saved pages: files without the headers they once came with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from crawler.market.fields import PageReading
from crawler.market.page import read_page
from crawler.market.profile import MarketProfile
from vestigo.errors import InputError
from vestigo.i18n import _

MAX_PAGE_BYTES = 64 << 20

_ASSETS = frozenset(
    {".css", ".gif", ".ico", ".jpeg", ".jpg", ".js", ".json", ".png", ".svg", ".ttf", ".txt",
     ".webp", ".woff", ".woff2"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A file that may be a page; ``name`` is its path as given, shown as UTF-8."""

    name: str
    path: str


def saved_pages(paths: Iterable[str]) -> Iterator[SavedPage]:
    """Yield every file of ``paths``, folders in the order of their names.

    Raises nothing for a path that is not there: reading it reports that.
    """
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - the path stays as given ("./a" is not "a")
            yield _saved(path)
            continue
        for folder, folders, files in os.walk(path):
            folders.sort()
            yield from (_saved(os.path.join(folder, name)) for name in sorted(files))  # noqa: PTH118 - as given


def read_saved(profile: MarketProfile, page: SavedPage) -> PageReading:
    """Return the reading of a saved page; its path stands for its address.

    Raises ``InputError`` E-MAR-005 where the file cannot be read.
    """
    body = page_bytes(page)
    return read_page(
        profile,
        body,
        uri=address_of(page),
        status=None,
        media_type="application/octet-stream" if is_asset(page, body) else "",
        charset="",
        problem="",
    )


def is_asset(page: SavedPage, body: bytes) -> bool:
    """Return whether a file is a picture or style sheet that was saved beside pages."""
    return Path(page.path).suffix.lower() in _ASSETS and not body.lstrip().startswith(b"<")


def address_of(page: SavedPage) -> str:
    """Return the path that stands for the address of a saved page."""
    return quote("/" + page.name.replace(os.sep, "/").lstrip("/"), safe="/%?=&~:@!$'()*,;+")


def page_bytes(page: SavedPage) -> bytes:
    """Return the bytes of a saved page; raises ``InputError`` E-MAR-005."""
    path = Path(page.path)
    try:
        if not path.is_file():
            reason = _("it is no file") if path.exists() else _("it is not there")
            raise _unreadable(page, reason)
        if path.stat().st_size > MAX_PAGE_BYTES:
            raise _unreadable(page, _("it is longer than {n} bytes").format(n=MAX_PAGE_BYTES))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _unreadable(page, str(error)) from error


def _saved(path: str) -> SavedPage:
    shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return SavedPage(shown, path)


def _unreadable(page: SavedPage, reason: str) -> InputError:
    return InputError(
        "E-MAR-005",
        _("The page cannot be read: {reason}.").format(reason=reason),
        where=page.name,
        remedy=_("Check the path; the other pages were read."),
    )
