# SPDX-License-Identifier: AGPL-3.0-or-later
"""TagPacks and address lists: every tag read or reported, real labels on real blocks."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ledger.ingest import ingest
from ledger.labels import tagged_addresses
from ledger.tag_export import packs_of, packs_yaml
from ledger.tags import read_tag_file, read_tags
from vestigo.errors import InputError, UsageError
from vestigo.records import Tag

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
PACK = f"""
title: T
creator: C
description: D
currency: BTC
source: https://example.org
confidence: forensic
is_cluster_definer: true
lastmod: 2022-09-06
tags:
- address: {GENESIS}
  label: Genesis
- address: {SEGWIT.upper()}
  label: 1234
  confidence: ownership
  is_cluster_definer: false
  concepts: [a, b]
  abuse: scam
  context: '{{"x": 1}}'
- address: 0x00000000000000000000000000000000000018fe
  currency: ETH
  label: Yes
"""


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = "pack.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def codes(path: Path, network: str = "mainnet") -> list[str]:
    return [problem.code for problem in read_tag_file(path, network).problems]


def test_tags_inherit_what_the_header_says(pack):
    first, second, third = read_tags(pack(PACK), "mainnet")
    assert (first.label, first.tagpack_confidence, first.is_cluster_definer) == (
        "Genesis",
        "forensic",
        True,
    )
    assert (first.lastmod_on, first.source, first.pack_title) == (
        date(2022, 9, 6),
        "https://example.org",
        "T",
    )
    assert (first.pack_creator, first.pack_description, first.network) == ("C", "D", "mainnet")
    assert (second.tagpack_confidence, second.is_cluster_definer) == ("ownership", False)
    assert (second.concepts, second.abuse, second.context) == (("a", "b"), "scam", '{"x": 1}')
    assert (third.network, third.currency) == ("ETH", "ETH")


def test_scalars_stay_as_they_are_written(pack):
    _first, second, third = read_tags(pack(PACK), "mainnet")
    assert second.label == "1234"
    assert third.label == "Yes"
    assert third.address == "0x00000000000000000000000000000000000018fe"


def test_segwit_addresses_are_spelt_one_way(pack):
    assert read_tags(pack(PACK), "mainnet")[1].address == SEGWIT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("Genesis", ""), "E-TAG-003"),
        ((GENESIS, GENESIS[:-1] + "b"), "E-LED-001"),
        ((GENESIS, "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"), "E-LED-002"),
        (("forensic", "certain"), "E-TAG-005"),
        (("abuse: scam", "colour: red"), "E-TAG-006"),
        (("abuse: scam", "abuse: {a: b}"), "E-TAG-003"),
        (("lastmod: 2022-09-06", "lastmod: yesterday"), "E-TAG-003"),
        (("is_cluster_definer: false", "is_cluster_definer: perhaps"), "E-TAG-003"),
        (("creator: C", "colour: red"), "E-TAG-006"),
        ((f"- address: {GENESIS}\n  label: Genesis", "- just words"), "E-TAG-003"),
    ],
)
def test_what_is_wrong_is_reported_and_the_rest_is_read(pack, change: tuple[str, str], code: str):
    path = pack(PACK.replace(*change))
    found = read_tag_file(path, "mainnet")
    assert code in [problem.code for problem in found.problems]
    assert all(str(path) in problem.where for problem in found.problems)
    assert len(found.tags) + len({p.where for p in found.problems}) >= 3
    with pytest.raises(InputError):
        read_tags(path, "mainnet")


@pytest.mark.parametrize(
    "text",
    [
        "", "tags: 5", "[]", "just text", "a: [", "tags:\n- !!python/object/apply:os.system [id]",
        "tags: []\ntags: []", "title: a\n---\ntags: []", "\x00",
    ],
)  # fmt: skip
def test_what_is_not_a_tagpack_is_refused(pack, text: str):
    path = pack(text)
    with pytest.raises(InputError) as caught:
        read_tag_file(path, "mainnet")
    assert caught.value.code == "E-TAG-002"


def test_a_key_that_stands_twice_in_a_tag_is_refused(pack):
    with pytest.raises(InputError):
        read_tags(
            pack(PACK.replace("  label: Genesis", "  label: Genesis\n  label: Other")), "mainnet"
        )


def test_python_objects_are_never_made(pack, tmp_path: Path):
    mark = tmp_path / "made"
    evil = f"tags:\n- address: !!python/object/apply:os.mkdir ['{mark}']\n"
    with pytest.raises(InputError):
        read_tag_file(pack(evil), "mainnet")
    assert not mark.exists()


def test_aliases_that_multiply_are_not_written_out(pack):
    bomb = (
        "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ntags:\n- address: *c\n  label: l\n  source: s\n"
    )
    assert "E-TAG-003" in codes(pack(bomb))


def test_compressed_packs_and_damaged_ones(tmp_path: Path):
    path = tmp_path / "p.yaml.gz"
    path.write_bytes(gzip.compress(PACK.encode()))
    assert len(read_tags(path, "mainnet")) == 3
    path.write_bytes(gzip.compress(PACK.encode())[:-20])
    with pytest.raises(InputError) as caught:
        read_tags(path, "mainnet")
    assert caught.value.code == "E-TAG-002"
    with pytest.raises(UsageError) as missing:
        read_tags(tmp_path / "absent.yaml", "mainnet")
    assert missing.value.code == "E-TAG-001"


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ledger.tags.LARGEST_PACK", 1000)
    path = tmp_path / "p.yaml.gz"
    path.write_bytes(gzip.compress(b" " * 100_000))
    with pytest.raises(InputError) as caught:
        read_tags(path, "mainnet")
    assert caught.value.code == "E-TAG-002"


def test_plain_lists(pack):
    path = pack(
        f"{GENESIS}\n\n  {SEGWIT}\nnot an address\nTUCsTq7T\n", "sanctioned_addresses_XBT.txt"
    )
    found = read_tag_file(path, "mainnet")
    assert [tag.address for tag in found.tags] == [GENESIS, SEGWIT]
    assert [p.code for p in found.problems] == ["E-TAG-004", "E-LED-001"]
    assert [p.where.split()[0] for p in found.problems] == [f"{path}:4", f"{path}:5"]
    other = read_tags(pack("TUCsTq7T\n", "sanctioned_addresses_TRX.txt"), "mainnet")
    assert (other[0].currency, other[0].network) == ("TRX", "TRX")


def same(tag: Tag) -> dict[str, object]:
    return {k: v for k, v in tag.body().items() if k != "pack_sha256"}


def test_what_is_exported_can_be_imported_again(pack):
    tags = read_tags(pack(PACK), "mainnet")
    other = read_tags(
        pack(PACK.replace("title: T", "title: 'Ä: \u202e#'"), "other.yaml"), "mainnet"
    )
    text = packs_yaml(packs_of([*tags, *other]))
    again = read_tags(pack(text, "export.yaml"), "mainnet")
    assert sorted(map(str, map(same, again))) == sorted(map(str, map(same, [*tags, *other])))


@pytest.mark.real
def test_every_tag_of_every_real_pack_is_read_or_reported(real_data: Path):
    counts, problems, currencies = {}, [], Counter[str]()
    for path in sorted((real_data / "labels" / "graphsense").glob("*.y*ml*")):
        found = read_tag_file(path, "mainnet")
        counts[path.name] = len(found.tags) + len(found.problems)
        problems += found.problems
        currencies.update(tag.currency for tag in found.tags)
    assert counts == {
        "etherscan-wordcloud-market.yaml": 246, "hacks.yaml.gz": 608, "hydra.yaml": 117,
        "ofac.yaml.gz": 572, "ransomware.yaml.gz": 7178, "usdt_blacklist.yaml.gz": 774,
        "walletexplorer.yaml.gz": 386,
    }  # fmt: skip
    assert [(p.code, p.where.split()[-1][:4]) for p in problems] == [("E-LED-001", "TUCs")]
    assert currencies["ETH"] == 246 + 774 + 147


@pytest.mark.real
def test_every_line_of_the_real_lists_is_read_or_reported(real_data: Path):
    for path in sorted((real_data / "labels" / "ofac").glob("sanctioned_addresses_*.txt")):
        found = read_tag_file(path, "mainnet")
        lines = [line for line in path.read_text().splitlines() if line.strip()]
        assert len(found.tags) + len(found.problems) == len(lines)
        assert len(found.problems) == (1 if path.stem.endswith("XBT") else 0)


@pytest.mark.real
def test_known_labels_show_up_on_real_transactions(real_data: Path, tmp_path: Path):
    names = [
        "block277647.dat.bz2",
        "block413567.raw",
        "block481829.dat",
        "block227835.dat",
        "block169482.dat",
    ]
    list(ingest(tmp_path, [real_data / "bitcoin" / "blocks" / name for name in names], "mainnet"))
    tags = [
        tag
        for path in sorted((real_data / "labels" / "graphsense").glob("*.y*ml*"))
        for tag in read_tag_file(path, "mainnet").tags
    ]
    found = tagged_addresses(tmp_path, "mainnet", tags)
    labels = {label for labels in found.values() for label in labels}
    assert {"DeepBit.net", "LuckyB.it"} <= labels
    assert tagged_addresses(tmp_path, "mainnet", []) == {}
    assert tagged_addresses(tmp_path, "testnet", tags) == {}


@pytest.mark.parametrize(
    "deep",
    ["a: " + "[" * 50_000, "a: " + "[" * 50_000 + "]" * 50_000, "- " * 50_000 + "x",
     "{a: " * 30_000, "? " * 30_000],
)  # fmt: skip
def test_nesting_that_overflows_the_stack_of_libyaml_is_refused(tmp_path: Path, deep: str):
    """The composer of libyaml's binding recurses in C: this was a segmentation fault."""
    path = tmp_path / "deep.yaml"
    path.write_text(deep)
    with pytest.raises(InputError) as caught:
        read_tag_file(path, "mainnet")
    assert (caught.value.code, caught.value.where) == ("E-TAG-002", f"{path}:1")


def test_aliases_that_multiply_in_a_key_are_refused(tmp_path: Path):
    path = tmp_path / "keys.yaml"
    levels = [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 18)]
    path.write_text("\n".join(["tags:", "  - &a0 [x]", *levels, "? *a17", ": 1", ""]))
    with pytest.raises(InputError) as caught:
        read_tag_file(path, "mainnet")
    assert caught.value.code == "E-TAG-002"


@pytest.mark.parametrize("empty", ["", "# nothing\n", "---\n", "\n\n"])
def test_an_empty_pack_is_a_finding_not_silence(tmp_path: Path, empty: str):
    path = tmp_path / "empty.yaml"
    path.write_text(empty)
    with pytest.raises(InputError) as caught:
        read_tag_file(path, "mainnet")
    assert caught.value.code == "E-TAG-002"
