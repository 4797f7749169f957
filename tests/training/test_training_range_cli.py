# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo training range`` without a server: what it tells and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from vestigo import i18n
from vestigo.cli.app import run as run_vestigo
from vestigo.cli.training import training
from vestigo.errors import ExitCode
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world


def run(*arguments):
    return CliRunner().invoke(training, ["range", *arguments])


@pytest.fixture(scope="module")
def world():
    return tell_world(1, load_behaviour("full"))


def test_without_options_it_says_what_it_holds_and_how_to_go_on(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run()
    assert result.exit_code == ExitCode.DONE
    told = result.output
    for market in world.markets:
        assert f"{market.name} ({market.key})" in told
        assert f"log-in: {market.account}, password {market.password}" in told
    assert "40 parties" in told
    assert "3 passes" in told
    assert "pages: forum, forum, table" in told
    assert told.startswith("Practice range 1, world “full”: Three venues\n")
    assert "vestigo training range --seed 1 --behaviour full --write DIR" in told
    assert "vestigo training range --seed 1 --behaviour full --serve" in told
    assert list(tmp_path.iterdir()) == []


def test_the_same_as_one_document(world):
    told = json.loads(run("--json").stdout)
    assert (told["seed"], told["behaviour"], told["written_to"]) == (1, "full", None)
    assert [row["key"] for row in told["markets"]] == [one.key for one in world.markets]
    assert sum(row["n_listings"] for row in told["markets"]) == sum(
        len(market.at(1).listings) for market in world.markets
    )
    assert told["n_accounts"] == sum(row["n_vendors"] for row in told["markets"])
    assert told["markets"][0]["n_genuine"] == 1 + world.markets[0].section.n_mirrors


def test_it_speaks_spanish():
    i18n.activate("es")
    told = run("--behaviour", "demo").output
    assert "Campo de prácticas 1" in told
    assert "cuentas" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seed", "-1"], ["--seed", "x"], ["--seed", str(2**31)], ["--port", "70000"],
        ["--pass", "0"], ["--pass", "7"], ["--tor-control"], ["--nothing"],
    ],
)  # fmt: skip
def test_a_call_that_is_wrong_is_refused(arguments):
    assert run(*arguments).exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["--behaviour", "fulll"], "E-TRA-014", 5),
        (["--behaviour", "nothing.toml"], "E-CFG-001", 5),
        (["--onion", "--tor-control", "10.0.0.1:9051"], "E-TRA-060", 2),
        (["--onion", "--tor-control", "localhost:9051"], "E-TRA-060", 2),
        (["--onion", "--tor-control", "127.0.0.1:1"], "E-TRA-061", 7),
        (["--serve", "--pass", "6"], "E-TRA-065", 2),
    ],
)
def test_what_goes_wrong_has_a_code(arguments, code, exit_code, capsys):
    assert run_vestigo(["training", "range", *arguments]) == exit_code
    told = capsys.readouterr().err
    assert code in told
    assert "Traceback" not in told
