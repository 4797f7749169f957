# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table and the sum: every weight shown, nothing counted twice, limits that hold."""

import math
import shutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.linking.comparing import Reading
from nlp.linking.table import MISSING, SIGNAL_NAMES, read_table, shipped_table
from nlp.linking.weighing import calibrated, limited, weigh
from vestigo.errors import ConfigurationError
from vestigo.places import config_root

TABLE = shipped_table()
SHIPPED = config_root() / "linking" / "vendors.toml"


def readings(**levels):
    found = {name: Reading(MISSING) for name in SIGNAL_NAMES}
    for name, level in levels.items():
        graded = isinstance(level, float)
        found[name] = Reading("graded", level) if graded else Reading(level)
    return found


def verdict(n=100, **levels):
    return weigh(readings(**levels), n, TABLE)


def copied(**more):
    return verdict(handle="identical", text=60.0, passages="many", titles=40.0, **more)


def test_the_weights_add_up_to_the_log_odds():
    for found in (copied(), verdict(handle="different"), copied(pgp_key="different")):
        total = sum(signal.weight for signal in found.signals)
        assert calibrated(total, TABLE) == pytest.approx(found.probability, abs=0.002)


def test_the_same_key_is_strong_whatever_else_differs():
    found = verdict(n=20_000, pgp_key="same", handle="different", text=-1.0, passages="none",
                    titles=-0.5, habits=-0.9, language="different")  # fmt: skip
    assert found.band == "strong"


def test_a_signed_change_of_key_is_strong():
    assert copied(pgp_key="transition").band == "strong"


def test_an_impostor_who_copies_everything_is_not_strong_without_keys():
    found = copied(image="same", naming="statement", habits=0.0, contact_name="same",
                   key_user_id="same", link="same")  # fmt: skip
    assert found.band == "possible"
    assert "can_be_copied" in {signal.level for signal in found.signals}


def test_an_impostor_is_not_strong_with_another_key_even_with_a_contact():
    found = copied(pgp_key="different", contact="same_with_name", address="same")
    assert found.band == "possible"
    assert found.signals[-1].level == "different_key"


def test_a_changed_key_speaks_against_and_does_not_exclude():
    assert copied(pgp_key="different").probability < copied().probability
    assert copied(pgp_key="different").band == "possible"


def test_contacts_and_copied_words_together_are_strong():
    assert copied(contact="same_with_name").band == "strong"


def test_an_identical_handle_alone_is_no_strong_link():
    assert verdict(n=689, handle="identical").band == "possible"
    assert 0.4 < verdict(n=689, handle="identical").probability < 0.8


def test_strangers_are_weak():
    found = verdict(handle="different", text=-0.3, passages="none", titles=-0.3, habits=-0.7)
    assert found.band == "weak"
    assert found.probability < 0.001


def test_signals_of_one_group_are_not_counted_twice():
    name = TABLE.signals["handle"].weight("identical")
    found = verdict(handle="identical", contact_name="same", naming="statement")
    weights = {signal.name: signal.weight for signal in found.signals}
    assert weights["handle"] == name
    assert weights["contact_name"] == pytest.approx(
        TABLE.also * TABLE.signals["contact_name"].weight("same")
    )


def test_what_speaks_against_is_silent_next_to_what_speaks_for():
    weights = {s.name: s.weight for s in verdict(handle="different", naming="statement").signals}
    assert weights["handle"] == 0
    assert weights["naming"] > 0


def test_habits_say_nothing_of_copied_text():
    weights = {s.name: s.weight for s in copied(habits=-0.1).signals}
    assert weights["habits"] == 0
    assert {s.name: s.weight for s in verdict(habits=-0.1).signals}["habits"] > 0


@given(st.floats(-90, 400), st.floats(0.01, 0.99))
def test_a_limit_holds_but_for_a_hundredth_and_never_adds(bits, limit):
    below = limited(bits, limit)
    most = math.log2(limit / (1 - limit))
    assert below <= bits + 1e-9
    assert below <= most + 0.01 * max(0, 100 - most) + 1e-9


@given(st.floats(-50, 100), st.floats(-50, 100))
def test_a_limit_keeps_the_order(one, other):
    low, high = sorted((one, other))
    assert limited(low, 0.78) <= limited(high, 0.78) + 1e-12


@given(st.floats(-5, 200), st.floats(-5, 200))
def test_closer_wording_never_speaks_less(one, other):
    low, high = sorted((one, other))
    signal = TABLE.signals["text"]
    assert signal.graded(low)[1] <= signal.graded(high)[1] + 1e-9


def test_graded_levels_are_named_by_the_anchor_that_is_reached():
    signal = TABLE.signals["text"]
    assert signal.graded(-3.0)[0] == "as_strangers"
    assert signal.graded(8.0) == ("closer", signal.weight("closer"))
    assert signal.graded(1000.0) == ("copy", signal.weight("copy"))


def test_each_signal_of_the_table_has_a_source_and_each_is_known():
    assert set(TABLE.signals) == set(SIGNAL_NAMES)
    for signal in TABLE.signals.values():
        assert sum(level.m for level in signal.levels) <= 1 + 1e-9, signal.name


def test_a_larger_input_lowers_the_prior():
    assert TABLE.prior(10_000) < TABLE.prior(1000) < TABLE.prior(2)
    assert TABLE.prior(2) == TABLE.prior(TABLE.least_accounts)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('format = "vestigo.linking.v1"', 'format = "other"'),
        ("[prior]", "[priors]"),
        ("share_with_another = 0.15", "share_with_another = 1.5"),
        ('name = "titles"', 'name = "title"'),
        ("at = 1.0, m = 0.12", "at = -9.0, m = 0.12"),
        ("at = 1.0, m = 0.12", "m = 0.12"),
        ("m = 0.60, u = 1e-12", "m = 0.60, u = 0"),
        ('kind = "key"', 'kind = "keys"'),
        ('source = "as text"', 'source = ""'),
        ("slope = 0.93", 'slope = "steep"'),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, old, new):
    text = SHIPPED.read_text("utf-8")
    assert old in text
    path = tmp_path / "table.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_table(path)
    assert caught.value.code in {"E-LNK-001", "E-CFG-003"}


def test_the_digest_names_the_table(tmp_path):
    path = tmp_path / "table.toml"
    shutil.copy(SHIPPED, path)
    assert read_table(path).sha256 == TABLE.sha256
    path.write_text(SHIPPED.read_text("utf-8").replace("0.93", "0.92", 1), "utf-8")
    assert read_table(path).sha256 != TABLE.sha256


def test_bands_follow_the_probability():
    assert [TABLE.band(p) for p in (0.99, 0.9899, 0.3, 0.2999)] == [
        "strong", "possible", "possible", "weak",
    ]  # fmt: skip
    assert replace(TABLE, strong=0.5).band(0.6) == "strong"
