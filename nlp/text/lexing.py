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
# "1mgx10": the sign of multiplication sticks to the unit before it.
UNIT_TIMES = re.compile(r"(?:mg|mcg|ug|g|gr|gms?|grams?|ml|tabs?|caps?|pills?)(?=x$)")
# Words that sellers write onto the name of the product ("speedpaste").
FORM_ENDINGS = re.compile(
    r"(?P<stem>[^\W\d_]{3,}?)(?P<form>paste|pillen|pills|tabletten|tabletts|powder|pulver|"
    r"crystals|kristall?(?:en?)?|blotters?|tabs|shards|brocken|platten?|steine?|kapseln|capsules|"
    r"tropfen|druppels|pflaster|pleisters|ampullen?|bluten?|poeder|pasta|blok(?:ken)?|plak(?:ken)?|blocke?|"
    r"stenen|zaden|samen|toppen|pappen|zegels|trips|testkit|ersatz|vervanger|pilze|nasenspray|"
    r"neusspray|cilinders?|flaschen?|kartuschen?|patronen|cartouches|sirup|siroop|harz|wachs|sulfat|sulfaat|"
    r"(?:(?<=kain)|(?<=caine)|(?<=amin)|(?<=amine)|(?<=mdma))(?:schnell)?tests?|"
    r"(?:(?<=ain)|(?<=ine)|(?<=min)|(?<=oin)|(?<=eed))base)$"
)
# The last three letters of these endings: a quick look before the pattern.
ENDS = frozenset(
    ("ste", "len", "lls", "ten", "tts", "der", "ver", "als", "lle", "ter", "ers", "abs", "rds",
     "ken", "tte", "ein", "ine", "eln", "les", "fen", "els", "lok", "ock", "cke", "den", "pen",
     "ips", "est", "sts", "kit", "atz", "ger", "lze", "ray", "rup", "oop", "arz", "chs", "ase",
     "fat", "aat", "sta", "ute", "nen", "hen", "che", "hes", "tal", "all", "lak", "nde", "men")
)  # fmt: skip


LONGEST_WORD = 40
NOTHING = ("",) * 16  # more than any rule looks ahead or back
GROUP = re.compile(r"\d{3}(?:[.,]\d{1,2})?$")
NOT_GROUPED = ("mg", "ug", "mcg", "%", "x", "*", "")  # "10 250 mg": a count and a dose


class Token(NamedTuple):  # the cheapest to make: each text has hundreds
    """A token of normal text: ``kind`` is num, word, sign or nl; [start, end) in it."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(normal: str) -> list[Token]:
    """Return the tokens of a normal text in order."""
    tokens: list[Token] = []
    add, make = tokens.append, tuple.__new__  # the hottest loop of the reading
    for match in TOKEN.finditer(normal):
        kind, text, start = match.lastgroup, match[0], match.start()
        token = make(Token, (kind, text, start, start + len(text)))
        # a word that may be two: no number or sign has such an end
        if text[-3:] in ENDS or text[-1] == "x" or text[0] == "x":
            tokens += _parts(token, tokens[-1] if tokens else None)
        else:
            add(token)
    return tokens


def padded(tokens: list[Token]) -> list[str]:
    """Return the texts of tokens with empty ones behind.

    A look at a few places before the first token or beyond the last finds an empty text,
    without a question about the bounds: rules look at neighbours for each word.
    """
    return [*(token[1] for token in tokens), *NOTHING]


HOLDERS = ("planche", "plaque", "plaquette", "boite", "feuille", "lot", "sachet", "blister")


def grouped(tokens: list[Token], language: str | None) -> list[Token]:
    """Return the tokens with groups of thousands joined: 1'200.50, 28 000, in French 1 200,50."""
    if not any(t[0] == "num" and GROUP.match(t[1]) for t in tokens):
        return tokens
    out: list[Token] = []
    for index, token in enumerate(tokens):
        if token[0] == "num" and GROUP.match(token[1]):  # by position: each token comes by
            sign = bool(out) and out[-1].text == "'"
            head = out[-1 - sign] if len(out) > sign else None
            follower = tokens[index + 1].text if index + 1 < len(tokens) else ""
            french = _priced(out, token.text, follower) or (
                language == "fr" and not _multiplied(out)
            )
            if head and _is_head(head, token, sign=sign, french=french, unit=follower):
                del out[-1 - sign :]
                out.append(Token("num", head.text + token.text, head.start, token.end))
                continue
        out.append(token)
    return out


def _priced(before: list[Token], group: str, follower: str) -> bool:
    """Whether "31 500 €" is a price in any language: a round group and a euro behind it."""
    euros = follower in ("\u20ac", "euro", "euros", "eur")
    return group.endswith("00") and euros and not _multiplied(before)


def _multiplied(before: list[Token]) -> bool:
    """Whether "x" or a sheet stands before the head: "x50 190", "planche de 25 150" are two."""
    if len(before) > 1 and before[-2].text in ("x", "*"):
        return True
    return len(before) > 2 and before[-2].text == "de" and before[-3].text in HOLDERS  # noqa: PLR2004


def _is_head(head: Token, group: Token, *, sign: bool, french: bool, unit: str) -> bool:
    """Whether ``head`` and ``group`` are one number, parted by one sign or one blank."""
    joined = head.end - head.start != len(head.text)
    if not head.text.isdigit() or (len(head.text) > 3 and not joined):  # noqa: PLR2004
        return False
    if group.start - head.end != 1 or head.text[0] == "0":
        return False
    return sign or group.text.startswith("000") or (french and unit not in NOT_GROUPED)


def _parts(token: Token, before: Token | None) -> list[Token]:
    """Return a word as it stands, or split where two words were written as one."""
    glued = before is not None and before.kind == "num" and before.end == token.start
    behind = before is not None and before.kind == "num" and before.end == token.start - 1
    if (glued or behind) and TIMES_PREFIX.match(token.text):
        return [_slice(token, 0, 1), *_parts(_slice(token, 1, None), None)]
    unit = UNIT_TIMES.match(token.text) if glued else None
    if unit:
        return [_slice(token, 0, unit.end()), _slice(token, unit.end(), None)]
    likely = token.text[-3:] in ENDS and len(token.text) <= LONGEST_WORD
    match = FORM_ENDINGS.match(token.text) if likely else None
    if match:
        cut = match.start("form")
        return [_slice(token, 0, cut), _slice(token, cut, None)]
    return [token]


def _slice(token: Token, start: int, end: int | None) -> Token:
    text = token.text[start:end]
    return Token("word", text, token.start + start, token.start + start + len(text))
