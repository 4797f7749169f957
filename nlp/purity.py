# SPDX-License-Identifier: AGPL-3.0-or-later
"""Percentages of the product: purity, assay, content (``nlp.purity.v1``)."""

from __future__ import annotations

from decimal import Decimal

from nlp.fields import FieldText
from nlp.grammar import Grammar
from nlp.lexing import Token
from nlp.model import Marked
from nlp.values import parse_number

REACH_NEVER = 3
REACH_NEAR = 30
LOWEST_BARE = 50
JOINED = (
    "to",
    "a",
    "al",
    "ate",
    "bis",
    "tot",
    "et",
    "und",
    "y",
    "e",
)  # between the two ends of a range


def read_purity(grammar: Grammar, field: FieldText, language: str | None) -> list[Marked]:
    """Return the purities that a field claims, ranges as both ends, in text order."""
    found: list[Marked] = []
    for index, token in enumerate(field.tokens):
        if token[0] != "num":
            continue
        number = parse_number(token.text, language)
        if number is None or not 0 < number <= 100:  # noqa: PLR2004 - per cent
            continue
        last = _percent_end(grammar, field.tokens, index)
        if last is None or not _of_product(grammar, field, index, last):
            continue
        found += _range_start(field, index, last, language)
        value = format(number.normalize() + 0, "f")
        found.append(Marked(of="purity_pct", value=value, place=field.place(index, index + 1)))
    return found


def _percent_end(grammar: Grammar, tokens: list[Token], index: int) -> int | None:
    """Return where the percentage ends: "87%", "87 %", "90+%", "98 pure"; None for no one."""
    at = index + 1
    for _step in range(2):
        if at < len(tokens) and tokens[at].text in ("+", "."):
            at += 1
    word = tokens[at].text if at < len(tokens) else ""
    if word == "%":
        return at + 1
    if word in ("percent", "prozent"):
        return at + 1
    pure = word in grammar.purity_direct
    whole = tokens[index].text.isdigit() and len(tokens[index].text) <= len("100")
    if pure and whole and int(tokens[index].text) >= LOWEST_BARE:
        return at
    if whole and int(tokens[index].text) >= LOWEST_BARE and _named_purity(grammar, tokens, index):
        return index + 1
    return _first_of_range(grammar, tokens, index)


def _named_purity(grammar: Grammar, tokens: list[Token], index: int) -> bool:
    """Whether a word of purity stands directly before ("purity 97+", "Reinheit: ca. 99.")."""
    for step in range(1, 5):
        text = tokens[index - step].text if index >= step else ""
        if text in grammar.purity_words:
            follower = tokens[index + 1] if index + 1 < len(tokens) else None
            return follower is None or follower.kind in ("sign", "nl")
        if text not in (":", ">", "ca", ".", "~", "="):
            return False
    return False


def _first_of_range(grammar: Grammar, tokens: list[Token], index: int) -> int | None:
    """Return the end of "95 to 97" after a word of purity."""
    joined = index + 2 < len(tokens) and tokens[index + 1].text in (*JOINED, "-")
    if joined and tokens[index + 2].kind == "num" and _spoken_of(grammar, tokens, index - 4, index):
        return index + 1
    again = index >= 2 and tokens[index - 1].text in JOINED  # noqa: PLR2004
    if again and tokens[index - 2].kind == "num" and _spoken_of(grammar, tokens, index - 6, index):
        return index + 1
    return None


def _spoken_of(grammar: Grammar, tokens: list[Token], first: int, last: int) -> bool:
    """Whether a word of purity stands in tokens [first, last)."""
    return any(token.text in grammar.purity_words for token in tokens[max(0, first) : last])


def _of_product(grammar: Grammar, field: FieldText, first: int, last: int) -> bool:
    segment = field.segment_of(first)
    low, high = max(segment.first, first - REACH_NEVER), min(segment.last, last + REACH_NEVER)
    close = {field.tokens[i].text for i in range(low, high)}
    if field.name == "title" and field.text(last) in ("-", "(", "|"):
        close -= {field.tokens[i].text for i in range(last, high)}  # "80% - FE discount"
    directly = _words_behind(field, last, segment.last)
    if directly & grammar.purity_direct:
        return True
    if field.text(last) == "of" or (_whole(field, first) and not _named(field, last)):
        return False
    close -= {"sativa", "indica", "hybrid"} - directly  # "sativa cartridge THC 60%"
    certain = LOWEST_BARE < int(field.tokens[first].text.split(".")[0].split(",")[0] or 0) < 100  # noqa: PLR2004 - per cent
    if certain and field.name == "title" and directly & {"escrow", "fe"}:
        return True  # "MDMA 67% ESCROW"
    if close & grammar.purity_never:
        return field.name == "title" and not directly & grammar.purity_never and not (
            close & (grammar.purity_never - {"fe", "escrow", "free", "sale", "deal", "shipping",
                                             "delivery", "extra", "stealth", "guaranteed"})
        )  # fmt: skip
    if field.name == "title":
        return True
    low, high = max(segment.first, first - REACH_NEAR), min(segment.last, last + REACH_NEAR)
    words = {token.text for token in field.tokens[low:high]}
    start, end = field.tokens[segment.first].start, field.tokens[segment.last - 1].end
    return field.names_between(start, end) or bool(words & grammar.purity_near)


def _words_behind(field: FieldText, last: int, end: int) -> set[str]:
    """Return up to two words that follow, none beyond a sign."""
    words: set[str] = set()
    for index in range(last, min(end, last + 2)):
        if field.tokens[index].kind == "sign":
            break
        words.add(field.tokens[index].text)
    return words


def _whole(field: FieldText, first: int) -> bool:
    """Whether "100" alone stands here: of most things it is no purity ("100% cotton")."""
    return field.tokens[first].text == "100" and field.text(first - 1) not in ("-", "to")


def _named(field: FieldText, last: int) -> bool:
    """Whether a substance follows ("100% buprenorphine"), or nothing more ("Cocaine 100%")."""
    if last >= len(field.tokens) or field.tokens[last].kind != "word":
        return True
    return field.names_between(field.tokens[last].start, field.tokens[last].end)


def _range_start(field: FieldText, index: int, last: int, language: str | None) -> list[Marked]:
    """Return the lower end of "65-73%"."""
    tokens = field.tokens
    if index < 2 or tokens[index - 2].kind != "num":  # noqa: PLR2004
        return []
    if tokens[index - 1].text not in (*JOINED, "-"):
        return []
    if tokens[last - 1].text != "%":
        return []
    low, high = (parse_number(tokens[i].text, language) for i in (index - 2, index))
    if low is None or high is None or not Decimal(1) < low < high:
        return []
    value = format(low.normalize() + 0, "f")
    return [Marked(of="purity_pct", value=value, place=field.place(index - 2, index - 1))]
