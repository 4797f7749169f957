# SPDX-License-Identifier: AGPL-3.0-or-later
"""Planted hits, thirty of them: the same as ``vestigo bench imagery`` with a thousand."""

import io

import pytest

from vestigo.cli.app import run as run_cli
from vestigo.pipeline.imagery.benchmark import planted, run_benchmark, run_browser
from vestigo.pipeline.imagery.browsing import FORMS, form_of
from vestigo.pipeline.imagery.keeping import Parts
from vestigo.pipeline.imagery.pictures import picture
from vestigo.pipeline.imagery.planted_case import PlantedCase
from vestigo.pipeline.imagery.planting import WAYS, plant
from vestigo.pipeline.imagery.searching import Needles, search


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command of ours in this process."""

    def run(words, typed):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert run_cli(list(words)) in {0, 4}
        out, err = capsys.readouterr()
        return out + err

    return run


def test_none_of_thirty_planted_hits_reaches_anything(tmp_path, command):
    measured = run_benchmark(Parts(tmp_path, 30), command)
    assert measured["screened"]["n_found"] == 0, measured["screened"]["places"]
    assert measured["text_only"]["n_found"] == 0, measured["text_only"]["places"]
    assert measured["screened"]["n_quarantined"] == measured["n_expected_hits"]
    assert measured["screened"]["n_terms_asked_for"] == 0
    assert measured["control"]["not_found"] == {}
    assert measured["control"]["n_found"] == measured["control"]["n_planted"] == 29
    assert measured["right"]


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_browser_that_meets_planted_hits_keeps_none(tmp_path, command):
    """Eight of the thousand, drawn as parts of pages and as pages; the control draws them."""
    measured = run_browser(planted(8), Parts(tmp_path, 8), command)
    screened, control = measured["browser"], measured["browser_control"]
    assert (screened["n_found"], screened["n_not_reached"]) == (0, 0), screened["places"]
    assert screened["n_terms_asked_for"] == screened["n_left_in_scratch"] == 0
    assert screened["plants_as_pages"] == {"E-CRA-045": 6, "E-SCR-013": 2}
    assert sum(screened["embedded"].values()) == 8
    assert control["n_found"] == control["n_planted"]
    assert control["n_drawn"]
    assert measured["right"]


def test_a_picture_is_not_found_by_what_all_have_in_common(tmp_path):
    """Heads and tables of PNG and JPEG are alike: only what is a picture's own counts."""
    plants = [plant(picture(number)) for number in range(2 * len(WAYS))]
    needles = Needles()
    for one in plants:
        needles.add(one.number, one.form)
    for one in plants:
        (tmp_path / "a").write_bytes(one.form)
        assert {found.number for found in search(tmp_path, needles)} == {one.number}, one.way


def test_a_browser_that_did_not_meet_every_plant_shows_nothing(tmp_path):
    plants = [plant(picture(number)) for number in range(3, 9)]
    done = PlantedCase("browser", tmp_path, plants)
    assert done.n_not_reached == 6
    done.asked.update(one.target for one in plants[1:])
    assert done.n_not_reached == 1


def test_each_way_meets_each_embedding_among_a_thousand():
    met = {(number % len(WAYS), form_of(number)) for number in range(1000)}
    assert len(met) == len(WAYS) * len(FORMS)


def test_every_way_is_among_thirty(tmp_path):
    assert len(WAYS) <= 30
    assert len({plant(picture(number)).way for number in range(30)}) == len(WAYS)


@pytest.mark.parametrize(
    "wrapped", [lambda c: c, lambda c: b"x" * 7 + c, lambda c: c.hex().encode()]
)
def test_the_search_finds_a_piece_at_any_place(tmp_path, wrapped):
    shown = picture(3)
    needles = Needles()
    needles.add(3, shown.png)
    needles.add(4, picture(4).png)
    middle = shown.png[len(shown.png) // 4 : len(shown.png) // 2]
    (tmp_path / "a").write_bytes(b"abc" + wrapped(middle) + b"def")
    assert {one.number for one in search(tmp_path, needles)} == {3}
