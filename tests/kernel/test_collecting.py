# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search for cycles is left out inside, and back behind, whatever happens."""

import gc

import pytest

from vestigo.collecting import without_collector


def fail_inside():
    with without_collector():
        assert not gc.isenabled()
        raise RuntimeError


def test_it_is_back_behind_an_error():
    assert gc.isenabled()
    with pytest.raises(RuntimeError):
        fail_inside()
    assert gc.isenabled()


def test_whoever_had_none_gets_none():
    gc.disable()
    try:
        with without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
