# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passkeys against an authenticator in software: what holds, and what an attacker tries."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from vestigo.console.accounts import Accounts
from vestigo.console.guard import Origin
from vestigo.console.people.passkeys import (
    LIFETIME,
    MOST_PASSKEYS,
    Ceremony,
    Party,
    Passkey,
    party_of,
    register,
    use,
)
from vestigo.console.people.pending import Pending
from vestigo.errors import ConfigurationError, UsageError
from vestigo.pipeline.session import open_session

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
AS_JSON = {**SAME, "Accept": "application/json"}


def beside(name):
    """Return a module that lies beside this one (tests are no package)."""
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


soft = beside("authenticator")


@pytest.fixture(scope="module")
def shared(made_case, tmp_path_factory, serve):
    """A console of a copy of the case."""
    path = tmp_path_factory.mktemp("passkeys") / "case"
    shutil.copytree(made_case.path, path)
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, write=False, clock=case.clock) as session:
        Accounts(session.folder).add("olga.operator", "operator", PASSWORD, case.clock)
    with serve(case) as served:
        served.named = f"http://localhost:{served.port}"
        yield served


@pytest.fixture
def own(shared):
    """That console, where nobody has a passkey yet."""
    for account in shared.desk.accounts.all():
        shared.desk.accounts.change(account.name, lambda one: replace(one, passkeys=()))
    return shared


def client_of(own, name=None):
    """Return a client under the name localhost, signed in with the password where named."""
    client = own.client()
    client.base_url = own.named
    if name:
        with own.client() as first:
            first.base_url = own.named
            form = {"name": name, "password": PASSWORD}
            assert first.post("/sign-in", data=form, headers=SAME).status_code == 303
            assert first.post("/confirm", data=form, headers=SAME).status_code == 303
            client.cookies.update(dict(first.cookies))
    return client


def enrolled(own, name="pia.prosecutor", key=None, called="my key"):
    """Return an authenticator whose passkey the account has now."""
    key = key or soft.Authenticator(name.encode().ljust(32, b"."))
    with client_of(own, name) as client:
        options = client.post("/people/passkeys/options", headers=AS_JSON).json()
        made = {"name": called, "credential": key.made(options, own.named)}
        answer = client.post("/people/passkeys", data=made, headers=SAME)
        assert answer.headers["location"] == "/people#passkeys", answer.text
    return key


def signed(own, key, client, **wrong):
    """Try to sign in with an authenticator; return the answer."""
    options = client.post("/sign-in/passkey/options", headers=AS_JSON).json()
    answer = key.used(options, wrong.pop("origin", own.named), **wrong)
    form = {"credential": answer, "next": "/vendors"}
    return client.post("/sign-in/passkey", data=form, headers=SAME)


def failures(own):
    return [e for e in own.desk.session.custody.events() if e.action == "fail"]


def test_a_passkey_is_made_signs_in_and_is_listed(own):
    key = enrolled(own)
    with client_of(own) as client:
        assert "Sign in with a passkey" in client.get("/sign-in").text
        answer = signed(own, key, client)
        assert answer.headers["location"] == "/vendors"
        page = html.fromstring(client.get("/people").content).text_content()
        assert "my key" in page
        assert "localhost" in page
        assert "passkey" in page
    last = [e for e in own.desk.session.custody.events() if e.reason == "console: sign-in"][-1]
    assert last.details["account"] == "pia.prosecutor"
    assert last.details["by"] == soft.text(key.id)[:16]


def test_nobody_is_told_who_has_a_passkey(own):
    enrolled(own)
    with client_of(own) as client:
        options = client.post("/sign-in/passkey/options", headers=AS_JSON).json()
    assert not options.get("allowCredentials")
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"


def test_what_is_asked_for_a_new_passkey(own):
    with client_of(own, "pia.prosecutor") as client:
        options = client.post("/people/passkeys/options", headers=AS_JSON).json()
        again = client.post("/people/passkeys/options", headers=AS_JSON).json()
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["user"]["id"] == again["user"]["id"]
    assert "pia" not in soft.content(options["user"]["id"]).decode("latin-1")
    assert options["challenge"] != again["challenge"]


def test_a_new_passkey_needs_a_fresh_confirmation(own):
    with own.signed_in("pia.prosecutor") as client:
        client.base_url = own.named
        for path in ("/people/passkeys/options", "/people/passkeys", "/people/passkeys/remove"):
            answer = client.post(path, data={"name": "x", "passkey": "x"}, headers=AS_JSON)
            assert answer.status_code == 403
            assert answer.json()["code"] == "E-CON-030"


def test_step_up_by_passkey_counts_as_the_password_does(own):
    key = enrolled(own)
    with client_of(own) as client:
        signed(own, key, client)
        assert client.get("/custody.csv").status_code == 303
        assert "Confirm with a passkey" in client.get("/confirm").text
        options = client.post("/confirm/passkey/options", headers=AS_JSON).json()
        assert [one["id"] for one in options["allowCredentials"]] == [soft.text(key.id)]
        form = {"credential": key.used(options, own.named), "next": "/custody.csv"}
        answer = client.post("/confirm/passkey", data=form, headers=SAME)
        assert answer.headers["refresh"] == "0; url=/custody.csv"
        assert client.get("/custody.csv").status_code == 200


def test_step_up_with_the_passkey_of_another_person_is_refused(own):
    hers, his = enrolled(own), enrolled(own, "abe.auditor")
    with client_of(own) as client:
        signed(own, hers, client)
        options = client.post("/confirm/passkey/options", headers=AS_JSON).json()
        form = {"credential": his.used(options, own.named), "next": "/custody.csv"}
        answer = client.post("/confirm/passkey", data=form, headers=SAME)
        assert answer.status_code == 401
        assert client.get("/custody.csv").status_code == 303
    assert failures(own)[-1].details["account"] == "pia.prosecutor"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:1"}, {"origin": "https://localhost"},
        {"origin": "http://evil.test"}, {"rp": "evil.test"}, {"rp": "127.0.0.1"},
        {"flags": 0x01}, {"flags": 0x04}, {"flags": 0}, {"kind": "webauthn.create"},
        {"challenge": soft.text(b"c" * 64)}, {"challenge": ""},
    ],
    ids=lambda one: "-".join(f"{k}={v}"[:30] for k, v in one.items()),
)  # fmt: skip
def test_an_answer_with_one_thing_wrong_opens_nothing(own, wrong):
    key = enrolled(own)
    with client_of(own) as client:
        answer = signed(own, key, client, **wrong)
        assert answer.status_code == 401
        assert "not accepted" in answer.text
        assert "set-cookie" not in answer.headers
        assert signed(own, key, client).status_code == 303, "the right one still does"


def test_an_answer_counts_once_and_not_for_long(own):
    key = enrolled(own)
    with client_of(own) as client, client_of(own) as thief:
        options = client.post("/sign-in/passkey/options", headers=AS_JSON).json()
        form = {"credential": key.used(options, own.named), "next": "/"}
        assert client.post("/sign-in/passkey", data=form, headers=SAME).status_code == 303
        assert thief.post("/sign-in/passkey", data=form, headers=SAME).status_code == 401
        options = client.post("/sign-in/passkey/options", headers=AS_JSON).json()
        late = {"credential": key.used(options, own.named)}
        own.case.clock.now += LIFETIME + timedelta(seconds=1)
        assert client.post("/sign-in/passkey", data=late, headers=SAME).status_code == 401


def test_a_challenge_of_one_ceremony_serves_no_other(own):
    key = enrolled(own)
    with client_of(own, "pia.prosecutor") as client:
        options = client.post("/confirm/passkey/options", headers=AS_JSON).json()
        form = {"credential": key.used(options, own.named)}
        assert client.post("/sign-in/passkey", data=form, headers=SAME).status_code == 401
        options = client.post("/sign-in/passkey/options", headers=AS_JSON).json()
        form = {"credential": key.used(options, own.named)}
        assert client.post("/confirm/passkey", data=form, headers=SAME).status_code == 401


def test_a_challenge_of_one_session_serves_no_other(own):
    key = enrolled(own)
    with client_of(own, "pia.prosecutor") as mine, client_of(own, "pia.prosecutor") as other:
        options = mine.post("/confirm/passkey/options", headers=AS_JSON).json()
        form = {"credential": key.used(options, own.named)}
        assert other.post("/confirm/passkey", data=form, headers=SAME).status_code == 401


def test_a_counter_that_goes_back_suspends_the_passkey_and_says_so(own):
    key = enrolled(own)
    with client_of(own) as client:
        assert signed(own, key, client).status_code == 303
        key.counter = 0
        answer = signed(own, key, client)
        assert answer.status_code == 401
        assert "there may be a copy" in answer.text
        key.counter = 90
        answer = signed(own, key, client)
        assert answer.status_code == 401, "suspended for good"
    assert any("may be a copy" in e.reason for e in failures(own))
    with client_of(own, "pia.prosecutor") as client:
        assert "suspended" in client.get("/people").text


def test_only_who_holds_the_key_can_have_it_suspended(own):
    key, forged = enrolled(own), soft.Authenticator(b"pia.prosecutor".ljust(32, b"."))
    with client_of(own) as client:
        assert signed(own, key, client).status_code == 303
        assert signed(own, forged, client).status_code == 401
        assert signed(own, key, client).status_code == 303


def test_an_authenticator_that_does_not_count_is_no_copy(own):
    key = enrolled(own)
    with client_of(own) as client:
        for _n in range(3):
            key.counter = -1
            assert signed(own, key, client).status_code == 303


def test_a_removed_passkey_ends_its_sessions_and_opens_nothing(own):
    key = enrolled(own)
    form = {"passkey": soft.text(key.id)}
    with client_of(own) as by_key, client_of(own, "pia.prosecutor") as by_password:
        signed(own, key, by_key)
        assert by_key.get("/people").status_code == 200
        answer = by_password.post("/people/passkeys/remove", data=form, headers=SAME)
        assert answer.status_code == 303
        assert by_key.get("/people").status_code == 303
        assert by_password.get("/people").status_code == 200
        assert signed(own, key, by_key).status_code == 401


def test_the_passkey_of_another_is_removed_by_an_operator_alone(own):
    key = enrolled(own)
    form = {"passkey": soft.text(key.id)}
    with client_of(own, "ana.investigator") as mine, client_of(own, "olga.operator") as operator:
        assert "my key" not in mine.get("/people").text
        answer = mine.post("/people/passkeys/remove", data=form, headers=SAME)
        assert "E-CON-073" in answer.text
        assert "my key" in operator.get("/people").text
        assert operator.post("/people/passkeys/remove", data=form, headers=SAME).status_code == 303
    last = [e for e in own.desk.session.custody.events() if "passkey removed" in e.reason][-1]
    assert (last.details["account"], last.details["of"]) == ("olga.operator", "pia.prosecutor")


def test_an_account_of_the_same_name_does_not_inherit_a_passkey(own):
    key = enrolled(own)
    own.desk.accounts.remove("pia.prosecutor")
    own.desk.accounts.add("pia.prosecutor", "prosecutor", PASSWORD, own.case.clock)
    with client_of(own) as client:
        assert signed(own, key, client).status_code == 401


def test_the_same_passkey_is_not_registered_twice_not_by_another_either(own):
    key = enrolled(own)
    with client_of(own, "ana.investigator") as client:
        options = client.post("/people/passkeys/options", headers=AS_JSON).json()
        made = {"name": "stolen", "credential": key.made(options, own.named)}
        assert "E-CON-070" in client.post("/people/passkeys", data=made, headers=SAME).text


@pytest.mark.parametrize("wrong", [{"origin": "http://evil.test"}, {"rp": "evil.test"},
                                   {"flags": 0x01}, {"kind": "webauthn.get"}], ids=str)  # fmt: skip
def test_a_registration_with_one_thing_wrong_is_not_kept(own, wrong):
    key = soft.Authenticator()
    with client_of(own, "pia.prosecutor") as client:
        options = client.post("/people/passkeys/options", headers=AS_JSON).json()
        origin = wrong.pop("origin", own.named)
        made = {"name": "x", "credential": key.made(options, origin, **wrong)}
        answer = client.post("/people/passkeys", data=made, headers=SAME)
        assert answer.status_code == 400
        assert "E-CON-070" in answer.text
    assert own.desk.accounts.get("pia.prosecutor").passkeys == ()


def test_an_account_has_ten_passkeys_at_most(own):
    enrolled(own)
    own.desk.accounts.change(
        "pia.prosecutor", lambda one: replace(one, passkeys=one.passkeys * MOST_PASSKEYS)
    )
    with client_of(own, "pia.prosecutor") as client:
        answer = client.post("/people/passkeys/options", headers=AS_JSON)
        assert answer.json()["code"] == "E-CON-072"


def test_under_a_number_no_passkey_is_asked_for_and_the_name_is_told(own):
    enrolled(own)
    with own.client() as client:
        answer = client.post("/sign-in/passkey/options", headers=AS_JSON)
        assert answer.json()["code"] == "E-CON-071"
        page = client.get("/sign-in").text
        assert f"{own.named}/" in page
        assert "data-passkey" not in page


@pytest.mark.parametrize(
    ("host", "public", "expected"),
    [
        ("localhost:8400", "", Party("localhost", "http://localhost:8400")),
        ("127.0.0.1:8400", "", None),
        ("case.unit.test", "https://case.unit.test", Party("case.unit.test", "https://case.unit.test")),
        ("case.unit.test:8443", "https://case.unit.test:8443",
         Party("case.unit.test", "https://case.unit.test:8443")),
        ("10.0.0.7", "https://10.0.0.7", None), ("evil.test", "", None), ("", "", None),
    ],
)  # fmt: skip
def test_name_and_origin_are_those_of_the_console(host, public, expected):
    assert party_of(Origin.of(8400, public), host) == expected


def test_what_waits_is_bounded_and_the_oldest_goes_first(made_case):
    pending = Pending(made_case.clock, LIFETIME, most=2)
    for name in "abc":
        pending.put(name, name)
    assert [pending.take(name) for name in "abcb"] == [None, "b", "c", None]


JSONISH = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                       lambda inner: st.lists(inner, max_size=3)
                       | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "attestationObject", "signature"]), inner, max_size=6),
                       max_leaves=12)  # fmt: skip


@given(JSONISH.map(json.dumps) | st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_nonsense_is_one_refusal_and_never_another_error(answer):
    asked = Ceremony("sign-in", Party("localhost", "http://localhost:1"))
    passkey = Passkey("a", "n", soft.text(b"\xa1\x01\x02"), 0, "localhost", "2026-11-01")
    for act in (lambda: use(answer, asked, passkey, ""), lambda: register(answer, asked, "n", "")):
        with pytest.raises(UsageError, match="E-CON-070"):
            act()


def test_an_accounts_file_of_before_is_read_and_one_of_the_future_is_not(made_case, tmp_path):
    path = tmp_path / "case"
    shutil.copytree(made_case.path, path)
    with open_session(path, write=False, clock=made_case.clock) as session:
        accounts = Accounts(session.folder)
        told = json.loads(accounts.path.read_text("utf-8"))
        for row in told["accounts"]:
            for name in ("user_handle", "passkeys", "issuer", "subject"):
                del row[name]
        accounts.path.write_text(json.dumps({**told, "format": 1}), "utf-8")
        assert accounts.sign_in("pia.prosecutor", PASSWORD).passkeys == ()
        accounts.path.write_text(json.dumps({**told, "format": 3}), "utf-8")
        with pytest.raises(ConfigurationError, match="E-CON-005"):
            accounts.all()
