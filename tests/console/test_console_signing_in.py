# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accounts, sessions, the brake, and every way in that must stay shut."""

from __future__ import annotations

import json
import stat
import time
from datetime import timedelta

import pytest

from vestigo.console.accounts import CAPABILITIES, ROLES, Accounts
from vestigo.console.guard import Origin
from vestigo.console.requests import way_back
from vestigo.console.signing_in import (
    FREE_FAILURES,
    HOST_COOKIE,
    IDLE,
    LONGEST,
    LONGEST_PAUSE,
    Brake,
    Sessions,
)
from vestigo.errors import ConfigurationError, UsageError
from vestigo.store import CaseFolder

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def folder(tmp_path):
    return CaseFolder.create(tmp_path / "case", title="t", unit="u")


@pytest.fixture
def clock(made_case):
    return made_case.clock


def test_the_accounts_file_is_private_and_holds_argon2id_only(folder, clock):
    accounts = Accounts(folder)
    accounts.add("ana", "investigator", PASSWORD, clock)
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    text = accounts.path.read_text("utf-8")
    assert PASSWORD not in text
    assert json.loads(text)["accounts"][0]["password_hash"].startswith("$argon2id$")


def test_an_accent_typed_in_two_ways_is_one_password(folder, clock):
    accounts = Accounts(folder)
    accounts.add("ana", "investigator", "caf\u00e9 en la orilla", clock)
    assert accounts.sign_in("ana", "cafe\u0301 en la orilla") is not None


@pytest.mark.parametrize("name", ["", "../x", "a b", "ana\n", "a" * 65, "\u202eana", ".hidden"])
def test_unusable_names_are_refused(folder, clock, name):
    with pytest.raises(UsageError) as caught:
        Accounts(folder).add(name, "investigator", PASSWORD, clock)
    assert caught.value.code == "E-CON-001"


def test_short_passwords_and_taken_names_are_refused(folder, clock):
    accounts = Accounts(folder)
    with pytest.raises(UsageError) as caught:
        accounts.add("ana", "auditor", "elevenchars", clock)
    assert caught.value.code == "E-CON-003"
    accounts.add("ana", "auditor", PASSWORD, clock)
    with pytest.raises(UsageError) as caught:
        accounts.add("ana", "operator", PASSWORD, clock)
    assert caught.value.code == "E-CON-002"


def test_a_removed_account_is_gone_and_an_unknown_one_cannot_be_removed(folder, clock):
    accounts = Accounts(folder)
    accounts.add("ana", "auditor", PASSWORD, clock)
    accounts.remove("ana")
    assert accounts.sign_in("ana", PASSWORD) is None
    with pytest.raises(UsageError) as caught:
        accounts.remove("ana")
    assert caught.value.code == "E-CON-004"


@pytest.mark.parametrize("content", ["", "[]", '{"format": 9}', '{"format": 1, "accounts": [{}]}'])
def test_a_damaged_accounts_file_is_an_error_and_not_an_empty_one(folder, content):
    accounts = Accounts(folder)
    accounts.path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        accounts.get("ana")
    assert caught.value.code == "E-CON-005"


def test_an_unknown_name_costs_an_argon2_verification_too(folder, clock, monkeypatch):
    accounts = Accounts(folder)
    accounts.add("ana", "auditor", PASSWORD, clock)
    seen = []
    import vestigo.console.accounts as module

    class Counting:
        def verify(self, expected, password):
            seen.append(expected.split("$")[3])
            return module.PasswordHasher().verify(expected, password)

    monkeypatch.setattr(module, "_HASHER", Counting())
    assert accounts.sign_in("ana", "wrong") is None
    assert accounts.sign_in("nobody", "wrong") is None
    assert len(seen) == 2
    assert seen[0] == seen[1], "the same memory, time and lanes"


def test_every_role_has_capabilities_and_only_two_may_download():
    assert set(CAPABILITIES) == set(ROLES)
    assert {role for role in ROLES if "download" in CAPABILITIES[role]} == {
        "investigator", "prosecutor",
    }  # fmt: skip


def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(clock):
    sessions = Sessions(clock)
    token = sessions.begin("ana", "auditor", None)
    clock.now += IDLE - timedelta(seconds=1)
    assert sessions.use(token) is not None
    clock.now += IDLE + timedelta(seconds=1)
    assert sessions.use(token) is None
    token, began = sessions.begin("ana", "auditor", None), clock.now
    while clock.now - began < LONGEST - IDLE:
        clock.now += IDLE / 2
        assert sessions.use(token) is not None
    clock.now += IDLE
    assert sessions.use(token) is None


def test_session_fixation_a_sign_in_always_gives_a_fresh_token(clock):
    sessions = Sessions(clock)
    first = sessions.begin("ana", "auditor", "planted-by-an-attacker")
    second = sessions.begin("ana", "auditor", first)
    assert first != second
    assert sessions.use(first) is None
    assert sessions.use("planted-by-an-attacker") is None
    assert sessions.use(None) is None


def test_the_brake_waits_longer_each_time_and_forgets_on_success(clock):
    brake = Brake(clock)
    for _n in range(FREE_FAILURES):
        assert not brake.pause("ana")
        brake.failed("ana")
    first = brake.pause("ana")
    assert first > timedelta(seconds=25)
    assert not brake.pause("pia")
    brake.failed("ana")
    assert brake.pause("ana") > first
    for _n in range(30):
        brake.failed("ana")
    assert brake.pause("ana") <= LONGEST_PAUSE
    brake.succeeded("ana")
    assert not brake.pause("ana")


@pytest.mark.parametrize(
    ("method", "site", "mode", "origin", "refused"),
    [
        ("GET", None, None, None, False),
        ("GET", "cross-site", "navigate", None, False),
        ("GET", "same-site", "no-cors", None, True),
        ("GET", "cross-site", "cors", "http://evil.test", True),
        ("POST", "same-origin", "navigate", "null", False),
        ("POST", "same-origin", "navigate", "http://127.0.0.1:8400", False),
        ("POST", "same-origin", "navigate", "http://evil.test", True),
        ("POST", "same-site", "navigate", "http://127.0.0.1:8400", True),
        ("POST", "cross-site", "navigate", None, True),
        ("POST", "none", "navigate", None, True),
        ("POST", None, None, "http://127.0.0.1:8400", False),
        ("POST", None, None, "http://127.0.0.1:8401", True),
        ("POST", None, None, "null", True),
        ("POST", None, None, None, True),
    ],
)
def test_requests_from_elsewhere_are_refused(method, site, mode, origin, refused):
    assert Origin.of(8400).refuses(method, site, mode, origin) is refused


def test_only_our_own_host_names_are_answered():
    origin = Origin.of(8400, "https://console.unit.test")
    assert origin.host_allowed("127.0.0.1:8400")
    assert origin.host_allowed("LOCALHOST:8400")
    assert origin.host_allowed("console.unit.test")
    assert not origin.host_allowed("rebound.evil.test:8400")
    assert not origin.host_allowed("127.0.0.1:8401")
    assert not origin.host_allowed("")
    assert origin.is_https("console.unit.test")
    assert not origin.is_https("127.0.0.1:8400")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "", "/a\r\nSet-Cookie: x",
     "/sign-out", "/ä"],
)  # fmt: skip
def test_open_redirects_lead_to_the_overview(wanted):
    assert way_back(wanted) == "/"


def test_a_local_path_is_kept():
    assert way_back("/listings?vendor=v1") == "/listings?vendor=v1"


def test_nothing_is_shown_to_who_is_not_signed_in(served):
    with served.client() as client:
        for path in ("/", "/listings", "/custody", f"/exhibits/{served.case.ids['capture0']}/body"):
            answer = client.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in?next=")
            assert b"MDMA" not in answer.content


def test_the_failure_says_the_same_for_a_wrong_name_and_a_wrong_password(served):
    def failed(name):
        with served.client() as client:
            answer = client.post(
                "/sign-in", data={"name": name, "password": "x" * 20}, headers=SAME
            )
            assert answer.status_code == 401
            assert "set-cookie" not in answer.headers
            return answer.text.replace(name, "NAME")

    assert failed("ana.investigator") == failed("nobody-at-all")


def test_guessing_is_braked_even_with_the_right_password_then(served):
    with served.client() as client:
        for _n in range(FREE_FAILURES):
            client.post("/sign-in", data={"name": "abe.auditor", "password": "wrong"}, headers=SAME)
        answer = client.post(
            "/sign-in", data={"name": "abe.auditor", "password": PASSWORD}, headers=SAME
        )
        assert answer.status_code == 429
    served.desk.brake.succeeded("abe.auditor")


def test_cross_site_forms_change_nothing(served):
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.test"}):
        with served.client() as client:
            answer = client.post(
                "/sign-in", data={"name": "ana.investigator", "password": PASSWORD}, headers=headers
            )
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
    with served.signed_in() as client:
        assert client.post("/sign-out", headers={"Sec-Fetch-Site": "same-site"}).status_code == 403
        assert client.get("/").status_code == 200


def test_dns_rebinding_a_foreign_host_header_is_refused(served):
    with served.signed_in() as client:
        answer = client.get("/", headers={"Host": f"rebound.test:{served.port}"})
        assert answer.status_code == 421
        assert "Harbour" not in answer.text


def test_the_cookie_is_host_bound_where_the_browser_keeps_such_and_named_by_port_elsewhere(served):
    with served.client() as client:
        answer = client.post(
            "/sign-in", data={"name": "ana.investigator", "password": PASSWORD}, headers=SAME
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"vestigo-{served.port}=")
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        answer = client.post(
            "/sign-in", data={"name": "ana.investigator", "password": PASSWORD},
            headers={**SAME, "Cookie": "__Host-vestigo-probe=1"},
        )  # fmt: skip
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{HOST_COOKIE}=")
        assert "; Secure" in cookie
        assert "Domain" not in cookie


def test_signing_out_ends_the_session_on_the_server(served):
    with served.signed_in() as client:
        cookie = client.cookies[f"vestigo-{served.port}"]
        assert client.post("/sign-out", headers=SAME).status_code == 303
    with served.client() as client:
        answer = client.get("/", headers={"Cookie": f"vestigo-{served.port}={cookie}"})
        assert answer.status_code == 303


def test_an_idle_session_and_a_removed_account_are_signed_out(served):
    accounts = Accounts(CaseFolder.open(served.case.path))
    accounts.add("temp", "operator", PASSWORD, served.case.clock)
    with served.signed_in("temp") as client:
        assert client.get("/").status_code == 200
        time.sleep(0.01)
        accounts.remove("temp")
        assert client.get("/").status_code == 303
    with served.signed_in() as client:
        served.case.clock.now += IDLE
        assert client.get("/").status_code == 303


def test_sign_in_and_failure_stand_in_the_custody_log(served):
    with served.client() as client:
        client.post("/sign-in", data={"name": "x\x1b[31m", "password": "y"}, headers=SAME)
    served.signed_in().close()
    events = list(served.desk.session.custody.events())[-2:]
    assert [(e.action, e.reason) for e in events] == [
        ("fail", "console: sign-in failed"), ("access", "console: sign-in"),
    ]  # fmt: skip
    assert events[0].details["account"] == "not known"  # what was typed may be a password
    assert events[1].details["account"] == "ana.investigator"
    assert events[1].role == "investigator"


def test_a_forged_session_token_is_nobody(served):
    with served.client() as client:
        for token in ("x", "", "a" * 5000, '"; DROP'):
            answer = client.get("/", headers={"Cookie": f"vestigo-{served.port}={token}"})
            assert answer.status_code == 303


def test_too_large_forms_are_refused(served):
    with served.client() as client:
        answer = client.post("/sign-in", data={"name": "a", "password": "x" * 40_000}, headers=SAME)
        assert answer.status_code == 413
