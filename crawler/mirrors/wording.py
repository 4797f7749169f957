# SPDX-License-Identifier: AGPL-3.0-or-later
r"""The words by which signed texts own addresses or warn of them: ``config/mirror_words.toml``.

Patterns are for text in lower case with plain apostrophes; ``\x01`` stands where an address
stood.
"""

from __future__ import annotations

import re

from vestigo.places import config_root
from vestigo.settings import read_toml

_TABLE = read_toml(config_root() / "mirror_words.toml")
_NAMED = re.compile(r"<(\w+)>")


def _source(name: str) -> str:
    return _NAMED.sub(lambda match: _source(match[1]), "".join(_TABLE[name]))


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_source(name))


COPIES = _pattern("copies")  # what copies are called, whatever is said of them
WARNED = _pattern("warned")
NOT_HAPPENED = _pattern("not_happened")  # a canary that has nothing to report
DEIXIS = _pattern("deixis")
GENERAL = _pattern("general")  # phishing as such, and what to do about it
PLACES = _pattern("places")
ONLY_BUT = _pattern("only_but")  # "use none but": a no that owns
COMPLEMENT = _pattern("complement")  # all others: what is not in the list
EXCEPT = _pattern("except")  # after which what is excepted is the market's
EXAMPLE = _pattern("example")
ADDRESS_WORDS = _pattern("address_words")
OURS = _pattern("ours")
WEAKLY_OURS = _pattern("weakly_ours")  # beside words for addresses, or alone
LABEL = _pattern("label")
DOUBTFUL = _pattern("doubtful")  # a heading with one of them cannot be taken as owning
NEGATED = _pattern("negated")  # a no right before a word of owning
ELSEWHERE = _pattern("elsewhere")  # places that are written about
ABOVE = _pattern("above")
ABOUT_US = _pattern("about_us")  # the market as what others copy, not as an owner
OF_OTHER_THINGS = _pattern("of_other_things")  # "our pages": no address is owned
BACKWARD = _pattern("backward")  # said of the addresses of the sentence before
TURNS = _source("turns")  # where a sentence goes on about something else
KNOWN = frozenset(str(_TABLE["known_words"]).split())
