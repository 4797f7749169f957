# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range as files: whole or not at all, the same each time, nothing beside them."""

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

from vestigo import i18n
from vestigo.cli.training import training
from vestigo.errors import ExitCode, UsageError
from vestigo.training import writing
from vestigo.training.writing import page_name, range_files, write_range

PINNED = "85910b76101157c9f6383308d4a237c5c8bf74853d60cb4b907b5aebeef200fd"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The range of seed 1 as files."""
    path = tmp_path_factory.mktemp("range") / "one"
    write_range(1, path)
    return path


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def run_apart(code, home, **environment):
    """Run Python code in a process of its own with an empty home folder."""
    clean = {k: v for k, v in os.environ.items() if k not in ("BCL_DATA_DIR", "XDG_CONFIG_HOME")}
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | {"HOME": str(home)} | environment,
        capture_output=True, text=True, check=True, cwd=home, timeout=120,
    ).stdout.strip()  # fmt: skip


def test_everything_is_written(folder, story):
    assert sorted(path.name for path in folder.iterdir()) == [
        "access.toml", "blocks", "keys", "pages", "rates.csv", "tagpack.yaml", "truth.json",
    ]  # fmt: skip
    assert [path.name for path in (folder / "blocks").iterdir()] == ["blk00000.dat"]
    assert {path.stem for path in (folder / "keys").iterdir()} == {
        one.handle for one in story.vendors
    }
    assert {path.stem for path in (folder / "pages" / "listing").iterdir()} >= {
        one.key for one in story.listings
    }


def test_another_process_writes_the_same_bytes(folder, tmp_path):
    code = (
        "from pathlib import Path; from vestigo.training.writing import write_range;"
        "write_range(1, Path('again'))"
    )
    run_apart(code, tmp_path, PYTHONHASHSEED="77", TZ="Asia/Kathmandu", VESTIGO_LANG="es")
    assert digests(tmp_path / "again") == digests(folder)


def test_making_a_range_leaves_nothing_in_the_home_folder(tmp_path):
    temporary = tmp_path / "tmp"
    home = tmp_path / "home"
    temporary.mkdir()
    home.mkdir()
    code = (
        "from vestigo.training.chain.economy import make_ledger; print(len(make_ledger(3).blocks))"
    )
    assert int(run_apart(code, home, TMPDIR=str(temporary))) > 200
    assert list(home.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_a_folder_that_was_named_for_bitcoinlib_is_kept(tmp_path):
    code = "from vestigo.training.chain.economy import make_ledger; make_ledger(3)"
    run_apart(code, tmp_path, BCL_DATA_DIR=str(tmp_path / "case" / "bcl"))
    assert (tmp_path / "case" / "bcl").is_dir()
    assert not (tmp_path / ".bitcoinlib").exists()


@pytest.mark.parametrize("module", ["vestigo.training", "vestigo.training.site_story", "vestigo.training.telling",
                                    "vestigo.training.serving", "vestigo.cli.training",
                                    "vestigo.training.writing", "vestigo.training.chain.economy"])  # fmt: skip
def test_importing_loads_no_bitcoinlib(module, tmp_path):
    code = f"import sys, {module}; print('bitcoinlib' in sys.modules)"
    assert run_apart(code, tmp_path) == "False"
    assert list(tmp_path.iterdir()) == []


def test_serving_needs_no_bitcoinlib(tmp_path):
    code = (
        "import sys; from vestigo.training.site_story import Site; from vestigo.training.telling import tell_story;"
        "s = Site(tell_story(1)); s.answer('GET', '/', s.session_cookie(), b'');"
        "print('bitcoinlib' in sys.modules)"
    )
    assert run_apart(code, tmp_path) == "False"


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError) as caught:
        write_range(1, tmp_path)
    assert caught.value.code == "E-TRA-001"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    path = tmp_path / "range"
    path.write_text("a file")
    with pytest.raises(UsageError, match="E-TRA-001"):
        write_range(1, path)
    assert path.read_text() == "a file"


def test_an_empty_folder_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "range_files", lambda _seed: iter([("a/b.txt", b"x")]))
    assert write_range(1, tmp_path / "new") == 1
    (tmp_path / "empty").mkdir()
    assert write_range(1, tmp_path / "empty") == 1
    assert (tmp_path / "empty" / "a" / "b.txt").read_bytes() == b"x"


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, monkeypatch):
    def files(_seed):
        yield "a.txt", b"x"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "range_files", files)
    with pytest.raises(UsageError, match=r"E-TRA-003: .*No space left"):
        write_range(1, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_the_truth_is_what_was_agreed(folder):
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert truth["format"] == "vestigo.range.truth.v1"
    assert truth["seed"] == 1
    assert {"handle", "addresses", "pgp_fingerprint"} <= set(truth["vendors"][0])
    assert {"key", "vendor", "title", "language", "substances", "offers", "price"} <= set(
        truth["listings"][0]
    )
    assert set(truth["listings"][0]["price"]) == {"amount", "currency"}
    assert set(truth["published_addresses"][0]) == {"address", "vendor", "where"}
    assert set(truth["cash_outs"][0]) == {
        "vendor", "start_address", "address", "service", "txid", "vout", "value_sat", "behind_mix",
    }  # fmt: skip
    assert all(isinstance(txid, str) for txid in truth["mixes"])


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
    assert len(pack["tags"]) == 6
    assert all(one["address"].startswith("bcrt1q") for one in pack["tags"])


def test_the_log_in_is_a_file(folder, story):
    access = tomllib.loads((folder / "access.toml").read_text("utf-8"))
    assert access == {"account": story.account, "password": story.password}


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/", "index.html"), ("/login", "login.html"), ("/listing/abc", "listing/abc.html"),
        ("/image/abc.png", "image/abc.png"), ("/category/drugs?page=2", "category/drugs~page=2.html"),
        ("/vendor/Mr.Quill", "vendor/Mr.Quill.html"),
    ],
)  # fmt: skip
def test_pages_have_the_name_of_their_address(target, name):
    assert page_name(target) == name


def test_no_file_leaves_the_folder():
    for name, content in range_files(1):
        assert ".." not in Path(name).parts
        assert not name.startswith("/")
        assert content


def test_without_write_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(training, ["range", "--seed", "1", "--json"])
    assert result.exit_code == ExitCode.DONE
    summary = json.loads(result.stdout)
    assert summary["written_to"] is None
    assert (summary["n_vendors"], summary["n_listings"]) == (14, 67)
    assert list(tmp_path.iterdir()) == []


def test_the_summary_speaks_spanish(world):
    i18n.activate("es")
    result = CliRunner().invoke(training, ["range", "--seed", "1"])
    assert result.output.splitlines()[0] == "Campo de prácticas 1: Candil Market"
    assert "14 vendedores, 67 anuncios" in result.output


def test_the_command_writes_and_says_where(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "range_files", lambda _seed: iter([("a.txt", b"x")]))
    result = CliRunner().invoke(
        training, ["range", "--seed", "1", "--write", str(tmp_path / "out")]
    )
    assert f"Written to {tmp_path / 'out'}." in result.output
    assert (tmp_path / "out" / "a.txt").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seed", "-1"],
        ["--seed", "x"],
        ["--seed", "1", "--port", "70000"],
        ["--seed", str(2**31)],
    ],
)
def test_a_call_that_is_wrong_is_refused(arguments):
    assert CliRunner().invoke(training, ["range", *arguments]).exit_code == ExitCode.USAGE


def test_the_range_of_seed_one_is_the_same_on_every_machine(folder):
    """Pinned: whoever changes the range on purpose writes down the new digest."""
    listing = "".join(f"{digest}  {name}\n" for name, digest in digests(folder).items())
    assert hashlib.sha256(listing.encode()).hexdigest() == PINNED
