# SPDX-License-Identifier: AGPL-3.0-or-later
"""Replies of Tor's control port, put together from its lines (control-spec, section 2.3).

Nothing that answers is believed to be Tor: lines, their number and their bytes are bounded.
"""

from __future__ import annotations

import re

LONGEST_LINE = 16_384
MOST_LINES = 16_384
MOST_BYTES = 4 << 20
_LINE = re.compile(r"[0-9]{3}[ +-]")


class NoReplyError(ValueError):
    """The bytes are no reply of a control port."""


class ReplyReader:
    """Takes bytes, gives whole replies: a status and its lines.

    A line with data (``250+key=``) becomes one entry, the data behind a line feed.  A reply
    that has come in part stays here until the rest of it comes.
    """

    def __init__(self) -> None:
        self._got = b""
        self._lines: list[str] = []
        self._data: list[str] | None = None
        self._n_lines = self._n_bytes = 0

    def feed(self, content: bytes) -> None:
        """Take what the socket gave."""
        self._got += content

    def reply(self) -> tuple[str, list[str]] | None:
        """Return the next whole reply, None where more has to come.

        Raises ``NoReplyError`` when it is none, or does not end.
        """
        while (line := self._next_line()) is not None:
            if self._data is not None:
                self._take_data(line)
                continue
            if not _LINE.match(line):
                raise NoReplyError
            self._lines.append(line[4:])
            if line[3] == "+":
                self._data = []
            elif line[3] == " ":
                lines, self._lines = self._lines, []
                self._n_lines = self._n_bytes = 0
                return line[:3], lines
        return None

    def _take_data(self, line: str) -> None:
        assert self._data is not None
        if line == ".":
            self._lines[-1] += "\n" + "\n".join(self._data)
            self._data = None
        else:
            self._data.append(line[1:] if line.startswith("..") else line)

    def _next_line(self) -> str | None:
        raw, end, rest = self._got.partition(b"\n")
        if len(raw) > LONGEST_LINE:
            raise NoReplyError
        if not end:
            return None
        self._got = rest
        self._n_lines += 1
        self._n_bytes += len(raw)
        if self._n_lines > MOST_LINES or self._n_bytes > MOST_BYTES:
            raise NoReplyError
        return raw.decode("latin-1").rstrip("\r")
