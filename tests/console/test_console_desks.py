# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each role is offered and refused on the desks, and that acts are done whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from vestigo.console.accounts import CAPABILITIES, Accounts
from vestigo.console.crawling.pages import redrawn
from vestigo.console.proving.wording import bundle_check_words
from vestigo.evidence.keys import create_keys
from vestigo.pipeline.judging import judge
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization, CashOutPoint, Judgement, Tag
from vestigo.store import CaseFolder, writer_lock

PASSWORD = "a calm horse walks by the sea"
PASSPHRASE = "seven boats in the morning fog"
SAME = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {"investigator": "ana.investigator", "prosecutor": "pia.prosecutor",
          "auditor": "abe.auditor", "operator": "olga.operator"}  # fmt: skip
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
PACK = f"""title: Own pack
creator: unit 7
tags:
- address: {GENESIS}
  label: "=cmd|' /C calc'!A0"
  source: "<script>alert(1)</script>"
  currency: BTC
- address: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb
  label: wrong checksum
  source: nobody
  currency: BTC
"""
ACTS = {
    "/cash-outs/{cash_out}/decide": "decide", "/tags/add": "tag", "/tags/import": "tag",
    "/tags/retract": "tag", "/crawls/attend": "crawl", "/crawls/resume": "crawl",
    "/crawls/stop": "crawl", "/crawls/answer": "crawl", "/crawls/pass": "crawl",
    "/crawls/plan": "crawl", "/evidence/verify": "verify", "/evidence/verify-bundle": "verify",
    "/evidence/pack": "disclose", "/evidence/seal": "seal", "/evidence/disclose": "disclose",
    "/evidence/destroy": "dispose", "/evidence/receipt": "receive",
    "/exhibits/{capture0}/unmask": "unmask",
}  # fmt: skip
FILES = {
    "/listings.csv": "export", "/vendors.csv": "export", "/substances.csv": "export",
    "/trends.csv": "export", "/traces.csv": "export", "/traces/{trace}/hops.csv": "export",
    "/sheets/cash-outs.csv": "export", "/sheets/cash-outs.json": "export",
    "/sheets/cash-outs.txt": "export", "/tags/export.yaml": "export", "/exhibits.csv": "export",
    "/custody.csv": "export", "/sheets/cash-outs.csv?service=Example+Exchange": "export",
}  # fmt: skip
MULTIPART = ("/tags/import", "/evidence/receipt")


@pytest.fixture(scope="module")
def desk_case(made_case, tmp_path_factory, serve):
    """A console of a copy of the case with keys and an operator, which a test may change."""
    path = tmp_path_factory.mktemp("desks") / "case"
    shutil.copytree(made_case.path, path)
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, clock=case.clock) as session:
        Accounts(session.folder).add("olga.operator", "operator", PASSWORD, case.clock)
        create_keys(session.folder, PASSPHRASE)
        for warc in session.folder.captures.glob("*.warc.gz"):
            digest = hashlib.sha256(warc.read_bytes()).hexdigest()
            session.custody.append("collection", object_sha256=digest, exhibit=warc.name)
    with serve(case) as served:
        yield served


@pytest.fixture(scope="module")
def bare_case(made_case, tmp_path_factory, serve):
    """A console of a case with keys and an authorization alone: what it holds can be sealed."""
    path = tmp_path_factory.mktemp("bare") / "case"
    CaseFolder.create(path, title="Bare", unit="Unit 7")
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with (
        open_session(made_case.path, write=False, clock=case.clock) as source,
        open_session(path, clock=case.clock) as session,
    ):
        session.ledger.append(list(source.ledger.of_kind(Authorization)))
        Accounts(session.folder).add("pia.prosecutor", "prosecutor", PASSWORD, case.clock)
        create_keys(session.folder, PASSPHRASE)
    with serve(case) as served:
        yield served


def confirmed(served, role="prosecutor"):
    """Return a signed-in client that has just confirmed its password."""
    client = served.signed_in(PEOPLE[role])
    with served.client() as first:
        first.cookies.update(dict(client.cookies))
        answer = first.post("/confirm", data={"password": PASSWORD}, headers=SAME)
        assert answer.status_code == 303
    return client


def post(client, path, data=None, **files):
    """Post a form of ours; a path that takes files gets multipart."""
    if path in MULTIPART:
        given = files or {"other": ("x.yaml", b"x")}
        return client.post(path, data=data or {}, files=given, headers=SAME)
    return client.post(path, data=data or {"x": "1"}, headers=SAME)


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_each_act_is_refused_by_the_server_to_each_role_that_may_not(desk_case, role):
    ids = desk_case.case.ids
    ledger, n = desk_case.desk.session.ledger, desk_case.desk.session.ledger.head().n_entries
    with confirmed(desk_case, role) as client:
        for path, capability in ACTS.items():
            if capability in CAPABILITIES[role]:
                continue
            answer = post(client, path.format(**ids))
            assert answer.status_code == 403, (role, path)
            assert "E-CON-007" in answer.text
    assert ledger.head().n_entries == n


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_what_a_role_may_not_do_is_not_offered(desk_case, role):
    ids = desk_case.case.ids
    may = CAPABILITIES[role]
    with desk_case.signed_in(PEOPLE[role]) as client:
        for path in ("/listings", "/vendors", "/substances", "/trends", "/tags", "/evidence",
                     "/crawls", "/custody", "/exhibits", "/cash-outs", "/people",
                     f"/cash-outs/{ids['cash_out']}", f"/exhibits/{ids['capture0']}",
                     f"/traces/{ids['trace']}"):  # fmt: skip
            page = html.fromstring(client.get(path).content)
            actions = set(page.xpath("//main//form[@method='post']/@action"))
            for act, capability in ACTS.items():
                if capability not in may:
                    assert act.format(**ids) not in actions, (path, act)
            links = {link.partition("?")[0] for link in page.xpath("//main//a/@href")}
            for file, capability in FILES.items():
                if capability not in may:
                    assert file.format(**ids) not in links, (path, file)
            for desk, capability in (("/evidence/build", "seal"), ("/evidence/dispose", "dispose")):
                assert capability in may or desk not in links


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_files_go_to_who_may_export_after_a_confirmation_and_are_logged(desk_case, role):
    ids, log = desk_case.case.ids, desk_case.desk.session.custody
    with desk_case.signed_in(PEOPLE[role]) as client:
        for path, capability in FILES.items():
            answer = client.get(path.format(**ids))
            assert answer.status_code == (303 if capability in CAPABILITIES[role] else 403), path
    if "export" not in CAPABILITIES[role]:
        return
    with confirmed(desk_case, role) as client:
        for path in FILES:
            before = log.head().n_events
            answer = client.get(path.format(**ids))
            assert answer.status_code == 200, path
            assert answer.headers["content-disposition"].startswith("attachment; filename=")
            written = [e for e in log.events() if e.id > before and e.action == "export"]
            assert written, path
            assert written[0].details["account"] == PEOPLE[role]


def test_the_sheet_for_a_service_tells_it_of_no_other_and_an_open_verdict_is_no_rejection(
    made_case, tmp_path, serve
):
    path = tmp_path / "case"
    shutil.copytree(made_case.path, path)
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, clock=case.clock) as session:
        point = next(iter(session.ledger.of_kind(CashOutPoint)))
        other = replace(point, service="Second & Service", txid="ab" * 32)
        session.ledger.append([other])
        judge(session, f"{point.txid}:{point.vout}", case.ids["cash_out"], "unsure", "why", "ana")
    with serve(case) as served, confirmed(served) as client:
        links = html.fromstring(client.get("/service?name=Example+Exchange").content)
        href = next(
            h for h in links.xpath("//main//a/@href") if h.startswith("/sheets/cash-outs.txt")
        )
        mine, whole = client.get(href).text, client.get("/sheets/cash-outs.txt").text
        assert "Second & Service" in whole
        assert "Second & Service" not in mine
        assert "1. Example Exchange" in mine
        assert "2. " not in mine
        assert "not decided by ana: why" in mine
        assert "rejected" not in mine
        listed = client.get("/sheets/cash-outs.json?service=Second+%26+Service").json()["cash_outs"]
        assert [row["service"] for row in listed] == ["Second & Service"]
        assert client.get("/sheets/cash-outs.pdf?service=None+Such").status_code == 404


def test_csv_formulas_and_third_persons_do_not_leave_in_a_table(desk_case):
    with confirmed(desk_case) as client:
        text = client.get("/listings.csv").content.decode("utf-8-sig")
        custody = client.get("/custody.csv").text
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "market"
    assert len(rows) > 40
    assert rows[-1][0].startswith("# Operation <Harbour>"), "case, time and checkpoint stand in it"
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@")), cell
    assert "quiet_buyer_77" not in text
    assert "confirmed by password" in custody


def test_a_decision_needs_a_reason_a_verdict_and_what_stands_now(desk_case):
    ids, path = desk_case.case.ids, f"/cash-outs/{desk_case.case.ids['cash_out']}/decide"
    ledger = desk_case.desk.session.ledger

    def judgements():
        return list(ledger.of_kind(Judgement))

    with desk_case.signed_in() as ana, desk_case.signed_in("pia.prosecutor") as pia:
        for form in ({"verdict": "confirmed"}, {"verdict": "confirmed", "reason": "  "},
                     {"verdict": "maybe", "reason": "x"}):  # fmt: skip
            assert post(ana, path, form).status_code == 400
        assert judgements() == []
        form = {"verdict": "confirmed", "reason": "<b>letter</b> of the service", "seen": ""}
        assert post(ana, path, form).status_code == 303
        late = post(pia, path, {"verdict": "rejected", "reason": "no", "seen": ""})
        assert late.status_code == 400
        assert "E-CON-027" in late.text, "the second one reads the first before they decide"
        page = pia.get(f"/cash-outs/{ids['cash_out']}")
        assert "&lt;b&gt;letter&lt;/b&gt;" in page.text
        seen = html.fromstring(page.content).xpath("//input[@name='seen']/@value")[0]
        again = {"verdict": "rejected", "reason": "another account", "seen": seen}
        assert post(pia, path, again).status_code == 303
    first, second = sorted(judgements(), key=lambda one: one.judged_at)
    assert first.person.startswith("ana.investigator")
    assert second.verdict == "rejected"
    point = next(iter(ledger.of_kind(CashOutPoint)))
    assert second.subject == f"{point.txid}:{point.vout}", "the subject that the graph knows"
    event = [e for e in desk_case.desk.session.custody.events() if "judged" in e.reason][-1]
    assert event.details["account"] == "pia.prosecutor"


def test_another_writer_is_waited_for_by_a_message_and_nothing_is_half_done(desk_case):
    n = desk_case.desk.session.ledger.head().n_entries
    form = {"address": GENESIS, "network": "mainnet", "label": "x", "source": "y"}
    with desk_case.signed_in() as client, writer_lock(desk_case.desk.session.folder.lock):
        answer = post(client, "/tags/add", form)
    assert answer.status_code == 409
    assert "E-STO-001" in answer.text
    assert desk_case.desk.session.ledger.head().n_entries == n


def test_a_tag_is_written_checked_exported_and_taken_back(desk_case):
    ledger = desk_case.desk.session.ledger
    with confirmed(desk_case, "investigator") as client:
        wrong = {"address": GENESIS[:-1] + "b", "network": "mainnet", "label": "x", "source": "y"}
        assert "E-LED-001" in post(client, "/tags/add", wrong).text
        assert "E-CON-043" in post(client, "/tags/add", wrong | {"network": "moon"}).text
        right = {"address": GENESIS, "network": "mainnet", "label": "{{7*7}}", "source": "own",
                 "confidence": "ownership", "category": "exchange"}  # fmt: skip
        assert post(client, "/tags/add", right).status_code == 200
        made = next(one for one in ledger.of_kind(Tag) if one.label == "{{7*7}}")
        assert made.pack_creator == "ana.investigator"
        assert "{{7*7}}" in client.get("/tags/export.yaml").text
        gone = {"id": made.record_id, "reason": "typed wrong"}
        assert post(client, "/tags/retract", gone).status_code == 303
        assert "E-CON-042" in post(client, "/tags/retract", gone).text
    assert all(one.label != "{{7*7}}" for one in ledger.of_kind(Tag))


def test_a_pack_is_taken_in_as_far_as_it_can_be_read_and_hostile_files_are_told(desk_case):
    scratch = desk_case.desk.session.folder.path
    with desk_case.signed_in() as client:
        given = {"file": ("../../../etc/x.yaml", PACK.encode())}
        answer = post(client, "/tags/import", {"network": "mainnet"}, **given)
        assert answer.status_code == 200
        assert "1 new tag" in answer.text
        assert "E-LED-001" in answer.text
        assert "<script>alert" not in answer.text
        for content in (b"\x00\xff\xfe", b"{{7*7}}", b"a: &a [*a, *a]", b"\x1f\x8bnothing", b"["):
            given = {"file": ("x.yaml", content)}
            bad = post(client, "/tags/import", {"network": "mainnet"}, **given)
            assert bad.status_code == 200, content
            assert "E-TAG-00" in bad.text, content
            assert str(scratch) not in bad.text.partition("<main")[2].partition("<footer")[0]
        large = {"file": ("x.yaml", b"a" * 1_200_000)}
        assert post(client, "/tags/import", {"network": "mainnet"}, **large).status_code == 413
    assert not list(scratch.glob(".upload-*"))
    assert not Path("/etc/x.yaml").exists()


def test_the_case_is_verified_check_by_check_and_a_changed_archive_is_named(desk_case):
    with desk_case.signed_in("abe.auditor") as client:
        post(client, "/evidence/verify")
        desk_case.desk.jobs.wait(60)
        page = html.fromstring(client.get("/evidence").content)
        assert len(page.xpath("//section[1]//li")) == 8
    warc = next(desk_case.desk.session.folder.captures.glob("*.warc*"))
    content = warc.read_bytes()
    try:
        warc.write_bytes(content[:-9] + bytes(9))
        with desk_case.signed_in("abe.auditor") as client:
            post(client, "/evidence/verify")
            desk_case.desk.jobs.wait(60)
            page = html.fromstring(client.get("/evidence").content)
            failed = page.xpath("//section[1]//li[contains(., 'failed')]")
            assert len(failed) == 1
            assert "Archive" in failed[0].text_content()
    finally:
        warc.write_bytes(content)
    event = [e for e in desk_case.desk.session.custody.events() if "case not verified" in e.reason]
    assert event[-1].details["account"] == "abe.auditor"


def test_a_bundle_is_built_verified_packed_and_handed_out_and_nothing_is_half_disclosed(bare_case):
    jobs = bare_case.desk.jobs
    with confirmed(bare_case) as client:
        assert "passphrase" in client.get("/evidence/build").text
        post(client, "/evidence/seal", {"passphrase": "wrong"})
        jobs.wait(120)
        assert "E-EVI-014" in client.get("/evidence").text
        post(client, "/evidence/seal", {"passphrase": PASSPHRASE, "language-en": "yes"})
        jobs.wait(120)
        assert jobs.all()[0].state == "done", jobs.all()[0].error
        page = html.fromstring(client.get("/evidence").content)
        name = page.xpath("//form[@action='/evidence/verify-bundle']/input/@value")[0]
        post(client, "/evidence/verify-bundle", {"bundle": name})
        jobs.wait(120)
        assert {f.status for f in jobs.all()[0].result.findings} <= {"ok", "NOT CHECKED"}
        told = client.get("/evidence").text
        for finding in jobs.all()[0].result.findings:
            assert bundle_check_words(finding.check), finding.check
            assert bundle_check_words(finding.check) in told
        assert post(client, "/evidence/verify-bundle", {"bundle": "../keys"}).status_code == 400
        post(client, "/evidence/pack", {"bundle": name})
        jobs.wait(120)
        answer = client.get(f"/bundles/{name}.zip")
        assert answer.content[:4] == b"PK\x03\x04"
        assert "attachment" in answer.headers["content-disposition"]
        wish = {"passphrase": PASSPHRASE, "fields": "feedback.buyer_handle",
                "reason": "section 12"}  # fmt: skip
        bad = post(client, "/evidence/disclose", wish | {"exhibits": "../../x"})
        assert "E-EVI-210" in bad.text
        post(client, "/evidence/disclose", wish)
        jobs.wait(120)
        assert "E-EVI-211" in client.get("/evidence").text, "there is nothing to withhold"
        assert not list(bare_case.desk.session.folder.bundles.glob("*disclosed*")), "half-done"
    for event in bare_case.desk.session.custody.events():
        assert PASSPHRASE not in str(event.body()), "no secret is logged"


def test_an_exhibit_is_destroyed_only_when_it_was_typed_twice(desk_case):
    ids, index = desk_case.case.ids, desk_case.desk.index()
    one = ids["capture0"]
    with confirmed(desk_case) as client:
        form = {"exhibit": one, "again": one + "0", "order": "ORD 9"}
        assert "E-CON-062" in post(client, "/evidence/destroy", form).text
        assert "E-CON-032" in post(client, "/evidence/destroy", form | {"order": " "}).text
    assert one in index.captures
    assert one in desk_case.desk.index().captures


def test_third_persons_are_shown_for_a_reason_after_a_confirmation_and_logged_first(desk_case):
    path = f"/exhibits/{desk_case.case.ids['capture1']}/unmask"
    with desk_case.signed_in("pia.prosecutor") as client:
        answer = post(client, path, {"reason": "order 4"})
        assert answer.status_code == 303, "no confirmation, nothing is shown"
        assert "quiet_buyer_77" not in answer.text
    with confirmed(desk_case) as client:
        assert post(client, path, {"reason": " "}).status_code == 400
        answer = post(client, path, {"reason": "order 4"})
        assert "quiet_buyer_77" in answer.text
    event = [e for e in desk_case.desk.session.custody.events() if e.action == "unmask"][-1]
    assert event.reason == "order 4"
    assert event.details["account"] == "pia.prosecutor"


def test_the_crawl_desk_says_what_is_wrong_with_what_is_typed(desk_case):
    wrong = {
        "/crawls/attend": ({"name": "../x", "person": "ana"}, "E-CON-054"),
        "/crawls/resume": ({"name": "--help"}, "E-CON-054"),
        "/crawls/stop": ({"market": "nothing"}, "E-CON-052"),
        "/crawls/answer": ({"market": "nothing", "answer": "x"}, "E-CON-051"),
        "/crawls/pass": ({"market": "nothing"}, "E-CON-054"),
        "/crawls/plan": ({"market": "nothing", "at": "2026-01-01T00:00:00"}, "E-CON-054"),
    }
    with desk_case.signed_in("olga.operator") as client:
        assert "no authorization" not in client.get("/crawls").text.lower()
        for path, (form, code) in wrong.items():
            answer = post(client, path, form)
            assert answer.status_code == 400, path
            assert code in answer.text, path
        assert client.get("/crawls/captcha.png").status_code == 404


def test_a_captcha_is_drawn_anew_and_what_is_no_picture_is_none(desk_case):
    scratch = desk_case.desk.session.folder.path / "scratch"
    scratch.mkdir(exist_ok=True)
    path = scratch / "captcha.svg"
    try:
        with desk_case.signed_in("olga.operator") as client:
            path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
            assert client.get("/crawls/captcha.png").status_code == 404
            path.write_bytes(gif_with_a_comment())
            answer = client.get("/crawls/captcha.png")
            assert answer.headers["content-type"] == "image/png"
            assert b"<script>" not in answer.content
    finally:
        path.unlink()


def gif_with_a_comment():
    """Return a GIF of one pixel that carries a script as its comment."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (3, 3), "white").save(out, "GIF", comment=b"<script>alert(1)</script>")
    assert b"<script>" in out.getvalue()
    assert b"<script>" not in redrawn(out.getvalue())
    return out.getvalue()
