# SPDX-License-Identifier: AGPL-3.0-or-later
"""Normal text to tokens: numbers, words and single signs.  One pass, linear."""

from __future__ import annotations

import re
from typing import NamedTuple

# A digit run with inner points or commas, a point before digits, a run of letters, one other sign.
TOKEN = re.compile(
    r"(?P<num>\d+(?:[.,]\d+)*|(?<![\w.,])[.,]\d+)|(?P<word>[^\W\d_]+)|(?P<nl>\n)|(?P<sign>[^\s])"
)
# "10xlsd" says ten times; "xtc", "xanax" and the release marks keep their x.
TIMES_PREFIX = re.compile(r"x(?!tc|anax|ana|r$|l$|an|ero|pert)(?=[^\W\d_]{2})")
# Words that sellers write onto the name of the product ("speedpaste").
FORM_ENDINGS = re.compile(
    r"(?P<stem>[^\W\d_]{3,}?)(?P<form>paste|pillen|pills|tabletten|tabletts|powder|pulver|"
    r"crystals|kristalle|blotters?|tabs|shards)$"
)


LONGEST_WORD = 40


class Token(NamedTuple):  # the cheapest to make: each text has hundreds
    """A token of normal text: ``kind`` is num, word, sign or nl; [start, end) in it."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(normal: str) -> list[Token]:
    """Return the tokens of a normal text in order."""
    tokens: list[Token] = []
    for match in TOKEN.finditer(normal):
        kind = match.lastgroup or ""
        token = Token(kind, match.group(), *match.span())
        if kind == "word":
            tokens.extend(_parts(token, tokens[-1] if tokens else None))
        else:
            tokens.append(token)
    return tokens


def _parts(token: Token, before: Token | None) -> list[Token]:
    """Return a word as it stands, or split where two words were written as one."""
    glued = before is not None and before.kind == "num" and before.end == token.start
    if glued and TIMES_PREFIX.match(token.text):
        return [_slice(token, 0, 1), *_parts(_slice(token, 1, None), None)]
    match = FORM_ENDINGS.match(token.text) if len(token.text) <= LONGEST_WORD else None
    if match:
        cut = match.start("form")
        return [_slice(token, 0, cut), _slice(token, cut, None)]
    return [token]


def _slice(token: Token, start: int, end: int | None) -> Token:
    text = token.text[start:end]
    return Token("word", text, token.start + start, token.start + start + len(text))
