# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signs, letters and words of currencies: what stands before or behind an amount."""

from __future__ import annotations

from nlp.lexicon.grammar import Grammar
from nlp.text.lexing import Token

OPEN = "pesos"  # a currency that the rest of the text must name
DOLLARS = ("usd", "cad", "aud", "mxn", "clp", "cop", "ars", "uyu", "dop", "mn")
THREAD = "510"  # of vape pens, no soles
PAID_FOR = ("for", "costs", "at", "is", "only", "just")  # before so many pounds


def currency_at(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str | None, int] | None:
    """Return (ISO code or None for a bare dollar, index behind the sign) or None."""
    token = tokens[index]
    if token.text in grammar.money_signs:
        return grammar.money_signs[token.text], index + 1
    if token.text == "$":
        return _dollar(grammar, tokens, index)
    if token.text == "fr":
        return _francs(tokens, index)
    if token.kind != "word":
        return None
    return _lettered(grammar, tokens, index) or _worded(grammar, tokens, index)


def _lettered(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return the currency of letters before a sign or an amount: "R$", "u$s", "S/", "Bs 20"."""
    token = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is None or token.text not in grammar.money_starts:
        return None
    touches = following.start == token.end
    if touches and following.text == "$" and token.text in grammar.dollars:
        cut = token.text == "u" and index + 2 < len(tokens) and tokens[index + 2].text in "sd"
        return grammar.dollars[token.text], index + 2 + cut
    if touches and following.text == "/" and token.text == "s":
        return "PEN", _without_point(tokens, index + 2)
    return _letters(grammar, tokens, index) if token.text in grammar.money_before else None


def _worded(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return the currency of a word ("euros", "pesos mexicanos", "BTC's")."""
    text, end = tokens[index].text, index + 1
    if text in grammar.money_open:
        return _peso(grammar, tokens, index)
    if text == "pounds" and pays_pounds(tokens, index):
        return "GBP", end  # "100 notes = 350 pounds"
    if text not in grammar.money_words or (text == "pen" and tokens[index - 1].text == THREAD):
        return None
    if text.startswith(("dollar", "dolar")):
        return _whose_dollars(grammar, tokens, index)
    if end + 1 < len(tokens) and tokens[end].text == "'" and tokens[end + 1].text == "s":
        end += 2
    return grammar.money_words[text], end


def pays_pounds(tokens: list[Token], index: int) -> bool:
    """Whether "pounds" at ``index`` are money: a count or a unit, "for", a number stand before."""
    if index < 3 or tokens[index - 1].kind != "num":  # noqa: PLR2004 - a word, a link, a number
        return index > 1 and tokens[index - 2].text == "="
    link, before = tokens[index - 2].text, tokens[index - 3]
    return link == "=" or (link in PAID_FOR and before.kind in ("word", "num"))


def _whose_dollars(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, int]:
    """Return the currency of "dollars canadiens" and "canadian dollars"; else US dollars."""
    behind = tokens[index + 1].text if index + 1 < len(tokens) else ""
    before = tokens[index - 1].text if index else ""
    code = grammar.dollars_of.get(behind) or grammar.dollars_of.get(before)
    return code or "USD", index + 1 + (behind in grammar.dollars_of)


def _without_point(tokens: list[Token], index: int) -> int:
    """Return the index behind the point of "S/. 20" and "Bs. 200"."""
    return index + (index < len(tokens) and tokens[index].text == ".")


def _letters(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return the currency of letters that stand before an amount only ("Gs. 50.000", "Q150")."""
    after = _without_point(tokens, index + 1)
    if after < len(tokens) and tokens[after].kind == "num":
        touches = tokens[after].start == tokens[index].end
        word = tokens[after + 1] if after + 1 < len(tokens) else None
        glued = word is not None and word.start == tokens[after].end and word.text not in ",.;:)/"
        if len(tokens[index].text) > 1 or (touches and not glued):  # not in "q6hr", "q4-6hr"
            return grammar.money_before[tokens[index].text], after
    return None


def _peso(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, int]:
    """Return the currency of "pesos": named by "mexicanos", else left open."""
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    named = grammar.money_of.get(following)
    return (named, index + 2) if named else (OPEN, index + 1)


def _francs(tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return Swiss francs of "Fr. 80" and "80 Fr."; without a number they are a country."""
    point = index + 1 < len(tokens) and tokens[index + 1].text == "."
    after = index + 1 + point
    ahead = point and after < len(tokens) and tokens[after].kind == "num"
    behind = index > 0 and tokens[index - 1].text[-1] in "0123456789-"
    return ("CHF", after if ahead else index + 1) if ahead or behind else None


def _dollar(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str | None, int]:
    """Return what a dollar sign means: "$50 USD" and "50 $ usd" name it, else None."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is not None and following.text in ("ca", "us", "can"):  # "60 $CA"
        return ("USD" if following.text == "us" else "CAD"), index + 2
    for step in (1, 2, 3):
        word = tokens[index + step].text if index + step < len(tokens) else ""
        if word in DOLLARS:
            return grammar.money_words[word], index + 1 + (step == 1)
        if word in grammar.money_open and grammar.money_open[word] == 1:
            return _peso(grammar, tokens, index + step)[0], index + 1
    return None, index + 1
