# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which addresses a signed text owns, which it warns of, and of which it cannot be told.

A warning reaches the addresses in its own sentence and those that it directly introduces,
until the text owns addresses again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.mirrors import wording as words
from crawler.mirrors.sentences import Sentence, sentences_of
from crawler.mirrors.stances import (
    LABEL_WORDS,
    Stance,
    n_unknown,
    n_words,
    owns_in_words,
    stance_of,
)

A_NAME = 2
A_STORY = 4
_HOST = re.compile(r"\x01(\d+)\x02")
_MARK = re.compile(r"\x01\d+\x02")
_CLAUSE = re.compile(rf"(?<=[,;|)\]–—])|(?=[(\[])|\s[-/]+\s|(?=\s(?:{words.TURNS})\s)")


@dataclass(slots=True)
class Reading:
    """Addresses by what the text says of them."""

    owned: set[str] = field(default_factory=set)
    warned: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)


def read_addresses(text: str) -> Reading:
    """Return what a signed text says of each address in it."""
    reader = _Reader()
    sentences = list(sentences_of(text))
    for number, sentence in enumerate(sentences):
        follows = sentences[number + 1 : number + 2]
        reader.take(sentence, introduces=sentence.ends_open and any(f.hosts for f in follows))
    return reader.finish()


class _Reader:
    """Goes through the sentences and keeps what the last heading said."""

    def __init__(self) -> None:
        self.heading = Stance.NONE
        self.n_listed = 0  # addresses since the heading
        self.rank: dict[str, set[Stance]] = {}
        self.inline: dict[str, Stance] = {}
        self.last: list[str] = []
        self.places = False  # the warning that holds speaks of places
        self.by_name = False  # the first addresses stand under words of no list

    def take(self, sentence: Sentence, *, introduces: bool) -> None:
        """Read one sentence: it owns, warns, or goes on with what the heading said."""
        if not sentence.hosts:
            self._words(sentence, introduces=introduces)
            return
        if self.n_listed and sentence.after_blank and self.heading is Stance.WARNED:
            self.heading = Stance.OPEN
        if sentence.after_blank and self.heading is Stance.GENERAL and not self.places:
            self.heading = Stance.NONE
        before = Stance.NONE
        for clause, hosts in _clauses(sentence):
            stance = stance_of(_MARK.sub("\x01", clause), holds=True, introduces=False)
            strange = stance is Stance.NONE and self._doubtful(clause)
            if strange or (stance is Stance.OWNED and n_unknown(clause) >= A_STORY):
                stance = Stance.OPEN
            before = self._hosts(hosts, stance, before)

    def _doubtful(self, clause: str) -> bool:
        """Say whether words of no list stand beside an address, more than a name would be."""
        strange = n_unknown(_MARK.sub(" ", clause))
        a_name = n_words(_MARK.sub(" ", clause)) <= A_NAME
        return strange > 0 and not (a_name and (self.heading is Stance.OWNED or not self.rank))

    def _hosts(self, hosts: list[str], stance: Stance, before: Stance) -> Stance:
        """Give the addresses of one clause their stance; return what goes on in the next."""
        bad = (Stance.WARNED, Stance.OPEN)
        own = stance is not Stance.NONE
        if stance is Stance.NONE:
            stance = Stance.OPEN if before in bad else self._standing()
        elif stance is Stance.OWNED and self.heading is Stance.WARNED and not self.n_listed:
            stance = Stance.OPEN
        elif stance is Stance.OWNED and self.heading in bad:
            self.heading = Stance.OPEN
        if not own:
            self.last += hosts
        else:
            self.last = list(hosts)
        for host in hosts:
            self.rank.setdefault(host, set()).add(stance)
            if own:
                self.inline[host] = stance
        self.n_listed += not own or stance is Stance.OWNED or self.heading in bad
        return stance if own else before

    def _standing(self) -> Stance:
        if self.heading is Stance.GENERAL:
            return Stance.OPEN
        return Stance.OWNED if self.heading is Stance.NONE else self.heading

    def _words(self, sentence: Sentence, *, introduces: bool) -> None:
        """Take a sentence without addresses: a heading, or words about what stands above."""
        stance = stance_of(sentence.text, holds=False, introduces=introduces)
        above = words.ABOVE.search(sentence.text) is not None
        goes_on = sentence.goes_on or words.BACKWARD.search(sentence.text) is not None
        if self.last and (above or (goes_on and not introduces and not sentence.after_blank)):
            said = stance_of(sentence.text, holds=True, introduces=False)
            if said in (Stance.WARNED, Stance.OPEN):
                self._look_back(said, above=above)
            if above and not introduces:
                return
        if stance is Stance.OWNED and self.rank and not owns_in_words(sentence.text):
            stance = Stance.OPEN if n_unknown(sentence.text) else stance
        fresh = self._fresh(sentence, stance, introduces=introduces)
        if fresh is Stance.OWNED and self.by_name and self.rank and introduces:
            self._doubt_the_first()
        if fresh is not None:
            self.places = words.PLACES.search(words.GENERAL.sub(" ", sentence.text)) is not None
            self.heading, self.n_listed, self.last = fresh, 0, []

    def _doubt_the_first(self) -> None:
        """Leave open what stood under a strange heading before the text owned anything."""
        self.by_name = False
        for host in self.rank:
            if host not in self.inline:
                self.rank[host].add(Stance.OPEN)

    def _look_back(self, stance: Stance, *, above: bool) -> None:
        sure = stance is Stance.WARNED and (above or len(self.last) == 1)
        for host in self.last:
            self.inline[host] = Stance.WARNED if sure else Stance.OPEN
            self.rank.setdefault(host, set()).add(self.inline[host])

    def _fresh(self, sentence: Sentence, stance: Stance, *, introduces: bool) -> Stance | None:
        """Return what holds from this sentence on; None where it changes nothing."""
        under_warning = self.heading in (Stance.WARNED, Stance.OPEN) and not self.n_listed
        if stance is Stance.NONE:
            if self.heading in (Stance.WARNED, Stance.GENERAL):
                return (
                    self.heading
                    if under_warning and not sentence.after_blank
                    else Stance.OPEN
                    if self.heading is Stance.WARNED
                    else Stance.NONE
                )
            long = n_words(sentence.text) >= LABEL_WORDS or n_unknown(sentence.text)
            if self.rank and introduces and long:
                return Stance.OPEN
            self.by_name |= introduces and n_unknown(sentence.text) > 0
            return None
        if stance is Stance.OWNED and self.heading is Stance.WARNED and under_warning:
            strong = introduces or sentence.after_blank or words.DEIXIS.search(sentence.text)
            return Stance.OWNED if strong else Stance.OPEN
        if stance is Stance.GENERAL and self.heading is Stance.OWNED and not self.n_listed:
            return None
        return stance

    def finish(self) -> Reading:
        """Return the addresses by stance: what was said in an address's own sentence decides."""
        reading = Reading()
        for host, stances in self.rank.items():
            decided = self.inline.get(host)
            if decided is None or (decided is Stance.OWNED and len(stances) > 1):
                decided = stances.pop() if len(stances) == 1 else Stance.OPEN
            place = {Stance.OWNED: reading.owned, Stance.WARNED: reading.warned}
            place.get(decided, reading.open).add(host)
        return reading


def _clauses(sentence: Sentence) -> Iterator[tuple[str, list[str]]]:
    """Yield (words, addresses) of each clause that holds addresses.

    A sentence with one place of addresses is one clause.  Words between clauses go with the
    clause behind them where they end in a colon, else with the one before.
    """
    if len(sentence.hosts) == 1:
        yield sentence.text, [host for group in sentence.hosts.values() for host in group]
        return
    held: list[str] = []
    for part in _CLAUSE.split(words.NOT_HAPPENED.sub(" ", sentence.text)):
        if not part or not part.strip():
            continue
        has = _MARK.search(part) is not None
        if held and (not _MARK.search(held[-1]) or not has):
            held[-1] += f" {part}"
        else:
            held.append(part)
    for clause in held:
        yield clause, [host for number in _HOST.findall(clause) for host in sentence.hosts[number]]
