# SPDX-License-Identifier: AGPL-3.0-or-later
"""The judgement queue: what waits, who decides, what is never lost, and how it is taken back."""

from __future__ import annotations

import threading

import pytest
from lxml import html

from vestigo.console import acting
from vestigo.console.index import CaseIndex, arranged
from vestigo.console.judging.queue import PAIR, Queue, RecordsOfAccounts
from vestigo.pipeline.judging import judge
from vestigo.pipeline.linking import gather_accounts
from vestigo.pipeline.session import open_session
from vestigo.records import Judgement, Retraction
from vestigo.store import writer_lock

SAME = {"Sec-Fetch-Site": "same-origin"}
PAIR_SUBJECT = "othermarket/ana2 | testmarket/ana"


def queue_of(served):
    return served.desk.queue()


def form(served, subject=PAIR_SUBJECT, **more):
    candidate = queue_of(served).get(subject)
    seen = candidate.judgements[-1].id if candidate and candidate.judgements else ""
    return {"subject": subject, "seen": seen, "verdict": "same", "basis": "other", "note": "why",
            **more}  # fmt: skip


def judgements(served):
    return [one for _id, one in served.desk.index().all_of(Judgement)]


def test_pairs_wait_first_then_cash_outs_and_both_texts_stand_side_by_side(graphed):
    waiting = queue_of(graphed).candidates
    assert [one.kind for one in waiting] == [PAIR, "cash_out"]
    with graphed.signed_in() as client:
        page = client.get("/judge")
    tree = html.fromstring(page.content)
    assert len(tree.xpath("//div[contains(@class, 'captured')]")) == 2
    marked = {" ".join(mark.text_content().split()) for mark in tree.xpath("//main//mark")}
    assert marked == {"I ship fast and pack twice in foil, never on a Sunday"}
    assert "+7.25" in page.text
    assert "-0.50" in page.text
    assert "quiet_buyer_77" not in page.text, "third persons are masked in profile texts"
    assert "<b>quiet" not in page.text
    assert [b.get("id") for b in tree.xpath("//button[@name='verdict']")] == [
        "verdict-1", "verdict-2", "verdict-3",
    ]  # fmt: skip


def test_a_judgement_names_the_person_and_nothing_merges_before_it(changing):
    assert judgements(changing) == []
    with changing.signed_in() as client:
        answer = client.post("/judge/verdict", data=form(changing), headers=SAME)
        assert (answer.status_code, answer.headers["location"]) == (303, "/judge")
    made = judgements(changing)
    assert len(made) == 1
    assert made[0].subject == PAIR_SUBJECT
    assert made[0].person.startswith("ana.investigator (")
    assert made[0].reason == "other: why"
    assert made[0].seen_record_id == changing.case.ids["link"]
    events = list(changing.desk.session.custody.events())[-4:]
    assert {"console: judgement", "pair of vendor accounts judged"} <= {e.reason for e in events}
    assert not queue_of(changing).get(PAIR_SUBJECT).is_open


def test_a_cash_out_is_confirmed_by_its_output_and_the_graph_takes_it(changing):
    from graph.kglite_store import KgliteStore
    from graph.rebuild import rebuild

    subject = f"{changing.case.ids['txid']}:1"
    with changing.signed_in("pia.prosecutor") as client:
        answer = client.post("/judge/verdict", headers=SAME,
                             data=form(changing, subject, verdict="confirmed"))  # fmt: skip
        assert answer.status_code == 303, answer.text[-400:]
        store = KgliteStore(changing.desk.session.folder.graph)
        rebuild(changing.desk.session.ledger, store)
        store.close()
        found = client.post("/graph/find", json={"text": subject},
                            headers={**SAME, "Accept": "application/json"}).json()  # fmt: skip
    point = next(node for node in found["nodes"] if node["ref"][0] == "CashOutPoint")
    assert (point["standing"], point["status"]) == ("confirmed", "confirmed")


def test_two_people_who_judge_one_candidate_lose_nothing(changing):
    late = form(changing)
    with changing.signed_in() as ana, changing.signed_in("pia.prosecutor") as pia:
        assert ana.post("/judge/verdict", data=form(changing), headers=SAME).status_code == 303
        answer = pia.post("/judge/verdict", data={**late, "verdict": "different"}, headers=SAME)
        assert answer.status_code >= 400
        assert "E-CON-027" in answer.text
        assert "ana.investigator" in answer.text
        assert len(judgements(changing)) == 1
        again = form(changing, verdict="different")
        assert pia.post("/judge/verdict", data=again, headers=SAME).status_code == 303
    assert [one.verdict for one in judgements(changing)] == ["same", "different"]


def test_one_takes_back_ones_own_and_nobody_elses(changing):
    with changing.signed_in() as ana, changing.signed_in("pia.prosecutor") as pia:
        ana.post("/judge/verdict", data=form(changing), headers=SAME)
        made = next(i for i, _one in changing.desk.index().all_of(Judgement))
        assert 'id="undo-last"' not in pia.get("/judge").text
        assert pia.post("/judge/undo", data={"id": made}, headers=SAME).status_code == 400
        assert 'id="undo-last"' in ana.get("/judge").text
        assert ana.post("/judge/undo", data={"id": made}, headers=SAME).status_code == 303
        assert judgements(changing) == []
        assert queue_of(changing).get(PAIR_SUBJECT).is_open
        assert ana.post("/judge/undo", data={"id": made}, headers=SAME).status_code == 400
    [taken] = [
        one for one in changing.desk.session.ledger.of_kind(Retraction) if one.retracts == made
    ]
    assert taken.person.startswith("ana.investigator (")
    assert changing.desk.session.ledger.get(made) is not None, "it stays in the ledger"


@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "confirmed"}, {"verdict": ""}, {"basis": ""}, {"basis": "<b>"},
     {"subject": "x | y"}, {"subject": ""}],
)  # fmt: skip
def test_what_no_page_sends_is_refused(changing, wrong):
    with changing.signed_in() as client:
        answer = client.post("/judge/verdict", data={**form(changing), **wrong}, headers=SAME)
        assert answer.status_code == 400
    assert judgements(changing) == []


def test_who_may_not_judge_is_offered_nothing_and_refused(changing):
    with changing.signed_in("abe.auditor") as client:
        page = client.get("/judge").text
        assert "verdict-1" not in page
        assert "makes none" in page
        answer = client.post("/judge/verdict", data=form(changing), headers=SAME)
        assert answer.status_code == 403
        assert "E-CON-007" in answer.text
        assert client.post("/judge/undo", data={"id": "x"}, headers=SAME).status_code == 403
    assert judgements(changing) == []


def test_while_another_process_writes_one_is_told_and_nothing_is_half_done(changing):
    before = changing.desk.session.ledger.head()
    with (
        changing.signed_in() as client,
        writer_lock(changing.desk.session.folder.lock),
    ):
        answer = client.post("/judge/verdict", data=form(changing), headers=SAME)
    assert answer.status_code == 409
    assert "E-STO-001" in answer.text
    assert changing.desk.session.ledger.head() == before
    with changing.signed_in() as client:
        assert client.post("/judge/verdict", data=form(changing), headers=SAME).status_code == 303


def test_a_hostile_reason_is_kept_as_text(changing):
    note = '<script>alert(1)</script>{{7*7}}\x1b[31m"><img src=x onerror=alert(2)>'
    with changing.signed_in() as client:
        client.post(
            "/judge/verdict", data=form(changing, note=note, verdict="unsure"), headers=SAME
        )
        page = client.get("/judge", params={"subject": PAIR_SUBJECT}).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page
    assert "\x1b" not in page


def test_a_candidate_that_is_not_there_is_no_page_and_the_queue_is_paged(graphed):
    with graphed.signed_in() as client:
        assert client.get("/judge", params={"subject": "a | b"}).status_code == 404
        assert client.get("/judge", params={"page": "9"}).status_code == 200


def test_an_empty_case_has_an_empty_queue():
    assert Queue.of(arranged({}, CaseIndex())).candidates == []


def test_the_two_of_a_pair_are_gathered_as_the_whole_case_gathers_them(served):
    index = served.desk.index()
    keys = [f"{market}/{handle}" for market, handle in index.vendors]
    ledger = served.desk.session.ledger
    whole = {one.key: one for one in gather_accounts(ledger)}
    assert set(keys) & set(whole)
    for key in keys:
        own = {one.key: one for one in gather_accounts(RecordsOfAccounts(index, [key]))}
        assert own.get(key) == whole.get(key), key


def test_who_waited_to_write_is_told_of_who_wrote_meanwhile(changing):
    link, answers = changing.case.ids["link"], []
    log = changing.desk.session.custody

    def second():
        with changing.signed_in("pia.prosecutor") as client:
            wanted = form(changing, verdict="different")
            answers.append(client.post("/judge/verdict", data=wanted, headers=SAME))

    with acting._ONE_AT_A_TIME:
        thread = threading.Thread(target=second)
        thread.start()
        while not any(event.reason == "console: judgement" for event in log.events()):
            assert thread.is_alive(), "it looked before it may write"
        with open_session(changing.case.path, clock=changing.case.clock) as session:
            judge(session, PAIR_SUBJECT, link, "same", "first", "ana.investigator (x)")
    thread.join(30)
    assert answers[0].status_code == 400
    assert "ana.investigator (x) judged this since you opened it" in answers[0].text
    assert [one.reason for one in judgements(changing)] == ["first"]
