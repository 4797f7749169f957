# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented pictures and lists of them."""

import hashlib

import pytest

from vestigo.evidence.screening import Screen
from vestigo.evidence.screening.lists import ListTitle, add_hash_set, add_terms, open_lists
from vestigo.pipeline.imagery.pictures import picture
from vestigo.store import CaseFolder


@pytest.fixture(scope="session")
def pictures():
    """Return pictures by number; made once."""
    made = {}

    def of(number):
        if number not in made:
            made[number] = picture(number)
        return made[number]

    return of


@pytest.fixture
def folder(tmp_path):
    return CaseFolder.create(tmp_path / "case", title="t", unit="u")


@pytest.fixture
def listed(folder, tmp_path, pictures):
    """Give a case a list that knows picture 1 by MD5 and by PDQ, and the term “zz top secret”."""

    def give(**options):
        _give(folder, tmp_path, pictures, **options)
        return folder

    return give


@pytest.fixture(scope="session")
def screen(tmp_path_factory, pictures):
    place = tmp_path_factory.mktemp("screen")
    folder = CaseFolder.create(place / "case", title="t", unit="u")
    _give(folder, place, pictures)
    with Screen(pictures_allowed=True, lists=open_lists(folder)) as made:
        yield made


def _give(folder, place, pictures, *, pdq=True, terms=True):
    lines = [hashlib.md5(pictures(1).png).hexdigest()]
    lines += [f"pdq:{pictures(1).pdq.hex()}"] if pdq else []
    file = place / "list.txt"
    file.write_text("\n".join(lines))
    add_hash_set(folder, file, ListTitle(name="invented", version="7"))
    if terms:
        words = place / "words.txt"
        words.write_text("# words\nzz top secret\n")
        add_terms(folder, words, ListTitle(name="words", version="2"))
