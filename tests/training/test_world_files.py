# SPDX-License-Identifier: AGPL-3.0-or-later
"""A world as files: whole or not at all, the same each time, nothing beside them."""

import csv
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from vestigo.cli.training import training
from vestigo.errors import ExitCode, UsageError
from vestigo.training import writing
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world
from vestigo.training.writing import range_files, write_range

PINNED = {
    "demo": "dcbd66cf5664b92ea27c545d100594edbaf97c4e105f45f46b2513c01fd29564",
    "full": "172ee5fe725a3616b8c02dcd4e2358e9864069017cbbe9bb68639b29cb846060",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, whole):
    """The full world of seed 1 as files."""
    path = tmp_path_factory.mktemp("range") / "one"
    write_range(whole, path)
    return path


def digests(files):
    return {name: hashlib.sha256(content).hexdigest() for name, content in files}


def summed(files):
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests(files).items()))
    return hashlib.sha256(listing.encode()).hexdigest()


def files_of(folder):
    return [(str(path.relative_to(folder)), path) for path in folder.rglob("*") if path.is_file()]


def run_apart(code, home, **environment):
    """Run Python code in a process of its own with an empty home folder."""
    clean = {k: v for k, v in os.environ.items() if k not in ("BCL_DATA_DIR", "XDG_CONFIG_HOME")}
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | {"HOME": str(home)} | environment,
        capture_output=True, text=True, check=True, cwd=home, timeout=180,
    ).stdout.strip()  # fmt: skip


def test_everything_is_written(folder, whole):
    assert sorted(path.name for path in folder.iterdir()) == [
        "access.toml", "behaviour.toml", "blocks", "keys", "mempool.jsonl", "pages", "profiles",
        "rates.csv", "tagpack.yaml", "truth.json",
    ]  # fmt: skip
    for market in whole.markets:
        keys = {path.stem for path in (folder / "keys" / market.key).iterdir()}
        assert keys == {one.handle for one in market.vendors}
        passes = sorted(path.name for path in (folder / "pages" / market.key).iterdir())
        assert passes == ["pass-1", "pass-2", "pass-3"]
        for number in (1, 2, 3):
            pages = list((folder / "pages" / market.key / f"pass-{number}").rglob("*.html"))
            assert len(pages) > len(market.at(number).listings) + len(market.vendors)


def test_each_venue_has_the_profile_of_its_layout(folder, whole):
    names = {path.name for path in (folder / "profiles").iterdir()}
    assert names == {"candil.toml", "lantern.toml", "lantern.redesign.toml", "farol.toml"}
    for name in names:
        profile = tomllib.loads((folder / "profiles" / name).read_text("utf-8"))
        assert profile["market"] == name.partition(".")[0]


def test_the_log_ins_are_a_table_each(folder, whole):
    access = tomllib.loads((folder / "access.toml").read_text("utf-8"))
    assert access == {
        one.key: {"account": one.account, "password": one.password} for one in whole.markets
    }
    assert len({one.password for one in whole.markets}) == 3


def test_the_behaviour_that_is_written_makes_the_same_files(folder, whole):
    again = tell_world(1, load_behaviour(str(folder / "behaviour.toml")))
    assert again.orders == whole.orders
    assert [one.listings for one in again.markets] == [one.listings for one in whole.markets]


def test_goods_of_somebody_are_written_beside_it(tmp_path):
    source = (Path(writing.config_root()) / "training" / "goods-en.toml").read_text("utf-8")
    (tmp_path / "goods-en.toml").write_text(
        source.replace("Amnesia Haze", "Invented Haze"), "utf-8"
    )
    path = tmp_path / "mine.toml"
    demo = (Path(writing.config_root()) / "training" / "worlds" / "demo.toml").read_text("utf-8")
    path.write_text(demo, "utf-8")
    world = tell_world(1, load_behaviour(str(path)))
    write_range(world, tmp_path / "out")
    assert "Invented Haze" in (tmp_path / "out" / "goods-en.toml").read_text("utf-8")
    assert not (tmp_path / "out" / "goods-es.toml").exists()
    again = load_behaviour(str(tmp_path / "out" / "behaviour.toml"))
    assert again.goods_files == world.behaviour.goods_files


def test_another_process_writes_the_same_bytes(tmp_path, demo):
    code = (
        "from pathlib import Path; from vestigo.training.behaviour import load_behaviour;"
        "from vestigo.training.telling import tell_world; from vestigo.training.writing import write_range;"
        "write_range(tell_world(1, load_behaviour('demo')), Path('again'))"
    )
    run_apart(code, tmp_path, PYTHONHASHSEED="77", TZ="Asia/Kathmandu", VESTIGO_LANG="es")
    again = tmp_path / "again"
    read = ((name, path.read_bytes()) for name, path in files_of(again))
    assert digests(read) == digests(range_files(demo))


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_full_world_does_not_depend_on_the_order_of_sets(tmp_path, whole, hash_seed):
    code = (
        "import hashlib; from vestigo.training.behaviour import load_behaviour;"
        "from vestigo.training.telling import tell_world;"
        "w = tell_world(1, load_behaviour('full'));"
        "print(hashlib.sha256(repr((w.parties, w.orders, [m.listings for m in w.markets])).encode()).hexdigest())"
    )
    told = run_apart(code, tmp_path, PYTHONHASHSEED=hash_seed, TZ="Pacific/Chatham", LC_ALL="C")
    mine = repr((whole.parties, whole.orders, [one.listings for one in whole.markets]))
    assert told == hashlib.sha256(mine.encode()).hexdigest()


def test_seed_one_is_the_same_on_every_machine(folder, demo):
    """Pinned: whoever changes the range on purpose writes down the new digests."""
    full = {name: path.read_bytes() for name, path in files_of(folder)}
    found = {"demo": summed(range_files(demo)), "full": summed(full.items())}
    assert found == PINNED


def test_other_seeds_and_behaviours_make_other_worlds(told):
    worlds = [told("demo", 1), told("demo", 2), told("full", 1), told("doorways", 1)]
    assert len({one.markets[0].vendors[0].address for one in worlds}) >= 3
    assert len({tuple(one.key for one in w.markets[0].listings) for w in worlds}) == 4
    assert len({w.markets[0].password for w in worlds}) == 4


def test_making_a_world_leaves_nothing_in_the_home_folder(tmp_path):
    temporary, home = tmp_path / "tmp", tmp_path / "home"
    temporary.mkdir()
    home.mkdir()
    code = (
        "from vestigo.training.behaviour import load_behaviour; from vestigo.training.telling import tell_world;"
        "from vestigo.training.chain.ledger import make_ledger;"
        "print(len(make_ledger(tell_world(3, load_behaviour('demo'))).blocks))"
    )
    assert int(run_apart(code, home, TMPDIR=str(temporary))) > 200
    assert list(home.iterdir()) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("module", ["vestigo.training", "vestigo.training.site", "vestigo.training.telling",
                                    "vestigo.training.serving", "vestigo.cli.training", "vestigo.training.writing",
                                    "vestigo.training.chain.ledger"])  # fmt: skip
def test_importing_loads_no_bitcoinlib(module, tmp_path):
    code = f"import sys, {module}; print('bitcoinlib' in sys.modules)"
    assert run_apart(code, tmp_path) == "False"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused(tmp_path, demo):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError) as caught:
        write_range(demo, tmp_path)
    assert caught.value.code == "E-TRA-001"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path, demo):
    path = tmp_path / "range"
    path.write_text("a file")
    with pytest.raises(UsageError, match="E-TRA-001"):
        write_range(demo, path)
    assert path.read_text() == "a file"


def test_an_empty_folder_is_taken(tmp_path, monkeypatch, demo):
    monkeypatch.setattr(writing, "range_files", lambda _world: iter([("a/b.txt", b"x")]))
    assert write_range(demo, tmp_path / "new") == 1
    (tmp_path / "empty").mkdir()
    assert write_range(demo, tmp_path / "empty") == 1
    assert (tmp_path / "empty" / "a" / "b.txt").read_bytes() == b"x"


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, monkeypatch, demo):
    def files(_world):
        yield "a.txt", b"x"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "range_files", files)
    with pytest.raises(UsageError, match=r"E-TRA-003: .*No space left"):
        write_range(demo, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_the_rates_are_a_file_of_daily_prices(folder):
    with (folder / "rates.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert set(rows[0]) == {"date", "currency", "btc_price", "source"}
    assert {row["currency"] for row in rows} == {"EUR", "USD"}
    assert all(Decimal(row["btc_price"]) > 1000 for row in rows)
    assert (rows[0]["date"], rows[-1]["date"]) == ("2024-07-01", "2024-11-19")


def test_the_tagpack_is_a_tagpack(folder):
    pack = yaml.safe_load((folder / "tagpack.yaml").read_text("utf-8"))
    assert {"title", "creator", "tags", "currency", "confidence", "source"} <= set(pack)
    assert all(one["address"].startswith("bcrt1") for one in pack["tags"])


def test_no_file_leaves_the_folder(demo):
    for path, content in range_files(demo):
        assert ".." not in Path(path).parts
        assert not path.startswith("/")
        assert content


def test_the_command_writes_a_world_of_ones_own(tmp_path, monkeypatch):
    demo = (Path(writing.config_root()) / "training" / "worlds" / "demo.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(demo.replace("n = 67", "n = 50"), "utf-8")
    monkeypatch.chdir(tmp_path)
    words = ["range", "--seed", "4", "--behaviour", "mine.toml", "--write", "out", "--json"]
    result = CliRunner().invoke(training, words)
    assert result.exit_code == ExitCode.DONE
    summary = json.loads(result.stdout)
    assert [row["n_listings"] for row in summary["markets"]] == [50]
    document = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))
    assert document["behaviour"] == "mine"
    assert len(document["listings"]) == 50


def test_without_write_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(training, ["range", "--behaviour", "demo", "--json"])
    assert result.exit_code == ExitCode.DONE
    assert json.loads(result.stdout)["written_to"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--seed", "-1"], ["--seed", "x"], ["--port", "70000"], ["--seed", str(2**31)]]
)
def test_a_call_that_is_wrong_is_refused(arguments):
    assert CliRunner().invoke(training, ["range", *arguments]).exit_code == ExitCode.USAGE
