# SPDX-License-Identifier: AGPL-3.0-or-later
"""A query that takes a label looks under that label only."""

from __future__ import annotations

import pytest

from graph import catalogue
from graph.model import NODES
from graph.narrowing import narrowed

TAKES_LABELS = [
    name for name in catalogue.names()
    if "Address|CashOutPoint" in catalogue.query(name).text
]  # fmt: skip


@pytest.mark.parametrize("name", TAKES_LABELS)
def test_no_query_looks_under_every_label(name):
    asked = catalogue.query(name)
    given = {item.name: "Contact" for item in asked.parameters if item.kind == "label"}
    text = narrowed(asked.text, given)
    assert "Address|CashOutPoint" not in text
    assert text.count(":Contact {key: $") == len(given)


def test_every_label_of_the_model_can_be_looked_under():
    text = catalogue.query("neighbourhood").text
    for label in NODES:
        assert f"(n:{label} {{key: $key}})" in narrowed(text, {"label": label})


def test_a_label_that_is_no_name_of_the_model_never_enters_a_text():
    text = catalogue.query("neighbourhood").text
    assert narrowed(text, {"label": "Address {key: 'x'}) DETACH DELETE n //"}) == text
    assert narrowed(text, {}) == text
