# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amounts of money in a text: sign or word before or behind, and what they are per."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nlp.grammar import Grammar
from nlp.lexing import Token
from nlp.values import Value, value_at

WINDOW = 5
COINS = ("btc", "xbt", "xmr", "ltc", "eth", "bitcoin", "monero", "\u20bf")
GROUPED = "de"  # a language whose point groups thousands
EACH_AT = ("a", "je", "zu")
SENTENCE = (".", "\n", ";", "|", "!", "?")
WITH = ("con", "com", "with", "mit", "avec", "met")  # "350 EUR with postage": the package
APART = (*SENTENCE, ",", "+", "&", "/")
OPEN = "pesos"  # a currency that the rest of the text must name
DOLLARS = ("usd", "cad", "aud", "mxn", "clp", "cop", "ars", "uyu", "dop", "mn")
EACH_OF = ("u", "un", "uno", "una", "um", "uma", "unidad", "unidade", "pastilla", "comprimido")


@dataclass(frozen=True, slots=True)
class MoneyFound:
    """An amount in tokens [first, last); ``per`` is empty where the text does not say.

    ``currency`` is None for a bare dollar sign and, with ``peso``, for "pesos" and
    "lucas" whose country the rest of the text must settle; ``reach`` ends the words that
    say what it is per.  Thresholds and the like are not found at all.
    """

    amount: Decimal
    currency: str | None
    per: str
    first: int
    last: int
    reach: int
    peso: bool = False


def scan_money(grammar: Grammar, tokens: list[Token], language: str | None) -> list[MoneyFound]:
    """Return the prices of a field in order."""
    found: list[MoneyFound] = []
    behind = 0
    for index, token in enumerate(tokens):
        if index < behind or not (token.kind == "num" or token.text in grammar.money_starts):
            continue
        money = _money_at(grammar, tokens, index, language)
        if money is None:
            continue
        if not _threshold(grammar, tokens, money):
            found += _range_start(tokens, money, language)
            found.append(money)
        behind = money.last
    return found


def _money_at(
    grammar: Grammar, tokens: list[Token], index: int, language: str | None
) -> MoneyFound | None:
    sign = _currency_at(grammar, tokens, index)
    if sign is not None:
        code, after = sign
        # "lucas" stand behind their number
        value = _number(tokens, after, language) if code != OPEN else None
        if value is not None and not (
            _unit_follows(grammar, tokens, value) and tokens[after].start > tokens[after - 1].end
        ):
            amount, last = _thousand(grammar, tokens, value)
            return _with_per(grammar, tokens, amount, code, index, last)
        return None
    value = _number(tokens, index, language)
    if value is None or (index and _currency_at(grammar, tokens, index - 1) and value.word):
        return None
    amount, last = _thousand(grammar, tokens, value)
    last = _without_dash(tokens, last)
    behind = _currency_at(grammar, tokens, last) if _may_follow(grammar, tokens, last) else None
    if behind is None and language == "fr" and _short_euro(grammar, tokens, last):
        behind = "EUR", last + 1
    if behind is None and _dash_end(tokens, value.last) > value.last:
        end = _dash_end(tokens, value.last)
        if end >= len(tokens) or tokens[end].kind != "num":
            code = "EUR" if tokens[value.last].text == "," else "CHF"
            return _with_per(grammar, tokens, amount, code, index, end)
    if behind is not None and _cents(tokens, last, behind[1]):
        cents = amount + Decimal(tokens[behind[1]].text) / 100
        return _with_per(grammar, tokens, cents, behind[0], index, behind[1] + 1)
    if behind is None or not _belongs(tokens, last, behind[1]):
        return None
    amount *= grammar.money_open.get(tokens[last].text, 1)
    return _with_per(grammar, tokens, amount, behind[0], index, behind[1])


def _number(tokens: list[Token], index: int, language: str | None) -> Value | None:
    if index >= len(tokens) or tokens[index].kind != "num":
        return None
    value = value_at(tokens, index, {}, language or "" if _coin_near(tokens, index) else GROUPED)
    return None if value is None or value.fraction else value


def _coin_near(tokens: list[Token], index: int) -> bool:
    """Whether a coin stands beside the number: only then it may have three decimals."""
    return any(t.text in COINS for t in tokens[max(0, index - 1) : index + 2])


def _unit_follows(grammar: Grammar, tokens: list[Token], value: Value) -> bool:
    """Whether the number carries a unit of quantity ("25 EUR 5 g": the 5 is no amount)."""
    word = tokens[value.last].text if value.last < len(tokens) else ""
    return word in grammar.mass or word in grammar.dose or word == "%"


def _may_follow(grammar: Grammar, tokens: list[Token], index: int) -> bool:
    """Whether a currency can stand behind an amount here: letters such as "Q" stand before."""
    if index >= len(tokens):
        return False
    text = tokens[index].text
    return text not in grammar.money_before or text in grammar.money_words


def _belongs(tokens: list[Token], sign: int, after: int) -> bool:
    """Whether a sign belongs to the number before it: not where it touches the next one."""
    if after >= len(tokens) or tokens[after].kind != "num":
        return True
    touches_next = tokens[after - 1].end == tokens[after].start
    touches_before = tokens[sign - 1].end == tokens[sign].start
    return touches_before or not touches_next


def _short_euro(grammar: Grammar, tokens: list[Token], index: int) -> bool:
    """Whether "60e" says euros in French: not "le 2e colis"."""
    if index >= len(tokens) or tokens[index].text != "e" or tokens[index - 1].kind != "num":
        return False
    follower = tokens[index + 1] if index + 1 < len(tokens) else None
    ends = follower is None or follower.kind != "word" or follower.text in grammar.per
    return ends and tokens[index - 1].end == tokens[index].start


def _without_dash(tokens: list[Token], last: int) -> int:
    """Return the index behind ".-" of a round amount ("80.- CHF")."""
    end = _dash_end(tokens, last)
    return end if end < len(tokens) else last


def _dash_end(tokens: list[Token], last: int) -> int:
    """Return where ".-", ",-" or ",--" ends that touches an amount; ``last`` for none."""
    signs = [token.text for token in tokens[last : last + 3]]
    if signs[:1] not in ([","], ["."]) or signs[1:2] != ["-"]:
        return last
    return last + 2 + (signs[2:] == ["-"])


def _cents(tokens: list[Token], sign: int, after: int) -> bool:
    """Whether two digits that touch a sign are its cents ("7€50")."""
    if after >= len(tokens) or after != sign + 1 or tokens[sign].kind != "sign":
        return False
    touch = tokens[sign - 1].end == tokens[sign].start and tokens[sign].end == tokens[after].start
    return touch and len(tokens[after].text) == len("50") and tokens[after].text.isdigit()


def _thousand(grammar: Grammar, tokens: list[Token], value: Value) -> tuple[Decimal, int]:
    """Return the amount and where it ends: "1.2k" is 1,200, "200 mil" is 200,000."""
    after = tokens[value.last] if value.last < len(tokens) else None
    if after is None:
        return value.number, value.last
    if after.text == "k" and tokens[value.last - 1].end == after.start:
        return value.number * 1000, value.last + 1
    scale = grammar.money_scale.get(after.text)
    if scale is not None:
        of = value.last + 1 < len(tokens) and tokens[value.last + 1].text == "de"
        return value.number * scale, value.last + 1 + of
    return value.number, value.last


def _currency_at(
    grammar: Grammar, tokens: list[Token], index: int
) -> tuple[str | None, int] | None:
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
    if text not in grammar.money_words:
        return None
    if end + 1 < len(tokens) and tokens[end].text == "'" and tokens[end + 1].text == "s":
        end += 2
    return grammar.money_words[text], end


def _without_point(tokens: list[Token], index: int) -> int:
    """Return the index behind the point of "S/. 20" and "Bs. 200"."""
    return index + (index < len(tokens) and tokens[index].text == ".")


def _letters(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return the currency of letters that stand before an amount only ("Gs. 50.000", "Q150")."""
    after = _without_point(tokens, index + 1)
    if after < len(tokens) and tokens[after].kind == "num":
        touches = tokens[after].start == tokens[index].end
        word = tokens[after + 1] if after + 1 < len(tokens) else None
        glued = word is not None and word.kind == "word" and word.start == tokens[after].end
        if len(tokens[index].text) > 1 or (touches and not glued):  # not in "q6hr"
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


def _with_per(
    grammar: Grammar, tokens: list[Token], amount: Decimal, code: str | None, first: int, last: int
) -> MoneyFound:
    end = last
    while end < len(tokens) and code is not None and _names_again(grammar, tokens[end].text):
        end += 1
    per, reach = _per(grammar, tokens, first, end)
    peso = code == OPEN
    return MoneyFound(amount, None if peso else code, per, first, end, reach, peso)


def _names_again(grammar: Grammar, word: str) -> bool:
    """Whether the currency is said a second time ("$ 30.000 pesos argentinos")."""
    slang = grammar.money_open.get(word) == 1
    return slang or word in grammar.money_words or word in grammar.money_of


def _per(grammar: Grammar, tokens: list[Token], first: int, last: int) -> tuple[str, int]:
    """Return what the amount is for, where the text says so, and where these words end."""
    after = [token.text for token in tokens[last : last + 4] if token.text != "'"]
    if after and (after[0] == "/" or after[0] in grammar.per):
        word = after[1] if len(after) > 1 else ""
        unit = _unit(grammar, word)
        if unit:
            return unit, last + 2 + (tokens[last + 1].text == "'")
        if after[0] in ("each", "ea", "cada") and word not in grammar.containers:
            return "unit", last + 1
        if word == "c" and after[2:3] == ["/"]:
            return "unit", last + 3
    if after and after[0] in grammar.price_words:
        return grammar.price_words[after[0]], last + 1
    each = after[:2] == ["c", "/"] and after[2:3] != [] and after[2] in EACH_OF
    if each or (after and after[0] in grammar.unit_words):
        return "unit", last + 1
    ahead = _per_before(grammar, tokens, first)
    if ahead:
        return ahead, last
    return ("postage" if _for_postage(grammar, tokens, first, last) else ""), last


def _unit(grammar: Grammar, word: str) -> str:
    """Return the unit that a price is per: "gram" is g, "pill" is unit; else empty."""
    if word in grammar.unit_words:
        return "unit"
    factor = grammar.mass.get(word)
    if factor is not None and not word.startswith("ball"):
        return {1: "g", 1000: "kg"}.get(int(factor), "")
    return "ml" if grammar.volume.get(word) == 1 else ""


def _per_before(grammar: Grammar, tokens: list[Token], first: int) -> str:
    """Return the unit of "price per gram: 8 EUR" and of words that say it in one.

    A unit that follows another amount ("60 EUR per gram, 250 EUR") belongs to that one.
    """
    index = first - 1
    while index >= 0 and first - index <= WINDOW and tokens[index].text in grammar.before_amount:
        index -= 1
    if index < 0:
        return ""
    if tokens[first - 1].text in EACH_AT and tokens[first - 2].text in grammar.each_behind:
        return "unit"  # "20 Teile à 4 €"
    one_word = grammar.price_words.get(tokens[index].text)
    if one_word:
        return one_word
    unit = _unit(grammar, tokens[index].text)
    if not unit or index == 0:
        return ""
    before = index - 1 - (tokens[index - 1].text == "'")
    if (
        before < 0
        or tokens[before].text in grammar.numbers
        or tokens[before].text not in grammar.per
    ):
        return ""
    earlier = tokens[before - 1] if before else None
    priced = earlier is not None and (
        earlier.kind == "num" or _currency_at(grammar, tokens, before - 1) is not None
    )
    return "" if priced else unit


def _for_postage(grammar: Grammar, tokens: list[Token], first: int, last: int) -> bool:
    """Whether a word of postage stands near, in the same sentence, and names no place."""
    if _postage_behind(grammar, tokens, last):
        return True
    for index in range(first - 1, max(-1, first - WINDOW - 1), -1):
        if tokens[index].text in SENTENCE or tokens[index].text in grammar.money_signs:
            return False
        if tokens[index].text in grammar.postage:
            behind = tokens[index + 1].text
            if behind in grammar.free or behind.startswith("inclu"):
                return False
            return tokens[index + 1].text not in grammar.places
    return False


def _postage_behind(grammar: Grammar, tokens: list[Token], last: int) -> bool:
    """Whether "8 EUR de portes", "8 EUR shipping": not where the word has its own amount."""
    near = [token.text for token in tokens[last : last + 2]]
    at = next((n for n, text in enumerate(near) if text in grammar.postage), None)
    if near[:1] and near[0] in WITH:
        return False
    if at is None or (at == 1 and (near[0] in APART or near[0][-1:].isdigit())):
        return False
    if near[0].startswith(("inclu", "inkl", "incl")):
        return False
    for token in tokens[last + at + 1 : last + at + 4]:
        if token.text in APART:
            break
        own = token.kind == "num" or token.text in grammar.money_starts
        if own or token.text in grammar.free or token.text.startswith("inclu"):
            return False
    return True


def _threshold(grammar: Grammar, tokens: list[Token], money: MoneyFound) -> bool:
    """Whether the amount is a minimum, a discount, a deposit: no price."""
    near = {token.text for token in tokens[max(0, money.first - 3) : money.first]}
    wide = {token.text for token in tokens[max(0, money.first - 8) : money.last + 4]}
    after = [token.text for token in tokens[money.last : money.last + 2]]
    behind = set(after[:2] if after[:1] in (["de"], ["d"]) else after[:1])
    if _face_value(grammar, tokens, money.first, money.last):
        return True
    limit = near & grammar.thresholds and wide & grammar.orders
    if not limit:
        near -= grammar.thresholds
    return bool(limit or near & (grammar.not_price - {"off"}) or behind & grammar.discount)


def _face_value(grammar: Grammar, tokens: list[Token], first: int, last: int) -> bool:
    """Whether the amount is what a note is worth ("billetes de 50 euros", "50-Euro-Scheine")."""
    if first == 0:
        return False
    before = tokens[max(0, first - 4) : first]
    if tokens[first - 1].text not in ("de", "of", "von", "van"):
        before = before[-1:]
    behind = tokens[last : last + 1]
    return any(token.text in grammar.notes for token in (*before, *behind))


def _range_start(tokens: list[Token], money: MoneyFound, language: str | None) -> list[MoneyFound]:
    """Return the lower end of "80-90 euros" as a price of its own."""
    index = money.first - 2
    if index < 0 or tokens[money.first].kind != "num" or tokens[index + 1].text != "-":
        return []
    low = _number(tokens, index, language)
    touching = tokens[index].end == tokens[index + 1].start == tokens[money.first].start - 1
    if low is None or not touching or low.number >= money.amount:
        return []
    peso = money.peso
    return [MoneyFound(low.number, money.currency, money.per, index, index + 1, index + 1, peso)]
