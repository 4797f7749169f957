# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behaviour files: every key has a range and a default, whatever else is in a file is refused."""

import re
from pathlib import Path

import pytest

from vestigo import i18n
from vestigo.errors import ConfigurationError
from vestigo.training.behaviour import (
    LANGUAGES,
    Behaviour,
    MarketSection,
    load_behaviour,
    world_names,
)
from vestigo.training.behaviour.keys import key_of, keys_of
from vestigo.training.behaviour.reading import MOST_GOODS_BYTES, SECTIONS
from vestigo.training.behaviour.writing import _value, behaviour_sha256, behaviour_toml

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "behaviour.md"
EVERY = {**SECTIONS, "market": MarketSection}
KEYS = [(name, key) for name, section in EVERY.items() for key in keys_of(section)]


@pytest.fixture
def written(tmp_path):
    """Give a function that loads a text as a behaviour file."""

    def load(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return load_behaviour(str(path))

    return load


def refused(written, text):
    with pytest.raises(ConfigurationError) as caught:
        written(text)
    return caught.value


def header(section):
    return "[[market]]" if section == "market" else f"[{section}]"


def declared(section, key):
    return key_of(keys_of(EVERY[section])[key])


def test_every_shipped_world_loads():
    assert world_names() == ["demo", "doorways", "full"]
    for name in world_names():
        behaviour = load_behaviour(name)
        assert behaviour.name == name
        assert behaviour.goods_files


def test_the_full_world_is_as_large_as_it_has_to_be():
    behaviour = load_behaviour("full")
    kinds = [one.kind for one in behaviour.markets]
    assert sorted(kinds) == ["dark_market", "dark_market", "shop"]
    layouts = {one.layout for one in behaviour.markets} | {
        one.redesign_layout for one in behaviour.markets
    }
    assert layouts - {""} == {"table", "cards", "forum", "minimal"}
    assert (behaviour.vendors.n, behaviour.vendors.n_on_both, behaviour.listings.n) == (40, 8, 400)
    assert {name for name, weight in behaviour.world.languages if weight} == set(LANGUAGES)
    assert behaviour.world.passes == 3


def test_an_empty_file_is_the_full_world(written):
    mine, full = written(""), load_behaviour("full")
    assert (mine.markets, mine.vendors, mine.ledger) == (full.markets, full.vendors, full.ledger)


@pytest.mark.parametrize(("section", "key"), [one for one in KEYS if one[0] != "market"])
def test_every_default_may_be_written_down(section, key, written):
    default = keys_of(EVERY[section])[key].default
    line = f"{key} = {_value(declared(section, key).kind, default)}"
    behaviour = written(f"{header(section)}\n{line}\n")
    assert getattr(getattr(behaviour, section), key) == default


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_a_value_of_another_type_is_refused(section, key, written):
    for wrong in ("1.5", "2024-01-01", "[[1]]", "{ a = 1.5 }"):
        error = refused(written, f"{header(section)}\n{key} = {wrong}\n")
        assert error.code in ("E-TRA-011", "E-TRA-010")
        assert str(declared(section, key).allowed)[:6] in error.remedy or error.code == "E-TRA-010"


@pytest.mark.parametrize(
    ("section", "key"), [one for one in KEYS if declared(*one).kind == "whole"]
)
def test_a_number_beyond_its_range_is_refused_with_the_range(section, key, written):
    declared_key = declared(section, key)
    for wrong in (declared_key.low - 1, declared_key.high + 1):
        error = refused(written, f"{header(section)}\n{key} = {wrong}\n")
        assert error.code == "E-TRA-012"
        assert str(wrong) in error.what
        assert error.remedy == f"Allowed: {declared_key.low} to {declared_key.high}."


def test_a_switch_is_no_number_and_a_number_no_switch(written):
    assert refused(written, "[vendors]\nn = true\n").code == "E-TRA-011"
    assert refused(written, "[vendors]\nattacker = 1\n").code == "E-TRA-011"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[wrold]\n", "world"), ("[world]\npases = 3\n", "passes"),
        ("[[market]]\nlayuot = 'table'\n", "layout"), ("[ledger]\nbystander = 5\n", "bystanders"),
        ("[world]\nlanguages = { it = 1 }\n", "nl"), ("seed = 4\n", "vendors"),
        ("passes = 2\n", "[world] passes"), ("captcha = 'none'\n", "[[market]] captcha"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_refused_with_the_nearest(text, near, written):
    error = refused(written, text)
    assert error.code == "E-TRA-010"
    assert error.what.endswith("”.")
    assert "nearest known key is “" in error.what
    if near not in ("nl", "vendors"):
        assert f"“{near}”" in error.what


@pytest.mark.parametrize(
    "text",
    [
        "[[market]]\nkey = 'Upper'\n", "[[market]]\nkey = '../x'\n", "[[market]]\nkey = ''\n",
        "[[market]]\nname = '   '\n", "[[market]]\nname = 'a\\u001bb'\n".replace("'", '"'),
        f"[[market]]\nname = '{'x' * 81}'\n", "[[market]]\nlayout = 'cubist'\n",
        "[world]\nlanguages = { en = 0 }\n", "[world]\nlanguages = { en = 101 }\n", "[world]\nlanguages = {}\n",
        "[world]\ngoods = []\n", "[world]\ngoods = ['goods-en.toml', 'goods-en.toml']\n",
        "[world]\ngoods = ['../../etc/passwd']\n", "[world]\ngoods = ['/etc/goods.toml']\n",
        "[world]\ngoods = ['behaviour.toml']\n",
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed_is_refused(text, written):
    error = refused(written, text)
    assert error.code == "E-TRA-012"
    assert error.remedy.startswith("Allowed: ")


@pytest.mark.parametrize("text", ["market = 1\n", "market = []\n", "[market]\nkey = 'a'\n", "world = 3\n",
                                  "market = [1]\n"])  # fmt: skip
def test_a_section_that_is_no_table_is_refused(text, written):
    assert refused(written, text).code == "E-TRA-011"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"a = ", b"a = " + b"[" * 5_000, b"[world]\n[world]\n"]
)
def test_bytes_that_are_no_toml_are_refused(content, tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="E-CFG-002"):
        load_behaviour(str(path))


@pytest.mark.parametrize("name", ["no/such/file.toml", "x" * 300 + ".toml", "no/folder"])
def test_a_file_that_cannot_be_read_is_named(name):
    with pytest.raises(ConfigurationError, match="E-CFG-001"):
        load_behaviour(name)


def test_an_unknown_world_is_refused_with_the_nearest():
    with pytest.raises(ConfigurationError, match=r"“ful”.*“full”") as caught:
        load_behaviour("ful")
    assert caught.value.code == "E-TRA-014"
    assert "demo, doorways, full" in caught.value.remedy


def test_goods_that_are_not_there_are_named(written):
    error = refused(written, "[world]\ngoods = ['goods-mine.toml']\n")
    assert error.code == "E-TRA-015"
    assert "goods-mine.toml" in error.where


def test_goods_beyond_measure_are_not_read(written, tmp_path):
    (tmp_path / "goods-mine.toml").write_bytes(b"#" * (MOST_GOODS_BYTES + 1))
    assert refused(written, "[world]\ngoods = ['goods-mine.toml']\n").code == "E-TRA-015"


def test_the_file_that_is_written_makes_the_same_behaviour(tmp_path):
    for name in world_names():
        behaviour = load_behaviour(name)
        path = tmp_path / f"{name}.toml"
        path.write_text(behaviour_toml(behaviour), "utf-8")
        assert load_behaviour(str(path)) == behaviour


def test_the_digest_covers_keys_and_goods(written, tmp_path):
    (tmp_path / "goods-mine.toml").write_bytes(b"# one\n")
    text = "[world]\ngoods = ['goods-mine.toml']\n"
    digests = {behaviour_sha256(written(text)), behaviour_sha256(written(text + "passes = 2\n"))}
    (tmp_path / "goods-mine.toml").write_bytes(b"# two\n")
    digests.add(behaviour_sha256(written(text)))
    assert len(digests) == 3


def test_every_key_is_documented_with_default_range_and_sentence():
    text = DOCUMENT.read_text("utf-8")
    for section, key in KEYS:
        one = declared(section, key)
        default = _value(one.kind, keys_of(EVERY[section])[key].default)
        row = f"| `{key}` | `{default}` | {one.allowed} | {one.says} |"
        part = text.partition(f"## `{header(section)}`")[2].partition("\n## ")[0]
        assert row in part, (section, key)


def test_no_key_is_documented_that_does_not_exist():
    text = DOCUMENT.read_text("utf-8")
    for name, section in EVERY.items():
        part = text.partition(f"## `{header(name)}`")[2].partition("\n## ")[0]
        named = re.findall(r"^\| `([a-z0-9_]+)` \|", part, re.MULTILINE)
        assert set(named) == set(keys_of(section))


def test_every_code_is_documented():
    text = (DOCUMENT.parents[1] / "errors" / "training.md").read_text("utf-8")
    for number in range(10, 18):
        assert f"| E-TRA-{number:03d} |" in text


def test_a_refusal_speaks_spanish(written):
    i18n.activate("es")
    assert refused(written, "[world]\npasses = 9\n").remedy == "Permitido: de 1 a 6."


def test_a_behaviour_has_every_section():
    assert {*SECTIONS} <= set(Behaviour.__dataclass_fields__)
