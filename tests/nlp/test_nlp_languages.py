# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented listings of each language, with what they say: ``languages/LANGUAGE.toml``.

A case names only what it is about: ``statuses``, ``offers``, ``prices``, ``purity``,
``ships_from``, ``ships_to`` and ``offered`` (the substances on offer) are all that is
given; ``offers_substance`` and ``goods`` are among it; ``not_offered`` and ``not_named``
are not.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "languages").glob("*.toml"))
OFFERED = ("stated", "implied", "declared")
TEXT = ("title", "text", "ships_text", "category", "language")


def cases():
    for path in FILES:
        for case in tomllib.loads(path.read_text("utf-8"))["says"]:
            name = f"{path.stem} {case['title']} {case.get('text', '')}"
            yield pytest.param(case, id=name[:90])


def wanted(case, name):
    """What the case gives for ``name``, as ``Said`` holds it."""
    if name == "offers":
        return [(row[0], row[1], row[2] if len(row) > 2 else None) for row in case[name]]
    if name == "prices":
        return [(amount, currency or None, per) for amount, currency, per in case[name]]
    return case[name]


@pytest.mark.parametrize("case", list(cases()))
def test_what_a_listing_says(said, case):
    found = said(
        case["title"],
        case.get("text", ""),
        ships_text=case.get("ships_text", ""),
        category=tuple(case.get("category", ())),
        language=case.get("language"),
    )
    on_offer = {name for name, status in found.statuses.items() if status in OFFERED}
    holds = {
        "offered": lambda names: on_offer == set(names),
        "offers_substance": lambda name: name in on_offer,
        "not_offered": on_offer.isdisjoint,
        "not_named": found.statuses.keys().isdisjoint,
        "goods": lambda name: name in found.goods,
    }
    checks = [name for name in case if name not in TEXT]
    assert checks, "the case says nothing"
    for name in checks:
        if name in holds:
            assert holds[name](case[name]), (name, found)
        else:
            assert getattr(found, name) == wanted(case, name)


def test_every_language_has_its_cases():
    assert [path.stem for path in FILES] == ["de", "en", "es", "fr", "nl", "pt"]
