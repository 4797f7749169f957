# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: sessions that are listed and revoked, passwords, and the second confirmation."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from lxml import html

from vestigo.console.accounts import CAPABILITIES, ROLES, Accounts
from vestigo.console.acting import STEP_UP
from vestigo.pipeline.session import open_session

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
CASE_CHANGING = {
    "decide",
    "tag",
    "seal",
    "disclose",
    "dispose",
    "receive",
    "unmask",
    "crawl",
    "judge",
}


@pytest.fixture(scope="module")
def own(made_case, tmp_path_factory, serve):
    """A console of a copy of the case, with an operator, whose accounts a test may change."""
    path = tmp_path_factory.mktemp("people") / "case"
    shutil.copytree(made_case.path, path)
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, write=False, clock=case.clock) as session:
        accounts = Accounts(session.folder)
        for name, role in (("olga.operator", "operator"), ("paul.prosecutor", "prosecutor")):
            accounts.add(name, role, PASSWORD, case.clock)
    with serve(case) as served:
        yield served


def sessions_shown(client):
    page = html.fromstring(client.get("/people").content)
    return page.xpath("//input[@name='session']/@value"), page.text_content()


def test_a_session_is_listed_with_its_browser_and_ended_by_its_holder(own):
    with own.signed_in() as here, own.signed_in() as there:
        keys, text = sessions_shown(here)
        assert len(keys) >= 2
        assert "python-httpx" in text
        answer = here.post("/people/revoke-others", headers=SAME)
        assert answer.status_code == 303
        assert there.get("/people").status_code == 303, "the other session is over"
        assert len(sessions_shown(here)[0]) == 1


def test_what_is_listed_opens_nothing(own):
    with own.signed_in() as client, own.client() as thief:
        key = sessions_shown(client)[0][0]
        for name in (f"vestigo-{own.port}", "__Host-vestigo"):
            answer = thief.get("/people", headers={"Cookie": f"{name}={key}"})
            assert answer.status_code == 303


def test_an_investigator_neither_sees_nor_ends_the_session_of_another(own):
    with own.signed_in("pia.prosecutor") as hers, own.signed_in() as mine:
        key = sessions_shown(hers)[0][0]
        assert key not in sessions_shown(mine)[0]
        answer = mine.post("/people/revoke", data={"session": key}, headers=SAME)
        assert answer.status_code == 400
        assert "E-CON-033" in answer.text
        assert hers.get("/people").status_code == 200


def test_an_operator_ends_the_session_of_another_and_it_is_logged(own):
    with own.signed_in("pia.prosecutor") as hers, own.signed_in("olga.operator") as operator:
        key = sessions_shown(hers)[0][0]
        answer = operator.post("/people/revoke", data={"session": key}, headers=SAME)
        assert answer.status_code == 303
        assert hers.get("/people").headers["location"].startswith("/sign-in")
    last = [e for e in own.desk.session.custody.events() if "session revoked" in e.reason][-1]
    assert last.details["account"] == "olga.operator"
    assert last.details["of"] == "pia.prosecutor"


def test_an_auditor_sees_all_sessions_and_is_offered_to_end_only_their_own(own):
    with own.signed_in("olga.operator"), own.signed_in("abe.auditor") as auditor:
        keys, text = sessions_shown(auditor)
        assert "olga.operator" in text
        own_keys = {one.key for one in own.desk.sessions.all() if one.account == "abe.auditor"}
        assert set(keys) <= own_keys


def test_a_confirmation_counts_for_five_minutes_and_for_this_session_alone(own):
    with own.signed_in() as client, own.signed_in() as other:
        assert client.get("/listings.csv").headers["location"] == "/confirm?next=%2Flistings.csv"
        form = {"password": PASSWORD, "next": "/listings.csv"}
        answer = client.post("/confirm", data=form, headers=SAME)
        assert answer.headers["refresh"] == "0; url=/listings.csv"
        assert "The file is handed out now." in answer.text
        page = client.post("/confirm", data={**form, "next": "/evidence/build"}, headers=SAME)
        assert page.headers["location"] == "/evidence/build"
        assert client.get("/listings.csv").status_code == 200
        assert other.get("/listings.csv").status_code == 303
        own.case.clock.now += STEP_UP + timedelta(seconds=1)
        assert client.get("/listings.csv").status_code == 303


def test_a_wrong_password_confirms_nothing_waits_and_is_logged(own):
    before = own.desk.session.custody.head().n_events
    with own.signed_in("paul.prosecutor") as client:
        codes = [client.post("/confirm", data={"password": "no"}, headers=SAME).status_code
                 for _n in range(7)]  # fmt: skip
        assert set(codes) == {401}
        shown = client.post("/confirm", data={"password": PASSWORD}, headers=SAME)
        assert "Too many failures" in shown.text, "the brake holds here too"
        assert client.get("/custody.csv").status_code == 303
    failed = [e for e in own.desk.session.custody.events()
              if e.id > before and e.action == "fail"]  # fmt: skip
    assert len(failed) >= 5


@pytest.mark.parametrize(
    "wanted", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:1"]
)
def test_open_redirect_after_a_confirmation_stays_here(own, wanted):
    with own.signed_in() as client:
        form = {"password": PASSWORD, "next": wanted}
        assert client.post("/confirm", data=form, headers=SAME).headers["location"] == "/"


def test_a_changed_password_ends_the_other_sessions_and_the_old_one_opens_nothing(own):
    new = "another calm horse by the sea"
    with own.signed_in("olga.operator") as here, own.signed_in("olga.operator") as there:
        wrong = {"old": "no", "new": new, "again": new}
        assert here.post("/people/password", data=wrong, headers=SAME).status_code == 401
        differ = {"old": PASSWORD, "new": new, "again": new + "!"}
        assert here.post("/people/password", data=differ, headers=SAME).status_code == 400
        short = {"old": PASSWORD, "new": "short", "again": "short"}
        assert "E-CON-003" in here.post("/people/password", data=short, headers=SAME).text
        right = {"old": PASSWORD, "new": new, "again": new}
        assert here.post("/people/password", data=right, headers=SAME).status_code == 303
        assert here.get("/people").status_code == 200
        assert there.get("/people").status_code == 303
    with own.client() as client:
        form = {"name": "olga.operator", "password": PASSWORD}
        assert client.post("/sign-in", data=form, headers=SAME).status_code == 401
        form["password"] = new
        assert client.post("/sign-in", data=form, headers=SAME).status_code == 303


def test_a_new_role_ends_the_session_at_its_next_click(own):
    accounts = own.desk.accounts
    with own.signed_in("pia.prosecutor") as client:
        accounts.change_role("pia.prosecutor", "auditor")
        assert client.get("/people").status_code == 303
        accounts.change_role("pia.prosecutor", "prosecutor")


def test_every_role_may_look_and_no_role_may_everything():
    everything = frozenset().union(*CAPABILITIES.values())
    for role in ROLES:
        assert "view" in CAPABILITIES[role]
        assert CAPABILITIES[role] < everything
    assert not CAPABILITIES["auditor"] & CASE_CHANGING
    assert CAPABILITIES["operator"] & CASE_CHANGING == {"crawl"}
