# SPDX-License-Identifier: AGPL-3.0-or-later
"""Onion names: the checksum of version 3, the form of version 2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.identifiers.onion import onion_name, onion_version

GOOD = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@pytest.mark.parametrize("host", [GOOD, GOOD.upper(), f"www.{GOOD}"])
def test_version_3(host):
    assert onion_version(host) == 3


def test_version_2():
    assert onion_version("i4rx33ibdndtqayh.onion") == 2


@pytest.mark.parametrize(
    "host",
    [
        "",
        "onion",
        ".onion",
        "example.org",
        "short.onion",
        "i4rx33ibdndtqay1.onion",
        GOOD[:-7] + "e.onion",
        "x" * 56 + ".onion",
    ],
)
def test_what_is_none(host):
    assert onion_version(host) is None


@given(st.integers(0, 55), st.sampled_from(LETTERS))
def test_a_changed_letter_is_refused(position, letter):
    name = GOOD.removesuffix(".onion")
    changed = name[:position] + letter + name[position + 1 :]
    assert (onion_version(f"{changed}.onion") == 3) == (changed == name)


def test_the_name():
    assert onion_name(f"www.{GOOD.upper()}") == GOOD.removesuffix(".onion")
    assert onion_name("example.org") is None
