# SPDX-License-Identifier: AGPL-3.0-or-later
"""Normal text to tokens: numbers, words and single signs.  One pass, linear."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import accumulate, chain, compress
from typing import NamedTuple, cast

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


# The same pieces and the blanks between them, so that their lengths add up to the text.
# The first two are the most frequent ones, quick to tell: a word of plain letters, one blank.
PIECE = re.compile(
    r"[a-z]++(?![^\W\d_])| (?=\S)|\d+(?:[.,]\d+)*|(?<![\w.,])[.,]\d+|[^\W\d_]+|\n|[^\S\n]+|\S"
)
PIECES_KEPT = 50_000  # texts share most of their pieces; about 6 MB
BLANK, GLUED = "", "glued"  # a word that may be two, by the number before it or by its end


class Token(NamedTuple):  # the cheapest to make: each text has hundreds
    """A token of normal text: ``kind`` is num, word, sign or nl; [start, end) in it."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(normal: str) -> list[Token]:
    """Return the tokens of a normal text in order.

    The hottest step of the reading: column by column, so that the interpreter's own
    functions walk over the pieces.
    """
    pieces = PIECE.findall(normal)
    kinds = list(map(_KINDS.__getitem__, pieces))
    ends = list(accumulate(map(len, pieces)))
    rows = zip(kinds, pieces, chain((0,), ends), ends, strict=False)
    tokens = list(map(_token, compress(rows, kinds)))  # without the blanks
    return _unglued(tokens) if GLUED in kinds else tokens


_token = cast("Callable[[tuple[str, str, int, int]], Token]", partial(tuple.__new__, Token))


def _unglued(tokens: list[Token]) -> list[Token]:
    """Return the tokens with each word that may be two as what it is."""
    out: list[Token] = []
    for token in tokens:
        if token[0] == GLUED:
            out += _parts(token._replace(kind="word"), out[-1] if out else None)
        else:
            out.append(token)
    return out


class _Kinds(dict[str, str]):
    """The kind of each piece of a text, worked out once; at most ``PIECES_KEPT`` of them."""

    def __missing__(self, piece: str) -> str:
        kind = _kind(piece)
        if len(self) >= PIECES_KEPT:
            self.clear()
        if len(piece) <= LONGEST_WORD:
            self[piece] = kind
        return kind


def _kind(piece: str) -> str:
    match = TOKEN.match(piece)
    if match is None:
        return BLANK
    kind = match.lastgroup
    assert kind is not None
    return GLUED if kind == "word" and _may_be_two(piece) else kind


def _may_be_two(word: str) -> bool:
    """Whether ``_parts`` can split a word, whatever stands before it."""
    ending = word[-3:] in ENDS and len(word) <= LONGEST_WORD and FORM_ENDINGS.match(word)
    return bool(ending or TIMES_PREFIX.match(word) or UNIT_TIMES.match(word))


_KINDS = _Kinds()


def padded(tokens: list[Token]) -> list[str]:
    """Return the texts of tokens with empty ones behind.

    A look at a few places before the first token or beyond the last finds an empty text,
    without a question about the bounds: rules look at neighbours for each word.
    """
    texts = [token[1] for token in tokens]
    texts += NOTHING
    return texts


HOLDERS = frozenset(
    ("planche", "plaque", "plaquette", "boite", "feuille", "lot", "sachet", "blister", "plancha",
     "hoja", "caja", "paquete", "bolsa", "tira", "frasco", "cartela", "caixa", "folha", "pacote",
     "saco", "lote", "pack", "sheet", "box", "bag")
)  # fmt: skip


def grouped(tokens: list[Token], language: str | None) -> list[Token]:
    """Return the tokens with groups of thousands joined: 1'200.50, 28 000, in French 1 200,50."""
    if not any(
        token[0] == "num" and GROUP.match(token[1]) and _may_have_head(tokens, index)
        for index, token in enumerate(tokens)
    ):
        return tokens
    out: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind == "num" and GROUP.match(token.text):
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


def _may_have_head(tokens: list[Token], index: int) -> bool:
    """Whether a number, or an apostrophe, stands before the group at ``index``."""
    before = tokens[index - 1].text if index else ""
    return before == "'" or before.isdigit()


def _priced(before: list[Token], group: str, follower: str) -> bool:
    """Whether "31 500 €" is a price in any language: a round group and a euro behind it."""
    euros = follower in ("\u20ac", "euro", "euros", "eur")
    return group.endswith("00") and euros and not _multiplied(before)


def _multiplied(before: list[Token]) -> bool:
    """Whether "x" or a sheet stands before the head: "x50 190", "planche de 25 150" are two."""
    if len(before) > 1 and before[-2].text in ("x", "*"):
        return True
    return len(before) > 2 and before[-2].text in ("de", "of") and before[-3].text in HOLDERS  # noqa: PLR2004


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
