# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys under which terms are looked up: their words, signs inside a name left out."""

from __future__ import annotations

from nlp.text.lexing import Token, tokenize
from nlp.text.normalizing import normalize

# Signs inside a name that sellers write or leave out ("2c-b", "2 c b", "m.d.m.a").
JOINERS = frozenset("-_'’/.,()")
MAX_TERM_TOKENS = 40  # the longest chemical name of the Red List has 37
Key = tuple[str, ...]
SHORTEST_JOINED = 3  # "2cb"; shorter joined names would be ordinary words


def stream(tokens: list[Token]) -> list[Token]:
    """Return the tokens that terms are matched on: joiners inside a name left out."""
    joiners = [index for index, token in enumerate(tokens) if token[1] in JOINERS]
    left_out = {index for index in joiners if _inside(tokens, index)}
    if not left_out:
        return tokens
    return [token for index, token in enumerate(tokens) if index not in left_out]


def _inside(tokens: list[Token], index: int) -> bool:
    """Whether the joiner at ``index`` touches a word or number on both sides."""
    if not 0 < index < len(tokens) - 1:
        return False
    before, sign, after = tokens[index - 1 : index + 2]
    return before.end == sign.start and after.start == sign.end and after.kind != "nl"


def keys_of(term: str) -> set[Key]:
    """Return the token keys of a term: as written, and without its inner signs."""
    normal = normalize(term).normal
    written = tuple(token.text for token in stream(tokenize(normal)))
    keys = {written}
    if any(character in "-_ " for character in normal):
        bare = normal.replace("-", "").replace(" ", "").replace("_", "")
        if len(bare) >= SHORTEST_JOINED and (len(bare) > SHORTEST_JOINED or bare[0].isdigit()):
            keys.add(tuple(token.text for token in stream(tokenize(bare))))
    return {key for key in keys if 0 < len(key) <= MAX_TERM_TOKENS}
