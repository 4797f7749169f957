# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cash-out sheet, judgements, locked method, taint, change and starts, as a person types them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from vestigo.cli.app import run
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.report.typesetting import can_typeset
from vestigo.records import CashOutPoint, Judgement, Trace
from vestigo.store import CaseFolder, RecordLedger

REGTEST = ("--network", "regtest")


@pytest.fixture
def case(chain, tmp_path: Path) -> Path:
    """v pays a deposit address that is swept into hot, and keeps the change."""
    path = tmp_path / "case"
    CaseFolder.create(path, title="T", unit="U")
    coins = [chain.coin("v", 1_000_000), chain.coin("w", 500_000)]
    first = chain.step(coins, [("d", 900_000), ("c", 590_000)])
    chain.step([(first, 0)], [("hot", 890_000)], hours=20)
    pack = tmp_path / "pack.yaml"
    tags = "".join(
        f"- address: {chain.address('hot')}\n  label: {label}\n  confidence: {level}\n"
        for label, level in (("Exchange A", "service_data"), ("=Rumour", "web_crawl"))
    )
    pack.write_text(
        f"title: P\ncreator: C\ncurrency: BTC\nsource: s\ncategory: exchange\ntags:\n{tags}"
    )
    (path / "rates" / "r.csv").write_text(
        "date,currency,btc_price,source\n2023-11-15,EUR,33000,bank\n"
    )
    assert run(["tag", "import", str(path), str(pack), *REGTEST]) == 0
    blocks = chain.write(tmp_path / "blk00000.dat")
    assert run(["ledger", "ingest", str(path), str(blocks), *REGTEST]) == 0
    assert run(["ledger", "trace", str(path), "--address", chain.address("v"), *REGTEST]) == 0
    return path


def records(case: Path, kind):
    with RecordLedger(CaseFolder(case).records) as ledger:
        return list(ledger.of_kind(kind))


def rows_of(case: Path, capsys) -> list[dict]:
    capsys.readouterr()
    assert run(["ledger", "cashouts", str(case), "--json"]) == 0
    return json.loads(capsys.readouterr().out)["cash_outs"]


def test_a_row_has_everything_that_a_service_is_asked_with(case: Path, chain, capsys):
    with (case / "case.toml").open("a") as settings:
        settings.write('\n[settings.ledger]\ntime_zone = "America/Lima"\n')
    (row,) = rows_of(case, capsys)
    (point,) = records(case, CashOutPoint)
    assert row["output"] == f"{point.txid}:{point.vout}"
    assert row["btc"] == "0.00900000"
    assert row["paid_at"].endswith("Z")
    assert row["paid_at_local"].endswith("-05:00")
    euro, dollar = row["fiat"]
    assert (euro["currency"], euro["amount"], euro["rate_source"]) == ("EUR", "297.00", "bank")
    assert dollar["amount"] is None
    assert row["status"] == "candidate"
    assert row["measured"]["n"] > 100
    assert row["tags_disagree"] == ["=Rumour", "Exchange A"]
    assert {tag["level"] for tag in row["tags"]} == {60, 20}
    (hop,) = row["path"]
    assert hop["ground"]["tier"] == "heuristic"
    assert hop["ground"]["inputs"]
    assert [one["address"] for one in row["alternatives"]] == [chain.address("c")]


def test_a_person_confirms_and_takes_it_back(case: Path, capsys):
    (row,) = rows_of(case, capsys)
    words = ["ledger", "confirm", str(case), row["output"]]
    assert run([*words, "--verdict", "confirmed", "--reason", "letter of the service"]) == 0
    assert rows_of(case, capsys)[0]["status"] == "confirmed"
    assert run([*words, "--verdict", "rejected", "--reason", "it was another account"]) == 0
    (row,) = rows_of(case, capsys)
    assert row["status"] == "rejected"
    assert row["judgement"]["reason"] == "it was another account"
    assert run([*words, "--verdict", "confirmed", "--reason", "  "]) == 2
    assert run(["ledger", "confirm", str(case), "00:1", "--verdict", "confirmed",
                "--reason", "x"]) == 4  # fmt: skip
    assert "E-LED-091" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["json", "csv", "txt", "pdf"])
def test_the_sheet_in_each_form(case: Path, tmp_path: Path, form: str, capsys):
    if form == "pdf" and not can_typeset():
        pytest.skip("typst (the extra “reports”) is not installed")
    out = tmp_path / f"sheet.{form}"
    assert run(["ledger", "cashouts", str(case), "--sheet", str(out), "--language", "es"]) == 0
    content = out.read_bytes()
    (point,) = records(case, CashOutPoint)
    if form == "json":
        assert json.loads(content)["cash_outs"][0]["id"] == point.record_id
    elif form == "csv":
        (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        assert row["address"] == point.address
        assert not any(value.startswith("=") for value in row.values())
    elif form == "txt":
        assert "candidato: nadie lo ha confirmado" in content.decode()
    else:
        assert content.startswith(b"%PDF")
    log = CustodyLog(CaseFolder(case).custody, "x", clock=lambda: None)
    assert list(log.events())[-1].reason == "cash-out sheet written"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "candidate: nobody has confirmed it"),
        ("es", "candidato: nadie lo ha confirmado"),
        ("pt", "candidato: ninguém o confirmou"),
        ("fr", "candidat : personne ne l’a confirmé"),
    ],
)
def test_the_sheet_speaks_the_languages_of_documents(
    case: Path, chain, tmp_path: Path, language: str, words: str
):
    out = tmp_path / "sheet.txt"
    asked = ["ledger", "cashouts", str(case), "--sheet", str(out), "--language", language]
    assert run(asked) == 0
    text = " ".join(out.read_text("utf-8").split())
    assert words in text
    assert chain.address("hot") in text  # the tag says which address it is of


def test_a_sheet_of_an_unknown_form_and_one_that_cannot_be_written(case: Path, tmp_path, capsys):
    assert run(["ledger", "cashouts", str(case), "--sheet", str(tmp_path / "sheet.docx")]) == 2
    assert "E-LED-092" in capsys.readouterr().err
    nowhere = tmp_path / "pack.yaml" / "sheet.csv"  # a file is no folder
    assert run(["ledger", "cashouts", str(case), "--sheet", str(nowhere)]) == 7
    assert "E-LED-093" in capsys.readouterr().err


def test_an_unknown_time_zone_is_named(case: Path, capsys):
    with (case / "case.toml").open("a") as settings:
        settings.write('\n[settings.ledger]\ntime_zone = "Atlantis/Capital"\n')
    assert run(["ledger", "cashouts", str(case)]) == 5
    assert "E-LED-090" in capsys.readouterr().err


def test_a_method_is_locked_once_with_a_reason(case: Path, capsys):
    words = ["ledger", "method", str(case)]
    assert run([*words, "lifo"]) == 2
    assert run([*words, "lifo", "--reason", "order of the court"]) == 0
    assert run([*words, "fifo", "--reason", "better numbers"]) == 2
    assert "E-LED-082" in capsys.readouterr().err
    (lock,) = records(case, Judgement)
    assert (lock.verdict, lock.reason) == ("lifo", "order of the court")
    start = records(case, Trace)[0].start_address
    assert run(["ledger", "trace", str(case), "--address", start, *REGTEST]) == 0
    assert {trace.accounting for trace in records(case, Trace)} == {"lifo"}


def test_taint_side_by_side_adds_up(case: Path, chain, capsys):
    capsys.readouterr()
    words = ["ledger", "taint", str(case), "--address", chain.address("v"), *REGTEST]
    assert run([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["methods"]) == {
        "fifo", "lifo", "haircut", "seniority", "juniority", "tiho", "poison"}  # fmt: skip
    for method, row in document["methods"].items():
        assert row["conserved"]
        if method != "poison":
            assert sum(row["by_reason"].values()) == row["seed_sat"] == 1_000_000
    assert document["methods"]["fifo"]["by_service"] == {"Exchange A": 900_000}
    assert "libr" in document["not_applicable"]
    assert run(["ledger", "taint", str(case)]) == 2
    assert "E-LED-080" in capsys.readouterr().err


def test_change_votes_and_what_cannot_be_asked(case: Path, chain, capsys):
    (point,) = records(case, CashOutPoint)
    capsys.readouterr()
    assert run(["ledger", "change", str(case), point.txid, *REGTEST, "--json"]) == 0
    outputs = json.loads(capsys.readouterr().out)["outputs"]
    assert [one["address"] for one in outputs] == [chain.address("d"), chain.address("c")]
    assert all(set(one["votes"]) | set(one["abstained"]) for one in outputs)
    assert run(["ledger", "change", str(case), "00" * 32, *REGTEST]) == 4
    assert "E-LED-083" in capsys.readouterr().err
    assert run(["ledger", "peel", str(case), f"{point.txid}:1", *REGTEST]) == 0
    assert "unspent" in capsys.readouterr().out
    assert run(["ledger", "peel", str(case), f"{point.txid}:99", *REGTEST]) == 4
    assert "E-LED-081" in capsys.readouterr().err


def test_a_start_of_ones_own_names_reason_and_exhibit(case: Path, capsys):
    (point,) = records(case, CashOutPoint)
    words = ["ledger", "trace", str(case), "--output", f"{point.txid}:1", *REGTEST]
    assert run(words) == 2
    assert "E-LED-085" in capsys.readouterr().err
    assert run([*words, "--reason", "letter", "--exhibit", "99"]) == 4
    assert "E-LED-086" in capsys.readouterr().err
    assert run([*words, "--reason", "letter", "--exhibit", point.record_id]) == 0
    (entered,) = records(case, Judgement)
    assert (entered.verdict, entered.reason) == ("start", "letter")
    new = [trace for trace in records(case, Trace) if entered.record_id in trace.sources]
    assert new
    assert all(point.record_id in trace.sources for trace in new)


def test_matching_without_reviews_says_so(case: Path, capsys):
    capsys.readouterr()
    assert run(["ledger", "match", str(case), *REGTEST]) == 0
    assert capsys.readouterr().out.startswith("0 reviews")
