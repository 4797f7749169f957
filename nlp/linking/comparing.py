# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two accounts side by side: which level each signal has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.linking.account import Account, name_others, read_account
from nlp.linking.candidates import Candidates
from nlp.linking.habits import alikeness
from nlp.linking.handles import core_name, name_level, plain_name
from nlp.linking.keys import key_level
from nlp.linking.profile import Profile
from nlp.linking.statements import called_names, nameable
from nlp.linking.table import MISSING, Table, common_words
from nlp.linking.wording import Wording
from nlp.text.language import LanguageDetector
from vestigo.places import config_root
from vestigo.settings import read_toml

RARE, SHARED = 3, 10  # accounts of the input that show one mark
SAME_NAME = ("identical", "identical_common", "same_core")
WAYS = ("", "mention", "statement")
FEW, SEVERAL, MANY = 1, 4, 15  # runs of five words that no third account has


@dataclass(frozen=True, slots=True)
class Reading:
    """The level of one signal of one pair; ``score`` where the signal is graded."""

    level: str
    score: float | None = None


class Comparison:
    """All accounts of one input, ready to be compared."""

    def __init__(self, profiles: Sequence[Profile], table: Table) -> None:
        detector = _detector()
        self.accounts = [read_account(profile, None) for profile in profiles]
        for account in self.accounts:
            account.language = detector.detect(account.plain.words)[0]
        name_others(self.accounts)
        texts = [(account.plain.normal, account.plain.words) for account in self.accounts]
        titles = [(account.titles, account.title_words) for account in self.accounts]
        self.text = Wording(texts, common_words(), table.wording)
        self.titles = Wording(titles, common_words(), table.wording)
        self.candidates = Candidates(self.accounts, self.text.words, self.titles.words)
        self._n_marks = _counted(_marks(account) for account in self.accounts)
        self._n_names = Counter(plain_name(a.profile.handle) for a in self.accounts)
        self._n_namings = _counted(account.others_named() for account in self.accounts)
        self._n_shingles = _rare_shingles(self.accounts)

    def readings(self, one: int, others: Sequence[int]) -> list[dict[str, Reading]]:
        """Return the level of every signal for ``one`` and each of ``others``."""
        text = _standing(self.text, one, others)
        titles = _standing(self.titles, one, others)
        return [
            {
                **self._exact(one, other),
                "text": text[position],
                "titles": titles[position],
            }
            for position, other in enumerate(others)
        ]

    def _exact(self, one: int, other: int) -> dict[str, Reading]:
        a, b = self.accounts[one], self.accounts[other]
        handle = self._handle(a, b)
        same_name = handle in SAME_NAME
        ways = self._naming(a, b), self._naming(b, a)
        levels = {
            "pgp_key": key_level(a.keys, b.keys),
            "quoted_key": _quoted(a, b),
            "key_user_id": _shared_name(a.key_names, b.names, b.key_names, a.names),
            "contact": self._shared(a.marks.contacts, b.marks.contacts, same_name),
            "address": self._shared(a.marks.addresses, b.marks.addresses, same_name=False),
            "link": self._shared(a.marks.links, b.marks.links, same_name=False),
            "handle": handle,
            "contact_name": _shared_name(a.marks.names, b.names, b.marks.names, a.names),
            "naming": max(ways, key=WAYS.index) or MISSING,
            "mutual_naming": "statement" if set(ways) == {"statement"} else MISSING,
            "passages": self._passages(a, b),
            "language": _language(a, b),
            "image": "same" if set(a.profile.images) & set(b.profile.images) else MISSING,
        }
        if same_name:
            levels["naming"] = levels["mutual_naming"] = MISSING
        habits = a.habits is not None and b.habits is not None
        readings = {name: Reading(level) for name, level in levels.items()}
        readings["habits"] = (
            Reading("graded", alikeness(a.habits, b.habits))
            if a.habits is not None and b.habits is not None and habits
            else Reading(MISSING)
        )
        return readings

    def _handle(self, a: Account, b: Account) -> str:
        level = name_level(a.profile.handle, b.profile.handle)
        if level == "inside" and _everyday_core(a, b):
            return "similar"
        if level != "identical":
            return level
        name = plain_name(a.profile.handle)
        everyday = not nameable(a.profile.handle, common_words())
        return "identical_common" if everyday or self._n_names[name] > RARE else level

    def _shared(self, one: frozenset[str], other: frozenset[str], same_name: bool) -> str:
        both = one & other
        if both:
            fewest = min(self._n_marks[value] for value in both)
            if fewest > SHARED:
                return "common"
            return "same_with_name" if same_name else "same" if fewest <= RARE else "shared"
        kinds = {value.split(" ")[0] for value in one} & {value.split(" ")[0] for value in other}
        return "different" if kinds else MISSING

    def _naming(self, a: Account, b: Account) -> str:
        """Return how the text of ``a`` names ``b``; a handle that many texts name is none."""
        levels = [
            a.namings[name].level
            for name in called_names(b.profile.handle, common_words())
            if name in a.others_named() and self._n_namings[name] <= RARE
        ]
        return max(levels, key=WAYS.index, default="")

    def _passages(self, a: Account, b: Account) -> str:
        if not len(a.shingles) or not len(b.shingles):
            return MISSING
        both = np.intersect1d(a.shingles, b.shingles, assume_unique=True)
        n = sum(self._n_shingles.get(int(value), 0) <= RARE for value in both)
        return "many" if n >= MANY else "several" if n >= SEVERAL else "few" if n >= FEW else "none"


def _standing(wording: Wording, one: int, others: Sequence[int]) -> list[Reading]:
    if not wording.can_be_told(one):
        return [Reading(MISSING)] * len(others)
    return [
        Reading("graded", float(score)) if wording.can_be_told(other) else Reading(MISSING)
        for other, score in zip(others, wording.standing(one, others), strict=True)
    ]


def _everyday_core(a: Account, b: Account) -> bool:
    """Whether the shorter of two names is an everyday word that many handles hold."""
    short = min(core_name(a.profile.handle), core_name(b.profile.handle), key=len)
    return short in common_words() or short.removesuffix("s") in common_words()


def _detector() -> LanguageDetector:
    return LanguageDetector(read_toml(config_root() / "lexicon" / "languages.toml"))


def _marks(account: Account) -> Iterable[str]:
    return account.marks.contacts | account.marks.addresses | account.marks.links


def _counted(sets: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(value for values in sets for value in values)


def _rare_shingles(accounts: Sequence[Account]) -> dict[int, int]:
    """Return in how many texts each run of words stands that stands in two or more."""
    every = np.concatenate([account.shingles for account in accounts] or [np.zeros(0, np.uint64)])
    values, counts = np.unique(every, return_counts=True)
    kept = counts > 1
    return dict(zip(values[kept].tolist(), counts[kept].tolist(), strict=True))


def _quoted(a: Account, b: Account) -> str:
    """Whether one text quotes the fingerprint of the other's key, or both quote one."""
    one, other = a.marks.fingerprints, b.marks.fingerprints
    hit = one & b.keys.fingerprints or other & a.keys.fingerprints or one & other
    return "same" if hit else MISSING


def _shared_name(
    one: frozenset[str], others: frozenset[str], other: frozenset[str], ones: frozenset[str]
) -> str:
    """Whether a name of one account (``one`` or ``other``) stands among the other's names."""
    hits = {name for name in one & others | other & ones if nameable(name, common_words())}
    return "same" if hits else MISSING


def _language(a: Account, b: Account) -> str:
    if a.language is None or b.language is None:
        return MISSING
    return "same" if a.language == b.language else "different"
