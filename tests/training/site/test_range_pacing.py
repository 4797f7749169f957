# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many requests a minute are let through, on a clock that the test holds."""

import pytest

from vestigo.training.pacing import Pace


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_nothing_is_held_up_without_a_limit():
    pace = Pace(0, Clock())
    assert {pace.seconds_to_wait() for _again in range(10_000)} == {0}


def test_a_burst_is_what_ten_seconds_bring():
    clock = Clock()
    pace = Pace(600, clock)
    waits = [pace.seconds_to_wait() for _again in range(120)]
    assert waits[:100] == [0] * 100
    assert all(wait >= 1 for wait in waits[100:])


@pytest.mark.parametrize("a_minute", [1, 7, 60, 600, 6000])
def test_who_waits_as_told_is_let_through(a_minute):
    clock = Clock()
    pace = Pace(a_minute, clock)
    served = 0
    for _again in range(500):
        wait = pace.seconds_to_wait()
        if wait:
            clock.now += wait
            assert pace.seconds_to_wait() == 0
        served += 1
    assert served == 500


@pytest.mark.parametrize("a_minute", [6, 60, 1200])
def test_over_a_long_time_it_is_as_many_as_the_behaviour_says(a_minute):
    clock = Clock()
    pace = Pace(a_minute, clock)
    served = 0
    for _step in range(60 * 20):
        clock.now += 0.5
        served += sum(1 for _again in range(50) if pace.seconds_to_wait() == 0)
    burst = max(1, a_minute // 6)
    assert 10 * a_minute - 1 <= served <= 10 * a_minute + burst + 1


def test_a_clock_that_jumps_ahead_brings_no_more_than_a_burst():
    clock = Clock()
    pace = Pace(60, clock)
    clock.now += 10**9
    assert [pace.seconds_to_wait() for _again in range(11)].count(0) == 10
