# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places on this machine, and connections to them without any name look-up."""

from __future__ import annotations

import re
import socket

_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\]):([0-9]{1,5})")
_MAX_PORT = 65_535


def loopback_place(text: str) -> tuple[str, int] | None:
    """Return host and port of ``127.0.0.1:PORT`` or ``[::1]:PORT``, None for anything else."""
    matched = _LOOPBACK.fullmatch(text)
    if matched is None or not 0 < int(matched[2]) <= _MAX_PORT:
        return None
    return matched[1].strip("[]"), int(matched[2])


def connect_loopback(host: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to a literal address; ``seconds`` bounds each operation on it.

    ``socket.create_connection`` would look the name up, which the guard of a crawl refuses.
    Raises ``OSError``.
    """
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    opened.settimeout(seconds)
    try:
        opened.connect((host, port))
    except BaseException:
        opened.close()
        raise
    return opened
