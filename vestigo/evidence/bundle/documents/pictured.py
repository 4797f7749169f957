# SPDX-License-Identifier: AGPL-3.0-or-later
"""The picture of a page on its sheet: only one drawn from the archive, and checked before."""

from __future__ import annotations

import io
from typing import Any

from vestigo.evidence.bundle.exhibit import Exhibit
from vestigo.evidence.report.blocks import Block, facts, heading, mono, note, picture
from vestigo.evidence.report.writing import count
from vestigo.i18n import _, ngettext
from vestigo.records import Screenshot

TALLEST_MM = 190
SHORTEST_MM = 20
LINE_MM = 170
MOST_PIXELS = 40_000_000


def picture_blocks(
    exhibit: Exhibit, files: dict[str, bytes], *, with_pictures: bool
) -> tuple[list[Block], dict[str, bytes]]:
    """Return the blocks of the pictures of a page, and those of ``files`` that they print.

    A picture that shows the page's own pictures is printed only with ``with_pictures``.
    """
    blocks: list[Block] = []
    printed: dict[str, bytes] = {}
    drawn = [body for _id, body in exhibit.derived if body["kind"] == Screenshot.KIND]
    for body in sorted(drawn, key=lambda item: str(item["file_name"])):
        name, content = str(body["file_name"]), files.get(str(body["file_name"]), b"")
        blocks.append(heading(_("The page as a browser drew it"), 2))
        if body["pictures"] and not with_pictures:
            blocks.append(note(_("Not printed here: it shows the pictures of the page.")))
        elif not _is_sound(content):
            blocks.append(note(_("Not printed here: the file cannot be read as a picture.")))
        else:
            printed[name] = content
            blocks.append(picture(name, _alternative(body), _caption(body), _height(body)))
        blocks.append(facts(_rows(body)))
    return blocks, printed


def _caption(body: dict[str, Any]) -> str:
    if body["rendered"] == "archive":
        origin = _("Drawn afterwards from the archived bytes, without a network, by {browser}.")
    else:
        origin = _("Drawn by {browser} while the page was being collected.")
    names = ngettext(
        "{n} place with the name of a third person is covered.",
        "{n} places with the name of a third person are covered.",
        body["n_masked"],
    )
    said = [origin.format(browser=body["browser"]), names.format(n=count(body["n_masked"]))]
    said += [_("The page is longer than the picture.")] if body["cut"] else []
    return " ".join([*said, _("It is not necessarily what a visitor saw.")])


def _alternative(body: dict[str, Any]) -> str:
    return _("Picture of the page {address}").format(address=body["uri"])


def _rows(body: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("File"), mono(body["file_name"])),
        (_("SHA-256"), mono(body["sha256"])),
        (_("Missing in it"), _("{n} addresses").format(n=len(body["missing"]))),
        (_("Withheld in it"), _("{n} addresses").format(n=len(body["withheld"]))),
    ]


def _height(body: dict[str, Any]) -> int:
    """Return the height in millimetres at the width of the line, cut to a page."""
    height = int(body["height"]) * LINE_MM // max(1, int(body["width"]))
    return min(TALLEST_MM, max(SHORTEST_MM, height))


def _is_sound(content: bytes) -> bool:
    """Say whether ``content`` is a PNG that can be decoded to its end."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                return False
            image.load()
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return False
    return True
