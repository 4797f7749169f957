# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case read again with another lexicon shows one reading of each listing: the newest."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from nlp.lexicon.loading import shipped_lexicon
from nlp.reading.reader import ListingReader, shipped_reader
from vestigo.cli.app import run as run_cli
from vestigo.pipeline import reading, superseding
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.imagery.site import profile_in
from vestigo.pipeline.invented_market import page_response
from vestigo.pipeline.reading import read_captures
from vestigo.pipeline.retracting import retract
from vestigo.pipeline.session import open_session
from vestigo.pipeline.superseding import BEGUN, DONE, KINDS, REASON
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.records import (
    ACTS,
    DATA_CLASSES,
    Authorization,
    Listing,
    Mention,
    Quantity,
    Retraction,
    record_from_body,
)
from vestigo.store import CaseFolder
from vestigo.store.otherwise import made_otherwise

SOLD = ("10g Cocaine 85%", "5g Ketamine and LSD", "100x XTC pills 220mg")


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """A case with three listings in its archive, not read yet."""
    place = tmp_path_factory.mktemp("archived")
    case = CaseFolder.create(place / "case", title="t", unit="u")
    server = TappedServer()
    try:
        links = "".join(f"<a href=/q/listing/{n}>{n}</a>" for n in range(len(SOLD)))
        server.answers["/"] = page_response(links)
        for n, title in enumerate(SOLD):
            server.answers[f"/q/listing/{n}"] = page_response(
                f"<h1 class=listing>{title}</h1><p class=cat>Drugs</p><p class=price>1 BTC</p>"
            )
        now = datetime.now(UTC)
        order = Authorization(
            issuing_body="c", reference="1", legal_basis="-", authorization_kind="w",
            order_sha256="", persons=("p",), hosts=("127.0.0.1",), accounts=(), acts=ACTS,
            data_classes=DATA_CLASSES, starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=1), amends=None,
        )  # fmt: skip
        with open_session(case.path) as session:
            record_authorization(session, order)
            crawl_into_case(session, crawl_job(session, profile_in(place), server.uri))
    finally:
        server.close()
    return case.path


@pytest.fixture
def folder(archived, tmp_path):
    """A copy of that case."""
    return CaseFolder(path=shutil.copytree(archived, tmp_path / "case"))


@pytest.fixture
def lexicon_without(monkeypatch):
    """Read with a lexicon that does not know a substance; "" for the shipped one."""

    def use(substance: str) -> None:
        lexicon = shipped_lexicon()
        reader = shipped_reader() if not substance else ListingReader(
            replace(
                lexicon,
                terms=tuple(term for term in lexicon.terms if term.substance != substance),
                digest=f"without {substance}",
            )
        )  # fmt: skip
        monkeypatch.setattr(reading, "case_reader", lambda _session: reader)

    return use


def read(folder, tmp_path):
    with open_session(folder.path) as session:
        return read_captures(session, [profile_in(tmp_path)])


def said(folder):
    """What the case shows: (title, substance or grams or count) of what is not superseded."""
    with open_session(folder.path, write=False) as session:
        titles = {rid: one.title for rid, one in session.ledger.named_of_kind(Listing)}
        mentions = session.ledger.of_kind(Mention)
        offers = session.ledger.of_kind(Quantity)
        return sorted(
            [(titles[m.subject], m.substance_id) for m in mentions]
            + [(titles[q.subject], str(q.grams or q.count)) for q in offers]
        )


def events(folder):
    with open_session(folder.path, write=False) as session:
        return [e for e in session.custody.events() if e.reason in (BEGUN, DONE)]


def test_the_newest_reading_is_the_one_that_counts(folder, tmp_path, lexicon_without):
    assert read(folder, tmp_path).n_superseded == 0
    first = said(folder)
    assert (SOLD[1], "lsd") in first
    assert [one for one in first if one[0] == SOLD[0]] == [(SOLD[0], "10"), (SOLD[0], "cocaine")]

    lexicon_without("lsd")
    report = read(folder, tmp_path)
    assert report.n_superseded > 0
    second = said(folder)
    assert second == [one for one in first if one[1] != "lsd"]
    assert len(second) == len(set(second)), "no value stands twice"

    begun, event = events(folder)
    assert (begun.reason, event.reason) == (BEGUN, DONE)
    assert event.details["records"] == str(report.n_superseded)
    assert event.details["lexicon_sha256"] == "without lsd"
    assert len(event.details["reader_sha256"]) == 64


def test_reading_again_with_the_same_lexicon_changes_nothing(folder, tmp_path, lexicon_without):
    read(folder, tmp_path)
    lexicon_without("lsd")
    read(folder, tmp_path)
    with open_session(folder.path) as session:
        head = session.ledger.head()
    report = read(folder, tmp_path)
    assert (report.n_superseded, report.n_new_records) == (0, 0)
    with open_session(folder.path) as session:
        assert session.ledger.head() == head
    assert len(events(folder)) == 2


def test_a_lexicon_that_comes_back_gives_its_reading_back(folder, tmp_path, lexicon_without):
    read(folder, tmp_path)
    first = said(folder)
    for known in ("lsd", "", "lsd", ""):
        lexicon_without(known)
        read(folder, tmp_path)
        expected = [one for one in first if not known or one[1] != known]
        assert said(folder) == expected
    assert len(events(folder)) == 8


def test_what_a_person_took_back_is_no_business_of_the_reader(folder, tmp_path, lexicon_without):
    read(folder, tmp_path)
    with open_session(folder.path) as session:
        gone = next(rid for rid, _m in session.ledger.named_of_kind(Mention))
        retract(session, gone, "misread")
    lexicon_without("lsd")
    read(folder, tmp_path)
    with open_session(folder.path, write=False) as session:
        of_gone = [r for r in session.ledger.of_kind(Retraction) if r.retracts == gone]
    assert [one.reason for one in of_gone] == ["misread"]


def test_every_superseded_record_stays_in_the_ledger(folder, tmp_path, lexicon_without):
    read(folder, tmp_path)
    lexicon_without("lsd")
    read(folder, tmp_path)
    with open_session(folder.path, write=False) as session:
        taken = [r.retracts for r in session.ledger.of_kind(Retraction) if r.reason == REASON]
        kinds = {type(session.ledger.get(one)) for one in taken}
        assert len(taken) == len(set(taken))
        assert kinds <= set(KINDS)
        assert record_from_body(session.ledger.get(taken[0]).body()) == session.ledger.get(taken[0])
        session.ledger.verify()


def test_the_graph_and_the_command_show_the_newest(folder, tmp_path, lexicon_without, capsys):
    def run(*words):
        code = run_cli([str(word) for word in words])
        assert code in (0, 4), capsys.readouterr().err
        return capsys.readouterr().out

    read(folder, tmp_path)
    run("graph", "rebuild", folder.path)
    assert '"Substance"' in run("graph", "search", folder.path, "lsd", "--json")

    lexicon_without("lsd")
    profile = next(tmp_path.glob("*.toml"))
    assert "gave way" in run("case", "read", folder.path, "--profile", profile)
    run("graph", "update", folder.path)
    assert '"Substance"' in run("graph", "search", folder.path, "cocaine", "--json")
    assert '"Substance"' not in run("graph", "search", folder.path, "lsd", "--json")


class Killed(BaseException):
    """Stands for the signal that ends a process."""


def killed_at(session, monkeypatch, n):
    """End the reading when it appends the ``n``-th batch."""
    append, seen = session.ledger.append, []

    def append_until(records):
        seen.append(1)
        if len(seen) == n:
            raise Killed
        return append(records)

    monkeypatch.setattr(session.ledger, "append", append_until)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_kill_between_batches_leaves_nothing_untold(
    folder, tmp_path, lexicon_without, monkeypatch, n
):
    read(folder, tmp_path)
    expected = [one for one in said(folder) if one[1] != "lsd"]
    lexicon_without("lsd")
    monkeypatch.setattr(reading, "BATCH", 1)
    with open_session(folder.path) as session:
        killed_at(session, monkeypatch, n)
        with pytest.raises(Killed):
            read_captures(session, [profile_in(tmp_path)])
    (begun,) = events(folder)
    assert begun.reason == BEGUN, "the log tells before the ledger changes"

    read(folder, tmp_path)
    assert said(folder) == expected
    with open_session(folder.path, write=False) as session:
        taken = [r for r in session.ledger.of_kind(Retraction) if r.reason == REASON]
    done = [one for one in events(folder) if one.reason == DONE]
    assert [one.details["records"] for one in done] == [str(len(taken))]


def test_a_killed_reading_of_a_lexicon_that_is_left_again(
    folder, tmp_path, lexicon_without, monkeypatch
):
    read(folder, tmp_path)
    first = said(folder)
    lexicon_without("lsd")
    monkeypatch.setattr(reading, "BATCH", 1)
    with open_session(folder.path) as session:
        killed_at(session, monkeypatch, 3)
        with pytest.raises(Killed):
            read_captures(session, [profile_in(tmp_path)])
    lexicon_without("")
    read(folder, tmp_path)
    assert said(folder) == first


def test_reading_again_looks_at_no_reading_of_the_present_version(folder, tmp_path, monkeypatch):
    read(folder, tmp_path)
    parsed = []
    monkeypatch.setattr(superseding, "json", SimpleNamespace(loads=parsed.append))
    with open_session(folder.path) as session:
        older = superseding.OlderReadings(session)
        listings = list(session.ledger.of_kind(Listing))
        version = reading.CaseReader.of(session, older).version
        assert older.superseded_by(version, listings) == []
    assert parsed == []


def test_indexes_answer_what_was_read_otherwise(folder, tmp_path):
    read(folder, tmp_path)
    with open_session(folder.path) as session:
        list(session.ledger.derived_otherwise("nlp", ["a" * 64]))
        with session.ledger._engine.connect() as connection:
            plan = connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN " + made_otherwise("nlp")[1], ("a", "b")
            ).all()
    steps = " ".join(str(row[-1]) for row in plan)
    assert "bodies_by_nlp_settings" in steps
    assert "bodies_by_retracts" in steps
    assert "SCAN" not in steps
