# SPDX-License-Identifier: AGPL-3.0-or-later
"""Showing a captcha to the person who attends the crawl, without holding up the loop."""

from __future__ import annotations

import asyncio
import base64
import binascii
import threading
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from crawler.job import Attendant

MOST_BYTES = 4 << 20


class NoPicture(ValueError):  # noqa: N818  # reads as what it is
    """A ``data:`` address that holds no picture."""


def inline_picture(uri: str) -> tuple[bytes, str] | None:
    """Return bytes and media type of a ``data:`` address, None for any other address.

    Raises ``NoPicture`` where it is broken, or holds more than ``MOST_BYTES``.
    """
    if not uri.startswith("data:"):
        return None
    head, comma, body = uri[5:].partition(",")
    media_type, _semicolon, form = head.partition(";")
    try:
        plain = unquote_to_bytes(body)
        content = base64.b64decode(plain, validate=True) if form.endswith("base64") else plain
    except (binascii.Error, ValueError) as error:
        raise NoPicture from error
    if not comma or len(content) > MOST_BYTES:
        raise NoPicture
    return content, media_type.strip().lower()


def ask_person(
    attendant: Attendant, content: bytes, media_type: str, answered: Callable[[str], None]
) -> None:
    """Ask on a thread of its own; ``answered`` gets the answer in the loop ("" for none).

    The thread is a daemon: nobody has to type anything before an interrupted crawl ends.
    """
    loop = asyncio.get_running_loop()

    def ask() -> None:
        try:
            answer = attendant.ask(content, media_type).strip()
        except (OSError, ValueError):  # the terminal or the disk is gone: nobody answers
            answer = ""
        if not loop.is_closed():
            loop.call_soon_threadsafe(answered, answer)

    threading.Thread(target=ask, name="captcha", daemon=True).start()
