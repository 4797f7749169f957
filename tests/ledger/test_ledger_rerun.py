# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of a bundle come out the same, byte for byte, from what the bundle carries."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.ingest import ingest_file, ingest_loose
from ledger.parsing.digest import double_sha256
from ledger.store import ChainStore
from ledger.store.columns import BRANCH
from ledger.store.loose import LooseTransaction
from vestigo.cli.app import run as main
from vestigo.evidence.stranger import verify
from vestigo.records import Tag, Trace
from vestigo.store import CaseFolder, RecordLedger

NETWORK = "regtest"
PACK = "title: t\ncreator: c\nsource: s\ncurrency: BTC\nconfidence: ownership\ncategory: exchange\n"


def write_chain(chain, path: Path) -> Path:
    """A vendor whose coins go over two hops into an exchange; later blocks go on."""
    coin = chain.coin("vendor", 100_000)
    second = chain.step([coin], [("hop", 60_000), ("change", 39_000)])
    chain.step([(second, 0)], [("exchange", 59_000)])
    chain.step([(second, 1), chain.coin("change", 7_000)], [("exchange", 40_000)])
    return chain.write(path)


@pytest.fixture
def case(chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Path:
    case, file = tmp_path / "case", write_chain(chain, tmp_path / "blk00000.dat")
    pack = tmp_path / "pack.yaml"
    tag = f"tags:\n  - address: {chain.address('exchange')}\n    label: Exchange\n"
    pack.write_text(PACK + tag, "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long passphrase for tests\n" * 3))
    assert main(["case", "new", str(case), "--title", "t", "--unit", "u"]) == 0
    assert main(["case", "keys", "create", str(case), "--passphrase-stdin"]) == 0
    assert main(["tag", "import", str(case), str(pack), "--network", NETWORK]) == 0
    assert main(["ledger", "ingest", str(case), str(file), "--network", NETWORK]) == 0
    return case


def standing(case: Path, kind: type) -> list:
    with RecordLedger(CaseFolder(case).records) as ledger:
        return list(ledger.of_kind(kind))


def traced(case: Path, *words: str) -> None:
    assert main(["ledger", "trace", str(case), *words, "--network", NETWORK]) in (0, 4)


def built(case: Path, capsys) -> Path:
    assert main(["bundle", "build", str(case), "--passphrase-stdin"]) == 0
    capsys.readouterr()
    return max((case / "bundles").iterdir())


@pytest.fixture
def bundle(case: Path, chain, capsys) -> Path:
    traced(case, "--address", chain.address("vendor"))
    return built(case, capsys)


def rerun(capsys, bundle: Path, *words: str) -> tuple[int, dict]:
    code = main(["ledger", "rerun", str(bundle), "--json", *words])
    out = capsys.readouterr().out
    return code, {row["kind"]: row for row in json.loads(out)["kinds"]} if out else {}


def test_what_a_bundle_carries_gives_its_records_again(bundle: Path, capsys, tmp_path: Path):
    code, kinds = rerun(capsys, bundle)
    assert code == 0
    assert {name: row["same"] > 0 for name, row in kinds.items()} == {
        "trace": True, "cluster": False, "cash_out_point": True,
    }  # fmt: skip
    code, kinds = rerun(capsys, bundle, "--at-height", "3")
    assert code == 3
    assert kinds["trace"]["only_in_bundle"]
    chain = next((bundle / "data" / "ledger" / "chain").iterdir())
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    content = bytearray((copy / chain.relative_to(bundle)).read_bytes())
    content[-30] ^= 1
    (copy / chain.relative_to(bundle)).write_bytes(content)
    assert main(["ledger", "rerun", str(copy)]) == 4
    assert "E-LED-012" in capsys.readouterr().err
    assert verify.main([str(copy)]) != 0
    shutil.rmtree(copy / "data" / "ledger" / "chain")
    capsys.readouterr()
    assert main(["ledger", "rerun", str(copy)]) == 4
    assert "E-LED-075" in capsys.readouterr().err


def kept(bundle: Path, kind: str) -> list[dict]:
    path = bundle / "data" / "ledger" / f"{kind}.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()]


ELSEWHERE = {"TZ": "Pacific/Chatham", "PYTHONHASHSEED": "4711", "LC_ALL": "C", "LANGUAGE": "fr"}


def test_a_trace_at_a_height_comes_out_byte_by_byte_on_another_machine(
    case: Path, chain, capsys, tmp_path: Path
):
    """Own settings, an output that a person entered, and no case: the bundle says it all."""
    with (case / "case.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[settings.ledger]\naccounting = "lifo"\ndust_sat = 600\n')
    exhibit = standing(case, Tag)[0].record_id
    first = double_sha256(chain.blocks[0][81:])[::-1].hex()
    entered = ["--reason", "named in a seized note", "--exhibit", exhibit]
    traced(case, "--output", f"{first.upper()}:0", *entered, "--at-height", "2")
    traced(case, "--address", chain.address("change"), "--at-height", "4")
    bundle = built(case, capsys)
    assert {one["at_height"] for one in kept(bundle, "trace")} == {2, 4}
    away = tmp_path / "away"
    shutil.copytree(bundle, away / "bundle")
    shutil.rmtree(case)
    (away / "home").mkdir()
    words = [sys.executable, "-m", "vestigo", "ledger", "rerun", "bundle", "--write", "made"]
    environment = {**os.environ, **ELSEWHERE, "HOME": str(away / "home")}
    ended = subprocess.run(words, cwd=away, env=environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    for kind in ("trace", "cash_out_point", "cluster"):
        path = away / "bundle" / "data" / "ledger" / f"{kind}.jsonl"
        carried = path.read_bytes() if path.is_file() else b""
        assert (away / "made" / f"{kind}.jsonl").read_bytes() == carried
    assert main(["ledger", "rerun", str(away / "bundle"), "--write", str(away / "made")]) == 2
    assert "E-LED-077" in capsys.readouterr().err


def test_what_a_later_analysis_took_back_is_not_missed(case: Path, chain, capsys):
    vendor = ["--address", chain.address("vendor")]
    traced(case, *vendor, "--at-height", "3")
    traced(case, *vendor)
    bundle = built(case, capsys)
    assert sorted({one["at_height"] for one in kept(bundle, "trace")}) == [3, 5]
    code, kinds = rerun(capsys, bundle)
    assert (code, kinds["trace"]["only_made_now"]) == (0, [])
    assert kinds["trace"]["same"] == sum(one["at_height"] == 5 for one in kept(bundle, "trace"))


def test_settings_that_nothing_gives_are_told(bundle: Path, capsys, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    path = copy / "data" / "ledger" / "trace.jsonl"
    named = kept(bundle, "trace")[0]["method"]["settings_sha256"]
    path.write_bytes(path.read_bytes().replace(named.encode(), b"ab" * 32))
    assert main(["ledger", "rerun", str(copy)]) == 4
    told = capsys.readouterr().err
    assert "E-LED-076" in told
    assert "ab" * 32 in told
    settings = tmp_path / "case.toml"
    settings.write_text("[settings.ledger]\ndust_sat = 600\n", "utf-8")
    assert main(["ledger", "rerun", str(copy), "--settings", str(settings)]) == 3


def test_an_analysis_of_an_output_takes_back_its_own_traces_and_no_others(
    case: Path, chain, capsys
):
    exhibit = standing(case, Tag)[0].record_id
    first = double_sha256(chain.blocks[0][81:])[::-1].hex()
    output = ["--output", f"{first}:0", "--reason", "r", "--exhibit", exhibit]
    vendor = ["--address", chain.address("vendor")]

    def traces() -> set[str]:
        return {one.record_id for one in standing(case, Trace)}

    traced(case, *vendor)
    by_address = traces()
    traced(case, *output, "--at-height", "2")
    at_two = traces() - by_address
    assert at_two
    traced(case, *vendor)
    assert traces() == by_address | at_two
    traced(case, *output)
    assert by_address <= traces()
    assert not at_two & traces()


def test_order_and_files_in_which_blocks_came_change_nothing(chain, tmp_path: Path):
    whole = write_chain(chain, tmp_path / "all.dat")
    ingest_file(tmp_path / "a", whole, NETWORK)
    for n, raw in enumerate(reversed(chain.blocks)):
        (tmp_path / f"{n}.blk").write_bytes(raw)
        ingest_file(tmp_path / "b", tmp_path / f"{n}.blk", NETWORK)
    with ChainStore(tmp_path / "a", NETWORK) as a, ChainStore(tmp_path / "b", NETWORK) as b:
        for name in ("transactions", "inputs", "outputs", "scripts", "missing"):
            left, right = a.tables[name], b.tables[name]
            assert left.drop_columns(["block"] if "block" in left.column_names else []).equals(
                right.drop_columns(["block"] if "block" in right.column_names else [])
            )


def test_the_chain_at_a_height_is_the_chain_that_ended_there(chain, tmp_path: Path):
    whole = write_chain(chain, tmp_path / "all.dat")
    ingest_file(tmp_path / "a", whole, NETWORK)
    chain.blocks = chain.blocks[:2]
    ingest_file(tmp_path / "b", chain.write(tmp_path / "two.dat"), NETWORK)
    at = ChainStore(tmp_path / "a", NETWORK, at_height=2)
    with at, ChainStore(tmp_path / "b", NETWORK) as b:
        assert list(at.index.txids) == list(b.index.txids)
        assert at.index.spender.tolist() == b.index.spender.tolist()
        raws = [at.stored(tx).raw for tx in range(len(at.index.txids))]
        assert raws == [b.stored(tx).raw for tx in range(len(b.index.txids))]


def test_loose_transactions_survive_their_lines(chain, tmp_path: Path):
    from ledger.store.loose import loose_lines, parse_loose

    ingest_file(tmp_path / "a", write_chain(chain, tmp_path / "all.dat"), NETWORK)
    with ChainStore(tmp_path / "a", NETWORK) as store:
        loose = [
            LooseTransaction(
                one.scan.txid, one.raw, int(one.mined_at.timestamp()), one.height, BRANCH,
                one.header, one.position,
                tuple(bytes.fromhex(node)[::-1] for node in one.merkle_branch),
            )
            for one in map(store.stored, range(len(store.index.txids)))
        ]  # fmt: skip
        assert parse_loose(loose_lines(loose, NETWORK)) == loose
        ingest_loose(tmp_path / "b", loose[::-1], NETWORK, "x")
        with ChainStore(tmp_path / "b", NETWORK) as other:
            assert list(other.index.txids) == list(store.index.txids)
            assert other.index.spender.tolist() == store.index.spender.tolist()
