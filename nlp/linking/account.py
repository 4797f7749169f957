# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that is read from one account before accounts are compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp.linking.grams import shingles
from nlp.linking.habits import habits_of
from nlp.linking.handles import MIN_CORE, core_name, plain_name
from nlp.linking.keys import KeyRing, keys_of
from nlp.linking.marks import Marks, marks_of
from nlp.linking.profile import Profile
from nlp.linking.statements import Naming, called_names, namings
from nlp.linking.stripping import WORD, PlainText, plain_text, strip_armour
from nlp.linking.table import common_words
from nlp.text.normalizing import normalize

SHINGLE = 5
MAX_TITLES_TEXT = 20_000
_MAIL = re.compile(r"<?([^<>@\s]{1,64})@[^<>@\s]{1,120}>?")


@dataclass(slots=True)
class Account:
    """One account, read: keys, marks, names, text, titles, habits."""

    profile: Profile
    keys: KeyRing
    marks: Marks
    plain: PlainText
    shingles: NDArray[np.uint64]
    titles: str
    title_words: tuple[str, ...]
    habits: NDArray[np.float64] | None
    language: str | None
    key_names: frozenset[str]
    namings: dict[str, Naming] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The plain names that stand for the account: handle, contacts, key."""
        own = plain_name(self.profile.handle)
        return frozenset(filter(None, (own, *self.marks.names, *self.key_names)))

    def others_named(self) -> set[str]:
        """Return the names of others that the text names."""
        return set(self.namings) - set(called_names(self.profile.handle, common_words()))


def read_account(profile: Profile, language: str | None) -> Account:
    """Return what one profile says; ``language`` is that of its text where it is known."""
    plain = plain_text(profile)
    keys = keys_of(profile)
    text = normalize("\n".join(profile.listings)[:MAX_TITLES_TEXT]).normal
    return Account(
        profile=profile,
        keys=keys,
        marks=marks_of(profile, plain),
        plain=plain,
        shingles=np.unique(shingles(plain.words, SHINGLE)),
        titles=text,
        title_words=tuple(match.group() for match in WORD.finditer(text)),
        habits=habits_of(plain.shown),
        language=language,
        key_names=_key_names(keys),
    )


def name_others(accounts: list[Account]) -> None:
    """Note in each account which handles of the others its text names."""
    words = common_words()
    looked_for: Mapping[str, object] = dict.fromkeys(
        name for account in accounts for name in called_names(account.profile.handle, words)
    )
    for account in accounts:
        account.namings = namings(strip_armour(account.profile.text)[:MAX_TITLES_TEXT], looked_for)


def _key_names(keys: KeyRing) -> frozenset[str]:
    """Return the names in the user ids of the keys: the name and the part before the @."""
    found = set()
    for user_id in keys.user_ids:
        found |= {plain_name(match.group(1)) for match in _MAIL.finditer(user_id)}
        found.add(plain_name(_MAIL.sub("", user_id)))
    return frozenset(name for name in found if len(core_name(name)) >= MIN_CORE)
