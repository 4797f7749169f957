# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph``: what it prints, what it logs, how it fails."""

from __future__ import annotations

import csv
import io
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from graph import catalogue
from vestigo import i18n
from vestigo.cli.app import run
from vestigo.pipeline.session import open_session
from vestigo.records import Mention, Retraction
from vestigo.store import CaseFolder, writer_lock


@pytest.fixture
def case(tmp_path, world):
    """A case that holds the small world."""
    folder = CaseFolder.create(tmp_path / "case", title="T", unit="U")
    with open_session(folder.path) as session:
        session.ledger.append(world.small_world())
    return folder.path


@pytest.fixture
def built(case, capsys):
    """The same, with its graph."""
    assert run(["graph", "rebuild", str(case)]) == 0
    capsys.readouterr()
    return case


def events(case):
    lines = (case / "evidence" / "custody" / "events.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ask(capsys, case, name, *params):
    words = [word for param in params for word in ("--param", param)]
    assert run(["graph", "query", str(case), name, *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_rebuild_prints_counts_and_the_digest_and_is_logged(case, capsys):
    assert run(["graph", "rebuild", str(case), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert set(first) == {"engine", "records", "nodes", "relationships", "canonical_sha256"}
    assert run(["graph", "rebuild", str(case)]) == 0
    assert first["canonical_sha256"] in capsys.readouterr().out
    last = events(case)[-1]
    assert (last["action"], last["reason"]) == ("processing", "graph rebuilt")
    assert last["object_sha256"] == first["canonical_sha256"]


def test_the_graph_of_a_ledger_is_that_of_the_records(case, capsys, small, embedded):
    from graph.rebuild import rebuild

    run(["graph", "rebuild", str(case), "--json"])
    printed = json.loads(capsys.readouterr().out)["canonical_sha256"]
    assert printed == rebuild(small, embedded).canonical_sha256


def test_query_answers_and_looking_is_logged(built, capsys):
    rows = ask(capsys, built, "vendor-to-cash-out", "vendor=bazar/ana", "limit=1")
    assert [row["service"] for row in rows] == ["Bolsa"]
    last = events(built)[-1]
    assert (last["action"], last["reason"]) == ("access", "graph query")
    assert last["details"] == {
        "query": "vendor-to-cash-out", "vendor": "bazar/ana", "limit": "1",
    }  # fmt: skip


def test_query_prints_lines_for_machines_and_a_table_for_people(built, capsys):
    run(["graph", "query", str(built), "shared-keys", "--jsonl"])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["vendor_b"] for line in lines] == ["feria/anita"]
    run(["graph", "query", str(built), "vendor-timeline", "--param", "vendor=bazar/ana"])
    table = capsys.readouterr().out.splitlines()
    assert table[0].startswith("at  event  what")
    assert table[1].startswith("2026-03-01T12:01:00Z")


def test_captured_text_is_printed_harmlessly(built, capsys):
    run(["graph", "query", str(built), "substance-vendors", "--param", "substance=mdma"])
    printed = capsys.readouterr().out
    assert "\\x1b[31m" in printed
    assert "\\u202e" in printed
    assert not set("\x07\x1b\u202e\r") & set(printed)


def test_a_value_may_hold_an_equals_sign(built, capsys):
    assert ask(capsys, built, "flows", "vendor=a=b") == []


def test_the_neighbourhood_is_as_large_as_the_case_sets_it(built, capsys):
    params = ("label=Address", "key=bcrt1qmid")
    assert len(ask(capsys, built, "neighbourhood", *params)) > 3
    toml = built / "case.toml"
    toml.write_text(toml.read_text("utf-8") + "graph = {neighbourhood_limit = 3}\n", "utf-8")
    assert len(ask(capsys, built, "neighbourhood", *params)) == 3
    assert len(ask(capsys, built, "neighbourhood", *params, "limit=5")) == 5


def test_list_needs_no_case_and_speaks_spanish(capsys):
    assert run(["graph", "query", "--list"]) == 0
    english = capsys.readouterr().out
    assert all(f"{name}: " in english for name in catalogue.names())
    i18n.activate("es")
    assert run(["graph", "query", "--list"]) == 0
    assert "Quién ofrece una sustancia" in capsys.readouterr().out
    assert run(["graph", "query", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {item["name"] for item in listed} == set(catalogue.names())
    assert "Who offers a substance?" in {item["title"] for item in listed}


def test_a_question_is_explained_with_an_example_that_can_be_asked(built, capsys):
    assert run(["graph", "query", "--about", "new-listings"]) == 0
    said = capsys.readouterr().out
    assert "Which listings were first seen since a time?" in said
    assert "since (time) [0]: not before this time" in said
    assert "Example: vestigo graph query CASE new-listings" in said
    i18n.activate("es")
    assert run(["graph", "query", "--about", "new-listings"]) == 0
    assert "no antes de este momento" in capsys.readouterr().out
    i18n.activate("en")
    assert run(["graph", "query", "--about", "new-listing"]) == 2
    assert "new-listings" in capsys.readouterr().err


def test_every_example_can_be_asked(built, capsys):
    assert run(["graph", "query", "--list", "--json"]) == 0
    for question in json.loads(capsys.readouterr().out):
        words = shlex.split(question["example"])
        assert words[:4] == ["vestigo", "graph", "query", "CASE"]
        assert run([*words[1:3], str(built), *words[4:], "--json"]) == 0, question["example"]
        assert isinstance(json.loads(capsys.readouterr().out), list)


def test_search_prints_where_words_occur_and_is_logged(built, capsys):
    assert run(["graph", "search", str(built), "LISTING 17", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["label"], row["key"]) for row in rows] == [("Listing", "bazar/17")]
    assert events(built)[-1]["details"] == {
        "query": "search", "text": "LISTING 17", "limit": "100",
    }  # fmt: skip
    assert run(["graph", "search", str(built), "***"]) == 2
    assert "E-GRA-005" in capsys.readouterr().err
    assert run(["graph", "search", str(built), "listing", "--limit", "x"]) == 2


def test_a_time_beyond_the_calendar_is_printed_as_it_is(built, capsys):
    from vestigo.cli.graph_query import _shown

    assert _shown("first_at", 0) == "1970-01-01T00:00:00Z"
    assert _shown("at", 2**53 - 1) == str(2**53 - 1)
    assert _shown("at", -1) == "-1"
    assert _shown("stops", ["a", "b"]) == "a > b"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["no-such-question"], "E-GRA-004"),
        (["flows"], "E-GRA-005"),
        (["flows", "--param", "vendor"], "E-GRA-005"),
        (["flows", "--param", "vendor=x", "--param", "limit=many"], "E-GRA-005"),
        (["flows", "--param", "wendor=x"], "E-GRA-005"),
    ],
)
def test_a_wrong_question_is_a_wrong_call(built, capsys, words, code):
    assert run(["graph", "query", str(built), *words]) == 2
    assert code in capsys.readouterr().err


def test_a_question_without_a_case_is_a_wrong_call(capsys):
    assert run(["graph", "query"]) == 2


def test_before_the_first_build_the_remedy_is_named(case, capsys):
    assert run(["graph", "query", str(case), "shared-keys"]) == 2
    assert "E-GRA-006" in capsys.readouterr().err
    assert run(["graph", "export", str(case), "x.graphml", "--format", "graphml"]) == 2


def test_a_graph_older_than_the_records_says_so(built, capsys):
    run(["graph", "query", str(built), "shared-keys"])
    assert "older" not in capsys.readouterr().err
    with open_session(built) as session:
        gone = next(iter(session.ledger.of_kind(Mention)))
        session.ledger.append([
            Retraction(retracts=gone.record_id, reason="r", person="p",
                       retracted_at=datetime(2026, 5, 1, tzinfo=UTC)),
        ])  # fmt: skip
    assert run(["graph", "query", str(built), "shared-keys"]) == 0
    assert "vestigo graph rebuild" in capsys.readouterr().err


def test_a_second_writer_of_the_case_is_refused(case, capsys):
    with writer_lock(case / "writer.lock"):
        assert run(["graph", "rebuild", str(case)]) == 2
    assert "E-STO-001" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["graphml", "json", "csv"])
def test_export_writes_the_file_and_logs_its_digest(built, capsys, tmp_path, form):
    out = tmp_path / f"out.{form}"
    words = ["graph", "export", str(built), str(out), "--format", form, "--json"]
    assert run(words) == 0
    said = json.loads(capsys.readouterr().out)
    content = out.read_bytes()
    assert said["bytes"] == len(content)
    last = events(built)[-1]
    assert (last["action"], last["object_sha256"]) == ("export", said["sha256"])
    assert out.stat().st_mode & 0o077 == 0
    run(words)
    assert out.read_bytes() == content
    if form == "csv":
        assert list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def rebuild_to(monkeypatch, case, uri, password="x"):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return run(["graph", "rebuild", str(case), "--to", uri, "--password-stdin", "--json"])


def test_a_server_that_does_not_answer_is_exit_seven(case, capsys, monkeypatch):
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{probe.getsockname()[1]}"
    assert rebuild_to(monkeypatch, case, uri) == 7
    assert "E-GRA-001" in capsys.readouterr().err


def test_another_machine_without_authorization_is_exit_six_and_logged(case, capsys, monkeypatch):
    assert rebuild_to(monkeypatch, case, "bolt+s://graph.unit.example") == 6
    assert "E-AUT-001" in capsys.readouterr().err
    last = events(case)[-1]
    assert (last["action"], last["details"]["host"]) == ("fail", "graph.unit.example:7687")


def test_a_plain_line_to_another_machine_is_a_wrong_call(case, capsys, monkeypatch):
    assert rebuild_to(monkeypatch, case, "bolt://192.0.2.1") == 2
    assert "E-GRA-011" in capsys.readouterr().err


@pytest.mark.neo4j
def test_the_server_gets_the_same_graph_and_gives_the_same_answers(
    built, capsys, monkeypatch, neo4j_server, wipe
):
    wipe()
    run(["graph", "rebuild", str(built), "--json"])
    embedded = json.loads(capsys.readouterr().out)
    assert rebuild_to(monkeypatch, built, neo4j_server.uri, neo4j_server.password) == 0
    served = json.loads(capsys.readouterr().out)
    assert {**served, "engine": "kglite"} == embedded
    here = ask(capsys, built, "vendor-timeline", "vendor=bazar/ana")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{neo4j_server.password}\n"))
    words = ["graph", "query", str(built), "vendor-timeline", "--param", "vendor=bazar/ana",
             "--to", neo4j_server.uri, "--password-stdin", "--json"]  # fmt: skip
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out) == here
    log = events(built)
    logged = [(e["action"], e["reason"]) for e in log if e["details"].get("server")]
    assert ("export", "graph server") in logged
    assert ("access", "graph server") in logged
    assert neo4j_server.password not in json.dumps(log)


@pytest.mark.neo4j
def test_a_wrong_password_is_a_matter_of_configuration(case, capsys, monkeypatch, neo4j_server):
    assert rebuild_to(monkeypatch, case, neo4j_server.uri, "wrong") == 5
    assert "E-GRA-002" in capsys.readouterr().err


def test_the_driver_is_only_imported_when_a_server_is_named(built):
    code = (
        "import sys; from vestigo.cli.app import run; "
        f"run(['graph', 'query', {str(built)!r}, 'shared-keys']); "
        "sys.exit('neo4j' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_ending_of_the_file_says_the_format(built, capsys, tmp_path):
    out = tmp_path / "graph.svg"
    assert run(["graph", "export", str(built), str(out), "--without", "Exhibit"]) == 0
    assert out.read_bytes().startswith(b"<?xml")
    assert "A part: " in capsys.readouterr().out
    assert run(["graph", "export", str(built), str(tmp_path / "graph.docx")]) == 2
    assert "gexf" in capsys.readouterr().err


def test_a_part_is_exported_and_the_log_says_which(built, capsys, tmp_path):
    words = [
        "graph",
        "export",
        str(built),
        str(tmp_path / "a.json"),
        "--around",
        "VendorAccount:bazar/ana",
    ]
    assert run([*words, "--hops", "1", "--only", "Listing", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    document = json.loads((tmp_path / "a.json").read_text("utf-8"))
    labels = {node["label"] for node in document["nodes"]}
    assert labels == {"Listing", "VendorAccount"}
    assert said["nodes"] == len(document["nodes"]) < said["nodes_in_graph"]
    last = events(built)[-1]
    assert last["details"]["around"] == "VendorAccount:bazar/ana"


def test_an_unknown_centre_writes_nothing(built, capsys, tmp_path):
    out = tmp_path / "x.png"
    assert run(["graph", "export", str(built), str(out), "--around", "nobody"]) == 2
    assert "E-GRA-040" in capsys.readouterr().err
    assert not out.exists()
