# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands as a person types them: output, files left, exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vestigo.cli.app import run
from vestigo.evidence.custody import CustodyLog
from vestigo.records import (
    Block,
    CashOutPoint,
    Method,
    Retraction,
    Selector,
    Tag,
    Trace,
    probability,
)
from vestigo.store import CaseFolder, RecordLedger

BLOCK_KEYS = [
    "path", "hash", "time", "merkle_root", "merkle_ok", "pow_ok", "n_tx", "n_in", "n_out",
    "sum_out_sat", "weight", "offset",
]  # fmt: skip


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case"
    CaseFolder.create(path, title="T", unit="U")
    return path


@pytest.fixture
def world(chain, tmp_path: Path) -> Path:
    """v pays a deposit address that is swept into hot; v and w spend together."""
    first = chain.step(
        [chain.coin("v", 10_000), chain.coin("w", 5_000)], [("d", 9_000), ("c", 5_900)]
    )
    chain.step([(first, 0)], [("hot", 8_900)], hours=20)
    return chain.write(tmp_path / "blk00000.dat")


def pack(chain, tmp_path: Path) -> Path:
    path = tmp_path / "pack.yaml"
    path.write_text(
        "title: P\ncreator: C\ncurrency: BTC\nsource: s\ncategory: exchange\nconfidence: service_data\n"
        f"tags:\n- address: {chain.address('hot')}\n  label: Exchange A\n"
    )
    return path


def records(case: Path, kind):
    with RecordLedger(CaseFolder(case).records) as ledger:
        return list(ledger.of_kind(kind))


def json_of(capsys: pytest.CaptureFixture[str]):
    return json.loads(capsys.readouterr().out)


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_inspect_prints_one_line_a_block(chain, world: Path, capsys):
    assert run(["ledger", "inspect", str(world), "--jsonl"]) == 0
    rows = lines_of(capsys)
    assert [list(row) for row in rows] == [BLOCK_KEYS] * 4
    assert rows[0]["path"] == str(world)
    assert rows[0]["offset"] == 8
    assert rows[0]["time"] == "2023-11-14T23:13:20Z"
    assert [row["n_in"] for row in rows] == [1, 1, 3, 2]
    assert rows[2]["sum_out_sat"] == 5_000_000_000 + 14_900


def test_inspect_goes_on_after_a_file_without_a_block(world: Path, tmp_path: Path, capsys):
    junk = tmp_path / "junk.dat"
    junk.write_bytes(b"no block here")
    assert (
        run(["ledger", "inspect", str(junk), str(world), str(tmp_path / "absent"), "--jsonl"]) == 4
    )
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 4
    assert f"{junk}:" in captured.err
    assert "E-LED-013" in captured.err


def test_inspect_reports_a_wrong_merkle_root(world: Path, tmp_path: Path, capsys):
    content = bytearray(world.read_bytes())
    content[8 + 40] ^= 1
    bad = tmp_path / "bad.dat"
    bad.write_bytes(content)
    assert run(["ledger", "inspect", str(bad), "--jsonl"]) == 4
    assert [row["merkle_ok"] for row in lines_of(capsys)] == [False, True, True, True]
    assert run(["ledger", "inspect", str(bad)]) == 4
    assert "MERKLE ROOT WRONG" in capsys.readouterr().out


def test_inspect_by_transaction(chain, world: Path, capsys):
    assert run(["ledger", "inspect", str(world), "--jsonl", "--tx"]) == 0
    rows = lines_of(capsys)
    assert len(rows) == 6
    assert rows[0]["inputs"][0]["coinbase"] == "03010000"
    payment = rows[3]
    assert [item["address"] for item in payment["inputs"]] == [
        chain.address("v"),
        chain.address("w"),
    ]
    assert [item["value_sat"] for item in payment["inputs"]] == [10_000, 5_000]
    assert payment["outputs"][0] == {
        "n": 0, "value_sat": 9_000, "kind": "p2wpkh", "address": chain.address("d"),
        "script": payment["outputs"][0]["script"],
    }  # fmt: skip
    assert run(["ledger", "inspect", str(world), "--tx"]) == 0
    assert "2 inputs, 2 outputs" in capsys.readouterr().out


@pytest.mark.real
def test_inspect_of_every_real_file(real_data: Path, capsys):
    files = sorted((real_data / "bitcoin" / "blocks").iterdir())
    assert run(["ledger", "inspect", *map(str, files), "--jsonl"]) == 4
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert len(rows) == 266
    assert all(row["merkle_ok"] for row in rows)
    assert "utxostore" in captured.err
    by_hash = {row["hash"]: row for row in rows}
    segwit = by_hash["000000000000000000917cba69f69b758fe396c8e30ae97bbcf08c4eb975e726"]
    assert (segwit["n_tx"], segwit["weight"], segwit["offset"]) == (2020, 3_993_164, 0)
    genesis = by_hash["000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"]
    assert (genesis["time"], genesis["sum_out_sat"]) == ("2009-01-03T18:15:05Z", 5_000_000_000)


def test_ingest_records_blocks_and_logs_it(case: Path, world: Path, capsys):
    words = ["ledger", "ingest", str(case), str(world), "--network", "regtest", "--json"]
    assert run(words) == 0
    first = json_of(capsys)
    assert (first["blocks"], first["transactions"], first["problems"]) == (4, 6, [])
    assert len(records(case, Block)) == 4
    assert run(words) == 0
    assert json_of(capsys)["blocks"] == 0
    assert len(records(case, Block)) == 4
    log = CustodyLog(CaseFolder(case).custody, "x", clock=lambda: None)
    assert "block file ingested" in {event.reason for event in log.events()}


def test_ingest_of_a_corrupted_file_goes_on_with_the_others(
    case: Path, world: Path, tmp_path: Path, capsys
):
    bad = tmp_path / "bad.dat"
    bad.write_bytes(world.read_bytes()[:-1])
    words = ["ledger", "ingest", str(case), str(bad), str(world), "--network", "regtest"]
    assert run([*words, "--json"]) == 4
    summary = json_of(capsys)
    assert summary["blocks"] == 4
    assert summary["problems"][0]["where"].startswith(f"{bad}:")
    assert {block.source_name for block in records(case, Block)} == {"blk00000.dat"}
    assert run(words) == 4
    assert "0 new blocks" in capsys.readouterr().out


def test_ingest_says_which_labels_are_on_the_chain(
    chain, case: Path, world: Path, tmp_path: Path, capsys
):
    run(["tag", "import", str(case), str(pack(chain, tmp_path)), "--network", "regtest"])
    capsys.readouterr()
    assert run(["ledger", "ingest", str(case), str(world), "--network", "regtest", "--json"]) == 0
    summary = json_of(capsys)
    assert (summary["tagged_addresses"], summary["labels"]) == (1, ["Exchange A"])


def test_ingest_without_a_case_is_a_usage_error(tmp_path: Path, world: Path, capsys):
    assert run(["ledger", "ingest", str(tmp_path / "none"), str(world)]) == 2
    assert "E-STO-003" in capsys.readouterr().err


def selector(address: str, party: str = "vendor") -> Selector:
    return Selector(
        subject="s", selector_kind="btc", value=address, checksum_ok=True, party=party,
        field="description", span=None, sources=("aa" * 32,), observed_at=None,
        method=Method(rule="test.v1", settings_sha256="00" * 32), confidence=probability("1"),
    )  # fmt: skip


@pytest.fixture
def prepared(chain, case: Path, world: Path, tmp_path: Path) -> Path:
    assert (
        run(["tag", "import", str(case), str(pack(chain, tmp_path)), "--network", "regtest"]) == 0
    )
    assert run(["ledger", "ingest", str(case), str(world), "--network", "regtest"]) == 0
    return case


def test_trace_begins_where_vendors_say(chain, prepared: Path, capsys):
    own = selector(chain.address("v"))
    with RecordLedger(CaseFolder(prepared).records) as ledger:
        ledger.append([own, selector(chain.address("d"), party="third")])
    capsys.readouterr()
    assert run(["ledger", "trace", str(prepared), "--network", "regtest", "--json"]) == 0
    summary = json_of(capsys)
    assert (summary["starts"], summary["stop_reasons"]) == (
        1,
        {"deposit_candidate": 1, "unspent": 1},
    )
    (point,) = summary["cash_outs"]
    assert (point["address"], point["service"]) == (chain.address("d"), "Exchange A")
    assert all(own.record_id in trace.sources for trace in records(prepared, Trace))
    n_records = sum(1 for kind in (Trace, CashOutPoint) for _record in records(prepared, kind))
    assert run(["ledger", "trace", str(prepared), "--network", "regtest"]) == 0
    assert "Exchange A: 1 cash-out candidate" in capsys.readouterr().out
    assert n_records == sum(1 for kind in (Trace, CashOutPoint) for _r in records(prepared, kind))
    assert records(prepared, Retraction) == []
    assert run(["ledger", "cashouts", str(prepared), "--json"]) == 0
    assert [item["id"] for item in json_of(capsys)["cash_outs"]] == [point["id"]]
    assert run(["ledger", "cashouts", str(prepared)]) == 0
    assert point["txid"] in capsys.readouterr().out


def test_a_later_analysis_takes_back_what_no_longer_holds(
    chain, prepared: Path, tmp_path: Path, capsys
):
    words = [
        "ledger",
        "trace",
        str(prepared),
        "--network",
        "regtest",
        "--address",
        chain.address("c"),
    ]
    assert run(words) == 0
    (before,) = records(prepared, Trace)
    assert before.stop_reason == "unspent"
    start = chain.values and next(t for t in chain.values if chain.values[t] == 5_900)
    chain.step([start], [("hot", 5_800)])
    path = chain.write(tmp_path / "more.dat")
    assert run(["ledger", "ingest", str(prepared), str(path), "--network", "regtest"]) == 0
    assert run(words) == 0
    (after,) = records(prepared, Trace)
    assert after.stop_reason == "tagged_service"
    assert [item.retracts for item in records(prepared, Retraction)] == [before.record_id]


def test_trace_with_a_wrong_address_reports_it(prepared: Path, capsys):
    assert run(["ledger", "trace", str(prepared), "--address", "nonsense", "--json"]) == 4
    captured = capsys.readouterr()
    assert json.loads(captured.out)["problems"][0]["code"] == "E-LED-001"


def test_why_and_cluster(chain, prepared: Path, capsys):
    v, w, d = (chain.address(name) for name in ("v", "w", "d"))
    capsys.readouterr()
    assert run(["ledger", "why", str(prepared), v, w, "--network", "regtest", "--json"]) == 0
    answer = json_of(capsys)
    assert answer["joined"] is True
    assert {answer["joins"][0]["address_a"], answer["joins"][0]["address_b"]} == {v, w}
    assert run(["ledger", "why", str(prepared), v, w, "--network", "regtest"]) == 0
    assert "spends from" in capsys.readouterr().out
    assert run(["ledger", "why", str(prepared), v, d, "--network", "regtest"]) == 4
    assert "Nothing joins" in capsys.readouterr().out
    assert run(["ledger", "cluster", str(prepared), v, "--network", "regtest", "--json"]) == 0
    assert json_of(capsys)["addresses"] == sorted([v, w])
    assert (
        run(["ledger", "cluster", str(prepared), chain.address("hot"), "--network", "regtest"]) == 0
    )
    assert "Service: Exchange A" in capsys.readouterr().out
    nobody = chain.address("nobody")
    assert run(["ledger", "cluster", str(prepared), nobody, "--network", "regtest"]) == 4
    assert "E-LED-021" in capsys.readouterr().err


LINE = '{"txid":"%s","time":0,"vin":[["aa",0,9,"51"]],"vout":[[1,"51"]]}'


def test_classify_prints_a_line_for_each_line(tmp_path: Path, monkeypatch, capsys):
    text = "\n".join([LINE % "a", "broken", LINE % "b"])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert run(["ledger", "classify", "--jsonl"]) == 4
    assert [row["txid"] for row in lines_of(capsys)] == ["a", None, "b"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((LINE % "c").encode())))
    assert run(["ledger", "classify", "--jsonl", "-"]) == 0
    assert [row["txid"] for row in lines_of(capsys)] == ["c"]
    path = tmp_path / "lines.jsonl"
    path.write_text(LINE % "a" + "\n")
    assert run(["ledger", "classify", "--jsonl", str(path)]) == 0
    assert lines_of(capsys) == [
        {"txid": "a", "class": "none", "rule": "ledger.no_class.v1", "features": {}}
    ]
    assert run(["ledger", "classify", str(path), str(path)]) == 0
    assert capsys.readouterr().out == "none: 2\n"
    assert run(["ledger", "classify", str(tmp_path / "absent")]) == 4
    (tmp_path / "bad.xz").write_bytes(b"no")
    assert run(["ledger", "classify", str(tmp_path / "bad.xz")]) == 4


@pytest.mark.real
def test_classify_reads_esplora_documents_and_compressed_lines(real_data: Path, capsys):
    folder = real_data / "bitcoin"
    document = folder / "esplora" / "api-responses" / "whirlpool-coinjoin.json"
    lines = folder / "coinjoin" / "open" / "wasabi2_coinjoin.jsonl.xz"
    assert run(["ledger", "classify", "--jsonl", str(document), str(lines)]) == 0
    assert [row["class"] for row in lines_of(capsys)] == ["whirlpool"] + ["wasabi2"] * 7


def test_tag_import_and_export(chain, case: Path, tmp_path: Path, capsys):
    path = pack(chain, tmp_path)
    words = ["tag", "import", str(case), str(path), "--network", "regtest"]
    assert run([*words, "--json"]) == 0
    assert json_of(capsys) == {"read": 1, "new": 1, "currencies": {"BTC": 1}, "problems": []}
    assert run(words) == 0
    assert "1 tag read, 0 new." in capsys.readouterr().out
    assert run(["tag", "export", str(case)]) == 0
    exported = tmp_path / "export.yaml"
    exported.write_text(capsys.readouterr().out)
    assert run(["tag", "export", str(case), "--json"]) == 0
    assert json_of(capsys)["packs"][0]["tags"][0]["label"] == "Exchange A"
    assert run(["tag", "import", str(case), str(exported), "--network", "regtest"]) == 0
    assert [tag.label for tag in records(case, Tag)] == ["Exchange A"] * 2


def test_tag_import_reports_what_it_cannot_read(chain, case: Path, tmp_path: Path, capsys):
    good, bad = pack(chain, tmp_path), tmp_path / "bad.yaml"
    bad.write_text("tags: 1")
    assert run(["tag", "import", str(case), str(bad), str(good), "--network", "regtest"]) == 4
    captured = capsys.readouterr()
    assert "E-TAG-002" in captured.err
    assert "1 problem." in captured.out
    assert len(records(case, Tag)) == 1
    assert run(["tag", "import", str(case), str(good), "--network", "mainnet"]) == 4
    assert "E-LED-002" in capsys.readouterr().err


def test_hostile_labels_are_printed_harmless(
    chain, case: Path, world: Path, tmp_path: Path, capsys
):
    path = pack(chain, tmp_path)
    path.write_text(path.read_text().replace("Exchange A", '"\\e[31mA\\u202e"'))
    assert run(["tag", "import", str(case), str(path), "--network", "regtest"]) == 0
    assert run(["ledger", "ingest", str(case), str(world), "--network", "regtest"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\\u202e" in out


@pytest.mark.parametrize(
    "words", [["ledger", "--help"], ["tag", "--help"], ["ledger", "trace", "--help"]]
)
def test_help_in_spanish(words: list[str]):
    environment = {**os.environ, "VESTIGO_LANG": "es"}
    done = subprocess.run(
        [sys.executable, "-m", "vestigo", *words],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "Uso:" in done.stdout or "Muestra" in done.stdout
    assert "Print" not in done.stdout
    assert "Follow the money" not in done.stdout
