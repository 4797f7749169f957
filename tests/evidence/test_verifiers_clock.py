# SPDX-License-Identifier: AGPL-3.0-or-later
"""A wrong clock on the verifier's machine changes nothing that either verifier says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from vestigo.pipeline.tamper_bench.bases import Bases

CLOCK = """
#include <time.h>
#include <sys/time.h>
#include <stdlib.h>
static time_t told(void) { return (time_t)atoll(getenv("TOLD_SECONDS")); }
time_t time(time_t *at) { time_t now = told(); if (at) *at = now; return now; }
int gettimeofday(struct timeval *at, void *zone) { (void)zone; at->tv_sec = told(); at->tv_usec = 0; return 0; }
int clock_gettime(clockid_t which, struct timespec *at) { (void)which; at->tv_sec = told(); at->tv_nsec = 0; return 0; }
"""
MOMENTS = {"1999": 915_148_800, "2099": 4_070_908_800}


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Path:
    """A library that tells every program another time."""
    compiler = shutil.which("cc")
    if compiler is None:
        message = "no C compiler to make a clock that is wrong"
        if os.environ.get("VESTIGO_REQUIRE_CC") == "1":
            pytest.fail(message)
        pytest.skip(message)
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(CLOCK)
    library = folder / "clock.so"
    words = [compiler, "-shared", "-fPIC", "-o", str(library), str(folder / "clock.c")]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return library


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Bases(tmp_path_factory.mktemp("bases")).untouched("whole")


@pytest.mark.parametrize("year", MOMENTS)
def test_stamps_signatures_and_witness_hold_whatever_the_clock_says(whole, clock, stranger, year):
    told = {**os.environ, "LD_PRELOAD": str(clock), "TOLD_SECONDS": str(MOMENTS[year])}
    shown = subprocess.run(["date", "-u", "+%Y"], env=told, capture_output=True, text=True, check=True)  # fmt: skip
    assert shown.stdout.strip() == year
    for run in stranger:
        right, wrong = run(whole.path, whole.anchors), run(whole.path, whole.anchors, env=told)
        assert (right.returncode, wrong.returncode) == (0, 0), wrong.stdout
        assert wrong.stdout == right.stdout
