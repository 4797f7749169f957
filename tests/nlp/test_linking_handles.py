# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names: the same, the same written otherwise, one inside the other, strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.linking.handles import AFFIXES, core_name, jaro_winkler, name_level, plain_name


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("GreenLeaf", "green_leaf", "identical"),
        ("Café.Verde", "cafeverde", "identical"),
        ("GreenLeaf", "Gr33nL3af", "same_core"),
        ("GreenLeaf", "GreenLeaf2", "same_core"),
        ("GreenLeaf", "TheGreenLeafOfficial", "same_core"),
        ("NordicSun", "MyNordicSunrise", "inside"),
        ("martinezz", "marteniz", "close"),
        ("GreenLeaf", "BlueMoon", "different"),
        ("!!!", "BlueMoon", "missing"),
        ("", "", "missing"),
    ],
)
def test_levels(one, other, level):
    assert name_level(one, other) == level
    assert name_level(other, one) == level


@pytest.mark.parametrize("affix", AFFIXES)
def test_a_name_that_is_only_affixes_ends(affix):
    assert core_name(affix * 5) is not None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_names_have_a_level_both_ways(one, other):
    assert name_level(one, other) == name_level(other, one)


@given(st.text(alphabet="abcde", max_size=12), st.text(alphabet="abcde", max_size=12))
def test_jaro_winkler_is_symmetric_and_bounded(one, other):
    alike = jaro_winkler(one, other)
    assert alike == pytest.approx(jaro_winkler(other, one))
    assert 0 <= alike <= 1 + 1e-9
    if one and one == other:
        assert alike == pytest.approx(1)


def test_jaro_winkler_as_published():
    assert jaro_winkler("martha", "marhta") == pytest.approx(0.9611, abs=1e-4)
    assert jaro_winkler("dixon", "dicksonx") == pytest.approx(0.8133, abs=1e-4)


def test_plain_names_hold_letters_and_digits_only():
    assert plain_name("Ünï-Córn 42!") == "unicorn42"
